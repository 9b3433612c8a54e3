// The small files around an asset's bytes: its record and its list of blocks, and how the folder is read at start.
import { readFileSync } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AssetHash,
  type AssetRef,
  assetHashSchema,
  assetRefSchema,
  blockCount,
} from '@myspinbot/shared/asset/asset.ts';
import { hashFile, writeAtomic } from './durable.ts';

/** Files looked at together at start: hides the latency of a disk without opening everything at once. */
const START_PARALLEL = 64;

/** The record beside the bytes; undefined when it is lost or the bytes are not whole. Throws nothing. */
export function readRecord(path: string, hash: AssetHash, size: number): AssetRef | undefined {
  try {
    const record = assetRefSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return record.hash === hash && record.bytes === size ? record : undefined;
  } catch {
    // The record is written before the bytes appear, so without one nobody can vouch for them.
    return undefined;
  }
}

/** SHA-256 of every block of the asset at `path`: remembered beside it, or computed and then remembered. */
export async function readBlocks(path: string, asset: AssetRef, temp: string): Promise<readonly string[]> {
  const count = blockCount(asset.bytes);
  const cached = await readFile(`${path}.blocks`, 'utf8').catch(() => '');
  const lines = cached === '' ? [] : cached.split('\n');
  if (count === lines.length && lines.every((line) => /^[0-9a-f]{64}$/.test(line))) return lines;
  const file = await open(path, 'r');
  try {
    const { blocks } = await hashFile(file, { blocks: true });
    await rememberBlocks(path, blocks, temp);
    return blocks;
  } finally {
    await file.close();
  }
}

/** Size of every file that lies under a hash. */
export async function readSizes(assets: string): Promise<Map<AssetHash, number>> {
  const sizes = new Map<AssetHash, number>();
  const found: { hash: AssetHash; path: string }[] = [];
  for (const folder of await readdir(assets)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const name of await readdir(join(assets, folder))) {
      const hash = assetHashSchema.safeParse(name);
      if (hash.success && name.startsWith(folder)) {
        found.push({ hash: hash.data, path: join(assets, folder, name) });
      }
    }
  }
  for (let at = 0; at < found.length; at += START_PARALLEL) {
    await Promise.all(
      found.slice(at, at + START_PARALLEL).map(async ({ hash, path }) => {
        sizes.set(hash, (await stat(path)).size);
      }),
    );
  }
  return sizes;
}

/** Writes the list beside the asset. A full disk costs the memory of this list, nothing else. */
export async function rememberBlocks(path: string, blocks: readonly string[], temp: string): Promise<void> {
  await writeAtomic(`${path}.blocks`, temp, blocks.join('\n')).catch(() => {});
}
