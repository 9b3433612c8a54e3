// A piece of a growing film as a binary frame:
//   byte 0      3 = live
//   bytes 1..4  the stream, as live/start named it, big endian
//   bytes 5..12 where in the film the piece begins, in bytes, big endian
//   rest        the piece's bytes, at least one
import { MAX_LIVE_PIECE } from './live.ts';

const TAG = 3;
export const LIVE_FRAME_HEADER = 13;
export const MAX_LIVE_FRAME = LIVE_FRAME_HEADER + MAX_LIVE_PIECE;
const HIGH = 2 ** 32;

export interface LivePiece {
  stream: number;
  at: number;
  bytes: Uint8Array;
}

/** Whether a binary frame is of the live conversation. */
export function isLiveFrame(frame: Uint8Array): boolean {
  return frame[0] === TAG;
}

export function encodeLivePiece({ stream, at, bytes }: LivePiece): Uint8Array {
  const frame = new Uint8Array(LIVE_FRAME_HEADER + bytes.length);
  frame[0] = TAG;
  const view = new DataView(frame.buffer);
  view.setUint32(1, stream);
  view.setUint32(5, Math.floor(at / HIGH));
  view.setUint32(9, at % HIGH);
  frame.set(bytes, LIVE_FRAME_HEADER);
  return frame;
}

/** `bytes` is a view on the frame, not a copy. Undefined when the frame is not a piece of a film. */
export function decodeLivePiece(frame: Uint8Array): LivePiece | undefined {
  if (frame[0] !== TAG || frame.length <= LIVE_FRAME_HEADER || frame.length > MAX_LIVE_FRAME)
    return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset);
  const at = view.getUint32(5) * HIGH + view.getUint32(9);
  if (!Number.isSafeInteger(at)) return undefined;
  return { stream: view.getUint32(1), at, bytes: frame.subarray(LIVE_FRAME_HEADER) };
}
