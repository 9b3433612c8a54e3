// A backup: everything of a data folder that cannot be made again, in one sealed file, taken while the agent runs. The
// stores are copied as of one moment; then what they name is copied from the vault, where a file never changes. It holds
// the agent's keys: whoever has it can be this workstation.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AssetHash, type AssetRef, assetRefSchema } from '@myspinbot/shared/asset/asset.ts';
import type { BackedUp } from '@myspinbot/shared/wire/housekeeping.ts';
import { z } from 'zod';
import { onDisk } from '../vault/durable.ts';
import { readNames } from './names.ts';
import { withScratch } from './scratch.ts';
import { mustBeNew, type ToSeal, writeSealed } from './sealed-file.ts';
import { copyStore } from './snapshot.ts';
import type { Progress, Stores } from './stores.ts';

export const backupFactsSchema = z.object({
  /** Records of the assets, whose bytes lie under `assets/<hash>`. */
  assets: z.array(assetRefSchema).max(500_000),
});
export type BackupFacts = z.infer<typeof backupFactsSchema>;

/** Folders of embedded stores, then single files and folders of files: all that is kept besides assets. */
export const storeFolders = ['ledger', 'documents', 'pairing/registry'] as const;
const files = ['agent-id', 'holder', 'config.json', 'pairing/identity.pem'] as const;
const fileFolders = ['certificates', 'pipelines'] as const;

/** Whether a file of this name belongs into a backup. */
export function isOfBackup(name: string): boolean {
  if (/^assets\/[0-9a-f]{64}$/.test(name)) return true;
  if ((files as readonly string[]).includes(name)) return true;
  // People name their own pipelines as they like.
  if (/^pipelines\/[^./\\\0][^/\\\0]*\.json$/.test(name)) return Buffer.byteLength(name) <= 100;
  const [, folder, file] = /^(.+)\/([A-Za-z0-9][A-Za-z0-9._-]{0,60})$/.exec(name) ?? [];
  if (folder === undefined || file === undefined) return false;
  if (folder === 'certificates') return /\.(pem|json)$/.test(file);
  return (
    (storeFolders as readonly string[]).includes(folder) &&
    /^(CURRENT|MANIFEST-\d+|\d+\.(ldb|log))$/.test(file)
  );
}

/** Opens the stores of a folder that no agent uses. */
export type OpenCopy = (dir: string) => Promise<Stores & { close(): Promise<void> }>;

/** Throws Failure `refused` when there is such a file, `disk-full`, `bad-input` when an asset is damaged on the disk. */
export async function backUp(
  stores: Stores,
  world: { file: string; version: string; now: number; openCopy: OpenCopy },
  options: { signal?: AbortSignal | undefined; progress?: Progress | undefined } = {},
): Promise<BackedUp> {
  const { vault, dataDir, documents } = stores;
  await mustBeNew(world.file);
  return await withScratch(dataDir, async (scratch) => {
    await documents.flush();
    // One after the other at once: what was done in between is looked at again by whoever starts on it.
    for (const folder of storeFolders) await copyStore(join(dataDir, folder), join(scratch, folder));
    for (const name of files) await copyIfThere(join(dataDir, name), join(scratch, name));
    const named = await namedIn(scratch, world.openCopy);
    const refs: AssetRef[] = [];
    let missing = 0;
    for (const hash of vault.hashes()) {
      const ref = named.all.has(hash) ? vault.ref(hash) : undefined;
      if (ref !== undefined) refs.push(ref);
    }
    for (const hash of named.files.keys()) if (vault.ref(hash) === undefined) missing++;
    const entries = [
      ...(await smallFiles(scratch, [...files, ...(await within(scratch, storeFolders))])),
      ...(await smallFiles(dataDir, await within(dataDir, fileFolders))),
      ...refs.map(({ hash, bytes }) => ({
        name: `assets/${hash}`,
        bytes,
        sha256: hash,
        read: () => createReadStream(vault.path(hash)),
      })),
    ];
    const facts: BackupFacts = { assets: refs };
    const bytes = await writeSealed(
      world.file,
      { kind: 'backup', madeBy: world.version, madeAt: world.now, facts, entries },
      options,
    );
    return { file: world.file, bytes, assets: refs.length, missing };
  });
}

/** Everything that the copied stores name; of these, the files by their records. */
async function namedIn(
  copy: string,
  open: OpenCopy,
): Promise<{ all: ReadonlySet<string>; files: ReadonlyMap<AssetHash, AssetRef> }> {
  const stores = await open(copy);
  try {
    const { named, files } = await readNames(stores, Number.NEGATIVE_INFINITY);
    for await (const { assets } of stores.queue.artifacts()) {
      for (const ref of assets) named.add(ref.hash);
    }
    return { all: named, files };
  } finally {
    await stores.close();
  }
}

async function within(dir: string, folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(dir, folder)).catch(() => []); // an agent for its own machine has no certificates
      return names.map((name) => `${folder}/${name}`).filter(isOfBackup);
    }),
  );
  return found.flat().sort();
}

async function smallFiles(dir: string, names: readonly string[]): Promise<ToSeal[]> {
  const entries: ToSeal[] = [];
  for (const name of names) {
    const path = join(dir, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true) continue;
    entries.push({ name, bytes: found.size, sha256: await hashOf(path), read: () => createReadStream(path) });
  }
  return entries;
}

async function hashOf(path: string): Promise<AssetHash> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array);
  return hash.digest('hex') as AssetHash;
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await onDisk(() => copyFile(from, to));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  }
}
