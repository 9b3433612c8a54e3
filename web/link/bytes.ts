// The page's hand on its bytes worker: hashing as a promise, and word of whether the workstation is there.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { BlobHashes } from '../vault/hashing.ts';
import type { FromBytesWorker, ToBytesWorker } from './bytes-messages.ts';

export interface Bytes {
  /** Hashes a file off the page's thread; throws Failure `bad-input` when it cannot be read. */
  hash(blob: Blob): Promise<BlobHashes>;
  reach(here: boolean): void;
  close(): void;
}

export function startBytes(worker: Worker): Bytes {
  let next = 0;
  const open = new Map<number, { resolve(hashes: BlobHashes): void; reject(failure: Failure): void }>();
  const tell = (message: ToBytesWorker) => worker.postMessage(message);
  const take = (id: number) => {
    const waiting = open.get(id);
    open.delete(id);
    return waiting;
  };

  worker.onmessage = (event: MessageEvent<FromBytesWorker>) => {
    const message = event.data;
    if (message.type === 'hashed') take(message.id)?.resolve(message.hashes);
    else if (message.type === 'unreadable') take(message.id)?.reject(unreadable(message.message));
    else console.warn(`transfer/${message.what}`, message.message);
  };
  worker.onerror = (event) => {
    const waiting = [...open.values()];
    open.clear();
    for (const each of waiting) each.reject(unreadable(event.message));
  };

  return {
    hash: (blob) =>
      new Promise((resolve, reject) => {
        const id = next++;
        open.set(id, { resolve, reject });
        tell({ type: 'hash', id, blob });
      }),
    reach: (here) => tell({ type: 'reach', here }),
    close() {
      worker.terminate();
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
