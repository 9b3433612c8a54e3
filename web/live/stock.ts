// What lies where, told from rows: every file of every project, whether it is here, on the workstation or on its way,
// and why it stays. Pure. It opens no document and no file; what a person does about it is the storage desk's business.
import { type AssetHash, type AssetRef, BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import type { Job, JobId } from '@myspinbot/shared/job/job.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import type { StockRows } from '../vault/housekeeping.ts';

/** extra: the pictures and captions that come with a video. */
export type FileKind = 'photo' | 'recording' | 'video' | 'extra';

export type FilePlace =
  /** Here, and the workstation is known to have it. */
  | { at: 'both' }
  /** Here, and the workstation is not known to have it whole; `left` bytes are still to send. */
  | { at: 'here-only'; left: number; refused?: string | undefined }
  | { at: 'workstation' }
  /** `bytes` of it are here. no-room: this device is full; missing: the workstation has it no more. */
  | { at: 'arriving'; bytes: number; trouble: 'no-room' | 'missing' | undefined }
  /** Here, and belongs to another workstation than this device is paired with. */
  | { at: 'aside' };

/** kept: its project is kept offline. shown: the lists are painted with it. */
export type Stays = 'kept' | 'shown';

export interface StockFile {
  ref: AssetRef;
  kind: FileKind;
  place: FilePlace;
  stays: Stays | undefined;
  /** The job that made it, and when. */
  made: { job: JobId; at: number } | undefined;
}

export interface StockProject {
  id: ProjectId;
  title: string;
  cover: AssetRef | undefined;
  isDeleted: boolean;
  isKept: boolean;
  files: readonly StockFile[];
}

export interface Stock {
  /** Those that have files, newest first, deleted ones last. */
  projects: readonly StockProject[];
  /** Files here that no project names. */
  others: readonly StockFile[];
}

export interface Sum {
  files: number;
  bytes: number;
}

type Named = Pick<StockFile, 'ref' | 'kind' | 'made'>;

export function takeStock(rows: StockRows): Stock {
  const kept = new Set(rows.kept.map(({ project }) => project));
  const entries = new Map(rows.projects.map((entry) => [entry.id, entry]));
  const named = new Map<ProjectId, Map<AssetHash, Named>>();
  const keeps = new Set<AssetHash>();
  const shown = new Set<AssetHash>();
  const name = (project: ProjectId, ref: AssetRef, kind: FileKind, made?: Named['made']) => {
    const files = named.get(project) ?? new Map<AssetHash, Named>();
    named.set(project, files);
    if (!files.has(ref.hash)) files.set(ref.hash, { ref, kind, made });
    if (kept.has(project)) keeps.add(ref.hash);
  };

  for (const { project, assets } of rows.casts) {
    if (entries.has(project)) for (const { ref, part } of assets) name(project, ref, part);
  }
  for (const job of rows.jobs) nameJob(job, name, shown);
  for (const entry of rows.projects) {
    if (entry.cover === undefined) continue;
    name(entry.id, entry.cover, 'photo');
    if (!entry.deleted) shown.add(entry.cover.hash);
  }

  const placeOf = placing(rows);
  const stock = ({ ref, kind, made }: Named): StockFile => ({
    ref,
    kind,
    made,
    place: placeOf(ref.hash),
    stays: keeps.has(ref.hash) ? 'kept' : shown.has(ref.hash) ? 'shown' : undefined,
  });
  const projects = [...named].map(([id, files]): StockProject => {
    const entry = entries.get(id);
    return {
      id,
      title: entry?.title ?? '',
      cover: entry?.cover,
      isDeleted: entry?.deleted === true,
      isKept: kept.has(id),
      files: [...files.values()].map(stock),
    };
  });
  const updatedAt = (id: ProjectId) => entries.get(id)?.updatedAt ?? 0;
  projects.sort(
    (one, other) =>
      Number(one.isDeleted) - Number(other.isDeleted) ||
      updatedAt(other.id) - updatedAt(one.id) ||
      (one.id < other.id ? -1 : 1),
  );
  const known = new Set([...named.values()].flatMap((files) => [...files.keys()]));
  const others = rows.assets
    .filter(({ hash }) => !known.has(hash))
    .map(({ hash, bytes, type, name: called }) =>
      stock({
        ref: { hash, bytes, type, ...(called === undefined ? {} : { name: called }) },
        kind: kindOf(type),
        made: undefined,
      }),
    );
  return { projects, others };
}

function nameJob(
  job: Job,
  name: (project: ProjectId, ref: AssetRef, kind: FileKind, made?: Named['made']) => void,
  shown: Set<AssetHash>,
): void {
  const { project, assets } = job.request;
  for (const ref of assets) name(project, ref, kindOf(ref.type));
  const result = job.run?.result;
  if (result === undefined) return;
  const made = { job: job.request.id, at: job.run?.finishedAt ?? job.request.requestedAt };
  name(project, result.video, 'video', made);
  for (const extra of [result.poster, result.vtt, result.srt]) {
    if (extra === null) continue;
    name(project, extra, 'extra', made);
    if (!job.wish.hidden) shown.add(extra.hash);
  }
}

function kindOf(type: string): FileKind {
  if (type.startsWith('image/')) return 'photo';
  if (type.startsWith('audio/')) return 'recording';
  return type.startsWith('video/') ? 'video' : 'extra';
}

function placing(rows: StockRows): (hash: AssetHash) => FilePlace {
  const here = new Set(rows.assets.map(({ hash }) => hash));
  const outbox = new Map(rows.outbox.map((row) => [row.hash, row]));
  const wanted = new Map(rows.wanted.map((row) => [row.hash, row]));
  const aside = new Set(rows.aside.map(({ hash }) => hash));
  const partials = new Map(rows.partials.map(({ hash, ref }) => [hash, ref]));
  return (hash) => {
    if (here.has(hash)) {
      const queued = outbox.get(hash);
      if (queued !== undefined) return { at: 'here-only', left: queued.left, refused: queued.refused?.hint };
      return { at: aside.has(hash) ? 'aside' : 'both' };
    }
    const asked = wanted.get(hash);
    const blocks = rows.pieces.get(hash) ?? 0;
    if (asked === undefined && blocks === 0) return { at: 'workstation' };
    const bytes = Math.min(blocks * BLOCK_BYTES, partials.get(hash)?.bytes ?? Infinity);
    const why = asked?.refused?.why;
    const trouble = why === 'no-space' ? 'no-room' : why === 'unknown-asset' ? 'missing' : undefined;
    return { at: 'arriving', bytes, trouble };
  };
}

/** Whether a file may be taken off this device without being lost or missed. */
export function mayBeFreed(file: StockFile): boolean {
  return file.place.at === 'both' && file.stays === undefined;
}

export function isHere({ place }: StockFile): boolean {
  return place.at === 'both' || place.at === 'here-only' || place.at === 'aside';
}

/** Each file once, however many projects name it. */
export function sum(files: Iterable<StockFile>, which: (file: StockFile) => boolean): Sum {
  const counted = new Set<AssetHash>();
  let bytes = 0;
  for (const file of files) {
    if (counted.has(file.ref.hash) || !which(file)) continue;
    counted.add(file.ref.hash);
    bytes += file.place.at === 'arriving' ? file.place.bytes : file.ref.bytes;
  }
  return { files: counted.size, bytes };
}

export function allFiles(stock: Stock): StockFile[] {
  return [...stock.projects.flatMap((project) => project.files), ...stock.others];
}
