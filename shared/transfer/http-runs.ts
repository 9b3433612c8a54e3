// Blocks of assets read one after the other, each asset by one request that goes on: a request for every block would
// cost more than the block. Whoever reads slowly holds the request up, not memory. It knows ranges of bytes and nothing
// of sessions, hashes or who is asked.
import { type AssetHash, BLOCK_BYTES, blockRange } from '../asset/asset.ts';
import type { BlockBuffers } from './block-buffers.ts';

/** The bytes of `hash` from `start` on, as they come. Rejects when the request does not come about or is refused. */
export type OpenBytes = (hash: AssetHash, start: number) => Promise<AsyncIterator<Uint8Array>>;

export interface HttpRuns {
  /** One block of an asset of `bytes` bytes. Rejects when the request ends before the block does. */
  read(hash: AssetHash, bytes: number, index: number): Promise<Uint8Array>;
  /** Ends every request. */
  close(): void;
}

/** Assets that are read by turns; a browser has six requests to one address. */
const MAX_RUNS = 3;

interface Run {
  /** The block that comes next. */
  next: number;
  bytes: Promise<AsyncIterator<Uint8Array>>;
  /** What came and belongs to the next block. */
  rest: Uint8Array;
  /** Reads that were asked for before. */
  last: Promise<unknown>;
}

export function createHttpRuns(open: OpenBytes, buffers: BlockBuffers): HttpRuns {
  /** The one that was read last is last. */
  const runs = new Map<AssetHash, Run>();
  let closed = false;

  const end = (hash: AssetHash) => {
    const run = runs.get(hash);
    if (run === undefined) return;
    runs.delete(hash);
    run.bytes.then((bytes) => bytes.return?.()).catch(() => undefined); // over either way
  };
  const begin = (hash: AssetHash, index: number): Run => {
    end(hash);
    const [oldest] = runs.keys();
    if (oldest !== undefined && runs.size >= MAX_RUNS) end(oldest);
    const bytes = open(hash, index * BLOCK_BYTES);
    return { next: index, bytes, rest: new Uint8Array(0), last: bytes };
  };
  const fill = async (run: Run, block: Uint8Array): Promise<Uint8Array> => {
    const bytes = await run.bytes;
    let have = 0;
    for (;;) {
      const part = run.rest.subarray(0, block.length - have);
      block.set(part, have);
      have += part.length;
      run.rest = run.rest.subarray(part.length);
      if (have === block.length) return block;
      const more = await bytes.next();
      if (more.done === true) throw new Error('the answer is shorter than the file');
      run.rest = more.value;
    }
  };

  return {
    async read(hash, bytes, index) {
      if (closed) throw new Error('closed');
      const known = runs.get(hash);
      const run = known?.next === index ? known : begin(hash, index);
      runs.delete(hash);
      runs.set(hash, run);
      run.next++;
      const { start, end: stop } = blockRange(bytes, index);
      const block = buffers.take(stop - start);
      const reading = run.last.then(() => fill(run, block));
      run.last = reading;
      try {
        return await reading;
      } catch (cause) {
        if (runs.get(hash) === run) end(hash);
        throw cause;
      } finally {
        if (stop === bytes && runs.get(hash) === run) end(hash);
      }
    },
    close() {
      closed = true;
      for (const hash of [...runs.keys()]) end(hash);
    },
  };
}
