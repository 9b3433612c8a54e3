// Where the documents lie: every room is a run of updates in one embedded key-value store. An update is appended
// as it comes; a long run is replaced by one snapshot encoded from the live document (merging updates without a
// document is slower and larger). It knows rooms and bytes, not what is in a document.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { ClassicLevel } from 'classic-level';
import * as Y from 'yjs';
import type { Logger } from '../log/logger.ts';

/** Updates of a room before they are replaced by a snapshot: loading 500 small ones takes a few milliseconds. */
const COMPACT_AFTER = 500;
/**
 * A room whose records hold so many bytes more than what is in it, and as many times as much, is replaced when it is loaded:
 * much was removed from it, and reading that again would cost every start.
 */
const WASTE_BYTES = 256 * 1024;
const WASTE_TIMES = 1.5;
/** Between two tries to write after the disk refused. */
const RETRY_MS = 5000;

export interface DocumentStore {
  /** Applies everything stored of the room to `doc`; a damaged record is skipped and logged. */
  load(room: string, doc: Y.Doc): Promise<void>;
  /** Queues an update; `doc` is what a snapshot would be taken of. */
  append(room: string, update: Uint8Array, doc: Y.Doc): void;
  /** Every room of which something is stored. */
  rooms(): Promise<string[]>;
  /** Bytes stored and queued for the room, as far as it was loaded. */
  bytes(room: string): number;
  /** Of all rooms together, loaded or not; near enough for a quota. */
  bytesInAll(): number;
  /** Resolves when everything appended before is on the disk; throws when writing failed. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

type Put = { type: 'put'; key: string; value: Uint8Array };
type Del = { type: 'del'; key: string };

/** Opens or makes the store. A damaged one is repaired as far as it goes: devices bring what is missing. */
export async function openDocumentStore(dir: string, log: Logger): Promise<DocumentStore> {
  const level = await openLevel(dir, log);
  /** Next sequence number, records and bytes of each room that was loaded. */
  const runs = new Map<string, { next: number; first: number; bytes: number }>();
  let bytesInAll = await level.approximateSize('', '~');
  let queued: (Put | Del)[] = [];
  /** Rooms of which much was replaced since. */
  const replaced = new Set<string>();
  let writing: Promise<void> | undefined;
  let failed: unknown;
  let retry: NodeJS.Timeout | undefined;

  const drain = async (): Promise<void> => {
    // Let updates of the same turn share one write.
    await new Promise((resolve) => setImmediate(resolve));
    let batch: (Put | Del)[] = [];
    try {
      // After a failed write LevelDB refuses every other one until it is opened again.
      if (failed !== undefined) await reopen();
      while (queued.length > 0) {
        batch = queued;
        queued = [];
        await level.batch(batch);
        batch = [];
      }
      // What was replaced lies on the disk, and in every reader's way, until its tables are written anew.
      for (const room of replaced) {
        replaced.delete(room);
        await level.compactRange(keyOf(room, 0), `${room}#~`);
      }
      failed = undefined;
    } catch (cause) {
      // Kept for the next try: the document in memory goes on, and flush() tells whoever waits.
      queued = [...batch, ...queued];
      if (failed === undefined) log.error('hub.write-failed', { error: whyOf(cause) });
      failed = cause;
      clearTimeout(retry);
      retry = setTimeout(() => void write(), RETRY_MS);
      retry.unref();
    }
    writing = undefined;
  };
  const reopen = async () => {
    await level.close();
    await level.open();
  };
  const write = (): Promise<void> => {
    writing ??= drain();
    return writing;
  };
  const settled = async () => {
    while (queued.length > 0 || writing !== undefined) {
      await write();
      if (failed !== undefined) throw asFailure(failed);
    }
  };

  return {
    async load(room, doc) {
      await settled();
      const run = { next: 0, first: 0, bytes: 0 };
      let first = true;
      let records = 0;
      for await (const [key, update] of level.iterator({ gte: keyOf(room, 0), lte: `${room}#~` })) {
        const sequence = Number(key.slice(room.length + 1));
        if (first) run.first = sequence;
        first = false;
        run.next = sequence + 1;
        run.bytes += update.length;
        records++;
        try {
          Y.applyUpdate(doc, update, 'storage');
        } catch (cause) {
          log.error('hub.record-damaged', { room, sequence, error: String(cause) });
        }
      }
      runs.set(room, run);
      if (records > COMPACT_AFTER / 4 || isWaste(run.bytes, doc)) compact(room, run, doc);
    },
    append(room, update, doc) {
      const run = runs.get(room);
      if (run === undefined) throw new Error(`room ${room} was not loaded`);
      if (run.next - run.first >= COMPACT_AFTER) compact(room, run, doc);
      else {
        queued.push({ type: 'put', key: keyOf(room, run.next++), value: update });
        run.bytes += update.length;
        bytesInAll += update.length;
      }
      void write();
    },
    async rooms() {
      await settled();
      const names = new Set<string>();
      for await (const key of level.keys()) {
        const end = key.lastIndexOf('#');
        if (end > 0) names.add(key.slice(0, end));
      }
      return [...names];
    },
    bytes: (room) => runs.get(room)?.bytes ?? 0,
    bytesInAll: () => Math.max(0, bytesInAll),
    async flush() {
      await settled();
      // LevelDB's log is one file: a synced write takes everything before it along.
      try {
        await level.batch([{ type: 'put', key: 'synced', value: new Uint8Array(0) }], { sync: true });
      } catch (cause) {
        failed = cause;
        throw asFailure(cause);
      }
    },
    async close() {
      clearTimeout(retry);
      try {
        await settled();
      } finally {
        await level.close();
      }
    },
  };

  function isWaste(bytes: number, doc: Y.Doc): boolean {
    if (bytes < WASTE_BYTES) return false;
    const whole = Y.encodeStateAsUpdate(doc).length;
    return bytes > WASTE_TIMES * whole && bytes - whole > WASTE_BYTES;
  }

  /** Replaces the room's records by one, in a single batch: a reader finds either all or the snapshot. */
  function compact(room: string, run: { next: number; first: number; bytes: number }, doc: Y.Doc): void {
    const snapshot = Y.encodeStateAsUpdate(doc);
    if (run.bytes > WASTE_BYTES) replaced.add(room);
    for (let sequence = run.first; sequence < run.next; sequence++) {
      queued.push({ type: 'del', key: keyOf(room, sequence) });
    }
    run.first = run.next;
    bytesInAll += snapshot.length - run.bytes;
    run.bytes = snapshot.length;
    queued.push({ type: 'put', key: keyOf(room, run.next++), value: snapshot });
    void write();
  }
}

async function openLevel(dir: string, log: Logger): Promise<ClassicLevel<string, Uint8Array>> {
  const open = async () => {
    const level = new ClassicLevel<string, Uint8Array>(dir, { valueEncoding: 'view' });
    await level.open();
    return level;
  };
  try {
    return await open();
  } catch (cause) {
    const code = cause instanceof Error ? (cause.cause as { code?: unknown } | undefined)?.code : undefined;
    if (code !== 'LEVEL_CORRUPTION') throw asFailure(cause);
    log.error('hub.repair', { dir });
    await ClassicLevel.repair(dir);
    return await open();
  }
}

/** LevelDB wraps what the system said. */
function whyOf(cause: unknown): string {
  const inner = cause instanceof Error ? cause.cause : undefined;
  return `${String(cause)}${inner === undefined ? '' : `: ${String(inner)}`}`;
}

/** A full disk in words a person can act on; anything else unchanged. */
function asFailure(cause: unknown): unknown {
  if (!/No space left|ENOSPC|Disk quota/i.test(whyOf(cause))) return cause;
  return new Failure({
    code: 'disk-full',
    message: 'The disk of the workstation is full.',
    hint: 'Free some space on the disk that holds the data folder, then try again.',
    retry: 'soon',
    cause,
  });
}

function keyOf(room: string, sequence: number): string {
  return `${room}#${String(sequence).padStart(12, '0')}`;
}
