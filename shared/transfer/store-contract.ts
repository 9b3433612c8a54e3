// What every store behind a transfer must do, whatever it keeps bytes in: the vault on a disk, the app's database,
// the memory of a test. Plain cases that throw, so that any test runner can run them.
import { type AssetHash, type AssetRef, BLOCK_BYTES } from '../asset/asset.ts';
import type { TransferStore } from './store.ts';

export interface StoreContractWorld {
  /** A fresh, empty store. */
  open(): Promise<TransferStore>;
  /** The same store as after a restart of its process; absent when it does not outlive one. */
  reopen?(store: TransferStore): Promise<TransferStore>;
  sha256(bytes: Uint8Array): string;
}

export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}

/** Bytes that look like nothing in particular, the same for the same seed. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

/** The record and the block list of some bytes. */
export function describeAsset(
  bytes: Uint8Array,
  sha256: (bytes: Uint8Array) => string,
): { ref: AssetRef; blocks: string[]; block(index: number): Uint8Array } {
  const block = (index: number) => bytes.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
  const count = Math.ceil(bytes.length / BLOCK_BYTES);
  return {
    ref: { hash: sha256(bytes) as AssetHash, bytes: bytes.length, type: 'application/octet-stream' },
    blocks: Array.from({ length: count }, (_, index) => sha256(block(index))),
    block,
  };
}

export function transferStoreContract(world: StoreContractWorld): ContractCase[] {
  const { sha256 } = world;
  const cases: ContractCase[] = [];
  const add = (name: string, run: (store: TransferStore) => Promise<void>) => {
    cases.push({ name, run: async () => run(await world.open()) });
  };

  for (const length of [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES + 17]) {
    add(`${length} bytes come back as they went in`, async (store) => {
      const bytes = noise(length, length + 1);
      const { ref, blocks, block } = describeAsset(bytes, sha256);
      const partial = await store.receive(ref, blocks);
      same(partial.missing(), [...blocks.keys()], 'everything is missing at first');
      for (const index of [...blocks.keys()].reverse()) {
        same(await partial.block(index, block(index)), true, `block ${index} is kept`);
      }
      same(partial.missing(), [], 'nothing is missing at the end');
      const kept = await partial.finish();
      same(kept.hash, ref.hash, 'the hash');
      same(kept.bytes, length, 'the size');
      await partial.close();
      same((await store.ref(ref.hash))?.bytes, length, 'the asset is here');
      same([...(await store.blocks(ref.hash))], blocks, 'the list of blocks');
      for (const index of blocks.keys()) {
        same(sha256(await store.readBlock(ref.hash, index)), blocks[index], `block ${index} read again`);
      }
    });
  }

  add('an asset is not here before it is whole', async (store) => {
    const { ref, blocks, block } = describeAsset(noise(BLOCK_BYTES + 5), sha256);
    const partial = await store.receive(ref, blocks);
    await partial.block(0, block(0));
    same(await store.ref(ref.hash), undefined, 'half an asset');
    await rejects(partial.finish(), 'finish before the last block');
    same(partial.missing(), [1], 'what is missing after that');
    await partial.block(1, block(1));
    await partial.finish();
    await partial.close();
    same((await store.ref(ref.hash))?.hash, ref.hash, 'the whole asset');
  });

  add('a block that does not match is refused and stays missing', async (store) => {
    const { ref, blocks, block } = describeAsset(noise(2 * BLOCK_BYTES), sha256);
    const partial = await store.receive(ref, blocks);
    const damaged = block(1).slice();
    damaged[4711] = damaged[4711]! ^ 1;
    same(await partial.block(1, damaged), false, 'one flipped bit');
    same(await partial.block(1, block(0)), false, 'another block');
    same(await partial.block(1, block(1).subarray(1)), false, 'a short block');
    same(await partial.block(2, block(1)), false, 'an index past the end');
    same(partial.missing(), [0, 1], 'what is missing');
    await partial.close();
  });

  add('a block given twice is kept once', async (store) => {
    const { ref, blocks, block } = describeAsset(noise(2 * BLOCK_BYTES, 3), sha256);
    const partial = await store.receive(ref, blocks);
    same(await partial.block(0, block(0)), true, 'the first time');
    same(await partial.block(0, block(0)), true, 'the second time');
    same(partial.missing(), [1], 'what is missing');
    await partial.close();
  });

  add('the memory a block was given in is the giver’s again once it is kept', async (store) => {
    const { ref, blocks, block } = describeAsset(noise(3 * BLOCK_BYTES, 4), sha256);
    const partial = await store.receive(ref, blocks);
    const memory = new Uint8Array(BLOCK_BYTES);
    for (const index of [0, 2, 1]) {
      memory.set(block(index));
      same(await partial.block(index, memory), true, `block ${index} is kept`);
    }
    memory.fill(0);
    await partial.finish();
    await partial.close();
    for (const index of blocks.keys()) {
      same(sha256(await store.readBlock(ref.hash, index)), blocks[index], `block ${index} read again`);
    }
  });

  add('what was kept is still there when the partial asset is opened again', async (store) => {
    const { ref, blocks, block } = describeAsset(noise(4 * BLOCK_BYTES + 9, 5), sha256);
    const first = await store.receive(ref, blocks);
    await first.block(3, block(3));
    await first.block(0, block(0));
    await first.close();
    const again = world.reopen === undefined ? store : await world.reopen(store);
    const second = await again.receive(ref, blocks);
    same(second.missing(), [1, 2, 4], 'what is missing');
    for (const index of second.missing()) await second.block(index, block(index));
    await second.finish();
    await second.close();
    same((await again.ref(ref.hash))?.hash, ref.hash, 'the whole asset');
  });

  add('a whole that is not what was announced is refused', async (store) => {
    const honest = describeAsset(noise(BLOCK_BYTES + 1, 7), sha256);
    const lie = { ...honest.ref, hash: sha256(noise(3, 8)) as AssetHash };
    const partial = await store.receive(lie, honest.blocks);
    await partial.block(0, honest.block(0));
    await partial.block(1, honest.block(1));
    await rejects(partial.finish(), 'finish under another hash');
    await partial.close();
    same(await store.ref(lie.hash), undefined, 'the lie');
    same(await store.ref(honest.ref.hash), undefined, 'what the bytes really are');
  });

  add('an honest upload succeeds after one that lied about the blocks', async (store) => {
    const honest = describeAsset(noise(BLOCK_BYTES + 1, 9), sha256);
    const other = describeAsset(noise(BLOCK_BYTES + 1, 10), sha256);
    const liar = await store.receive(honest.ref, other.blocks);
    await liar.block(0, other.block(0));
    await liar.close();
    const partial = await store.receive(honest.ref, honest.blocks);
    same(partial.missing(), [0, 1], 'nothing of the liar counts');
    await partial.block(0, honest.block(0));
    await partial.block(1, honest.block(1));
    await partial.finish();
    await partial.close();
    same((await store.ref(honest.ref.hash))?.hash, honest.ref.hash, 'the whole asset');
  });

  add('an asset that is not here is undefined, and its blocks are refused', async (store) => {
    const { ref } = describeAsset(noise(10, 11), sha256);
    same(await store.ref(ref.hash), undefined, 'the record');
    await rejects((async () => store.blocks(ref.hash))(), 'its blocks');
    await rejects((async () => store.readBlock(ref.hash, 0))(), 'a block');
  });

  return cases;
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual) ?? 'undefined', JSON.stringify(expected) ?? 'undefined'];
  if (a !== b) throw new Error(`${what}: expected ${b.slice(0, 300)}, got ${a.slice(0, 300)}`);
}

async function rejects(promise: Promise<unknown>, what: string): Promise<void> {
  let refused = false;
  try {
    await promise;
  } catch {
    refused = true;
  }
  if (!refused) throw new Error(`${what}: expected a refusal`);
}
