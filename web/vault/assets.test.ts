// @vitest-environment node
import 'fake-indexeddb/auto';
import { type AssetRef, BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { transferStoreContract } from '@myspinbot/shared/transfer/store-contract.ts';
import { createSHA256 } from 'hash-wasm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openAssetStore } from './assets.ts';
import { AppDatabase } from './database.ts';
import { hashBlob } from './hashing.ts';

// A busy machine is no failure: nothing here waits for time to pass.
vi.setConfig({ testTimeout: 30_000 });

/** Hashes at once, as the suite of all stores wants it. */
const wasm = await createSHA256();

let count = 0;
const open: AppDatabase[] = [];
function stores() {
  const db = new AppDatabase(`assets-${count++}`);
  open.push(db);
  return { db, store: openAssetStore(db, () => 1) };
}
afterEach(() => {
  for (const db of open.splice(0)) db.close();
});

async function film(bytes: number) {
  const content = new Uint8Array(bytes).map((_, at) => at * 7 + (at >> 11) + (at >> 20));
  const { hash, blocks } = await hashBlob(new Blob([content]));
  const ref: AssetRef = { hash, bytes, type: 'video/mp4' };
  const block = (index: number) => content.slice(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
  return { ref, blocks, block };
}

describe('what every store behind a transfer must do', () => {
  const cases = transferStoreContract({
    open: async () => stores().store,
    // Another connection to the same database, as after a reload.
    reopen: async () => {
      const db = new AppDatabase(open.at(-1)!.name);
      open.push(db);
      return openAssetStore(db, () => 1);
    },
    sha256: (bytes) => wasm.init().update(bytes).digest('hex'),
  });
  for (const { name, run } of cases) test(name, run);
});

test('hashing knows the published digests', async () => {
  expect((await hashBlob(new Blob([]))).hash).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
  expect((await hashBlob(new Blob(['abc']))).hash).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  // In pieces as well as at once.
  for (const bytes of [1, BLOCK_BYTES, 9 * BLOCK_BYTES + 3]) {
    const content = new Uint8Array(bytes).map((_, at) => at >> 8);
    const blob = new Blob([content]);
    const atOnce = await hashBlob(blob);
    expect(atOnce.blocks.length).toBe(Math.ceil(bytes / BLOCK_BYTES));
    expect(await hashBlob(blob, 0)).toEqual(atOnce);
  }
});

test('a partial asset is taken up where it was, and is not seen before it is whole', async () => {
  const { db, store } = stores();
  const { ref, blocks, block } = await film(3 * BLOCK_BYTES + 5);
  const first = await store.receive(ref, blocks);
  expect(await first.block(2, block(2))).toBe(true);
  expect(await store.has(ref.hash)).toBe(false);
  const second = await store.receive(ref, blocks);
  expect(second.missing()).toEqual([0, 1, 3]);
  for (const index of second.missing()) await second.block(index, block(index));
  expect(await second.finish()).toEqual(ref);
  const blob = await store.blob(ref.hash);
  expect((await hashBlob(blob!)).hash).toBe(ref.hash);
  expect(await db.pieces.count()).toBe(0);
});

test('blocks that come at once are each kept, and are all there for the next who opens', async () => {
  const { store } = stores();
  const { ref, blocks, block } = await film(20 * BLOCK_BYTES + 5);
  const partial = await store.receive(ref, blocks);
  const kept = await Promise.all(partial.missing().map((index) => partial.block(index, block(index))));
  expect(kept.every((is) => is)).toBe(true);
  expect((await store.receive(ref, blocks)).missing()).toEqual([]);
  expect(await partial.finish()).toEqual(ref);
});

test('a damaged block is refused and nothing of it is kept', async () => {
  const { db, store } = stores();
  const { ref, blocks, block } = await film(BLOCK_BYTES + 9);
  const partial = await store.receive(ref, blocks);
  const damaged = block(1);
  damaged[3] = damaged[3]! ^ 1;
  expect(await partial.block(1, damaged)).toBe(false);
  expect(await db.pieces.count()).toBe(0);
});

test('a block that rotted in the store is missing again instead of becoming part of the film', async () => {
  const { db, store } = stores();
  const { ref, blocks, block } = await film(2 * BLOCK_BYTES);
  const partial = await store.receive(ref, blocks);
  await partial.block(0, block(0));
  await partial.block(1, block(1));
  const rotten = block(0);
  rotten[0] = rotten[0]! ^ 255;
  await db.pieces.put({ hash: ref.hash, index: 0, bytes: rotten });
  await expect(partial.finish()).rejects.toMatchObject({ code: 'bad-input' });
  expect(partial.missing()).toEqual([0]);
  await partial.block(0, block(0));
  expect(await partial.finish()).toEqual(ref);
});

test('an offer whose blocks are not the asset is not kept', async () => {
  const { store, db } = stores();
  const { ref } = await film(10);
  const other = await film(11);
  const partial = await store.receive({ ...ref, bytes: 11 }, other.blocks);
  await partial.block(0, other.block(0));
  await expect(partial.finish()).rejects.toMatchObject({ code: 'bad-input' });
  expect(partial.missing()).toEqual([]);
  expect(await store.has(ref.hash)).toBe(false);
  expect(await db.pieces.count()).toBe(0);
});

test('another list of blocks for the same asset starts anew', async () => {
  const { store } = stores();
  const { ref, blocks, block } = await film(2 * BLOCK_BYTES);
  await (await store.receive(ref, blocks)).block(0, block(0));
  const again = await store.receive(ref, [blocks[1]!, blocks[0]!]);
  expect(again.missing()).toEqual([0, 1]);
});

test('what is wanted and here is not asked for; what is queued twice is queued once', async () => {
  const { db, store } = stores();
  const { ref, blocks } = await film(5);
  await store.keep(ref, blocks, new Blob([new Uint8Array(5)]));
  await store.want([ref.hash]);
  expect(await db.wanted.count()).toBe(0);
  await store.left(ref.hash, 2);
  await store.sendRefused(ref.hash, { why: 'no-space', hint: undefined });
  expect((await db.outbox.get(ref.hash))?.refused).toEqual({ why: 'no-space', hint: undefined });
  await store.left(ref.hash, 2);
  expect(await db.outbox.get(ref.hash)).not.toHaveProperty('refused');
  await store.send([ref.hash, 'f'.repeat(64) as never]);
  expect(await db.outbox.toArray()).toMatchObject([{ hash: ref.hash, left: 2 }]);
});

test('where not even the note of a refusal has room, what came of the file makes it', async () => {
  const { db, store } = stores();
  const { ref, blocks, block } = await film(2 * BLOCK_BYTES);
  await store.want([ref.hash]);
  const partial = await store.receive(ref, blocks);
  await partial.block(0, block(0));
  // Full as long as the block lies there.
  const update = db.wanted.update.bind(db.wanted);
  db.wanted.update = (async (...change: Parameters<typeof update>) => {
    if ((await db.pieces.count()) > 0) throw new DOMException('no room', 'QuotaExceededError');
    return update(...change);
  }) as unknown as typeof update;
  await store.wantRefused(ref.hash, { why: 'no-space', hint: undefined });
  expect((await db.wanted.get(ref.hash))?.refused?.why).toBe('no-space');
  expect([await db.pieces.count(), await db.partials.count()]).toEqual([0, 0]);
});
