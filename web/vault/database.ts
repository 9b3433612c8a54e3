// The device's own store: one IndexedDB database, its tables and what each row is. It owns names, keys and
// indices; what the rows mean to each other is the business of the files beside this one.
import type { Role } from '@myspinbot/shared/access/access.ts';
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { Job, JobId } from '@myspinbot/shared/job/job.ts';
import type { ProjectEntry, ProjectId } from '@myspinbot/shared/project/project.ts';
import type { Refusal } from '@myspinbot/shared/transfer/session.ts';
import type { Urgency } from '@myspinbot/shared/wire/transfer.ts';
import { Dexie, type EntityTable, type Table } from 'dexie';

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
  role: Role;
  project: ProjectId | null;
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
  }
}

export const DATABASE_NAME = 'myspinbot';

/** Opens the device's store; the page and its worker each open their own connection to the same database. */
export function openDatabase(name: string = DATABASE_NAME): AppDatabase {
  return new AppDatabase(name);
}
