// Uploads that were interrupted: whose they are, how much of the disk they take, and which are given up. It looks at
// folders that nobody has open; how an upload goes on is uploads.ts and partial.ts.
import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { removeQuietly } from './durable.ts';
import { readOffer } from './partial.ts';

export interface UnfinishedLimits {
  /** Nobody went on with it for so long. */
  readonly keptMs: number;
  /** Of one device or script, and of all together. */
  readonly each: { readonly count: number; readonly bytes: number };
  readonly all: { readonly count: number };
}

/**
 * A phone that went out of reach goes on when it comes home in the evening; it has a dozen photos and some voices. Two of
 * the largest files there may be.
 */
export const unfinishedLimits: UnfinishedLimits = {
  keptMs: 24 * 3600 * 1000,
  each: { count: 64, bytes: 4 * 1024 ** 3 },
  all: { count: 1000 },
};

interface Lying {
  readonly hash: AssetHash;
  readonly by: string;
  /** What it takes on the disk, its list of blocks included. */
  readonly bytes: number;
  readonly at: number;
}

export interface Unfinished {
  /** Bytes of those that lie there, of one owner or of all, without those of one asset. */
  bytes(of?: { by?: string | undefined; except?: AssetHash | undefined }): number;
  /** Somebody opened the folder: it is under way and counted by whoever promised room for it. */
  opened(folder: string): void;
  /** Nobody has the folder open any more: it lies there, or is gone. Makes room for it when there are too many. */
  closed(folder: string): Promise<void>;
  /** Gives up what nobody went on with. */
  tidy(): Promise<void>;
}

/** Looks at what an earlier process left in `dir`; folders without a readable offer, or of a kept asset, are removed. */
export async function openUnfinished(world: {
  dir: string;
  /** Whether the asset is kept whole: killed between keeping it and removing its folder, a process leaves that. */
  isKept(hash: AssetHash): boolean;
  now(): number;
  limits?: UnfinishedLimits;
}): Promise<Unfinished> {
  const { dir, now, limits = unfinishedLimits } = world;
  /** By folder. */
  const lying = new Map<string, Lying>();
  const open = new Set<string>();

  const drop = async (folder: string) => {
    lying.delete(folder);
    await removeQuietly(folder);
  };
  const oldestFirst = (isMeant: (one: Lying) => boolean) =>
    [...lying].filter(([, one]) => isMeant(one)).sort(([, a], [, b]) => a.at - b.at);
  /** Until they fit, the oldest go; the newest stays, however large it is. */
  const fit = async (ones: [string, Lying][], most: { count: number; bytes: number }) => {
    let bytes = ones.reduce((sum, [, one]) => sum + one.bytes, 0);
    for (let left = ones.length; left > 1 && (left > most.count || bytes > most.bytes); left--) {
      const [folder, one] = ones[ones.length - left]!;
      bytes -= one.bytes;
      await drop(folder);
    }
  };
  const look = async (folder: string) => {
    const offer = await readOffer(folder);
    if (open.has(folder)) return;
    if (offer === undefined || world.isKept(offer.ref.hash)) return await drop(folder);
    const files = await Promise.all(
      ['data', 'bitmap', 'offer.json'].map((name) => stat(join(folder, name)).catch(() => undefined)),
    );
    lying.set(folder, {
      hash: offer.ref.hash as AssetHash,
      by: offer.by,
      bytes: files.reduce((sum, file) => sum + taken(file), 0),
      at: Math.max(...files.slice(1).map((file) => file?.mtimeMs ?? 0)),
    });
  };
  const tidy = async () => {
    const before = now() - limits.keptMs;
    for (const [folder] of oldestFirst(({ at }) => at < before)) await drop(folder);
  };

  for (const name of await readdir(dir)) await look(join(dir, name));
  await tidy();
  return {
    bytes({ by, except } = {}) {
      let sum = 0;
      for (const one of lying.values()) {
        if ((by === undefined || one.by === by) && one.hash !== except) sum += one.bytes;
      }
      return sum;
    },
    opened(folder) {
      open.add(folder);
      lying.delete(folder);
    },
    async closed(folder) {
      open.delete(folder);
      await look(folder);
      const one = lying.get(folder);
      if (one === undefined) return;
      await fit(
        oldestFirst(({ by }) => by === one.by),
        limits.each,
      );
      await fit(
        oldestFirst(() => true),
        { ...limits.all, bytes: Number.POSITIVE_INFINITY },
      );
    },
    tidy,
  };
}

/** The data have holes where blocks are missing; a system that does not tell says how long the file is. */
function taken(file: Stats | undefined): number {
  if (file === undefined) return 0;
  return file.blocks === undefined ? file.size : Math.min(file.size, file.blocks * 512);
}
