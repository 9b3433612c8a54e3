// The way back from a backup. Everything is unpacked and checked beside the data folder first; only then it takes its
// place, in one move, and what was there is moved aside, not removed. Nothing is restored over an agent that runs. The
// restored folder is marked, so that its queue begins nothing by itself that may be running where the backup came from.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type AssetHash, type AssetRef, assetHashSchema } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { diskError, requireSpace, syncDir, writeAtomic } from '../vault/durable.ts';
import { damaged } from './archive.ts';
import { backupFactsSchema, isOfBackup, type OpenCopy } from './backup.ts';
import { notWritable, openSealed, type SealedFile } from './sealed-file.ts';
import type { Progress } from './stores.ts';

export interface Restored {
  readonly madeAt: number;
  readonly madeBy: string;
  readonly assets: number;
  readonly bytes: number;
  /** Where the folder is now that was there before. */
  readonly aside: string | undefined;
}

export interface RestoreWorld {
  readonly file: string;
  readonly dataDir: string;
  readonly now: number;
  readonly openCopy: OpenCopy;
  /** Throws Failure `refused` while an agent uses the folder. */
  mustBeUnused(dataDir: string): Promise<void>;
}

/** Throws Failure `bad-input` for a file that cannot be used, `refused`, `disk-full`; then nothing was changed. */
export async function restore(
  world: RestoreWorld,
  options: { signal?: AbortSignal | undefined; progress?: Progress | undefined } = {},
): Promise<Restored> {
  // Where a link leads to another disk, that disk is meant.
  const dataDir = await realpath(world.dataDir).catch(() => resolve(world.dataDir));
  const backup = await openSealed(world.file, {
    kind: 'backup',
    facts: backupFactsSchema,
    mayBe: isOfBackup,
  });
  const staging = `${dataDir}.restoring-${randomBytes(4).toString('hex')}`;
  try {
    const isThere = await lookAtTarget(dataDir, world.mustBeUnused);
    await mkdir(staging, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
      throw notWritable(dirname(dataDir), cause);
    });
    await requireSpace(dirname(dataDir), backup.bytes);
    await unpack(backup, staging, world, options);
    await mark(staging, world.now);
    // It may have been started while that was done.
    if (isThere) await world.mustBeUnused(dataDir);
    const aside = await putInPlace(staging, dataDir, world.now);
    const { madeAt, madeBy } = backup.manifest;
    return { madeAt, madeBy, assets: backup.facts.assets.length, bytes: backup.bytes, aside };
  } catch (cause) {
    await rm(staging, { recursive: true, force: true });
    throw diskError(cause);
  } finally {
    await backup.close();
  }
}

/** Whether there is something of an agent. Throws Failure `bad-input` when there is something of somebody else. */
async function lookAtTarget(dataDir: string, mustBeUnused: (dir: string) => Promise<void>): Promise<boolean> {
  const names = await readdir(dataDir).catch((cause: NodeJS.ErrnoException): string[] => {
    if (cause.code === 'ENOENT') return [];
    throw new Failure({
      code: 'bad-input',
      message: `The data folder ${dataDir} cannot be used (${cause.code ?? cause.message}).`,
      hint: 'Name another folder with --data DIR.',
      cause,
    });
  });
  if (names.includes('agent-id')) {
    await mustBeUnused(dataDir);
    return true;
  }
  if (names.every((name) => name === 'config.json')) return false;
  throw new Failure({
    code: 'bad-input',
    message: `In ${dataDir} there are other things than those of MySpinBot.`,
    hint: 'Name a new folder, or that of an agent, with --data DIR.',
  });
}

async function unpack(
  backup: SealedFile<{ assets: readonly AssetRef[] }>,
  staging: string,
  { file, openCopy }: RestoreWorld,
  options: { signal?: AbortSignal | undefined; progress?: Progress | undefined },
): Promise<void> {
  const refs = new Map(backup.facts.assets.map((ref) => [ref.hash, ref]));
  const brought = new Map<AssetHash, string>();
  const incoming = join(staging, 'incoming');
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  await backup.unpack(async ({ name, bytes, sha256 }, pieces) => {
    const hash = assetHashSchema.safeParse(/^assets\/(.*)$/.exec(name)?.[1]);
    if (hash.success) {
      if (refs.get(hash.data)?.bytes !== bytes || sha256 !== hash.data) throw damaged(file);
      brought.set(hash.data, join(incoming, hash.data));
    }
    const path = hash.success ? join(incoming, hash.data) : join(staging, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // Assets are waited for by the vault, which takes them over.
    await pipeline(pieces, createWriteStream(path, { mode: 0o600, flags: 'wx', flush: !hash.success }));
  }, options);
  if (brought.size !== refs.size) throw damaged(file);
  // Opened as an agent would: what cannot be opened is found now, not after it has taken its place.
  const stores = await openCopy(staging).catch((cause: unknown) => {
    if (cause instanceof Failure && cause.code === 'not-found') throw damaged(file);
    throw cause;
  });
  try {
    for (const [hash, path] of brought) {
      options.signal?.throwIfAborted();
      await stores.vault.adopt(path, refs.get(hash)!);
    }
    for (const room of await stores.documents.rooms()) await stores.documents.read(room, () => undefined);
  } finally {
    await stores.close();
  }
  await rm(incoming, { recursive: true });
}

/** Says to whoever starts here since when this is a copy of something that may still be running: see queue/tenure.ts. */
async function mark(dir: string, now: number): Promise<void> {
  await writeAtomic(join(dir, 'copied'), join(dir, 'copied.new'), JSON.stringify(now));
}

/** Returns where what was there before is now. */
async function putInPlace(staging: string, dataDir: string, now: number): Promise<string | undefined> {
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(':', '');
  const before = `${dataDir}.before-${stamp}`;
  // An empty folder is nothing to keep.
  await rmdir(dataDir).catch(() => {});
  const aside = await rename(dataDir, before).then(
    () => before,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return undefined;
      throw new Failure({
        code: 'bad-input',
        message: `The folder ${dataDir} cannot be moved aside (${cause.code ?? cause.message}).`,
        hint: 'Restore into a new folder (--data DIR), for example one inside of it.',
        cause,
      });
    },
  );
  try {
    await rename(staging, dataDir);
  } catch (cause) {
    if (aside !== undefined) await rename(aside, dataDir);
    throw cause;
  }
  await syncDir(dirname(dataDir));
  return aside;
}
