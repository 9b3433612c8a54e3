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
   * Takes bytes in without making them visible: nobody sees them before `keep`, and nothing is left after `drop`. What
   * `make` makes of them, which lie at `from` meanwhile, takes their place. Throws what `check` and `make` throw, and as
   * `put`.
   */
  stage(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options?: StageOptions): Promise<Staged>;
  /** Takes over a finished file by rename (same disk) after checking size and hash. Idempotent. */
  adopt(file: string, ref: AssetRef): Promise<void>;
  /** SHA-256 of every block in order, computed once and remembered. */
  blocks(hash: AssetHash): Promise<readonly string[]>;
  readBlock(hash: AssetHash, index: number): Promise<Uint8Array>;
  /** Nobody reads what `readBlock` gave any more: another block may be put there. */
  giveBack(bytes: Uint8Array): void;
  /** An upload in blocks: opens or re-opens the partial asset. `by`: whoever it is counted to while it is interrupted. */
  receive(ref: AssetRef, blocks: readonly string[], by?: string): Promise<Receiving>;
  /** Bytes of interrupted uploads that nobody goes on with now, of one or of all, without those of one asset. */
  unfinished(of?: { by?: string | undefined; except?: AssetHash | undefined }): number;
  /** Gives up interrupted uploads that nobody went on with for a day. To be called now and then. */
  tidy(): Promise<void>;
  remove(hash: AssetHash): Promise<void>;
  /** Everything that lies under a hash, also what is not whole: `has` is false for that. */
  hashes(): readonly AssetHash[];
  /** Looks at the file itself, as far as its size or through all of it; undefined when it was taken away. */
  examine(hash: AssetHash, how: 'size' | 'hash'): Promise<Examined | undefined>;
  usage(): { assets: number; bytes: number };
  /** Tells when an asset became whole. */
  onKept(listener: (ref: AssetRef) => void): () => void;
}

/** What was found in bytes that came. */
export interface Found {
  readonly bytes: number;
  readonly type: AssetType;
}

/** What an asset's file is like. */
export interface Examined {
  readonly bytes: number;
  /** When it was last brought or made, epoch ms. */
  readonly keptAt: number;
  readonly isWhole: boolean;
}

export interface StageOptions {
  readonly name?: string | undefined;
  /** Throws when they are not what was asked for. */
  readonly check?: (found: Found) => void;
  readonly make?: (from: string, found: Found) => Promise<Uint8Array>;
}

export interface Staged {
  readonly ref: AssetRef;
  /** From now on it is in the vault, unless it was before. */
  keep(): Promise<AssetRef>;
  /** Takes back what was not kept. Idempotent, and nothing after `keep`. */
  drop(): Promise<void>;
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
