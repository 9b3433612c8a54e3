// The device's store without storage: gives synthetic files and takes blocks, which it verifies as the real one does and
// lets go of. So a measurement through it has everything in it but the disk, and one file can be fetched again and again.
import { type AssetHash, blockRange } from '@myspinbot/shared/asset/asset.ts';
import { createBlockBuffers } from '@myspinbot/shared/transfer/block-buffers.ts';
import type { AssetStore } from '../../web/vault/assets.ts';
import type { BlockHasher } from '../../web/vault/block-hasher.ts';
import { type DescribedSynthetic, syntheticBlock } from './synthetic.ts';

/** It has the files `here`. `ended` is told when the workstation has a file, or the device. */
export function openSyntheticStore(
  here: readonly DescribedSynthetic[],
  hasher: BlockHasher,
  ended: (hash: string, how: 'sent' | 'arrived' | { refused: string }) => void,
): AssetStore {
  const find = (hash: AssetHash) => {
    const file = here.find((one) => one.hash === hash);
    if (file === undefined) throw new Error('no such file');
    return file;
  };
  /** What is missing of a file that is coming: it outlives its links. */
  const buffers = createBlockBuffers();
  const partials = new Map<AssetHash, Set<number>>();
  /** The part of it that a pump uses. */
  const store: Omit<AssetStore, 'has' | 'blob' | 'keep' | 'send' | 'want' | 'prefetch'> = {
    async ref(hash) {
      const file = here.find((one) => one.hash === hash);
      return file && { hash, bytes: file.bytes, type: 'application/octet-stream' };
    },
    blocks: async (hash) => find(hash).blocks,
    readBlock: async (hash, index) => syntheticBlock(find(hash), index),
    buffers,
    async receive(ref, blocks) {
      const missing = partials.get(ref.hash) ?? new Set(blocks.keys());
      partials.set(ref.hash, missing);
      return {
        missing: () => [...missing],
        async block(index, bytes) {
          const { start, end } = blockRange(ref.bytes, index);
          if (bytes.length !== end - start) return false;
          const hashed = await hasher.hash(bytes);
          if (hashed.bytes !== bytes) buffers.give(hashed.bytes);
          if (hashed.hash !== blocks[index]) return false;
          missing.delete(index);
          return true;
        },
        async finish() {
          if (missing.size > 0) throw new Error(`${missing.size} blocks are missing`);
          return ref;
        },
        close: async () => undefined,
      };
    },
    left: async () => undefined,
    sent: async (hash) => ended(hash, 'sent'),
    sendRefused: async (hash, { why, hint }) => ended(hash, { refused: `${why} ${hint ?? ''}` }),
    wantRefused: async (hash, { why, hint }) => ended(hash, { refused: `${why} ${hint ?? ''}` }),
    unwant: async (hash) => ended(hash, 'arrived'),
  };
  return store as AssetStore;
}
