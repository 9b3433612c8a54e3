// The films that grow now: for every running job the file that its video is written to, how much of it is there, and who
// wants to hear of more. A file is held open from its first byte to its job's end, so that it can be read whoever removes
// it. It knows no sockets and does not know who may watch.
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import type { LiveEnd } from '@myspinbot/shared/wire/live.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { type FilmHeader, readFilmHeader } from '../media/film-header.ts';

const readAt = promisify(read);
/** A header of ours has under 2 KiB. */
const MAX_HEADER = 64 * 1024;
/** How long a slow watcher of a finished job may still fetch the rest; the finished video is there meanwhile. */
const LINGER_MS = 60_000;

export interface LiveFilm {
  /** Another one for every attempt and every start of the agent: whoever has bytes of one knows which. */
  readonly id: string;
  readonly header: FilmHeader;
  readonly bytes: number;
  /** It grows no more. */
  readonly isWhole: boolean;
  /** Up to `length` bytes from `at`; rejects when the disk does. */
  read(at: number, length: number): Promise<Uint8Array>;
}

export interface LiveFilms {
  /** The job's film has so many bytes now. */
  grew(job: JobId, file: string, bytes: number): void;
  /** It is there to its end. */
  whole(job: JobId): void;
  /** The job has ended. */
  ended(job: JobId, why: Exclude<LiveEnd, 'unknown'>): void;
  /** Undefined until its header is there. */
  film(job: JobId): LiveFilm | undefined;
  /** Called at every change of the job's film; `end` once, when nothing comes any more. */
  watch(job: JobId, changed: (end?: LiveEnd) => void): () => void;
  close(): void;
}

interface OpenFilm {
  id: string;
  file: string;
  descriptor: number;
  /** Reads under way; the file is closed behind the last one. */
  reads: number;
  isClosed: boolean;
  header: FilmHeader | undefined;
  bytes: number;
  isWhole: boolean;
  stopLinger?: () => void;
}

export function createLiveFilms({ clock, log }: { clock: Clock; log: Logger }): LiveFilms {
  const films = new Map<JobId, OpenFilm>();
  const watchers = new Map<JobId, Set<(end?: LiveEnd) => void>>();
  /** Films that could not be opened or read: not tried again. */
  const lost = new Map<JobId, string>();

  const tell = (job: JobId, end?: LiveEnd) => {
    for (const changed of [...(watchers.get(job) ?? [])]) changed(end);
  };
  const settle = (film: OpenFilm) => {
    if (film.isClosed && film.reads === 0) closeSync(film.descriptor);
  };
  const drop = (job: JobId) => {
    const film = films.get(job);
    if (film === undefined || film.isClosed) return;
    films.delete(job);
    film.stopLinger?.();
    film.isClosed = true;
    settle(film);
  };
  const readFrom = async (film: OpenFilm, at: number, length: number): Promise<Uint8Array> => {
    if (film.isClosed) throw new Error('the film is gone');
    film.reads += 1;
    try {
      const wanted = Math.max(0, Math.min(length, film.bytes - at));
      const { bytesRead, buffer } = await readAt(film.descriptor, Buffer.alloc(wanted), 0, wanted, at);
      return buffer.subarray(0, bytesRead);
    } finally {
      film.reads -= 1;
      settle(film);
    }
  };
  const lose = (job: JobId, file: string, cause: unknown) => {
    lost.set(job, file);
    drop(job);
    log.warn('live.lost', { job, why: String(cause) });
  };
  const readHeader = async (job: JobId, film: OpenFilm) => {
    try {
      const header = readFilmHeader(await readFrom(film, 0, MAX_HEADER));
      if (header === undefined || film.header !== undefined) return;
      film.header = header;
      tell(job);
    } catch (cause) {
      if (!film.isClosed) lose(job, film.file, cause);
    }
  };

  return {
    grew(job, file, bytes) {
      if (lost.get(job) === file) return;
      if (films.get(job)?.file !== file) {
        drop(job);
        try {
          const descriptor = openSync(file, 'r');
          const id = randomBytes(8).toString('hex');
          films.set(job, {
            ...{ id, file, descriptor, bytes: 0, reads: 0 },
            ...{ isClosed: false, isWhole: false, header: undefined },
          });
        } catch (cause) {
          return lose(job, file, cause);
        }
      }
      const film = films.get(job)!;
      film.bytes = Math.max(film.bytes, bytes);
      if (film.header !== undefined) tell(job);
      else void readHeader(job, film);
    },
    whole(job) {
      const film = films.get(job);
      if (film === undefined) return;
      film.isWhole = true;
      if (film.header !== undefined) tell(job);
    },
    ended(job, why) {
      lost.delete(job);
      const film = films.get(job);
      const mayLinger = why === 'finished' && film?.isWhole === true && (watchers.get(job)?.size ?? 0) > 0;
      if (film === undefined || !mayLinger) {
        drop(job);
        return tell(job, why);
      }
      film.stopLinger = clock.after(LINGER_MS, () => {
        drop(job);
        tell(job, why);
      });
    },
    film(job) {
      const film = films.get(job);
      if (film?.header === undefined) return undefined;
      const { id, header, bytes, isWhole } = film;
      return { id, header, bytes, isWhole, read: (at, length) => readFrom(film, at, length) };
    },
    watch(job, changed) {
      const all = watchers.get(job) ?? new Set();
      watchers.set(job, all.add(changed));
      return () => {
        all.delete(changed);
        if (all.size > 0 || watchers.get(job) !== all) return;
        watchers.delete(job);
        // Its job has ended and the last one has seen enough.
        if (films.get(job)?.stopLinger !== undefined) drop(job);
      };
    },
    close() {
      for (const job of [...films.keys()]) drop(job);
      watchers.clear();
    },
  };
}
