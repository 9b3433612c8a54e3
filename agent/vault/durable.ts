// The few disk moves the vault is made of: write and wait for the disk, rename and wait for the directory.
// Errors of the disk become Failures a person can act on. It knows nothing of assets.
import { createHash, type Hash } from 'node:crypto';
import { chmod, type FileHandle, mkdir, open, rename, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Kept free beside what is about to be written: the ledger and the documents must still be able to write. */
const SPARE_BYTES = 32 * 1024 * 1024;

/** A Failure for a full disk, anything else unchanged. */
export function diskError(cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException | null)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return cause;
  return new Failure({
    code: 'disk-full',
    message: 'The disk of the workstation is full.',
    hint: 'Free some space on the disk that holds the data folder, then try again.',
    retry: 'soon',
    cause,
  });
}

/** Runs disk work; a full disk is thrown as Failure `disk-full`. */
export async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw diskError(cause);
  }
}

/** Throws Failure `disk-full` when `bytes` more would not fit beside the spare. */
export async function requireSpace(dir: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  if (free >= bytes + SPARE_BYTES) return;
  throw new Failure({
    code: 'disk-full',
    message: `The disk of the workstation has ${megabytes(free)} MB left; ${megabytes(bytes + SPARE_BYTES)} MB are needed.`,
    hint: 'Free some space on the disk that holds the data folder, then try again.',
    retry: 'soon',
  });
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}

/** Makes a rename or unlink in `dir` survive a power cut. Windows cannot open directories and does not need it. */
export async function syncDir(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a small file so that a reader sees the old or the new one, never a half. */
export async function writeAtomic(path: string, temp: string, content: Uint8Array | string): Promise<void> {
  await onDisk(async () => {
    const handle = await open(temp, 'w', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temp, path);
    await syncDir(dirname(path));
  });
}

/** Moves a synced file to its place, read-only and for this account alone, and waits for the directory. */
export async function commitFile(file: FileHandle, from: string, to: string): Promise<void> {
  await onDisk(async () => {
    await file.chmod(0o400);
    await file.sync();
    await ownFolder(dirname(to));
    await rename(from, to);
    await syncDir(dirname(to));
  });
}

/** Makes a folder that only this account may look into, also where it was there and open to others. */
export async function ownFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
}

export async function removeQuietly(path: string): Promise<void> {
  // What cannot be removed now is removed at the next start.
  await rm(path, { recursive: true, force: true }).catch(() => {});
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** SHA-256 of a whole file and of each of its blocks, read in one pass. */
export async function hashFile(
  file: FileHandle,
  options: { blocks: boolean },
): Promise<{ hash: string; bytes: number; blocks: string[] }> {
  const whole: Hash = createHash('sha256');
  const blocks: string[] = [];
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let bytes = 0;
  for (;;) {
    const filled = await fill(file, chunk, bytes);
    if (filled === 0) break;
    const part = chunk.subarray(0, filled);
    whole.update(part);
    if (options.blocks) blocks.push(sha256(part));
    bytes += filled;
    if (filled < CHUNK_BYTES) break;
  }
  return { hash: whole.digest('hex'), bytes, blocks };
}

/** SHA-256 of a file of which `hash` has seen the first `from` bytes, and how long it is. */
export async function hashRest(
  file: FileHandle,
  hash: Hash,
  from: number,
): Promise<{ hash: string; bytes: number }> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let bytes = from;
  for (;;) {
    const filled = await fill(file, chunk, bytes);
    hash.update(chunk.subarray(0, filled));
    bytes += filled;
    if (filled < CHUNK_BYTES) return { hash: hash.digest('hex'), bytes };
  }
}

/** Reads until `into` is full or the file ends; a short read in the middle of a file is not its end. */
export async function fill(file: FileHandle, into: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const { bytesRead } = await file.read(into, filled, into.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
