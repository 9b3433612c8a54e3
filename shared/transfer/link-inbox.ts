// What a link has heard and not handed over yet, and that it is over: the half of every link that is the same for all
// of them. Frames wait for their listener in bounded memory; the end is told once.
import type { FrameLink } from './link.ts';

/** What may wait for a listener, which comes in the same breath as the link or not at all. */
export const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** A frame costs more than its bytes: empty ones count too. */
const FRAME_COST = 64;

export interface LinkInbox extends Pick<FrameLink, 'onFrame' | 'onClose'> {
  /** A frame arrived. False = too much waits for nobody; the link is to be given up. Nothing is taken after the end. */
  take(frame: string | Uint8Array): boolean;
  /** The link is over; true the first time. */
  end(why: string): boolean;
  /** Why it is over; undefined while it lasts. */
  ended(): string | undefined;
}

export function createLinkInbox(): LinkInbox {
  let waiting: (string | Uint8Array)[] = [];
  let waitingBytes = 0;
  let listener: ((frame: string | Uint8Array) => void) | undefined;
  const told: ((why: string) => void)[] = [];
  let over: string | undefined;

  return {
    take(frame) {
      if (over !== undefined) return true;
      if (listener !== undefined) {
        listener(frame);
        return true;
      }
      waiting.push(frame);
      waitingBytes += frame.length + FRAME_COST;
      return waitingBytes <= MAX_WAITING_BYTES;
    },
    end(why) {
      if (over !== undefined) return false;
      over = why;
      waiting = [];
      for (const tell of told.splice(0)) tell(why);
      return true;
    },
    ended: () => over,
    onFrame(next) {
      listener = next;
      const late = waiting;
      waiting = [];
      waitingBytes = 0;
      // A listener may close the link in the middle of them.
      for (const frame of late) if (over === undefined) next(frame);
    },
    onClose(tell) {
      if (over === undefined) told.push(tell);
      else tell(over);
    },
  };
}
