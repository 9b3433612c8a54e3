// The agent's half of shared/wire/live.ts on one link: what a device watches, how far each film was sent, and how much
// more may be. It sends a piece at a time and waits until the link took it, so that a film never fills a link's queue. It
// does not know sockets, nor where films come from.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import {
  decodeLive,
  encodeLive,
  isLiveText,
  type LiveEnd,
  type LiveMessage,
  MAX_LIVE_CREDIT,
  MAX_LIVE_PIECE,
  MAX_LIVE_WATCHES,
} from '@myspinbot/shared/wire/live.ts';
import { encodeLivePiece, isLiveFrame } from '@myspinbot/shared/wire/live-frame.ts';
import type { LiveFilms } from './live-films.ts';

export interface LiveSender {
  /** Takes one frame from the link; false when it is of another conversation. Never throws. */
  receive(frame: string | Uint8Array): boolean;
  /** The link is gone. */
  close(): void;
}

export interface LiveSenderOptions {
  films: LiveFilms;
  /**
   * How it stands with a job that this device may see: 'open' while a film may come, or how it ended. A job that is not
   * there and one that is not this device's to see are both unknown.
   */
  standing(job: JobId): 'open' | LiveEnd;
  /** Puts a frame on the link; a promise is waited for before the next piece. A throw means that the link is gone. */
  send(frame: string | Uint8Array): void | Promise<void>;
  /** The peer broke the rules; the owner closes the link. */
  onViolation(why: string): void;
}

interface Watch {
  /** What the device says that it has. */
  has: { film: string | undefined; bytes: number };
  /** What is being sent; undefined until there is a film. */
  sending: { film: string; stream: number; at: number } | undefined;
  credit: number;
  isBusy: boolean;
  unwatch(): void;
}

export function createLiveSender(options: LiveSenderOptions): LiveSender {
  const { films } = options;
  const watches = new Map<JobId, Watch>();
  let streams = 0;
  let isClosed = false;

  const close = () => {
    isClosed = true;
    for (const { unwatch } of watches.values()) unwatch();
    watches.clear();
  };
  const violation = (why: string) => {
    if (isClosed) return;
    close();
    options.onViolation(why);
  };
  /** False when the link is gone. */
  const deliver = async (frame: string | Uint8Array): Promise<boolean> => {
    if (isClosed) return false;
    try {
      await options.send(frame);
      return !isClosed;
    } catch {
      close(); // whoever owns the link hears of its end there
      return false;
    }
  };
  const stop = (job: JobId) => {
    const watch = watches.get(job);
    watches.delete(job);
    watch?.unwatch();
  };
  const finish = (job: JobId, why: LiveEnd) => {
    stop(job);
    void deliver(encodeLive({ type: 'live/end', job, why }));
  };

  /** Sends what there is and may be sent; one run at a time for each watch. */
  const advance = async (job: JobId, watch: Watch): Promise<void> => {
    if (watch.isBusy) return;
    watch.isBusy = true;
    try {
      while (!isClosed && watches.get(job) === watch) {
        const film = films.film(job);
        if (film === undefined) return;
        if (watch.sending?.film !== film.id) {
          const from = watch.has.film === film.id ? Math.min(watch.has.bytes, film.bytes) : 0;
          watch.sending = { film: film.id, stream: streams, at: from };
          streams = (streams + 1) % 2 ** 32;
          const { mime, width, height } = film.header;
          const start = { job, film: film.id, stream: watch.sending.stream, from, mime, width, height };
          if (!(await deliver(encodeLive({ type: 'live/start', ...start })))) return;
          continue;
        }
        const { stream, at } = watch.sending;
        if (at >= film.bytes) {
          if (film.isWhole) finish(job, 'finished');
          return;
        }
        if (watch.credit === 0) return;
        const bytes = await film.read(at, Math.min(MAX_LIVE_PIECE, watch.credit));
        // Stopped meanwhile, or the file is shorter than was said: the next growth tells.
        if (bytes.length === 0 || watches.get(job) !== watch) return;
        watch.credit -= bytes.length;
        watch.sending.at += bytes.length;
        if (!(await deliver(encodeLivePiece({ stream, at, bytes })))) return;
      }
    } catch {
      // The disk does not give it, or the film is gone: what there was stays, and the finished video comes.
      if (watches.get(job) === watch) finish(job, 'failed');
    } finally {
      watch.isBusy = false;
    }
  };

  const begin = ({ job, film, from, credit }: Extract<LiveMessage, { type: 'live/watch' }>) => {
    stop(job);
    if (watches.size >= MAX_LIVE_WATCHES) return violation('too many films are watched at once');
    const standing = options.standing(job);
    if (standing !== 'open' && (standing !== 'finished' || films.film(job) === undefined)) {
      return finish(job, standing);
    }
    const watch: Watch = {
      has: { film, bytes: from },
      sending: undefined,
      credit,
      isBusy: false,
      unwatch: films.watch(job, (end) => {
        if (watches.get(job) !== watch) return;
        if (end === undefined) void advance(job, watch);
        else finish(job, end);
      }),
    };
    watches.set(job, watch);
    void advance(job, watch);
  };
  const take = (message: LiveMessage) => {
    switch (message.type) {
      case 'live/watch':
        return begin(message);
      case 'live/more': {
        // It may have ended while this was on its way.
        const watch = watches.get(message.job);
        if (watch === undefined) return;
        watch.credit = Math.min(MAX_LIVE_CREDIT, watch.credit + message.bytes);
        return void advance(message.job, watch);
      }
      case 'live/stop':
        return stop(message.job);
      default:
        return violation(`${message.type} is not a device's to say`);
    }
  };

  return {
    receive(frame) {
      if (typeof frame !== 'string') {
        if (!isLiveFrame(frame)) return false;
        violation('a device sent a piece of a film');
        return true;
      }
      if (!isLiveText(frame)) return false;
      if (isClosed) return true;
      const decoded = decodeLive(frame);
      if (decoded.ok) take(decoded.value);
      else if (!decoded.unknown) violation(`not a live message: ${decoded.why}`);
      return true;
    },
    close,
  };
}
