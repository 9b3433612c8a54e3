// SHA-256 of blobs: of every block (WebCrypto, fast) and of the whole (a streaming hash, because WebCrypto must
// have the whole in memory). Runs in the worker; nothing here touches storage.
import { type AssetHash, blockCount, blockRange } from '@myspinbot/shared/asset/asset.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { blockHash } from './block-hash.ts';

export interface BlobHashes {
  hash: AssetHash;
  /** Of every 1 MiB block in order. */
  blocks: string[];
}

/** Reads the blob once, a block at a time. */
export async function hashBlob(blob: Blob): Promise<BlobHashes> {
  const whole = sha256.create();
  const blocks: string[] = [];
  for (let index = 0; index < blockCount(blob.size); index++) {
    const { start, end } = blockRange(blob.size, index);
    const bytes = new Uint8Array(await blob.slice(start, end).arrayBuffer());
    blocks.push(await blockHash(bytes));
    whole.update(bytes);
  }
  return { hash: bytesToHex(whole.digest()) as AssetHash, blocks };
}
