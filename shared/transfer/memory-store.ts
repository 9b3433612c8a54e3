// A transfer store in memory: the fake behind tests of the session, itself held to the contract. Damage and
// failures can be switched on.
import { type AssetHash, type AssetRef, BLOCK_BYTES, blockRange } from '../asset/asset.ts';
import { Failure } from '../failure/failure.ts';
import type { TransferStore } from './store.ts';
import { describeAsset } from './store-contract.ts';

export interface MemoryStore extends TransferStore {
  put(bytes: Uint8Array): AssetRef;
  bytes(hash: AssetHash): Uint8Array | undefined;
  /** Called before every kept block; a throw is the store's failure. */
  beforeKeep: () => void;
  /** Changes what is read. */
  whenRead: (bytes: Uint8Array) => Uint8Array;
}

export function createMemoryStore(sha256: (bytes: Uint8Array) => string): MemoryStore {
  const whole = new Map<AssetHash, { ref: AssetRef; bytes: Uint8Array }>();
  const partials = new Map<string, Map<number, Uint8Array>>();
  const find = (hash: AssetHash) => {
    const found = whole.get(hash);
    if (found !== undefined) return found;
    throw new Failure({ code: 'not-found', message: 'Not here.', hint: 'Put it first.' });
  };
  const store: MemoryStore = {
    beforeKeep() {},
    whenRead: (bytes) => bytes,
    put(bytes) {
      const { ref } = describeAsset(bytes, sha256);
      whole.set(ref.hash, { ref, bytes });
      return ref;
    },
    bytes: (hash) => whole.get(hash)?.bytes,
    ref: (hash) => whole.get(hash)?.ref,
    async blocks(hash) {
      return describeAsset(find(hash).bytes, sha256).blocks;
    },
    async readBlock(hash, index) {
      const { start, end } = blockRange(find(hash).ref.bytes, index);
      return store.whenRead(find(hash).bytes.slice(start, end));
    },
    async receive(ref, blocks) {
      const key = `${ref.hash} ${blocks.join(' ')}`;
      const kept = partials.get(key) ?? new Map<number, Uint8Array>();
      partials.set(key, kept);
      return {
        missing: () => [...blocks.keys()].filter((index) => !kept.has(index)),
        async block(index, bytes) {
          store.beforeKeep();
          const { start, end } = blockRange(ref.bytes, index);
          if (sha256(bytes) !== blocks[index] || bytes.length !== end - start) return false;
          kept.set(index, bytes.slice());
          return true;
        },
        async finish() {
          const bytes = new Uint8Array(ref.bytes);
          for (const [index, block] of kept) bytes.set(block, index * BLOCK_BYTES);
          if (kept.size !== blocks.length || sha256(bytes) !== ref.hash) {
            throw new Failure({ code: 'bad-input', message: 'Another file.', hint: 'Send it again.' });
          }
          whole.set(ref.hash, { ref, bytes });
          partials.delete(key);
          return ref;
        },
        async close() {},
      };
    },
  };
  return store;
}
