// The page's hand on its bytes worker: hashing as a promise, and word of whether the workstation is there. The
// worker is started when there is first something for it to do, so that it is no part of the first load.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { BlobHashes } from '../vault/hashing.ts';
import type { FromBytesWorker, ToBytesWorker } from './bytes-messages.ts';

export interface Bytes {
  /** Hashes a file off the page's thread; throws Failure `bad-input` when it cannot be read. */
  hash(blob: Blob): Promise<BlobHashes>;
  /** Whether the workstation is there. */
  reach(here: boolean): void;
  /** There is something to move. */
  move(): void;
  /** Puts a direct link at every port that the worker asks for one at. */
  onDirect(serve: (port: MessagePort) => void): void;
  close(): void;
}

export function createBytes(make: () => Worker): Bytes {
  let worker: Worker | undefined;
  let here = false;
  let next = 0;
  let serve: ((port: MessagePort) => void) | undefined;
  const open = new Map<number, { resolve(hashes: BlobHashes): void; reject(failure: Failure): void }>();
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
