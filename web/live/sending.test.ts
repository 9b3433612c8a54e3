import 'fake-indexeddb/auto';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { createRoot, createSignal } from 'solid-js';
import { afterEach, expect, test } from 'vitest';
import { createHandClock } from '../link/hand-clock.ts';
import { AppDatabase } from '../vault/database.ts';
import { until } from './live-world.ts';
import { createSending } from './sending.ts';
import { STALL_MS } from './stay-awake.ts';

let count = 0;
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});
const hash = (digit: number) => String(digit).repeat(64) as AssetHash;

function device(options: { maySend?: boolean; goesOn?: boolean } = {}) {
  const db = new AppDatabase(`sending-${count++}`);
  const clock = createHandClock();
  const [isHere, setHere] = createSignal(true);
  const [maySend, setMaySend] = createSignal(options.maySend ?? true);
  let isVisible = true;
  const watchers = new Set<() => void>();
  let asked = 0;
  let screens = 0;
  const made = createRoot((dispose) => {
    const sending = createSending({
      db,
      clock,
      isHere,
      maySend,
      background: {
        sight: {
          isVisible: () => isVisible,
          watch(changed) {
            watchers.add(changed);
            return () => watchers.delete(changed);
          },
        },
        screenLock: {
          async request() {
            screens++;
            return {
              release: async () => {
                screens--;
              },
              addEventListener: () => undefined,
            };
          },
        },
        sync: { isSupported: () => options.goesOn ?? true, ask: () => void asked++ },
      },
    });
    ends.push(() => {
      sending.close();
      dispose();
      db.close();
    });
    return sending;
  });
  return {
    db,
    clock,
    setHere,
    setMaySend,
    sending: made.sending,
    asked: () => asked,
    isScreenOn: () => screens > 0,
    hide() {
      isVisible = false;
      for (const changed of watchers) changed();
    },
  };
}

test('what is on its way is counted, and what was refused is named apart', async () => {
  const { db, sending } = device();
  await db.assets.put({ hash: hash(2), bytes: 50, type: 'image/png', name: 'me.png', blocks: [], keptAt: 1 });
  await db.outbox.bulkPut([
    { hash: hash(1), left: 100, addedAt: 1 },
    { hash: hash(2), left: 50, addedAt: 2, refused: { why: 'no-space', hint: 'Free some.' } },
    { hash: hash(3), left: 7, addedAt: 3 },
  ]);
  await until(() => sending().files === 2);
  expect(sending()).toEqual({
    files: 2,
    leftBytes: 107,
    refused: [{ name: 'me.png', why: 'no-space', hint: 'Free some.' }],
    goesOn: true,
  });
});

test('a device that may bring nothing is told of nothing, and asks for nothing', async () => {
  const { db, sending, setMaySend, hide, asked } = device({ goesOn: false });
  await db.outbox.put({ hash: hash(1), left: 100, addedAt: 1 });
  await until(() => sending().files === 1);
  setMaySend(false);
  expect(sending()).toEqual({ files: 0, leftBytes: 0, refused: [], goesOn: false });
  hide();
  expect(asked()).toBe(0);
});

test('the browser is asked to go on when the page is left with something in the outbox, and only then', async () => {
  const { db, sending, hide, asked } = device();
  hide();
  expect(asked()).toBe(0);
  await db.outbox.put({ hash: hash(1), left: 100, addedAt: 1 });
  await until(() => sending().files === 1);
  hide();
  expect(asked()).toBe(1);
});

test('the screen stays on while bytes come or go and the workstation is there', async () => {
  const { db, clock, isScreenOn, setHere } = device();
  await db.outbox.put({ hash: hash(1), left: 100, addedAt: 1 });
  await until(isScreenOn);
  setHere(false);
  await until(() => !isScreenOn());
  setHere(true);
  await until(isScreenOn);
  await db.outbox.delete(hash(1));
  await until(() => !isScreenOn());

  await db.wanted.put({ hash: hash(2), askedAt: 1 });
  await until(isScreenOn);
  for (let ms = 0; ms < STALL_MS + 5000; ms += 5000) {
    clock.turn(5000);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await until(() => !isScreenOn());
  await db.pieces.put({ hash: hash(2), index: 0, bytes: Uint8Array.of(1) });
  clock.turn(5000);
  await until(isScreenOn);
});
