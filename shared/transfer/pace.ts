// How large the pieces of a block are: as much as crosses the link in a quarter of a second. On a fast link that is
// the largest frame it takes; on a slow one frames arrive often enough that nobody takes the link for dead, and what
// is more urgent waits less. It does not know what is sent.

/** A first guess that a slow network bears (1 s at 64 kB/s) and that costs a fast one nothing for long. */
const FIRST_BYTES = 64 * 1024;
const LEAST_BYTES = 16 * 1024;
const PIECE_MS = 250;
/** Shorter measurements say more about bursts than about the link. */
const WINDOW_MS = 100;

export interface Pace {
  /** So many bytes are known to be over there. */
  acknowledged(bytes: number): void;
  /** For the next piece. */
  pieceBytes(): number;
}

export function createPace(now: () => number): Pace {
  let piece = FIRST_BYTES;
  let since: number | undefined;
  let bytesSince = 0;
  return {
    acknowledged(bytes) {
      const at = now();
      // The first one only starts the clock: how long it was under way is not known.
      if (since === undefined) {
        since = at;
        return;
      }
      bytesSince += bytes;
      const ms = at - since;
      // A megabyte in no time at all is a fast link as well.
      if (ms < WINDOW_MS && bytesSince < (piece * 4 * WINDOW_MS) / PIECE_MS) return;
      piece = Math.max(LEAST_BYTES, Math.round((bytesSince / Math.max(1, ms)) * PIECE_MS));
      since = at;
      bytesSince = 0;
    },
    pieceBytes: () => piece,
  };
}
