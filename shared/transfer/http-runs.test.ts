import { expect, test } from 'vitest';
import { type AssetHash, BLOCK_BYTES } from '../asset/asset.ts';
import { createBlockBuffers } from './block-buffers.ts';
import { createHttpRuns } from './http-runs.ts';
import { noise } from './store-contract.ts';

const one = '1'.repeat(64) as AssetHash;
const bytes = noise(3 * BLOCK_BYTES + 5);
const blockOf = (index: number) => bytes.slice(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);

/** Said of a MiB without a picture of it. */
const isBlock = (block: Uint8Array, index: number) =>
  block.length === blockOf(index).length && blockOf(index).every((byte, at) => byte === block[at]);

/** A workstation that gives `pieceBytes` at a time and at most `most` of them. */
function world({ pieceBytes = 100_000, most = Number.POSITIVE_INFINITY } = {}) {
  const opened: [AssetHash, number][] = [];
  let ended = 0;
  const runs = createHttpRuns(async (hash, start) => {
    opened.push([hash, start]);
    let at = start;
    let count = 0;
    return {
      async next() {
        if (at >= bytes.length || count++ >= most) return { done: true, value: undefined };
        const value = bytes.subarray(at, at + pieceBytes);
        at += value.length;
        return { done: false, value };
      },
      async return() {
        ended++;
        return { done: true, value: undefined };
      },
    };
  }, createBlockBuffers());
  return { runs, opened, ended: () => ended };
}

test.each([4103, 100_000, BLOCK_BYTES, 3 * BLOCK_BYTES])(
  'blocks that follow each other come by one request, cut after %i bytes',
  async (pieceBytes) => {
    const { runs, opened } = world({ pieceBytes });
    // The next one is asked for while the first is still on its way.
    const read = await Promise.all([0, 1, 2, 3].map((index) => runs.read(one, bytes.length, index)));
    for (const [index, block] of read.entries()) expect(isBlock(block, index)).toBe(true);
    expect(opened).toEqual([[one, 0]]);
  },
);

test('another block than the next is another request, and the one before is ended', async () => {
  const { runs, opened, ended } = world();
  await runs.read(one, bytes.length, 0);
  expect(isBlock(await runs.read(one, bytes.length, 2), 2)).toBe(true);
  expect(isBlock(await runs.read(one, bytes.length, 2), 2)).toBe(true);
  expect(opened.map(([, start]) => start)).toEqual([0, 2 * BLOCK_BYTES, 2 * BLOCK_BYTES]);
  await expect.poll(ended).toBe(2);
});

test('no more assets are read at once than a browser has requests', async () => {
  const { runs, opened, ended } = world();
  const many = [...'23456'].map((digit) => digit.repeat(64) as AssetHash);
  for (const hash of many) await runs.read(hash, bytes.length, 0);
  await expect.poll(ended).toBe(2);
  // The one that was read last goes on.
  await runs.read(many[4]!, bytes.length, 1);
  expect(opened.length).toBe(5);
  runs.close();
  await expect.poll(ended).toBe(5);
  await expect(runs.read(one, bytes.length, 0)).rejects.toThrow('closed');
});

test('an answer that ends too early is told, and asked for anew', async () => {
  const { runs, opened } = world({ pieceBytes: BLOCK_BYTES, most: 1 });
  expect(isBlock(await runs.read(one, bytes.length, 0), 0)).toBe(true);
  await expect(runs.read(one, bytes.length, 1)).rejects.toThrow('shorter');
  expect(isBlock(await runs.read(one, bytes.length, 1), 1)).toBe(true);
  expect(opened.length).toBe(2);
});

test('a request that does not come about is told to every read that waits for it', async () => {
  const runs = createHttpRuns(() => Promise.reject(new Error('gone')), createBlockBuffers());
  const reads = await Promise.allSettled([runs.read(one, bytes.length, 0), runs.read(one, bytes.length, 1)]);
  expect(reads.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
