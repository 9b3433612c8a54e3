// SHA-256 of blocks on another thread where there is one. The memory of a block goes there and comes back; nothing is
// copied. It does not know what the blocks are of.
import { blockHash } from './block-hash.ts';

export interface ToHashWorker {
  id: number;
  bytes: Uint8Array<ArrayBuffer>;
}
/** `ready` comes once, first: what is sent before to a thread that does not start would be lost. */
export type FromHashWorker = 'ready' | (ToHashWorker & { hash: string });

export interface BlockHasher {
  /**
   * 64 lower-case hex digits, and where the bytes are now: the ones that were given may have no length any more.
   * Rejects when the other thread ended; they are lost then.
   */
  hash(bytes: Uint8Array): Promise<{ hash: string; bytes: Uint8Array }>;
}

/** Hashes where it is asked. */
export const hereHasher: BlockHasher = {
  hash: async (bytes) => ({ hash: await blockHash(bytes), bytes }),
};

/** The part of a Worker that is used. */
export interface HashThread {
  onmessage: ((event: MessageEvent<FromHashWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: ToHashWorker, transfer: Transferable[]): void;
}

/** `start` is called with the first block. Until the thread is there, and where it cannot be had, it hashes here. */
export function createBlockHasher(start: () => HashThread): BlockHasher {
  let thread: HashThread | undefined;
  let state: 'new' | 'starting' | 'ready' | 'broken' = 'new';
  let asked = 0;
  const waiting = new Map<
    number,
    { done(answer: { hash: string; bytes: Uint8Array }): void; failed(cause: unknown): void }
  >();

  const begin = () => {
    state = 'starting';
    try {
      thread = start();
    } catch {
      state = 'broken'; // some browsers have no workers inside workers
      return;
    }
    thread.onmessage = ({ data }) => {
      if (data === 'ready') {
        if (state === 'starting') state = 'ready';
        return;
      }
      waiting.get(data.id)?.done(data);
      waiting.delete(data.id);
    };
    thread.onerror = () => {
      state = 'broken';
      for (const { failed } of waiting.values()) failed(new Error('the thread for hashes ended'));
      waiting.clear();
    };
  };

  return {
    hash(bytes) {
      // A view on something larger cannot be handed over without the rest.
      const isWhole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
      if (state === 'new') begin();
      const there = state === 'ready' && isWhole ? thread : undefined;
      if (there === undefined) return hereHasher.hash(bytes);
      const id = ++asked;
      return new Promise((done, failed) => {
        waiting.set(id, { done, failed });
        there.postMessage({ id, bytes: bytes as Uint8Array<ArrayBuffer> }, [bytes.buffer as ArrayBuffer]);
      });
    },
  };
}
