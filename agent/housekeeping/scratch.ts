// Room for what is being copied or unpacked: a folder of its own for every piece of work, on the disk of the data folder,
// gone afterwards. What a process left that was killed is removed when the next one begins.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

export const SCRATCH = 'housekeeping';

/** Gives `work` an empty folder of its own; one at a time per data folder. */
export async function withScratch<T>(dataDir: string, work: (dir: string) => Promise<T>): Promise<T> {
  await emptyScratch(dataDir);
  const dir = join(dataDir, SCRATCH, randomBytes(6).toString('hex'));
  await mkdir(dir, { recursive: true, mode: 0o700 });
  try {
    return await work(dir);
  } finally {
    await emptyScratch(dataDir);
  }
}

/** How many pieces of work left something behind. */
export async function leftInScratch(dataDir: string): Promise<number> {
  return (await readdir(join(dataDir, SCRATCH)).catch(() => [])).length;
}

export async function emptyScratch(dataDir: string): Promise<void> {
  await rm(join(dataDir, SCRATCH), { recursive: true, force: true });
}
