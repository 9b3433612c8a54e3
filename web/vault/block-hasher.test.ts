import { expect, test } from 'vitest';
import { blockHash } from './block-hash.ts';
import { createBlockHasher, type FromHashWorker, type HashThread, hereHasher } from './block-hasher.ts';

const bytes = (fill: number) => new Uint8Array(100).fill(fill);

/** A thread in this one: memory moves as between real ones. */
function threads() {
  const seen: number[] = [];
  let thread: HashThread | undefined;
  const say = (data: FromHashWorker) => thread?.onmessage?.({ data } as MessageEvent<FromHashWorker>);
  return {
    seen,
    start(): HashThread {
      thread = {
        onmessage: null,
        onerror: null,
        postMessage(message, transfer) {
          const moved = structuredClone(message, { transfer });
          seen.push(moved.id);
          void blockHash(moved.bytes).then((hash) => say({ ...moved, hash }));
        },
      };
      return thread;
    },
    say,
    die: () => thread?.onerror?.({} as ErrorEvent),
  };
}

test('blocks are hashed there once it is ready, and here until then', async () => {
  const there = threads();
  const hasher = createBlockHasher(there.start);
  const early = bytes(1);
  expect(await hasher.hash(early)).toEqual({ hash: await blockHash(bytes(1)), bytes: early });
  expect(early.length).toBe(100);
  there.say('ready');
  const moved = [bytes(2), bytes(3)];
  const answers = await Promise.all(moved.map((block) => hasher.hash(block)));
  expect(answers).toEqual([
    { hash: await blockHash(bytes(2)), bytes: bytes(2), id: 1 },
    { hash: await blockHash(bytes(3)), bytes: bytes(3), id: 2 },
  ]);
  expect(moved.map((block) => block.length)).toEqual([0, 0]);
  expect(there.seen).toEqual([1, 2]);
});

test('a view on something larger stays where it is', async () => {
  const there = threads();
  const hasher = createBlockHasher(there.start);
  await hasher.hash(bytes(1));
  there.say('ready');
  const view = bytes(4).subarray(10, 20);
  expect((await hasher.hash(view)).bytes).toBe(view);
  expect(there.seen).toEqual([]);
});

test('what was with a thread that ended is told as lost, and the next is hashed here', async () => {
  const there = threads();
  const hasher = createBlockHasher(there.start);
  await hasher.hash(bytes(1));
  there.say('ready');
  const lost = hasher.hash(bytes(2));
  there.die();
  await expect(lost).rejects.toThrow('ended');
  expect((await hasher.hash(bytes(3))).hash).toBe(await blockHash(bytes(3)));
});

test('where no thread can be had it hashes here, and asks for one once', async () => {
  let asked = 0;
  const hasher = createBlockHasher(() => {
    asked++;
    throw new Error('no workers here');
  });
  for (const fill of [1, 2]) {
    expect(await hasher.hash(bytes(fill))).toEqual(await hereHasher.hash(bytes(fill)));
  }
  expect(asked).toBe(1);
});
