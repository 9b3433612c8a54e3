// The one nvidia-smi that stays, against programs that speak like it: what it says, when it dies, hangs, or is not there.
import { afterEach, expect, test, vi } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { gpuFields } from './readings.ts';
import { fakeNvidiaSmi, h200, type NvidiaSmiScript, rtx4080 } from './testing/fake-nvidia-smi.ts';
import { type Gpus, watchGpus } from './watch.ts';

let over: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of over.reverse()) await end();
  over = [];
});

function watching(script: NvidiaSmiScript) {
  const fake = fakeNvidiaSmi(script);
  const clock = handClock();
  const gpus = watchGpus({ clock, log: silentLogger, command: fake.command });
  over.push(fake.remove, () => gpus.close());
  return { fake, clock, gpus };
}
const until = (gpus: Gpus, state: Gpus['state']) =>
  vi.waitFor(() => expect(gpus.state).toBe(state), { timeout: 5000, interval: 5 });

test('every card is read, in the order of the machine', async () => {
  const { gpus, fake } = watching({ cards: [rtx4080, h200] });
  expect(gpus.state).toBe('unknown');
  await vi.waitFor(() => expect(gpus.readings()).toHaveLength(2), { timeout: 5000, interval: 5 });
  expect(gpus.readings().map(({ name }) => name)).toEqual(['NVIDIA H200', 'NVIDIA GeForce RTX 4080 SUPER']);
  expect(fake.asked()).toContain('-l');
});

test('no program: no card, and nobody asks again', async () => {
  const clock = handClock();
  const gpus = watchGpus({ clock, log: silentLogger, command: '/nowhere/nvidia-smi' });
  await until(gpus, 'absent');
  clock.advance(600_000);
  expect(gpus.state).toBe('absent');
  expect(gpus.readings()).toEqual([]);
  await gpus.close();
});

test('a driver that does not answer is failing, with its words, and is asked again later', async () => {
  const says = 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.';
  const { gpus, fake, clock } = watching({ says, exit: 9 });
  await until(gpus, 'failing');
  expect(gpus.trouble).toBe(says);
  fake.will({ cards: [h200] });
  clock.advance(5000);
  await until(gpus, 'read');
  expect(gpus.trouble).toBeUndefined();
});

test('what a driver does not know is not asked of it', async () => {
  const { gpus, fake } = watching({ cards: [h200], refuses: ['compute_cap', 'memory.reserved'] });
  await until(gpus, 'read');
  expect(gpus.readings()[0]).toMatchObject({ driver: '580.159.04', computeCapability: undefined });
  expect(fake.asked()[0]).not.toContain('compute_cap');
  expect(fake.asked()[0]!.split(',')).toHaveLength(gpuFields.length - 2);
});

test('one that hangs is ended, its last reading is old, and it is started again', async () => {
  const { gpus, fake, clock } = watching({ cards: [h200] });
  await until(gpus, 'read');
  clock.advance(9000);
  expect(gpus.readings()).toHaveLength(1);
  fake.will({ cards: [rtx4080] });
  clock.advance(1000);
  await until(gpus, 'failing');
  expect(gpus.readings()).toEqual([]);
  expect(gpus.trouble).toMatch(/said nothing for 10 seconds/);
  clock.advance(5000);
  await until(gpus, 'read');
  expect(gpus.readings()[0]!.name).toMatch(/4080/);
});

test('a card that fell off the bus takes its last reading with it', async () => {
  const { gpus, fake, clock } = watching({ cards: [h200], exit: 15 });
  await until(gpus, 'failing');
  expect(gpus.readings()).toEqual([]);
  fake.will({ cards: [h200] });
  clock.advance(5000);
  await until(gpus, 'read');
});

test('closing ends the process', async () => {
  const { gpus } = watching({ cards: [h200] });
  await until(gpus, 'read');
  await gpus.close();
  await gpus.close();
});
