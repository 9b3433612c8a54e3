// The device's half of shared/wire/live.ts: which films are watched, how far each came, and how much more may come. It
// outlives links: on each new one it asks for every film again from the byte it has. It does not know sockets, workers or
// what plays a film.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import {
  decodeLive,
  encodeLive,
  isLiveText,
  LIVE_WINDOW,
  type LiveEnd,
  type LiveMessage,
} from '@myspinbot/shared/wire/live.ts';
import { decodeLivePiece, isLiveFrame } from '@myspinbot/shared/wire/live-frame.ts';

export type LiveEvent =
  /** A film begins; another one of the same job is over with that. */
  | { type: 'began'; job: JobId; mime: string; width: number; height: number }
  /** Its next bytes. They count as kept until `taken` says otherwise. */
  | { type: 'bytes'; job: JobId; bytes: Uint8Array }
  /** Nothing comes any more. finished: all of it came. */
  | { type: 'ended'; job: JobId; why: LiveEnd };

export interface LiveLink {
  /** Takes one frame from the link; false when it is of another conversation. Never throws. */
  receive(frame: string | Uint8Array): boolean;
  /** The link is gone. */
  close(): void;
}

export interface LiveReceiver {
  watch(job: JobId): void;
  stop(job: JobId): void;
  /** So many bytes were used: as many more may come. */
  taken(job: JobId, bytes: number): void;
  isWatching(): boolean;
  /** A new link; the one before is gone. `violated`: the peer broke the rules, and its link is to be closed. */
  link(send: (frame: string) => void, violated: (why: string) => void): LiveLink;
}

interface Watched {
  /** Undefined until its first byte may come. */
  film: string | undefined;
  /** On this link. */
  stream: number | undefined;
  /** Bytes that came. */
  have: number;
  /** Of those, how many were not taken yet. */
  kept: number;
  /** Bytes that may still come on this link. */
  credit: number;
}

/** Credit is given back in lots of this, not for every piece. */
const LOT = LIVE_WINDOW / 8;

export function createLiveReceiver(tell: (event: LiveEvent) => void): LiveReceiver {
  const watched = new Map<JobId, Watched>();
  let current: { say(message: LiveMessage): void } | undefined;

  const ask = (job: JobId, one: Watched) => {
    one.stream = undefined;
    one.credit = Math.max(0, LIVE_WINDOW - one.kept);
    // Nothing is used here: what is kept is asked for when it is taken.
    if (one.credit === 0) return;
    const { film, have: from, credit } = one;
    current?.say({ type: 'live/watch', job, from, credit, ...(film === undefined ? {} : { film }) });
  };
  const refill = (job: JobId, one: Watched) => {
    const bytes = LIVE_WINDOW - one.kept - one.credit;
    if (bytes < LOT || current === undefined) return;
    if (one.credit === 0 && one.stream === undefined) return ask(job, one);
    one.credit += bytes;
    current.say({ type: 'live/more', job, bytes });
  };

  const started = (message: Extract<LiveMessage, { type: 'live/start' }>): string | undefined => {
    const { job, film, stream, from, mime, width, height } = message;
    const one = watched.get(job);
    if (one === undefined) return undefined; // stopped while this was on its way
    if (film === one.film) {
      if (from !== one.have) return 'a film goes on at another byte than was asked for';
    } else {
      if (from !== 0) return 'a film does not begin at its beginning';
      // What is kept of the one before is nobody's any more; the page drops it when it hears this.
      Object.assign(one, { film, have: 0, kept: 0 });
      tell({ type: 'began', job, mime, width, height });
    }
    one.stream = stream;
    refill(job, one);
    return undefined;
  };
  const piece = (frame: Uint8Array): string | undefined => {
    const decoded = decodeLivePiece(frame);
    if (decoded === undefined) return 'not a piece of a film';
    const found = [...watched].find(([, one]) => one.stream === decoded.stream);
    if (found === undefined) return undefined; // likewise
    const [job, one] = found;
    const { at, bytes } = decoded;
    if (at !== one.have) return 'a piece of a film that is not the next one';
    if (bytes.length > one.credit) return 'more of a film than was allowed';
    one.credit -= bytes.length;
    one.have += bytes.length;
    one.kept += bytes.length;
    tell({ type: 'bytes', job, bytes });
    return undefined;
  };
  const text = (frame: string): string | undefined => {
    const decoded = decodeLive(frame);
    if (!decoded.ok) return decoded.unknown ? undefined : `not a live message: ${decoded.why}`;
    const message = decoded.value;
    if (message.type === 'live/start') return started(message);
    if (message.type !== 'live/end') return `${message.type} is not the agent's to say`;
    if (watched.delete(message.job)) tell({ type: 'ended', job: message.job, why: message.why });
    return undefined;
  };

  return {
    watch(job) {
      if (watched.has(job)) return;
      const one: Watched = { film: undefined, stream: undefined, have: 0, kept: 0, credit: 0 };
      watched.set(job, one);
      ask(job, one);
    },
    stop(job) {
      if (watched.delete(job)) current?.say({ type: 'live/stop', job });
    },
    taken(job, bytes) {
      const one = watched.get(job);
      if (one === undefined) return;
      one.kept = Math.max(0, one.kept - bytes);
      refill(job, one);
    },
    isWatching: () => watched.size > 0,
    link(send, violated) {
      const mine = { say: (message: LiveMessage) => send(encodeLive(message)) };
      current = mine;
      for (const [job, one] of watched) ask(job, one);
      return {
        receive(frame) {
          const isText = typeof frame === 'string';
          if (isText ? !isLiveText(frame) : !isLiveFrame(frame)) return false;
          if (current !== mine) return true;
          const wrong = isText ? text(frame) : piece(frame);
          if (wrong !== undefined) {
            current = undefined;
            violated(wrong);
          }
          return true;
        },
        close() {
          if (current === mine) current = undefined;
        },
      };
    },
  };
}
