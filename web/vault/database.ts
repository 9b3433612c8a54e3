// The device's own store: one IndexedDB database, its tables and what each row is. It owns names, keys and
// indices; what the rows mean to each other is the business of the files beside this one.
import type { Role } from '@myspinbot/shared/access/access.ts';
import type { AssetHash, AssetRef, AssetType } from '@myspinbot/shared/asset/asset.ts';
import type { Job, JobId } from '@myspinbot/shared/job/job.ts';
import type { ProjectEntry, ProjectId } from '@myspinbot/shared/project/project.ts';
import type { Refusal } from '@myspinbot/shared/transfer/session.ts';
import type { Urgency } from '@myspinbot/shared/wire/transfer.ts';
import { Dexie, type EntityTable, type Table, type Transaction } from 'dexie';
import { DATABASE_NAME } from './database-name.ts';
import { type JobList, listOf } from './job-list.ts';

/** Yjs updates of one commit, in order. `seq` grows with every commit of any tab. */
export interface UpdateRow {
  seq: number;
  room: string;
  updates: Uint8Array[];
}

/** How much of a room the workstation is known to have: unsent while `written` > `handed`. */
export interface RoomRow {
  room: string;
  /** Commits with changes made on this device. */
  written: number;
  handed: number;
}

/** A job as last seen, for painting before any document is loaded. */
export interface JobRow extends Job {
  id: JobId;
  requestedAt: number;
  list: JobList;
}

export interface AssetRow extends AssetRef {
  /** SHA-256 of every block in order. */
  blocks: string[];
  keptAt: number;
}

export interface BlobRow {
  hash: AssetHash;
  blob: Blob;
}

/** An asset that is arriving; its blocks lie in `pieces`. */
export interface PartialRow {
  hash: AssetHash;
  ref: AssetRef;
  blocks: string[];
}

export interface PieceRow {
  hash: AssetHash;
  index: number;
  bytes: Uint8Array;
}

/** Why the other side would not take or give an asset. */
export interface RefusedNote {
  why: Refusal;
  hint: string | undefined;
}

/** An asset that the workstation does not have yet. */
export interface OutboxRow {
  hash: AssetHash;
  /** Bytes the workstation is not known to have. */
  left: number;
  addedAt: number;
  refused?: RefusedNote;
}

/** An asset that this device wants from the workstation. */
export interface WantedRow {
  hash: AssetHash;
  askedAt: number;
  /** Absent = usual. */
  urgency?: Urgency;
  refused?: RefusedNote;
}

/** A file that a project's own document names. `part` is what it is there. */
export interface CastAsset {
  ref: AssetRef;
  part: 'photo' | 'recording';
}

/** What a project's document named when it was last open here: so that files are told apart without opening any. */
export interface CastRow {
  project: ProjectId;
  assets: CastAsset[];
}

/** A project whose every file is wanted here and stays. */
export interface KeptRow {
  project: ProjectId;
  since: number;
}

/** A file that a person took off this device: it comes again when somebody opens it, not by itself. */
export interface FreedRow {
  hash: AssetHash;
  freedAt: number;
}

/** A file of another workstation than this device is paired with now: see set-aside.ts. */
export interface AsideRow {
  hash: AssetHash;
  /** Fingerprint of that workstation. */
  agent: string;
  /** Bytes that it was not known to have. */
  left: number;
}

/** The key this device is paired with. Its private half never leaves the browser: it cannot be exported. */
export interface KeyRow {
  name: 'device';
  key: CryptoKey;
}

/** A workstation as it was when it was paired. */
export interface KnownAgent {
  id: string;
  name: string;
  /** SPKI, base64url; `fingerprint` is its SHA-256. */
  key: string;
  fingerprint: string;
}

/** What this device is to a workstation; no row = it was never paired. */
export interface StandingRow {
  name: 'here';
  /** removed: an owner did that, and let it keep what is here. */
  state: 'paired' | 'removed';
  agent: KnownAgent;
  device: string;
  /** What this device is called there; absent in records of before it was told. */
  deviceName?: string;
  role: Role;
  project: ProjectId | null;
}

/** What was shared to the app from elsewhere; the bytes lie in `sharedFiles`. */
export interface ShareRow {
  id: string;
  at: number;
  title: string;
  text: string;
  files: { name: string; type: AssetType; bytes: number }[];
  /** Files that were not kept. */
  leftOut: { name: string; why: 'unknown-kind' | 'too-many' }[];
  /** Index of each file that was used or thrown away, WORDS for the text, and when. */
  gone: { item: number; at: number }[];
}

export interface SharedFileRow {
  share: string;
  index: number;
  blob: Blob;
}

export interface NoteRow {
  name: string;
  value: string;
}

export class AppDatabase extends Dexie {
  readonly updates!: EntityTable<UpdateRow, 'seq'>;
  readonly rooms!: EntityTable<RoomRow, 'room'>;
  readonly projects!: Table<ProjectEntry, ProjectId>;
  readonly jobs!: Table<JobRow, JobId>;
  readonly assets!: Table<AssetRow, AssetHash>;
  readonly blobs!: Table<BlobRow, AssetHash>;
  readonly partials!: Table<PartialRow, AssetHash>;
  readonly pieces!: Table<PieceRow, [AssetHash, number]>;
  readonly outbox!: Table<OutboxRow, AssetHash>;
  readonly wanted!: Table<WantedRow, AssetHash>;
  /** Small facts of this device: its id, what was dismissed. */
  readonly notes!: EntityTable<NoteRow, 'name'>;
  readonly keys!: EntityTable<KeyRow, 'name'>;
  readonly standing!: EntityTable<StandingRow, 'name'>;
  readonly casts!: Table<CastRow, ProjectId>;
  readonly kept!: Table<KeptRow, ProjectId>;
  readonly freed!: Table<FreedRow, AssetHash>;
  readonly aside!: Table<AsideRow, AssetHash>;
  readonly shares!: EntityTable<ShareRow, 'id'>;
  readonly sharedFiles!: Table<SharedFileRow, [string, number]>;

  constructor(name: string) {
    // Strict: a commit is on disk, not in the browser's cache, when it is called saved (measured 20 % slower).
    super(name, { chromeTransactionDurability: 'strict' });
    this.version(1).stores({
      updates: '++seq, [room+seq]',
      rooms: 'room',
      projects: 'id, updatedAt',
      jobs: 'id, requestedAt',
      assets: 'hash',
      blobs: 'hash',
      partials: 'hash',
      pieces: '[hash+index]',
      outbox: 'hash, addedAt',
      wanted: 'hash, askedAt',
      notes: 'name',
    });
    // Adds to what is there; every table of version 1 stays as it was.
    // Deleted by another tab: Dexie would open it again, empty, at the next question.
    this.on('versionchange', (event) => {
      if (event.newVersion !== null) return;
      this.close({ disableAutoOpen: true });
      return false;
    });
    this.version(2).stores({ keys: 'name', standing: 'name' });
    this.version(3)
      .stores({ casts: 'project', kept: 'project', freed: 'hash', aside: 'hash' })
      .upgrade(keepWhatMayBeAside);
    this.version(4).stores({ shares: 'id, at', sharedFiles: '[share+index]' });
    // A list is read without the jobs of the others.
    this.version(5).stores({ jobs: 'id, requestedAt, [list+requestedAt]' }).upgrade(putInLists);
  }
}

/** Opens the device's store; the page and its worker each open their own connection to the same database. */
export function openDatabase(name: string = DATABASE_NAME): AppDatabase {
  return new AppDatabase(name);
}

/**
 * Before version 3 nobody wrote down which files belong to documents that were set aside. Where there are any, every
 * file that is not on its way out may be one of theirs, and counts as such.
 */
async function keepWhatMayBeAside(upgrade: Transaction): Promise<void> {
  const rooms = await upgrade
    .table<RoomRow, string>('rooms')
    .where('room')
    .startsWith('aside/')
    .primaryKeys();
  const agent = rooms[0]?.split('/')[1];
  if (agent === undefined) return;
  const queued = new Set(await upgrade.table<OutboxRow, AssetHash>('outbox').toCollection().primaryKeys());
  const hashes = await upgrade.table<AssetRow, AssetHash>('assets').toCollection().primaryKeys();
  const rows = hashes.filter((hash) => !queued.has(hash)).map((hash) => ({ hash, agent, left: 0 }));
  await upgrade.table<AsideRow, AssetHash>('aside').bulkPut(rows);
}

/** Rows are a projection: one that cannot be read is mended from the document and must not keep the store shut. */
async function putInLists(upgrade: Transaction): Promise<void> {
  await upgrade
    .table<JobRow, JobId>('jobs')
    .toCollection()
    .modify((row) => {
      try {
        row.list = listOf(row);
      } catch {
        row.list = 'hidden';
      }
    });
}
