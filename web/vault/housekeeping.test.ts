// @vitest-environment node
import 'fake-indexeddb/auto';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { afterEach, expect, test } from 'vitest';
import { openAssetStore } from './assets.ts';
import { AppDatabase } from './database.ts';
import { hashBlob } from './hashing.ts';
import { askAgain, letGo, refusedForRoom, takeBack } from './housekeeping.ts';
import { bringAlong, setAside } from './set-aside.ts';

let count = 0;
let db: AppDatabase;
afterEach(() => db.close());
const now = () => 7;

/** A store with one file in it that is queued for the workstation. */
async function world() {
  db = new AppDatabase(`housekeeping-${count++}`);
  const store = openAssetStore(db, now);
  const keep = async (text: string) => {
    const blob = new Blob([text]);
    const { hash, blocks } = await hashBlob(blob);
    await store.keep({ hash, bytes: blob.size, type: 'video/mp4' }, blocks, blob);
    return hash;
  };
  return { store, keep, hash: await keep('film') };
}
const wanted = async () => (await db.wanted.toArray()).map((row) => row.hash);

test('what the workstation is not known to have is never let go of', async () => {
  const { store, hash } = await world();
  expect(await letGo(db, [hash], now)).toEqual([]);
  await store.sent(hash);
  expect(await letGo(db, [hash, hash], now)).toHaveLength(1);
  expect([await store.has(hash), await store.blob(hash)]).toEqual([false, undefined]);
});

test('what was let go of is not fetched ahead of time again, but when somebody opens it', async () => {
  const { store, hash } = await world();
  await store.sent(hash);
  await letGo(db, [hash], now);
  await store.prefetch([hash]);
  expect(await wanted()).toEqual([]);
  await store.want([hash]);
  expect(await wanted()).toEqual([hash]);
  await store.unwant(hash);
  await store.prefetch([hash]);
  expect(await wanted()).toEqual([hash]);
});

test('taking back puts the very same file back', async () => {
  const { store, hash } = await world();
  await store.sent(hash);
  const gone = await letGo(db, [hash], now);
  await store.want([hash]);
  await takeBack(db, gone);
  expect(await (await store.blob(hash))?.text()).toBe('film');
  expect([await wanted(), await db.freed.count(), await db.outbox.count()]).toEqual([[], 0, 0]);
});

test('what there was no room for keeps its note until it is asked for again', async () => {
  const { store } = await world();
  const [full, lost] = ['a'.repeat(64), 'b'.repeat(64)] as AssetHash[];
  await store.want([full!, lost!]);
  await store.wantRefused(full!, { why: 'no-space', hint: undefined });
  await store.wantRefused(lost!, { why: 'unknown-asset', hint: undefined });
  await store.want([full!]);
  expect(await refusedForRoom(db)).toEqual([full]);
  expect(await askAgain(db)).toBe(1);
  expect(await db.wanted.toArray()).toMatchObject([{ hash: full }, { hash: lost, refused: {} }]);
  expect((await db.wanted.get(full!))?.refused).toBeUndefined();
});

test('files of another workstation stay until this device is paired with that one again', async () => {
  const { store, keep, hash } = await world();
  const sent = await keep('sent');
  await store.sent(sent);
  await store.left(hash, 3);
  await setAside(db, now, { before: 'A', next: 'B' }, async () => undefined);
  expect(await db.outbox.count()).toBe(0);
  const ofB = await keep('of B');
  await store.sent(ofB);
  expect((await letGo(db, [hash, sent, ofB], now)).map(({ asset }) => asset.hash)).toEqual([ofB]);
  await setAside(db, now, { before: 'B', next: 'A' }, async () => undefined);
  // What A lacked is on its way to A again; what it had may go.
  expect(await db.outbox.toArray()).toMatchObject([{ hash, left: 3 }]);
  expect((await letGo(db, [hash, sent], now)).map(({ asset }) => asset.hash)).toEqual([sent]);
});

test('a new owner takes everything along; once it is sent it may go, but for what the other one lacked', async () => {
  const { store, keep, hash } = await world();
  const sent = await keep('sent');
  await store.sent(sent);
  await setAside(db, now, { before: 'A', next: 'B' }, async () => undefined);
  await bringAlong(db, now, async () => undefined);
  expect(await db.outbox.count()).toBe(2);
  await store.sent(hash);
  await store.sent(sent);
  expect((await letGo(db, [hash, sent], now)).map(({ asset }) => asset.hash)).toEqual([sent]);
});
