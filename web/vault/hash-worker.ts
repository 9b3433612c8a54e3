// A worker beside the one that moves assets, for nothing but hashes: the browser copies what it hashes on the thread
// that asks, and meanwhile nothing could arrive there.
import { blockHash } from './block-hash.ts';
import type { FromHashWorker, ToHashWorker } from './block-hasher.ts';

declare const self: DedicatedWorkerGlobalScope;

self.onmessage = async ({ data: { id, bytes } }: MessageEvent<ToHashWorker>) => {
  const hash = await blockHash(bytes);
  self.postMessage({ id, hash, bytes } satisfies FromHashWorker, [bytes.buffer]);
};
self.postMessage('ready' satisfies FromHashWorker);
