// One block of an asset as a binary frame:
//   byte 0       1 = block
//   bytes 1..32  SHA-256 of the whole asset
//   bytes 33..36 block index, big endian
//   rest         the block's bytes (1 MiB, or less for the last one)
import { type AssetHash, BLOCK_BYTES } from '../asset/asset.ts';

export const BLOCK_FRAME_HEADER = 37;
export const MAX_BLOCK_FRAME = BLOCK_FRAME_HEADER + BLOCK_BYTES;

export function encodeBlock(hash: AssetHash, index: number, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(BLOCK_FRAME_HEADER + bytes.length);
  frame[0] = 1;
  for (let i = 0; i < 32; i++) frame[1 + i] = Number.parseInt(hash.slice(i * 2, i * 2 + 2), 16);
  new DataView(frame.buffer).setUint32(33, index);
  frame.set(bytes, BLOCK_FRAME_HEADER);
  return frame;
}

/** `bytes` is a view on the frame, not a copy. Undefined when the frame is not a block. */
export function decodeBlock(
  frame: Uint8Array,
): { hash: AssetHash; index: number; bytes: Uint8Array } | undefined {
  if (frame.length < BLOCK_FRAME_HEADER || frame.length > MAX_BLOCK_FRAME || frame[0] !== 1) return undefined;
  let hash = '';
  for (let i = 1; i <= 32; i++) hash += frame[i]!.toString(16).padStart(2, '0');
  const index = new DataView(frame.buffer, frame.byteOffset).getUint32(33);
  return { hash: hash as AssetHash, index, bytes: frame.subarray(BLOCK_FRAME_HEADER) };
}
