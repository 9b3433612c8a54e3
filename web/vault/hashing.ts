// SHA-256 of blobs: of every block and of the whole. WebCrypto must have the whole in memory, so larger ones go through
// WebAssembly bit by bit, at a quarter of the speed. Runs in the worker; nothing here touches storage.
import { type AssetHash, BLOCK_BYTES, blockCount, blockRange } from '@myspinbot/shared/asset/asset.ts';
import { createSHA256 } from 'hash-wasm';
import { blockHash } from './block-hash.ts';

export interface BlobHashes {
  hash: AssetHash;
  /** Of every 1 MiB block in order. */
  blocks: string[];
}

/** What a phone has to spare for a moment, twice: WebCrypto copies. Most photos, recordings and films are smaller. */
const AT_ONCE_BYTES = 64 * 1024 * 1024;
/** Read at a time of larger ones. */
const RUN_BLOCKS = 8;

/** Reads the blob once. `atOnceBytes`: up to what size as a whole. */
export async function hashBlob(blob: Blob, atOnceBytes = AT_ONCE_BYTES): Promise<BlobHashes> {
  const blocks: string[] = [];
  const addBlocks = async (bytes: Uint8Array) => {
    for (let index = 0; index < blockCount(bytes.length); index++) {
      const { start, end } = blockRange(bytes.length, index);
      blocks.push(await blockHash(bytes.subarray(start, end)));
    }
  };
  if (blob.size <= atOnceBytes) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    await addBlocks(bytes);
    return { hash: (await blockHash(bytes)) as AssetHash, blocks };
  }
  const whole = await createSHA256();
  whole.init();
  for (let start = 0; start < blob.size; start += RUN_BLOCKS * BLOCK_BYTES) {
    const bytes = new Uint8Array(await blob.slice(start, start + RUN_BLOCKS * BLOCK_BYTES).arrayBuffer());
    await addBlocks(bytes);
    whole.update(bytes);
  }
  return { hash: whole.digest('hex') as AssetHash, blocks };
}
