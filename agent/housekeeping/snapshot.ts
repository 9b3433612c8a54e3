// A copy of an embedded store while it is in use, as it was at one moment. LevelDB never changes a table once it is
// written, only appends to its log, and says in its manifest what belongs together: when nothing but the log has grown
// while everything was copied, the copy is the store as of then. It knows files, not what is in them.
import { randomUUID } from 'node:crypto';
import { constants, copyFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { onDisk } from '../vault/durable.ts';

/** A store rewrites its tables every few MB: that so many tries in a row meet it has not been seen. */
const TRIES = 100;

/** Copies the store in `from` to the new folder `to`. A store that is not there is left away. */
export async function copyStore(from: string, to: string): Promise<void> {
  for (let time = 0; time < TRIES; time++) {
    const before = await shapeOf(from);
    if (before === undefined) return;
    await rm(to, { recursive: true, force: true });
    await mkdir(to, { recursive: true, mode: 0o700 });
    if ((await copyAll(from, to, before.names)) && before.said === (await shapeOf(from))?.said) return;
  }
  throw new Failure({
    code: 'internal',
    message: `The store ${from} is written too much to be copied.`,
    hint: 'Try again when less is going on.',
    retry: 'soon',
  });
}

/** False when a file went meanwhile. */
async function copyAll(from: string, to: string, names: readonly string[]): Promise<boolean> {
  try {
    // No second names for tables, although they never change: one that was begun and that the copied manifest does not
    // know yet is written anew, under its number, by whoever opens the copy, and would be torn from under the original.
    for (const name of names) {
      await onDisk(() => copyFile(join(from, name), join(to, name), constants.COPYFILE_FICLONE));
    }
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw cause;
  }
}

/** Everything that changes when the store does more than to append to its log; undefined where there is no store. */
async function shapeOf(dir: string): Promise<{ names: string[]; said: string } | undefined> {
  const all = await readdir(dir).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw cause;
  });
  const names = all.filter((name) => /^(CURRENT|MANIFEST-\d+|\d+\.(ldb|log))$/.test(name)).sort();
  if (!names.includes('CURRENT')) return undefined;
  try {
    const current = (await readFile(join(dir, 'CURRENT'), 'utf8')).trim();
    const { size } = await stat(join(dir, current));
    return { names, said: JSON.stringify([names, current, size]) };
  } catch (cause) {
    // Replaced this very moment: like nothing that is seen before or after.
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { names, said: randomUUID() };
    throw cause;
  }
}
