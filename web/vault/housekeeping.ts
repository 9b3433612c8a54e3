// Making room on this device and taking it back: which rows say where every file is, letting go of files that the
// workstation has, keeping a project's files here, and asking again for what there was no room for. It owns the rule
// that nothing is let go of that may be nowhere else; whose file is whose is told from its rows by live/stock.ts.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import type { Job } from '@myspinbot/shared/job/job.ts';
import type { ProjectEntry, ProjectId } from '@myspinbot/shared/project/project.ts';
import type {
  AppDatabase,
  AsideRow,
  AssetRow,
  BlobRow,
  CastAsset,
  CastRow,
  KeptRow,
  OutboxRow,
  PartialRow,
  WantedRow,
} from './database.ts';

/** Everything that says what lies where; no bytes and no documents. */
export interface StockRows {
  projects: readonly ProjectEntry[];
  jobs: readonly Job[];
  casts: readonly CastRow[];
  assets: readonly AssetRow[];
  outbox: readonly OutboxRow[];
  wanted: readonly WantedRow[];
  kept: readonly KeptRow[];
  aside: readonly AsideRow[];
  partials: readonly PartialRow[];
  /** How many blocks of each arriving file are here. */
  pieces: ReadonlyMap<AssetHash, number>;
}

/** A file that was let go of, as it was. Its bytes stay readable as long as somebody holds this. */
export interface LetGo {
  asset: AssetRow;
  blob: BlobRow;
}

/**
 * What files there should be, and which are here or asked for; nothing of how far they are on their way. Inside a live
 * query it is not taken again with every block that moves.
 */
export function readRoster(db: AppDatabase): Promise<StockRows> {
  const { projects, jobs, casts, assets, wanted, kept } = db;
  return db.transaction('r', [projects, jobs, casts, assets, wanted, kept], async () => ({
    projects: await projects.toArray(),
    jobs: await jobs.toArray(),
    casts: await casts.toArray(),
    assets: await assets.toArray(),
    wanted: await wanted.toArray(),
    kept: await kept.toArray(),
    outbox: [],
    aside: [],
    partials: [],
    pieces: new Map(),
  }));
}

/** One consistent look. Inside a live query it is taken again after every change. */
export function readStockRows(db: AppDatabase): Promise<StockRows> {
  const { projects, jobs, casts, assets, outbox, wanted, kept, aside, partials, pieces } = db;
  const all = [projects, jobs, casts, assets, outbox, wanted, kept, aside, partials, pieces];
  return db.transaction('r', all, async () => {
    const counts = new Map<AssetHash, number>();
    for (const [hash] of await pieces.toCollection().primaryKeys()) {
      counts.set(hash, (counts.get(hash) ?? 0) + 1);
    }
    return {
      projects: await projects.toArray(),
      jobs: await jobs.toArray(),
      casts: await casts.toArray(),
      assets: await assets.toArray(),
      outbox: await outbox.toArray(),
      wanted: await wanted.toArray(),
      kept: await kept.toArray(),
      aside: await aside.toArray(),
      partials: await partials.toArray(),
      pieces: counts,
    };
  });
}

/**
 * Takes files off this device, in one commit. Left here whatever the hashes say: files that the workstation is not
 * known to have, and those of another workstation. Returns what went, for `takeBack`.
 */
export function letGo(db: AppDatabase, hashes: readonly AssetHash[], now: () => number): Promise<LetGo[]> {
  const { assets, blobs, outbox, aside, freed } = db;
  return db.transaction('rw', assets, blobs, outbox, aside, freed, async () => {
    const gone: LetGo[] = [];
    for (const hash of new Set(hashes)) {
      const [asset, blob] = [await assets.get(hash), await blobs.get(hash)];
      if (asset === undefined || blob === undefined) continue;
      if ((await outbox.get(hash)) !== undefined || (await aside.get(hash)) !== undefined) continue;
      await Promise.all([assets.delete(hash), blobs.delete(hash), freed.put({ hash, freedAt: now() })]);
      gone.push({ asset, blob });
    }
    return gone;
  });
}

/** Puts back what was let go of a moment ago. */
export function takeBack(db: AppDatabase, gone: readonly LetGo[]): Promise<void> {
  const { assets, blobs, wanted, freed } = db;
  return db.transaction('rw', assets, blobs, wanted, freed, async () => {
    for (const { asset, blob } of gone) {
      await Promise.all([assets.put(asset), blobs.put(blob)]);
      await Promise.all([wanted.delete(asset.hash), freed.delete(asset.hash)]);
    }
  });
}

export async function keepProject(
  db: AppDatabase,
  project: ProjectId,
  is: boolean,
  now: () => number,
): Promise<void> {
  if (is) await db.kept.put({ project, since: now() });
  else await db.kept.delete(project);
}

/** What a project's document names now; written only when it changed. */
export function noteCast(db: AppDatabase, project: ProjectId, assets: readonly CastAsset[]): Promise<void> {
  return db.transaction('rw', db.casts, async () => {
    const before = await db.casts.get(project);
    const names = (all: readonly CastAsset[]) => all.map(({ ref, part }) => `${part} ${ref.hash}`).join();
    if (before !== undefined && names(before.assets) === names(assets)) return;
    await db.casts.put({ project, assets: [...assets] });
  });
}

/** Files that could not be kept here for want of room. */
export async function refusedForRoom(db: AppDatabase): Promise<AssetHash[]> {
  const rows = await db.wanted.filter((row) => row.refused?.why === 'no-space').toArray();
  return rows.map(({ hash }) => hash);
}

/** Asks again for them, in the order in which they were asked for; returns how many. */
export function askAgain(db: AppDatabase): Promise<number> {
  return db.wanted
    .filter((row) => row.refused?.why === 'no-space')
    .modify((row) => {
      delete row.refused;
    });
}
