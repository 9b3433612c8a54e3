// Who may work in a data folder. Whoever opens it takes a term one higher than every term before and writes that down
// beside the vault; whoever finds another term there has been followed and may not commit any more. So a process that was
// frozen while its folder was given to another, and one whose ledger came back from a backup, are harmless. It also tells
// a folder that was copied from one that stayed where it was. It knows no jobs.
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomic } from '../vault/durable.ts';

const holderSchema = z.object({ term: z.int().min(1), id: z.string() });
const birthmarkSchema = z.object({ inode: z.string() });

/** Claims of one term are numbered from here: two terms never give the same number. */
const FENCES_PER_TERM = 1_000_000_000;

export interface Tenure {
  readonly term: number;
  /** The first fence of this term is one higher. */
  readonly firstFence: number;
  /** When the folder was found to be a copy, or restored: what waits in it may be running where it came from. */
  readonly copiedAt: number | undefined;
  /** Whether nobody has taken the folder since, nor put another in its place: one look at the file system, some 5 µs. */
  holds(): boolean;
  /** Lets go of what it looks at; from then on it holds nothing. */
  close(): Promise<void>;
}

/** Takes the folder: from now on whoever had it before may not commit. `dir` is made when it is missing; `at`: epoch ms. */
export async function takeTenure(dir: string, at: number): Promise<Tenure> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, 'holder');
  const before = holderSchema.safeParse(parsed(await readFile(path, 'utf8').catch(() => '')));
  const copied = join(dir, 'copied');
  if (await isMarkedElsewhere(dir)) await writeAtomic(copied, join(dir, 'copied.new'), JSON.stringify(at));
  const copiedAt = z.number().safeParse(parsed(await readFile(copied, 'utf8').catch(() => '')));
  const term = (before.success ? before.data.term : 0) + 1;
  const id = randomUUID();
  await writeAtomic(path, join(dir, 'holder.new'), JSON.stringify({ term, id }));
  // Kept open, so that its number is given to no other file while we compare by it.
  const mine = await open(path, 'r');
  const { ino, dev } = await mine.stat({ bigint: true });
  let isClosed = false;
  return {
    term,
    firstFence: term * FENCES_PER_TERM,
    copiedAt: copiedAt.success ? copiedAt.data : undefined,
    holds() {
      if (isClosed) return false;
      const now = statSync(path, { bigint: true, throwIfNoEntry: false });
      // Whoever takes the folder puts another file there; so does whoever puts another folder in its place.
      return now !== undefined && now.ino === ino && now.dev === dev;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await mine.close();
    },
  };
}

/**
 * Whether the folder's mark was made elsewhere: it holds the number the file system gave it, which no copy, archive or
 * other disk reproduces. A folder without a mark is new. Marks what has none, or another's.
 */
async function isMarkedElsewhere(dir: string): Promise<boolean> {
  const path = join(dir, 'birthmark');
  const mark = await readFile(path, 'utf8').catch(() => undefined);
  if (mark !== undefined) {
    const read = birthmarkSchema.safeParse(parsed(mark));
    if (read.success && read.data.inode === (await inodeOf(path))) return false;
    await rm(path, { force: true });
  }
  // Never by rename: the number must be that of the file itself.
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify({ inode: String((await file.stat({ bigint: true })).ino) }));
    await file.sync();
  } finally {
    await file.close();
  }
  return mark !== undefined;
}

async function inodeOf(path: string): Promise<string> {
  return String((await stat(path, { bigint: true })).ino);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
