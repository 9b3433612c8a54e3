// The vault on a disk:
//
//   assets/ab/<hash>          the bytes, read-only; there = whole, verified and durable
//   assets/ab/<hash>.json     size, type and name; written before the bytes appear: without it nobody vouches for them
//   assets/ab/<hash>.blocks   SHA-256 of every block, one per line; made when first asked for
//   partial/<hash>-<offer>/   uploads in blocks, kept over restarts (partial.ts)
//   temp/                     whole files being written; emptied at start
//
// It knows assets, not jobs or links.
import { createHash, randomUUID } from 'node:crypto';
import { copyFile, type FileHandle, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type AssetHash,
  type AssetRef,
  assetHashSchema,
  blockCount,
  blockRange,
  MAX_ASSET_BYTES,
} from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { createBlockBuffers } from '@myspinbot/shared/transfer/block-buffers.ts';
import { type Logger, silentLogger } from '../log/logger.ts';
import { readBlocks, readRecord, readSizes, rememberBlocks } from './asset-files.ts';
import {
  commitFile,
  fill,
  hashFile,
  onDisk,
  ownFolder,
  removeQuietly,
  requireSpace,
  syncDir,
  writeAtomic,
} from './durable.ts';
import type { Vault } from './port.ts';
import { sniffFile } from './sniff.ts';
import { openUnfinished, type UnfinishedLimits } from './unfinished.ts';
import { createUploads } from './uploads.ts';

/** Opens the vault in `dir` (made when absent) and cleans what an earlier process left half-written. */
export async function openDiskVault(options: {
  dir: string;
  now: () => number;
  log?: Logger;
  /** How much of interrupted uploads is kept. */
  unfinished?: UnfinishedLimits;
}): Promise<Vault> {
  const { dir } = options;
  const log = options.log ?? silentLogger;
  const assets = join(dir, 'assets');
  const partials = join(dir, 'partial');
  const temp = join(dir, 'temp');

  await onDisk(async () => {
    await rm(temp, { recursive: true, force: true });
    for (const folder of [assets, partials, temp]) await ownFolder(folder);
  });
  const sizes = await readSizes(assets);
  /** Records read so far; null = there is a file, but it is not whole. */
  const refs = new Map<AssetHash, AssetRef | null>();
  let totalBytes = 0;
  for (const bytes of sizes.values()) totalBytes += bytes;

  const buffers = createBlockBuffers();
  const listeners = new Set<(ref: AssetRef) => void>();
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

  /** It was brought or made once more: whoever removes old files nobody names finds it new. */
  const renew = async (hash: AssetHash) => {
    const now = new Date(options.now());
    // A file that was taken away meanwhile is missed by whoever reads it.
    await utimes(pathOf(hash), now, now).catch(() => {});
  };

  /** Makes a synced and verified file visible under its hash. `file` is closed by the caller. */
  const commit = async (file: FileHandle, from: string, record: AssetRef): Promise<AssetRef> => {
    const here = ref(record.hash);
    if (here !== undefined) {
      await renew(record.hash);
      await removeQuietly(from);
      return here;
    }
    const kept: AssetRef = { ...record, type: await sniffFile(file) };
    // Text that sniffs as nothing in particular keeps what its maker says it is.
    if (kept.type === 'application/octet-stream' && isText(record.type)) kept.type = record.type;
    const to = pathOf(kept.hash);
    await onDisk(() => ownFolder(dirname(to)));
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

  /** Writes everything that comes into a file of its own; the caller closes and removes it. */
  const receiveWhole = async (file: FileHandle, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => {
    const whole = createHash('sha256');
    let bytes = 0;
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > MAX_ASSET_BYTES) throw tooLarge();
      whole.update(piece);
      await onDisk(() => file.writeFile(piece));
    }
    return { hash: whole.digest('hex') as AssetHash, bytes };
  };
  const stage: Vault['stage'] = async (bytes, { name, check, make } = {}) => {
    const from = tempPath();
    const file = await onDisk(() => open(from, 'wx+', 0o600));
    let isOver = false;
    const drop = async () => {
      if (isOver) return;
      isOver = true;
      await file.close();
      await removeQuietly(from);
    };
    try {
      const whole = await receiveWhole(file, bytes);
      const type = await sniffFile(file);
      const found = { bytes: whole.bytes, type };
      check?.(found);
      if (make !== undefined) {
        const made = await make(from, found);
        await drop();
        return await stage([made], { name });
      }
      const shown = name?.slice(0, 200);
      const asset: AssetRef = { ...whole, type, ...(shown === undefined ? {} : { name: shown }) };
      const keep = async () => {
        try {
          return await commit(file, from, asset);
        } finally {
          await drop();
        }
      };
      return { ref: asset, keep, drop };
    } catch (cause) {
      await drop();
      throw cause;
    }
  };

  const put: Vault['put'] = async (bytes, name) => {
    if (bytes instanceof Uint8Array) await requireSpace(temp, bytes.length);
    const staged = await stage(bytes instanceof Uint8Array ? [bytes] : bytes, { name });
    return staged.keep();
  };

  const adopt = async (from: string, record: AssetRef): Promise<void> => {
    assetHashSchema.parse(record.hash);
    if (ref(record.hash) !== undefined) {
      await renew(record.hash);
      return removeQuietly(from);
    }
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

  const unfinished = await openUnfinished({
    dir: partials,
    isKept: (hash) => ref(hash) !== undefined,
    now: options.now,
    ...(options.unfinished === undefined ? {} : { limits: options.unfinished }),
  });
  const uploads = createUploads({
    dir: partials,
    unfinished,
    ref,
    async commit(file, from, asset, list) {
      const kept = await commit(file, from, asset);
      await rememberBlocks(pathOf(kept.hash), list, tempPath());
      return kept;
    },
  });

  return {
    has: (hash) => ref(hash) !== undefined,
    ref,
    path: (hash) => {
      requireRef(hash);
      return pathOf(hash);
    },
    put,
    stage,
    adopt,
    blocks,
    async readBlock(hash, index) {
      const asset = requireRef(hash);
      if (!Number.isInteger(index) || index < 0 || index >= blockCount(asset.bytes)) throw missing(hash);
      const { start, end } = blockRange(asset.bytes, index);
      const file = await open(pathOf(hash), 'r');
      try {
        const bytes = buffers.take(end - start);
        if ((await fill(file, bytes, start)) !== bytes.length) throw missing(hash);
        return bytes;
      } finally {
        await file.close();
      }
    },
    giveBack: buffers.give,
    receive: uploads.receive,
    unfinished: unfinished.bytes,
    tidy: unfinished.tidy,
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
    hashes: () => [...sizes.keys()],
    async examine(hash, how) {
      const path = pathOf(hash);
      try {
        const { size, mtimeMs } = await stat(path);
        const isKnown = readRecord(`${path}.json`, hash, size) !== undefined;
        const isWhole = isKnown && (how === 'size' || (await hashOf(path)) === hash);
        return { bytes: size, keptAt: mtimeMs, isWhole };
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        // A disk that cannot read it any more: what is left of it helps nobody.
        if ((cause as NodeJS.ErrnoException).code === 'EIO') return { bytes: 0, keptAt: 0, isWhole: false };
        throw cause;
      }
    },
    usage: () => ({ assets: sizes.size, bytes: totalBytes }),
    onKept(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function hashOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    return (await hashFile(file, { blocks: false })).hash;
  } finally {
    await file.close();
  }
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
