// What the screens see of the world: one typed context. Behind it are documents (Yjs), the device's own store
// (Dexie) and the links to the agent. Views are read-only; writes go through verbs and come back through the
// document. Screens import this and nothing beneath it.

import type { Role, Scope } from '@myspinbot/shared/access/access.ts';
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { AgentEntry } from '@myspinbot/shared/document/agent-entry.ts';
import type { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Job, JobId, StageName } from '@myspinbot/shared/job/job.ts';
import type { JobPhase } from '@myspinbot/shared/job/life.ts';
import type { QueueRules, Rest } from '@myspinbot/shared/job/rules.ts';
import type { InvitationLink } from '@myspinbot/shared/pairing/invitation.ts';
import type { Photo, ProjectEntry, ProjectFields, ProjectId } from '@myspinbot/shared/project/project.ts';
import type { Missing } from '@myspinbot/shared/project/spin.ts';
import type { LinkKind } from '@myspinbot/shared/transfer/link.ts';
import type { Monitor } from '@myspinbot/shared/wire/monitor.ts';
import type {
  AuditEntry,
  DeviceRecord,
  Invitation,
  Invite,
  ScriptToken,
  SecurityReport,
} from '@myspinbot/shared/wire/pairing.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import { type Accessor, createContext, useContext } from 'solid-js';
import type { Sending } from './sending.ts';
import type { SharedDesk } from './shared-desk.ts';
import type { Stock } from './stock.ts';
import type { TrainedDesk } from './trained-desk.ts';

/** The workstation as seen from here. */
export type Workstation =
  | { state: 'here'; agent: AgentEntry | undefined }
  /** Trying; `since` is when this began (epoch ms). */
  | { state: 'looking'; since: number }
  | { state: 'away'; since: number };

/** What this device is to the workstation of this address. */
export type Access =
  /** Never paired. Everything can be prepared here; nothing leaves. */
  | { state: 'unpaired' }
  | {
      state: 'paired';
      device: string;
      /** What it is called there; undefined until it was told. */
      deviceName?: string | undefined;
      role: Role;
      /** A guest's project. */
      project: ProjectId | null;
      agent: { id: string; name: string; fingerprint: string };
    }
  /** An owner removed this device; `erase` = and asked for its data to be erased, which is done already. */
  | { state: 'removed'; agentName: string; erase: boolean }
  /** The workstation does not know this device, or it is another one than was paired: pair again. */
  | { state: 'forgotten'; agentName: string; why: 'unknown-here' | 'another-workstation' };

/** Looking after devices; every verb asks the workstation and throws Failure with a sentence for the screen. */
export interface DevicesDesk {
  list(): Promise<readonly DeviceRecord[]>;
  change(id: string, change: { name?: string; role?: Role; project?: ProjectId | null }): Promise<void>;
  remove(id: string, erase: boolean): Promise<void>;
  invite(invite: Invite): Promise<Invitation>;
  invitation(id: string): Promise<Invitation>;
  withdraw(id: string): Promise<void>;
  scripts(): Promise<readonly ScriptToken[]>;
  makeScript(name: string, scope: Scope): Promise<{ token: string; record: ScriptToken }>;
  removeScript(id: string): Promise<void>;
  /** Newest first. */
  audit(before?: number): Promise<readonly AuditEntry[]>;
  security(): Promise<SecurityReport>;
  rotateAuthority(): Promise<void>;
}

export interface JobView extends Job {
  phase: JobPhase;
  /** Bytes of this job's uploads still to send, while it waits for them. */
  uploadLeft: number;
}

/** How many jobs stand in the lists that may be long. */
export interface ListCounts {
  done: number;
  stopped: number;
}

/** The line of jobs as a whole. */
export interface LineDesk {
  /** What people decided for all jobs together. */
  rules(): QueueRules;
  change(rules: Partial<QueueRules>): void;
  /** Why nothing new is begun; undefined while it is, or while nobody knows. */
  rest(): Rest | undefined;
  /** Lets it go on, whatever person or backup held it. */
  goOn(): void;
  pause(): void;
  /** Puts a job that waits at this place among those that wait, 0 = next. */
  move(id: JobId, to: number): void;
  /** It goes next, also while the line rests; or not any more. */
  hurry(id: JobId, now: boolean): void;
  /** Holds one job, or lets it go on. */
  hold(id: JobId, held: boolean): void;
}

/** One project opened for editing; live until the owner that opened it is disposed. */
export interface OpenProject {
  readonly id: ProjectId;
  /** False until the stored document was read; screens show a quiet skeleton. */
  ready(): boolean;
  fields(): ProjectFields;
  script(): string;
  photos(): readonly Photo[];
  set(fields: Partial<ProjectFields>): void;
  setScript(text: string): void;
  addPhoto(photo: Photo): void;
  removePhoto(hash: AssetHash): void;
  /** What is missing before it can spin; empty = ready. */
  missing(): readonly Missing[];
}

/** Face check of a photo by the workstation; undefined fields mean not known yet (it is away). */
export interface PhotoCheck {
  width: number;
  height: number;
  faces: readonly {
    box: { x: number; y: number; width: number; height: number };
    unfit?: string | undefined;
  }[];
  unfit?: { code: string; message: string; hint: string } | undefined;
}

/** The video of a job while it is being made. */
export interface MakingFilm {
  /** One element, wherever it is put; without controls, since its end is not known. */
  readonly video: HTMLVideoElement;
  /** There is something to see. */
  hasPicture(): boolean;
  /** It has played at least once. */
  hasBegun(): boolean;
  /** It plays, or goes on by itself as soon as there is more. */
  isPlaying(): boolean;
  /** Silent at first: nobody is spoken to unasked. */
  isMuted(): boolean;
  play(): void;
  pause(): void;
  mute(muted: boolean): void;
}

export interface StorageReport {
  usedBytes: number;
  quotaBytes: number | undefined;
  persisted: boolean;
}

/** The link that files move over now; undefined = none is open. */
export type LinkState = { kind: LinkKind; bytesPerSecond: number | undefined } | undefined;

export interface TransfersDesk {
  link(): LinkState;
  /** Kept on this device: a link to be used and no other (undefined = the best), and whether anything moves. */
  wishes(): { link: LinkKind | undefined; isPaused: boolean };
  wish(wish: { link?: LinkKind | undefined; isPaused?: boolean }): Promise<void>;
}

/** `figures` are the last that were told; `failure` is why there are none newer, if it was asked and refused. */
export interface MonitorView {
  figures: Monitor | undefined;
  failure: Failure | undefined;
}

export interface MonitorDesk {
  /** How the workstation is doing, asked over and over for as long as the calling owner lives and the page is looked at. */
  follow(): Accessor<MonitorView>;
}

/** Why nothing more can be kept on this device. */
export type Fullness =
  /** Files that this device wanted and had no room for; they wait on the workstation. */
  | { what: 'arrivals'; files: readonly AssetHash[] }
  /** Changes that wait in the open page. */
  | { what: 'changes' }
  /** A file that a person wanted to add. */
  | { what: 'file' };

export interface StorageDesk {
  report(): Promise<StorageReport>;
  /** Asks the browser to keep the data; true when granted. */
  persist(): Promise<boolean>;
  /** What lies where, followed for as long as the calling owner lives; undefined before the first look. */
  stock(): Accessor<Stock | undefined>;
  /**
   * Takes files off this device: those the workstation has and nothing here needs; the rest of `hashes` is left.
   * They come back when they are opened. Throws Failure while this device is not paired.
   */
  free(hashes: readonly AssetHash[]): Promise<{ files: number; bytes: number; undo(): Promise<void> }>;
  /** Asks the workstation for files. */
  fetch(hashes: readonly AssetHash[]): Promise<void>;
  /** Whether every file of a project comes here and stays. */
  keepOffline(project: ProjectId, is: boolean): Promise<void>;
  /** Undefined while there is room. */
  full(): Fullness | undefined;
  /** Asks again for what there was no room for. */
  tryAgain(): Promise<void>;
}

/** A link that cannot be read, or an invitation on a device that is paired already and leaves it for another one. */
export type StrayLink = 'damaged' | 'paired-already';

export interface Live {
  workstation(): Workstation;
  access(): Access;
  /** Whether this device may change anything: false for a guest. Undefined roles (unpaired) may prepare. */
  mayEdit(): boolean;
  /**
   * Pairs this device with the workstation of this address. Throws Failure `wrong-code`, `too-often`, or
   * `engine-missing` while the workstation is not reached.
   */
  pair(
    by: { kind: 'link'; link: InvitationLink } | { kind: 'code'; code: string },
    name: string,
  ): Promise<void>;
  /** The invitation this page was opened with, until it is used or dismissed; none on the agent's own machine. */
  invitation(): InvitationLink | undefined;
  /** Why that invitation was of no use already, where it was tried without being asked. */
  invitationTrouble(): Failure | undefined;
  dismissInvitation(): void;
  /** The page was opened with a link that pairs nobody; until it is dismissed. */
  strayLink(): StrayLink | undefined;
  dismissStrayLink(): void;
  /** What this device would be called when nobody says otherwise: "Android phone". */
  readonly deviceName: string;
  readonly devices: DevicesDesk;
  readonly transfers: TransfersDesk;
  readonly monitor: MonitorDesk;
  /** Erases everything the app keeps on this device: documents, files, keys, caches. The page must be left after. */
  eraseAll(): Promise<void>;
  /** Newest first, hidden and deleted ones left out; painted from the device's own store before any sync. */
  readonly projects: readonly ProjectEntry[];
  /** Jobs that are on or still to come, in the order of their turns; hidden ones left out, here and below. */
  readonly line: readonly JobView[];
  /** Finished jobs, newest request first; a screen asks `job` for as many as it shows. */
  premieres(): readonly JobId[];
  /** Jobs that failed or were stopped, likewise. */
  stopped(): readonly JobId[];
  /** Every job of a project, likewise. */
  jobsOf(project: ProjectId): readonly JobId[];
  /** How many there are, before all of them were read, too. */
  counts(): ListCounts;
  job(id: JobId): JobView | undefined;
  /** From awareness; undefined when the job does not run now. */
  progress(id: JobId): JobProgress | undefined;
  /**
   * The film of a job that is being made, from its beginning; undefined while there is none, and where the browser
   * cannot show one. It comes only while it is wanted here, and is gone when it is not.
   */
  makingFilm(wanted: Accessor<JobId | undefined>): Accessor<MakingFilm | undefined>;
  /** 'saved' only after the device's store has committed everything written so far. */
  saved(): 'saved' | 'saving' | 'failed';

  createProject(fields?: Partial<ProjectFields>): Promise<ProjectId>;
  /** Reversible: putProject with deleted = false. */
  deleteProject(id: ProjectId, deleted: boolean): void;
  openProject(id: ProjectId): OpenProject;

  /**
   * Takes a file into the device's store (typed by content, hashed by block) and queues it for the agent.
   * Throws Failure with a sentence for files that are not what they claim, empty or too large.
   */
  keepFile(file: Blob, name?: string): Promise<AssetRef>;
  /** An object URL for an asset: from the store, else fetched from the agent and kept; undefined while absent. */
  assetUrl(asset: Accessor<AssetRef | undefined>): Accessor<string | undefined>;
  /** Where a player finds the film: likewise, under an address that seeks where there is one. */
  mediaUrl(asset: Accessor<AssetRef | undefined>): Accessor<string | undefined>;
  /** Whether the bytes are on this device. */
  hasAsset(hash: AssetHash): Promise<boolean>;
  /** Asks the workstation what it sees in the photo; undefined while it is away. */
  checkPhoto(asset: AssetRef): Promise<PhotoCheck | undefined>;

  /** Resolves once the request is durable here; it runs when the workstation has it. */
  spin(project: OpenProject, wish?: { supersedes?: JobId }): Promise<JobId>;
  /** Looks and voices that are kept to be used again. */
  readonly trained: TrainedDesk;
  cancel(id: JobId): void;
  /** With `from` that stage and later ones are made anew. */
  retry(id: JobId, from?: StageName): void;
  readonly queue: LineDesk;
  /** What this device is called in requests: those are its own jobs. */
  readonly ownDevice: string;
  hide(id: JobId, hidden: boolean): void;

  /** What is on its way to the workstation. */
  sending(): Sending;
  /** What was shared to the app from elsewhere. */
  readonly shared: SharedDesk;
  readonly storage: StorageDesk;
}

export const LiveContext = createContext<Live>();

/** The nearest live world; throws when a screen is rendered outside of one. */
export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === undefined) throw new Error('useLive needs a LiveContext.Provider above it');
  return live;
}
