// Joins one Y.Doc to the log: loads it, commits every change in batches (one row per turn of the event loop) and
// takes in what other tabs committed. It owns the truth of "saved": nothing is saved before its commit is on
// disk. It does not know sockets; which origins came from one is told to it.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type * as Y from 'yjs';
import { applied, type DocumentLog } from './document-log.ts';
import type { TabChannel } from './tab-channel.ts';

export type SaveState = 'saved' | 'saving' | 'failed';

/** Origin of updates that came out of the store. */
export const storeOrigin = Symbol('store');

/** A longer log is compacted when it is opened, and again after as many commits. */
const COMPACT_ROWS = 100;
/** A full disk is not empty a moment later, but a person may clear it at any time. */
const RETRY_MS = 2000;

export interface StoredDocument {
  readonly doc: Y.Doc;
  readonly room: string;
  /** Resolves when the document holds everything that was stored; rejects when the store cannot be read. */
  readonly loaded: Promise<void>;
  state(): SaveState;
  onState(changed: (state: SaveState) => void): () => void;
  /** Resolves when everything applied so far is on disk; throws Failure `disk-full` when it cannot be written. */
  flush(): Promise<void>;
  /** Takes in the commits of other tabs; returns how many own commits the document now covers. */
  catchUp(): Promise<number>;
  /** Commits what is left, then lets go; the Y.Doc stays the caller's. */
  close(): Promise<void>;
}

export function openStoredDocument(options: {
  doc: Y.Doc;
  room: string;
  log: DocumentLog;
  tabs: TabChannel;
  /** Whether an update with this origin came from the workstation. */
  fromWorkstation(origin: unknown): boolean;
  after(ms: number, then: () => void): () => void;
}): StoredDocument {
  const { doc, room, log, tabs } = options;
  let seq = 0;
  let pending: { update: Uint8Array; made: 'here' | 'elsewhere' }[] = [];
  let state: SaveState = 'saved';
  let commitsSinceCompact = 0;
  let problem: unknown;
  let writing: Promise<void> | undefined;
  let stopRetry: (() => void) | undefined;
  let closed = false;
  const stateListeners = new Set<(state: SaveState) => void>();

  const enter = (next: SaveState) => {
    if (next === state) return;
    state = next;
    for (const changed of stateListeners) changed(next);
  };

  const write = async (): Promise<void> => {
    // Let the whole turn's updates gather first: one commit instead of one per keystroke of a paste.
    await Promise.resolve();
    await loaded.catch(() => undefined);
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      const made = batch.some((change) => change.made === 'here') ? 'here' : 'elsewhere';
      try {
        const updates = batch.map((change) => change.update);
        const commit = await log.append(room, updates, made, seq);
        seq = Math.max(seq, commit.seq);
        problem = undefined;
        for (const update of commit.missed) applied(doc, update, storeOrigin);
        tabs.tell(room);
        if (++commitsSinceCompact >= COMPACT_ROWS) {
          commitsSinceCompact = 0;
          await log.compact(room);
        }
      } catch (cause) {
        pending = [...batch, ...pending];
        problem = cause;
        enter('failed');
        stopRetry ??= options.after(RETRY_MS, () => {
          stopRetry = undefined;
          start();
        });
        return;
      }
    }
    enter('saved');
  };
  const start = () => {
    writing ??= write().finally(() => {
      writing = undefined;
      // An update that came between the last look and now.
      if (pending.length > 0 && state !== 'failed') start();
    });
  };

  const onUpdate = (update: Uint8Array, origin: unknown) => {
    if (origin === storeOrigin) return;
    pending.push({ update, made: options.fromWorkstation(origin) ? 'elsewhere' : 'here' });
    if (state !== 'failed') enter('saving');
    start();
  };
  doc.on('update', onUpdate);

  const read = async (): Promise<number> => {
    const tail = await log.since(room, seq);
    if (!closed) {
      doc.transact(() => {
        for (const update of tail.updates) applied(doc, update, storeOrigin);
      }, storeOrigin);
    }
    seq = Math.max(seq, tail.seq);
    return tail.written;
  };
  const load = async () => {
    const tail = await log.since(room, 0);
    doc.transact(() => {
      for (const update of tail.updates) applied(doc, update, storeOrigin);
    }, storeOrigin);
    seq = tail.seq;
    if (tail.rows > COMPACT_ROWS) void log.compact(room).catch(() => undefined); // tried again at the next open
  };
  const loaded = load();
  // Whoever waits for `loaded` hears of it; nobody waiting is no crash.
  loaded.catch(() => enter('failed'));

  const stopListening = tabs.listen((told) => {
    // A note that cannot be followed now is followed by the next note or the next look.
    if (told === room && !closed) void loaded.then(read).catch(() => undefined);
  });

  const flush = async () => {
    while (pending.length > 0 || writing !== undefined) {
      start();
      await writing;
      if (state === 'failed') {
        throw new Failure({
          code: 'disk-full',
          message: "Your change could not be written to this device's storage.",
          hint: 'Free some space on this device and keep this page open: it tries again by itself.',
          retry: 'soon',
          cause: problem,
        });
      }
    }
  };

  return {
    doc,
    room,
    loaded,
    state: () => state,
    onState(changed) {
      stateListeners.add(changed);
      return () => stateListeners.delete(changed);
    },
    flush,
    async catchUp() {
      await loaded;
      return read();
    },
    async close() {
      try {
        await flush();
      } finally {
        closed = true;
        doc.off('update', onUpdate);
        stopListening();
        stopRetry?.();
        stateListeners.clear();
      }
    },
  };
}
