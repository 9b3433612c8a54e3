// The vault keeps assets by hash. This is what the rest of the agent may ask of it; how bytes lie on disk is
// its own business. Nothing is visible under its hash before it is whole, verified and durable.
import type { AssetHash, AssetRef, AssetType } from '@myspinbot/shared/asset/asset.ts';

export interface Vault {
  has(hash: AssetHash): boolean;
  /** Record of a kept asset; undefined when it is not here. */
  ref(hash: AssetHash): AssetRef | undefined;
  /** Read-only path; throws Failure `not-found`. */
  path(hash: AssetHash): string;
  /** Keeps bytes given whole or as a stream; type by content, not by claim. Throws Failure `disk-full`, `bad-input` (too large). */
  put(bytes: Uint8Array | AsyncIterable<Uint8Array>, name?: string): Promise<AssetRef>;
  /**
   * Keeps what `make` makes of the bytes, and not the bytes themselves, which lie at `from` meanwhile. Throws what
   * `make` throws, and as `put`.
   */
  putMade(
    bytes: AsyncIterable<Uint8Array>,
    make: (from: string, found: { bytes: number; type: AssetType }) => Promise<Uint8Array>,
    name?: string,
  ): Promise<AssetRef>;
  /** Takes over a finished file by rename (same disk) after checking size and hash. Idempotent. */
  adopt(file: string, ref: AssetRef): Promise<void>;
  /** SHA-256 of every block in order, computed once and remembered. */
  blocks(hash: AssetHash): Promise<readonly string[]>;
  readBlock(hash: AssetHash, index: number): Promise<Uint8Array>;
  /** An upload in blocks: opens or re-opens the partial asset. */
  receive(ref: AssetRef, blocks: readonly string[]): Promise<Receiving>;
  remove(hash: AssetHash): Promise<void>;
  usage(): { assets: number; bytes: number };
  /** Tells when an asset became whole. */
  onKept(listener: (ref: AssetRef) => void): () => void;
}

export interface Receiving {
  /** Indices still missing. */
  missing(): readonly number[];
  /** Verifies against the block's hash and makes it durable; false = the bytes do not match. */
  block(index: number, bytes: Uint8Array): Promise<boolean>;
  /** After the last block: verifies the whole, commits by rename. Throws Failure `bad-input` when the whole does not match. */
  finish(): Promise<AssetRef>;
  close(): Promise<void>;
}

export type { AssetType };
