// Memory for blocks that are being put together, used again and again: a fresh MiB costs as much as hashing it (the
// system fills it with zeros, page by page, and the collector takes it away). It does not know blocks or links.
import { BLOCK_BYTES } from '../asset/asset.ts';

export interface BlockBuffers {
  /** `length` bytes of whatever content: the caller fills all of it before anybody reads it. */
  take(length: number): Uint8Array<ArrayBuffer>;
  /** Nobody reads or keeps it any more. Memory that was moved to another thread is passed over. */
  give(bytes: Uint8Array): void;
}

/** As many as are in flight at once, and being kept meanwhile. */
const MAX_SPARE = 8;

export function createBlockBuffers(): BlockBuffers {
  const spare: Uint8Array<ArrayBuffer>[] = [];
  return {
    take: (length) => (length === BLOCK_BYTES ? spare.pop() : undefined) ?? new Uint8Array(length),
    give(bytes) {
      const isWhole = bytes.length === BLOCK_BYTES && bytes.buffer.byteLength === BLOCK_BYTES;
      if (isWhole && spare.length < MAX_SPARE) spare.push(bytes as Uint8Array<ArrayBuffer>);
    },
  };
}
