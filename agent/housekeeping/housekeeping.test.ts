// One piece of work after the other: what waits can be stopped, what runs too, and not everything may wait.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openCopies } from '../at-rest.ts';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../log/logger.ts';
import { removeSmallAgents } from '../server/fixtures/small-agent.ts';
import { createHousekeeping, type Housekeeping } from './housekeeping.ts';
import { SCRATCH } from './scratch.ts';
import { type House, openHouse } from './testing/house.ts';

let house: House;
let root = '';
let housekeeping: Housekeeping;
/** Lets the doctor, who waits for the engines, go on. */
let goOn: () => void;
let isWaiting: Promise<void>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'keeping-'));
  house = await openHouse();
});
beforeEach(() => {
  let waits = () => {};
  isWaiting = new Promise((resolve) => {
    waits = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  housekeeping = createHousekeeping({
    stores: house.stores,
    version: '1',
    machine: {
      ffmpeg: async () => '7',
      gpus: async () => ({ state: 'absent' }),
      comfyui: async () => ({
        state: 'absent',
        server: 'ComfyUI',
        message: 'ComfyUI cannot be reached.',
        hint: 'Start it.',
        isWanted: true,
      }),
      async engines(signal) {
        waits();
        await Promise.race([gate, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
        signal.throwIfAborted();
        return [];
      },
    },
    mustFit: () => {},
    openCopy: openCopies(systemClock, silentLogger),
    clock: systemClock,
    log: silentLogger,
  });
});
afterEach(async () => {
  goOn();
  await housekeeping.close();
});
afterAll(async () => {
  await house.stop();
  await removeSmallAgents();
  await rm(root, { recursive: true, force: true });
});

const doctor = { what: 'doctor', quick: true, repair: false } as const;
const stateOf = (id: string) => housekeeping.task(id)?.state;

test('one after the other; what waits can be stopped and leaves nothing', async () => {
  const first = housekeeping.begin(doctor);
  await isWaiting;
  const stopped = housekeeping.begin({ what: 'backup', file: join(root, 'stopped') });
  const kept = housekeeping.run({ what: 'backup', file: join(root, 'kept') });
  expect(stateOf(first.id)).toMatchObject({ state: 'running' });
  housekeeping.cancel(stopped.id);
  expect([existsSync(join(root, 'stopped')), existsSync(join(root, 'kept'))]).toEqual([false, false]);
  goOn();
  expect(await kept).toMatchObject({ what: 'backup', file: join(root, 'kept') });
  expect(stateOf(first.id)).toMatchObject({ state: 'done' });
  expect(stateOf(stopped.id)).toMatchObject({ state: 'failed', failure: { message: 'It was stopped.' } });
  expect([existsSync(join(root, 'stopped')), existsSync(join(root, 'kept'))]).toEqual([false, true]);
});

test('not more than a few may wait', async () => {
  const begin = () => housekeeping.begin(doctor);
  for (let time = 0; time < 8; time++) begin();
  expect(begin).toThrow(expect.objectContaining({ code: 'too-often' }));
});

test('what runs ends when all is closed, and a backup that is stopped halfway leaves nothing', async () => {
  await house.project('Bot');
  const stop = new AbortController();
  const file = join(root, 'half');
  const ended = housekeeping.run(
    { what: 'backup', file },
    { signal: stop.signal, progress: () => stop.abort(new Error('enough')) },
  );
  await expect(ended).rejects.toThrow('enough');
  expect(existsSync(file)).toBe(false);
  expect(existsSync(join(house.agent.dir, SCRATCH))).toBe(false);
  const { id } = housekeeping.begin(doctor);
  await isWaiting;
  await housekeeping.close();
  expect(stateOf(id)).toMatchObject({ state: 'failed' });
});
