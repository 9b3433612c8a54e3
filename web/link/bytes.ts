// The page's hand on its bytes worker: hashing as a promise, and word of whether the workstation is there. The
// worker is started when there is first something for it to do, so that it is no part of the first load.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import type { BlobHashes } from '../vault/hashing.ts';
import type { FromBytesWorker, ToBytesWorker } from './bytes-messages.ts';
import type { LiveEvent } from './live-receiver.ts';

export interface Bytes {
  /** Hashes a file off the page's thread; throws Failure `bad-input` when it cannot be read. */
  hash(blob: Blob): Promise<BlobHashes>;
  /** Whether the workstation is there. */
  reach(here: boolean): void;
  /** There is something to move. */
  move(): void;
  /** Puts a direct link at every port that the worker asks for one at. */
  onDirect(serve: (port: MessagePort) => void): void;
  /** Asks for the film of a job that is being made, as long as it is not stopped. One watcher for each job. */
  watchLive(job: JobId, told: (event: LiveEvent) => void): LiveWatch;
  close(): void;
}

export interface LiveWatch {
  /** So many bytes were used: as many more may come. */
  taken(bytes: number): void;
  stop(): void;
}

export function createBytes(make: () => Worker): Bytes {
  let worker: Worker | undefined;
  let here = false;
  let next = 0;
  let serve: ((port: MessagePort) => void) | undefined;
  const open = new Map<number, { resolve(hashes: BlobHashes): void; reject(failure: Failure): void }>();
  const watching = new Map<JobId, (event: LiveEvent) => void>();
  const tell = (message: ToBytesWorker) => start().postMessage(message);
  const take = (id: number) => {
    const waiting = open.get(id);
    open.delete(id);
    return waiting;
  };

  const start = (): Worker => {
    if (worker !== undefined) return worker;
    const started = make();
    worker = started;
    started.onmessage = (event: MessageEvent<FromBytesWorker>) => {
      const message = event.data;
      if (message.type === 'hashed') take(message.id)?.resolve(message.hashes);
      else if (message.type === 'direct') serve?.(message.port);
      else if (message.type === 'unreadable') take(message.id)?.reject(unreadable(message.message));
      else if (message.type === 'live') watching.get(message.event.job)?.(message.event);
      else console.warn(`transfer/${message.what}`, message.message);
    };
    started.onerror = (event) => {
      const waiting = [...open.values()];
      open.clear();
      for (const each of waiting) each.reject(unreadable(event.message));
    };
    if (here) tell({ type: 'reach', here });
    return started;
  };

  return {
    hash: (blob) =>
      new Promise((resolve, reject) => {
        const id = next++;
        open.set(id, { resolve, reject });
        tell({ type: 'hash', id, blob });
      }),
    reach(isHere) {
      here = isHere;
      if (worker !== undefined) tell({ type: 'reach', here });
    },
    move: () => void start(),
    onDirect(next) {
      serve = next;
    },
    watchLive(job, told) {
      watching.set(job, told);
      tell({ type: 'live/watch', job });
      return {
        taken(bytes) {
          if (watching.get(job) === told) tell({ type: 'live/taken', job, bytes });
        },
        stop() {
          if (watching.get(job) !== told) return;
          watching.delete(job);
          tell({ type: 'live/stop', job });
        },
      };
    },
    close() {
      worker?.terminate();
      for (const each of open.values()) each.reject(unreadable('the page was closed'));
      open.clear();
    },
  };
}

function unreadable(why: string): Failure {
  return new Failure({
    code: 'bad-input',
    message: `The file could not be read (${why}).`,
    hint: 'Check that the file still exists and choose it again.',
  });
}
