// Keeps what is shared to the app, all of it in one commit and within bounds: a worker or page that is killed before or
// after loses nothing.
import type { AssetType } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { MAX_WAITING_BYTES, MAX_WAITING_SHARES } from '@myspinbot/shared/wire/share.ts';
import type { AppDatabase, ShareRow } from './database.ts';
import { openShares, waitingFiles } from './shares.ts';

export interface NewShare {
  title: string;
  text: string;
  files: readonly { name: string; type: AssetType; blob: Blob }[];
  leftOut: ShareRow['leftOut'];
}

/** Throws Failure `no-room` when too much waits already, `disk-full` when there is no room. Resolves when it is durable. */
export async function keepShare(
  db: AppDatabase,
  now: () => number,
  id: string,
  { title, text, files, leftOut }: NewShare,
): Promise<void> {
  const { waiting } = openShares(db, now);
  try {
    await db.transaction('rw', db.shares, db.sharedFiles, async () => {
      const before = await waiting();
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
}

function tooMuchWaits(): Failure {
  return new Failure({
    code: 'no-room',
    message: 'Too much that you shared is waiting already.',
    hint: 'Open the app and say what it is for, or throw it away. Then share this again.',
  });
}
