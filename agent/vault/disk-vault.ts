// The vault on a disk:
//
//   assets/ab/<hash>          the bytes, read-only; there = whole, verified and durable
//   assets/ab/<hash>.json     size, type and name; written before the bytes appear, so without it nobody vouches for them
//   assets/ab/<hash>.blocks   SHA-256 of every block, one per line; made when first asked for
//   partial/<hash>-<offer>/   uploads in blocks, kept over restarts (partial.ts)
//   temp/                     whole files being written; emptied at start
//
// It knows assets, not jobs or links.
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  copyFile,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type AssetHash,
  type AssetRef,
  assetHashSchema,
  assetRefSchema,
  blockCount,
  blockRange,
  MAX_ASSET_BYTES,
} from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type Logger, silentLogger } from '../log/logger.ts';
import {
  commitFile,
  fill,
  hashFile,
  onDisk,
  removeQuietly,
  requireSpace,
  sha256,
  syncDir,
  writeAtomic,
} from './durable.ts';
import { openPartial, type Partial } from './partial.ts';
import type { Receiving, Vault } from './port.ts';
import { sniffFile } from './sniff.ts';

/** Uploads nobody went on with for this long are given up at the next start. */
const PARTIAL_KEPT_MS = 14 * 24 * 3600 * 1000;
/** Files looked at together at start: hides the latency of a disk without opening everything at once. */
const START_PARALLEL = 64;

/** Opens the vault in `dir` (made when absent) and cleans what an earlier process left half-written. */
export async function openDiskVault(options: {
  dir: string;
  now: () => number;
  log?: Logger;
}): Promise<Vault> {
  const { dir } = options;
  const log = options.log ?? silentLogger;
  const assets = join(dir, 'assets');
  const partials = join(dir, 'partial');
  const temp = join(dir, 'temp');

  await onDisk(async () => {
    await rm(temp, { recursive: true, force: true });
    for (const folder of [assets, partials, temp]) await mkdir(folder, { recursive: true, mode: 0o700 });
  });
  await dropOldPartials(partials, options.now());
  const sizes = await readSizes(assets);
  /** Records read so far; null = there is a file, but it is not whole. */
  const refs = new Map<AssetHash, AssetRef | null>();
  let totalBytes = 0;
  for (const bytes of sizes.values()) totalBytes += bytes;

  const listeners = new Set<(ref: AssetRef) => void>();
  /** Partial uploads open now; senders of the same offer share one. */
  const openPartials = new Map<string, { partial: Promise<Partial>; users: number; committed: boolean }>();
  const blockLists = new Map<AssetHash, Promise<readonly string[]>>();

  const pathOf = (hash: AssetHash) => join(assets, hash.slice(0, 2), hash);
  const tempPath = () => join(temp, randomUUID());
  const missing = (hash: string) =>
    new Failure({
      code: 'not-found',
      message: `The file ${String(hash).slice(0, 12)} is not on the workstation.`,
      hint: 'Open the project on the device that has the file, so that it is sent again.',
    });

  const ref = (hash: AssetHash): AssetRef | undefined => {
    const size = sizes.get(hash);
    if (size === undefined) return undefined;
    const known = refs.get(hash);
    if (known !== undefined) return known ?? undefined;
    const read = readRecord(`${pathOf(hash)}.json`, hash, size);
    if (read === undefined) log.error('vault.asset-damaged', { hash, bytes: size });
    refs.set(hash, read ?? null);
    return read;
  };
  const requireRef = (hash: AssetHash): AssetRef => {
    const found = ref(hash);
    if (found === undefined) throw missing(hash);
    return found;
  };

  /** Makes a synced and verified file visible under its hash. `file` is closed by the caller. */
  const commit = async (file: FileHandle, from: string, record: AssetRef): Promise<AssetRef> => {
    const here = ref(record.hash);
    if (here !== undefined) {
      await removeQuietly(from);
      return here;
    }
    const kept: AssetRef = { ...record, type: await sniffFile(file) };
    // Text that sniffs as nothing in particular keeps what its maker says it is.
    if (kept.type === 'application/octet-stream' && isText(record.type)) kept.type = record.type;
    const to = pathOf(kept.hash);
    await onDisk(() => mkdir(dirname(to), { recursive: true, mode: 0o700 }));
    await writeAtomic(`${to}.json`, tempPath(), JSON.stringify(kept));
    await commitFile(file, from, to);
    const old = sizes.get(kept.hash);
    sizes.set(kept.hash, kept.bytes);
    totalBytes += kept.bytes - (old ?? 0);
    refs.set(kept.hash, kept);
    log.info('vault.kept', { hash: kept.hash, bytes: kept.bytes, type: kept.type });
    for (const listener of [...listeners]) listener(kept);
    return kept;
  };

  const put = async (bytes: Uint8Array | AsyncIterable<Uint8Array>, name?: string): Promise<AssetRef> => {
    const from = tempPath();
    const file = await onDisk(() => open(from, 'wx+', 0o600));
    try {
      const whole = createHash('sha256');
      let size = 0;
      const pieces = bytes instanceof Uint8Array ? [bytes] : bytes;
      if (bytes instanceof Uint8Array) await requireSpace(temp, bytes.length);
      for await (const piece of pieces) {
        size += piece.length;
        if (size > MAX_ASSET_BYTES) throw tooLarge();
        whole.update(piece);
        await onDisk(() => file.writeFile(piece));
      }
      const hash = whole.digest('hex') as AssetHash;
      const shown = name?.slice(0, 200);
      return await commit(file, from, {
        hash,
        bytes: size,
        type: 'application/octet-stream',
        ...(shown === undefined ? {} : { name: shown }),
      });
    } finally {
      await file.close();
      await removeQuietly(from);
    }
  };

  const adopt = async (from: string, record: AssetRef): Promise<void> => {
    assetHashSchema.parse(record.hash);
    if (ref(record.hash) !== undefined) return removeQuietly(from);
    const moved = tempPath();
    await onDisk(async () => {
      try {
        await rename(from, moved);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EXDEV') throw cause;
        await copyFile(from, moved);
        await rm(from, { force: true });
      }
    });
    const file = await open(moved, 'r+');
    try {
      const found = await hashFile(file, { blocks: false });
      if (found.hash !== record.hash || found.bytes !== record.bytes) {
        throw new Failure({
          code: 'bad-input',
          message: `The file is not what its record says: ${found.bytes} bytes instead of ${record.bytes}, or another hash.`,
          hint: 'Make the file again.',
        });
      }
      await commit(file, moved, record);
    } finally {
      await file.close();
      await removeQuietly(moved);
    }
  };

  const blocks = (hash: AssetHash): Promise<readonly string[]> => {
    const asset = requireRef(hash);
    let list = blockLists.get(hash);
    if (list === undefined) {
      list = readBlocks(pathOf(hash), asset, tempPath());
      blockLists.set(hash, list);
      // The file remembers; memory only joins callers who ask at the same time.
      void list.catch(() => {}).finally(() => blockLists.delete(hash));
    }
    return list;
  };

  const receive = async (asset: AssetRef, list: readonly string[]): Promise<Receiving> => {
    const { hash, bytes } = assetRefSchema.parse(asset);
    if (bytes > MAX_ASSET_BYTES) throw tooLarge();
    if (list.length !== blockCount(bytes) || !list.every((one) => /^[0-9a-f]{64}$/.test(one))) {
      throw new Failure({
        code: 'bad-input',
        message: `The list of blocks does not fit a file of ${bytes} bytes.`,
        hint: 'Send the file again.',
      });
    }
    // Two offers of one hash may lie about its blocks in different ways: each has a folder of its own.
    const folder = join(partials, `${hash}-${sha256(Buffer.from(list.join())).slice(0, 16)}`);
    let shared = openPartials.get(folder);
    if (shared === undefined) {
      shared = {
        users: 0,
        committed: false,
        partial: openRoomy(folder, asset, list),
      };
      openPartials.set(folder, shared);
    }
    shared.users++;
    const release = async () => {
      shared.users--;
      if (shared.users > 0 || openPartials.get(folder) !== shared) return;
      openPartials.delete(folder);
      await (await shared.partial).close();
    };
    let partial: Partial;
    try {
      partial = await shared.partial;
    } catch (cause) {
      if (openPartials.get(folder) === shared) openPartials.delete(folder);
      throw cause;
    }
    let finishing: Promise<AssetRef> | undefined;
    let released = false;
    return {
      missing: () => partial.missing(),
      block: (index, piece) => partial.block(index, piece),
      finish: () => {
        finishing ??= (async () => {
          const here = ref(hash);
          if (here !== undefined) return here;
          const file = await partial.whole();
          await writeAtomic(`${pathOf(hash)}.blocks`, tempPath(), list.join('\n')).catch(() => {
            // The list can be made anew from the bytes.
          });
          const kept = await commit(file, partial.data, asset);
          shared.committed = true;
          return kept;
        })().catch(async (cause: unknown) => {
          finishing = undefined;
          // Every block fits its list, yet the whole is another file: nothing here is worth keeping.
          if (partial.missing().length === 0 && cause instanceof Failure && cause.code === 'bad-input') {
            shared.committed = true;
          }
          throw cause;
        });
        return finishing;
      },
      async close() {
        if (released) return;
        released = true;
        const done = shared.committed;
        await release();
        if (done && shared.users === 0) await removeQuietly(folder);
      },
    };
  };

  return {
    has: (hash) => ref(hash) !== undefined,
    ref,
    path: (hash) => {
      requireRef(hash);
      return pathOf(hash);
    },
    put,
    adopt,
    blocks,
    async readBlock(hash, index) {
      const asset = requireRef(hash);
      if (!Number.isInteger(index) || index < 0 || index >= blockCount(asset.bytes)) throw missing(hash);
      const { start, end } = blockRange(asset.bytes, index);
      const bytes = new Uint8Array(end - start);
      const file = await open(pathOf(hash), 'r');
      try {
        if ((await fill(file, bytes, start)) !== bytes.length) throw missing(hash);
      } finally {
        await file.close();
      }
      return bytes;
    },
    receive,
    async remove(hash) {
      const size = sizes.get(hash);
      if (size === undefined) return;
      sizes.delete(hash);
      refs.delete(hash);
      totalBytes -= size;
      const path = pathOf(hash);
      for (const file of [path, `${path}.json`, `${path}.blocks`]) await rm(file, { force: true });
      await syncDir(dirname(path));
    },
    usage: () => ({ assets: sizes.size, bytes: totalBytes }),
    onKept(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function tooLarge(): Failure {
  return new Failure({
    code: 'bad-input',
    message: `The file is larger than ${MAX_ASSET_BYTES / 2 ** 30} GB.`,
    hint: 'Use a shorter or smaller file.',
  });
}

function isText(type: AssetRef['type']): boolean {
  return type === 'text/vtt' || type === 'application/x-subrip' || type === 'application/json';
}

/** The record beside the bytes; made from the bytes when lost; undefined when the bytes are not whole. */
function readRecord(path: string, hash: AssetHash, size: number): AssetRef | undefined {
  try {
    const record = assetRefSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return record.hash === hash && record.bytes === size ? record : undefined;
  } catch {
    // The record is written before the bytes appear, so without one nobody can vouch for them.
    return undefined;
  }
}

async function readBlocks(path: string, asset: AssetRef, temp: string): Promise<readonly string[]> {
  const count = blockCount(asset.bytes);
  const cached = await readFile(`${path}.blocks`, 'utf8').catch(() => '');
  const lines = cached === '' ? [] : cached.split('\n');
  if (count === lines.length && lines.every((line) => /^[0-9a-f]{64}$/.test(line))) return lines;
  const file = await open(path, 'r');
  try {
    const { blocks } = await hashFile(file, { blocks: true });
    await writeAtomic(`${path}.blocks`, temp, blocks.join('\n')).catch(() => {
      // A full disk costs the memory of this list, nothing else.
    });
    return blocks;
  } finally {
    await file.close();
  }
}

/** Size of every file that lies under a hash. */
async function readSizes(assets: string): Promise<Map<AssetHash, number>> {
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

/** Opens a partial asset and makes sure that what is missing fits on the disk. */
async function openRoomy(folder: string, asset: AssetRef, list: readonly string[]): Promise<Partial> {
  const partial = await openPartial(folder, asset, list);
  try {
    const missing = partial.missing().map((index) => blockRange(asset.bytes, index));
    await requireSpace(
      folder,
      missing.reduce((sum, { start, end }) => sum + end - start, 0),
    );
    return partial;
  } catch (cause) {
    await partial.close();
    throw cause;
  }
}

async function dropOldPartials(partials: string, now: number): Promise<void> {
  for (const name of await readdir(partials)) {
    const path = join(partials, name);
    const used = await Promise.all(
      [join(path, 'offer.json'), join(path, 'bitmap')].map((file) =>
        stat(file).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      ),
    );
    if (used[0] === 0 || now - Math.max(...used) > PARTIAL_KEPT_MS) await removeQuietly(path);
  }
}
