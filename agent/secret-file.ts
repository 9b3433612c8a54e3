// Small files that only the agent's own user may read: written whole or not at all, and looked at when opened.
import { randomBytes } from 'node:crypto';
import { chmod, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Undefined when there is none. `isPrivate` is false when others on this machine could have read it. */
export async function readSecretFile(
  file: string,
): Promise<{ text: string; isPrivate: boolean } | undefined> {
  try {
    const { mode } = await stat(file);
    const text = await readFile(file, 'utf8');
    // Windows has no such modes; the folder of the user is what protects there.
    return { text, isPrivate: process.platform === 'win32' || (mode & 0o077) === 0 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** After this resolves the file survives a power cut; before, the old one does. */
export async function writeSecretFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(fresh, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
  await syncFolder(dirname(file));
}

/** Takes the rights of others away from what should never have had them. */
export async function makePrivate(path: string, mode: 0o600 | 0o700): Promise<void> {
  await chmod(path, mode);
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // a folder cannot be opened there
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
