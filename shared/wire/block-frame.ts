// A piece of one block of an asset as a binary frame. A block travels as one piece or several, in order, so that it
// fits whatever a link takes at once, and so that a cut costs a piece and not a block:
//   byte 0       2 = piece of a block (1 was a whole block, in version 1)
//   bytes 1..32  SHA-256 of the whole asset
//   bytes 33..36 block index, big endian
//   bytes 37..40 where in the block the piece begins, in bytes, big endian
//   rest         the piece's bytes, at least one
import { type AssetHash, BLOCK_BYTES } from '../asset/asset.ts';

const TAG = 2;
export const PIECE_HEADER = 41;
/** The largest piece, without its header: a frame of 256 KiB is as fast as one of 1 MiB, and delays others less. */
export const MAX_PIECE_BYTES = 256 * 1024;
export const MAX_PIECE_FRAME = PIECE_HEADER + MAX_PIECE_BYTES;

export interface BlockPiece {
  hash: AssetHash;
  index: number;
  /** Where in the block it begins. */
  offset: number;
  bytes: Uint8Array;
}

/** `into`: memory to write it to, of at least the length of the header and the piece; default: memory of its own. */
export function encodePiece(
  { hash, index, offset, bytes }: BlockPiece,
  into: Uint8Array = new Uint8Array(PIECE_HEADER + bytes.length),
): Uint8Array {
  const frame = into.subarray(0, PIECE_HEADER + bytes.length);
  frame[0] = TAG;
  for (let i = 0; i < 32; i++) frame[1 + i] = Number.parseInt(hash.slice(i * 2, i * 2 + 2), 16);
  const view = new DataView(frame.buffer, frame.byteOffset);
  view.setUint32(33, index);
  view.setUint32(37, offset);
  frame.set(bytes, PIECE_HEADER);
  return frame;
}

/** `bytes` is a view on the frame, not a copy. Undefined when the frame is not a piece of a block. */
export function decodePiece(frame: Uint8Array): BlockPiece | undefined {
  if (frame.length <= PIECE_HEADER || frame.length > MAX_PIECE_FRAME || frame[0] !== TAG) return undefined;
  let hash = '';
  for (let i = 1; i <= 32; i++) hash += HEX[frame[i]!];
  const view = new DataView(frame.buffer, frame.byteOffset);
  const offset = view.getUint32(37);
  const bytes = frame.subarray(PIECE_HEADER);
  if (offset + bytes.length > BLOCK_BYTES) return undefined;
  return { hash: hash as AssetHash, index: view.getUint32(33), offset, bytes };
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
