// What was shared to the app from elsewhere and waits until a person says what it is for. Kept in one commit by the
// service worker, shown and used by the page; a worker or page that is killed in between loses nothing. What was used
// or thrown away stays a moment longer, so that it can be brought back.
import type { AssetType } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { MAX_WAITING_BYTES, MAX_WAITING_SHARES } from '@myspinbot/shared/wire/share.ts';
import type { AppDatabase, ShareRow } from './database.ts';

/** Stands for a share's words where its files have their index. */
export const WORDS = -1;

/** Longer than the way back is offered. */
const UNDO_MS = 60_000;

export interface NewShare {
  title: string;
  text: string;
  files: readonly { name: string; type: AssetType; blob: Blob }[];
  leftOut: ShareRow['leftOut'];
}

export interface Shares {
  /** Throws Failure `no-room` when too much waits already, `disk-full` when there is no room. Resolves when it is durable. */
  keep(id: string, share: NewShare): Promise<void>;
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
  const all = async () => (await db.shares.orderBy('at').reverse().toArray()).filter(waits);

  return {
    async keep(id, { title, text, files, leftOut }) {
      try {
        await db.transaction('rw', ...tables, async () => {
          const before = await all();
          const bytes = [...before.flatMap(waitingFiles), ...files.map(({ blob }) => ({ bytes: blob.size }))];
          const isTooMuch = bytes.reduce((sum, file) => sum + file.bytes, 0) > MAX_WAITING_BYTES;
          if (before.length >= MAX_WAITING_SHARES || isTooMuch) throw tooMuchWaits();
          await db.shares.add({
            id,
            at: now(),
            title,
            text,
            files: files.map(({ name, type, blob }) => ({ name, type, bytes: blob.size })),
            leftOut,
            gone: [],
          });
          await db.sharedFiles.bulkAdd(files.map(({ blob }, index) => ({ share: id, index, blob })));
        });
      } catch (cause) {
        if (cause instanceof Failure) throw cause;
        throw new Failure({
          code: 'disk-full',
          message: 'What you shared could not be kept on this device.',
          hint: 'Free some space on this device, then share it again.',
          retry: 'soon',
          cause,
        });
      }
    },
    waiting: all,
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

function waitingFiles(row: ShareRow): ShareRow['files'] {
  return row.files.filter((_, index) => itemWaits(row, index));
}

function waits(row: ShareRow): boolean {
  return waitingFiles(row).length > 0 || (row.text !== '' && itemWaits(row, WORDS));
}

function tooMuchWaits(): Failure {
  return new Failure({
    code: 'no-room',
    message: 'Too much that you shared is waiting already.',
    hint: 'Open the app and say what it is for, or throw it away. Then share this again.',
  });
}
