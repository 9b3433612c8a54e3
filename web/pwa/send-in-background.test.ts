// @vitest-environment node
import 'fake-indexeddb/auto';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { afterEach, expect, test } from 'vitest';
import { createHandClock } from '../link/hand-clock.ts';
import { TRANSFER_LOCK } from '../link/start-pump.ts';
import { AppDatabase, type StandingRow } from '../vault/database.ts';
import { ENOUGH_MS, SILENCE_MS, sendInBackground } from './send-in-background.ts';

let count = 0;
const open: AppDatabase[] = [];
afterEach(() => {
  for (const db of open.splice(0)) db.close();
});

const paired: StandingRow = {
  name: 'here',
  state: 'paired',
  agent: { id: 'a', name: 'Study', key: '', fingerprint: '' },
  device: 'd',
  role: 'member',
  project: null,
};
const hash = (digit: number) => String(digit).repeat(64) as AssetHash;

/** A device with two files in its outbox, and a pump that is moved by hand. */
async function device(options: { standing?: StandingRow | undefined; isTaken?: boolean } = {}) {
  const db = new AppDatabase(`background-${count++}`);
  open.push(db);
  const standing = 'standing' in options ? options.standing : paired;
  if (standing !== undefined) await db.standing.put(standing);
  await db.outbox.bulkPut([1, 2].map((digit) => ({ hash: hash(digit), left: 100, addedAt: digit })));
  const hand = createHandClock();
  /** How often the wait for a silent workstation began anew: once for every change that was seen. */
  let waits = 0;
  const clock = {
    ...hand,
    after(ms: number, then: () => void) {
      if (ms === SILENCE_MS) waits++;
      return hand.after(ms, then);
    },
  };
  const pump = { started: 0, here: false, closed: 0 };
  const asked: string[] = [];
  let isAskedFor = false;
  const locks = {
    query: async () => ({ held: [], pending: isAskedFor ? [{ name: TRANSFER_LOCK }] : [] }),
    request: (async (name: string, { ifAvailable }: LockOptions, use: (lock: Lock | null) => unknown) => {
      asked.push(name);
      expect(ifAvailable).toBe(true);
      return use(options.isTaken === true ? null : { name, mode: 'exclusive' });
    }) as LockManager['request'],
  };
  const end = sendInBackground({
    db,
    locks,
    clock,
    start() {
      pump.started++;
      return {
        reach(here) {
          pump.here = here;
        },
        async close() {
          pump.closed++;
        },
      };
    },
  });
  const openPage = () => {
    isAskedFor = true;
  };
  return { db, clock, pump, asked, end, waits: () => waits, openPage };
}
async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 2000; turn++) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error('waited 2000 turns');
}

test('sends until nothing is left, under the lock of whoever moves, and lets go', async () => {
  const { db, pump, asked, end } = await device();
  await until(() => pump.here);
  await db.outbox.delete(hash(1));
  await db.outbox.delete(hash(2));
  expect(await end).toBe('done');
  expect([asked, pump.started, pump.closed]).toEqual([[TRANSFER_LOCK], 1, 1]);
});

test('what was refused is not waited for', async () => {
  const { db, pump, end } = await device();
  await until(() => pump.here);
  await db.outbox.delete(hash(1));
  await db.outbox.update(hash(2), { refused: { why: 'no-space', hint: undefined } });
  expect(await end).toBe('done');
});

test('a page that is at it is left alone, and the browser is asked to call again', async () => {
  const { pump, end } = await device({ isTaken: true });
  expect(await end).toBe('busy');
  expect(pump.started).toBe(0);
});

test('a page that is opened meanwhile takes over at once', async () => {
  const { clock, pump, end, openPage } = await device();
  await until(() => pump.here);
  clock.turn(1000);
  openPage();
  clock.turn(1000);
  expect(await end).toBe('busy');
  expect(pump.closed).toBe(1);
});

test.each<[string, StandingRow | undefined]>([
  ['never paired', undefined],
  ['removed', { ...paired, state: 'removed' }],
  ['a guest', { ...paired, role: 'guest' }],
])('a device that is %s sends nothing', async (_who, standing) => {
  const { pump, asked, end } = await device({ standing });
  expect(await end).toBe('done');
  expect([pump.started, asked]).toEqual([0, []]);
});

test('a workstation that says nothing is soon given up', async () => {
  const { clock, pump, end } = await device();
  await until(() => pump.here);
  clock.turn(SILENCE_MS);
  expect(await end).toBe('left');
  expect(pump.closed).toBe(1);
});

test('what moves may go on until time is up', async () => {
  const { db, clock, pump, end, waits } = await device();
  await until(() => pump.here && waits() === 2);
  let ended = false;
  void end.then(() => {
    ended = true;
  });
  let left = 100;
  for (let ms = 0; ms + SILENCE_MS / 2 < ENOUGH_MS; ms += SILENCE_MS / 2) {
    const seen = waits();
    await db.outbox.update(hash(1), { left: --left });
    await until(() => waits() > seen);
    clock.turn(SILENCE_MS / 2);
    expect(ended).toBe(false);
  }
  clock.turn(SILENCE_MS / 2);
  expect(await end).toBe('left');
});
