// What a transfer needs of the place where bytes are kept. The agent's vault has this shape; so has the app's
// own store. It says nothing about disks, databases or links.
import type { AssetHash, AssetRef } from '../asset/asset.ts';
import type { BlockBuffers } from './block-buffers.ts';

type Answer<T> = T | Promise<T>;

export interface TransferStore {
  /** Record of an asset that is here, whole and verified; undefined when it is not. */
  ref(hash: AssetHash): Answer<AssetRef | undefined>;
  /** SHA-256 of every block in order. */
  blocks(hash: AssetHash): Promise<readonly string[]>;
  readBlock(hash: AssetHash, index: number): Promise<Uint8Array>;
  /** Nobody reads the bytes of a block any more: a store may use their memory again. */
  giveBack?(bytes: Uint8Array): void;
  /** Where blocks that come are put together; default: memory of the session's own. */
  readonly buffers?: BlockBuffers;
  /** Opens or re-opens a partial asset; blocks kept before a break are still there. */
  receive(ref: AssetRef, blocks: readonly string[]): Promise<PartialAsset>;
}

export interface PartialAsset {
  /** Indices still missing, ascending. */
  missing(): readonly number[];
  /**
   * Verifies against the block's hash, then keeps durably; false = the bytes do not match, nothing was kept. Once it has
   * ended the bytes are the caller's again, who puts the next block there: a store that keeps
   * them in memory copies. Or it has moved their memory away, and gives that back to `buffers` itself.
   */
  block(index: number, bytes: Uint8Array): Promise<boolean>;
  /**
   * After the last block: verifies the whole and makes it visible. Throws Failure `bad-input` when the whole does
   * not match; when single blocks turned out damaged they are in `missing()` again.
   */
  finish(): Promise<AssetRef>;
  /** Lets go, waiting for a running call; what was kept stays for the next `receive`. */
  close(): Promise<void>;
}
