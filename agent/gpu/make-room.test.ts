import { expect, test } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { askGpus, type GpuAnswer } from './ask.ts';
import { askHolders, readHolder } from './holders.ts';
import { makeRoom, type RoomWorld } from './make-room.ts';
import { gpuFields, readGpuLine } from './readings.ts';
import { fakeNvidiaSmi, h200, rtx4080 } from './testing/fake-nvidia-smi.ts';

const GIB = 1024 ** 3;
const never = new AbortController().signal;

/** A card whose free memory is told, look after look, in GiB; the last one stays. Time goes on with each look. */
function card(free: number[], change: Partial<RoomWorld> = {}) {
  const clock = handClock();
  const looks: number[] = [];
  const world: RoomWorld = {
    neighbours: [],
    async gpus(): Promise<GpuAnswer> {
      const now = free.length > 1 ? free.shift()! : free[0]!;
      looks.push(now);
      setImmediate(() => clock.advance(500));
      const line = gpuFields
        .map((field) => (field === 'memory.free' ? String(Math.round(now * 1024)) : rtx4080[field]))
        .join(', ');
      return { state: 'read', readings: [readGpuLine(line, gpuFields)!] };
    },
    holders: async () => [{ pid: 4711, program: 'python3', bytes: 11.4 * GIB }],
    clock,
    ...change,
  };
  return { world, looks };
}
const ask = (world: RoomWorld, signal = never) =>
  makeRoom(world, { needBytes: 3 * GIB, signal, log: silentLogger });

test('where there is room nobody waits, and nobody is named', async () => {
  const { world, looks } = card([15]);
  expect(await ask(world)).toEqual({ freeBytes: 15 * GIB, note: undefined });
  expect(looks).toHaveLength(1);
});

test('what a tool said yes to is waited for until the driver agrees', async () => {
  const put: string[] = [];
  const neighbours = [async () => put.push('out')];
  const { world, looks } = card([0.5, 1, 2, 9], { neighbours });
  expect((await ask(world)).freeBytes).toBe(9 * GIB);
  expect(put).toEqual(['out']);
  expect(looks).toEqual([0.5, 1, 2, 9]);
});

test('where it stays tight, whoever holds most is named, and the work goes on', async () => {
  const { world, looks } = card([1.2]);
  const note = 'The graphics card had 1.2 GiB free of the 3.0 wanted; python3 (process 4711) holds 11.4 GiB.';
  expect((await ask(world)).note).toBe(note);
  expect(looks.length).toBeGreaterThan(15);
});

test('a neighbour that is away, or fails, holds up nobody; without a driver there is nothing to wait for', async () => {
  const neighbours = [() => Promise.reject(new Error('nobody answers'))];
  const { world } = card([15], { neighbours });
  expect((await ask(world)).freeBytes).toBe(15 * GIB);
  const without = { ...world, gpus: async () => ({ state: 'absent' }) as const };
  expect(await ask(without)).toEqual({ freeBytes: undefined, note: undefined });
});

test('a cancel ends the waiting', async () => {
  const stop = new AbortController();
  const { world } = card([1], { neighbours: [async () => stop.abort(new Error('enough'))] });
  await expect(ask(world, stop.signal)).rejects.toThrow('enough');
});

test.each([
  ['4711, /usr/bin/python3, 2957', { pid: 4711, program: 'python3', bytes: 2957 * 2 ** 20 }],
  ['12, C:\\Program Files\\a, b.exe, 5', { pid: 12, program: 'a, b.exe', bytes: 5 * 2 ** 20 }],
  ['4711, /usr/bin/python3, [N/A]', undefined],
  ['', undefined],
  ['No devices were found', undefined],
])('%j is read as one who holds memory, or as nobody', (line, holder) => {
  expect(readHolder(line)).toEqual(holder);
});

test('asked once: cards, whoever holds their memory, a driver that fails, and none at all', async () => {
  const fake = fakeNvidiaSmi({
    cards: [h200, rtx4080],
    refuses: ['compute_cap'],
    holders: ['7, /x/ollama, 900'],
  });
  const answer = await askGpus(fake.command);
  expect(answer.state === 'read' && answer.readings.map(({ name }) => name)).toEqual([
    h200.name,
    rtx4080.name,
  ]);
  expect(await askHolders(fake.command)).toEqual([{ pid: 7, program: 'ollama', bytes: 900 * 2 ** 20 }]);
  fake.will({ says: 'No devices were found', exit: 6 });
  expect(await askGpus(fake.command)).toEqual({ state: 'failing', trouble: 'No devices were found' });
  fake.remove();
  expect(await askGpus('/nowhere/nvidia-smi')).toEqual({ state: 'absent' });
  expect(await askHolders('/nowhere/nvidia-smi')).toEqual([]);
});
