// What was shared to the app from elsewhere and waits until a person says what it is for. Kept by the service worker
// (keep-share.ts), shown and used by the page. What was used or thrown away stays a moment longer, so that it can be
// brought back.
import type { AppDatabase, ShareRow } from './database.ts';

/** Stands for a share's words where its files have their index. */
export const WORDS = -1;

/** Longer than the way back is offered. */
const UNDO_MS = 60_000;

export interface Shares {
  /** Newest first; those of which nothing waits any more are left out. */
  waiting(): Promise<ShareRow[]>;
  /** Undefined when it is gone for good. */
  file(id: string, index: number): Promise<Blob | undefined>;
  /** Items are indices of files, and WORDS. They stop waiting, or wait again. */
  put(id: string, items: readonly number[], as: 'gone' | 'waiting'): Promise<void>;
  /** Frees the room of what is gone and cannot be brought back. */
  tidy(): Promise<void>;
}

export function openShares(db: AppDatabase, now: () => number): Shares {
  const tables = [db.shares, db.sharedFiles] as const;
  return {
    waiting: async () => (await db.shares.orderBy('at').reverse().toArray()).filter(waits),
    file: async (id, index) => (await db.sharedFiles.get([id, index]))?.blob,
    put: (id, items, as) =>
      db.transaction('rw', db.shares, async () => {
        const row = await db.shares.get(id);
        if (row === undefined) return;
        const others = row.gone.filter(({ item }) => !items.includes(item));
        const at = now();
        await db.shares.put({
          ...row,
          gone: as === 'waiting' ? others : [...others, ...items.map((item) => ({ item, at }))],
        });
      }),
    tidy: () =>
      db.transaction('rw', ...tables, async () => {
        const before = now() - UNDO_MS;
        for (const row of await db.shares.toArray()) {
          const old = row.gone.filter(({ at }) => at < before);
          await db.sharedFiles.bulkDelete(old.map(({ item }) => [row.id, item]));
          if (!waits(row) && old.length === row.gone.length) await db.shares.delete(row.id);
        }
      }),
  };
}

/** Whether an item of a share still waits. */
export function itemWaits(row: Pick<ShareRow, 'gone'>, item: number): boolean {
  return !row.gone.some((gone) => gone.item === item);
}

/** Files of a share that still wait. */
export function waitingFiles(row: ShareRow): ShareRow['files'] {
  return row.files.filter((_, index) => itemWaits(row, index));
}

function waits(row: ShareRow): boolean {
  return waitingFiles(row).length > 0 || (row.text !== '' && itemWaits(row, WORDS));
}
