// What names an asset: project documents, jobs in the workspace and in the queue. Anything that looks like a hash counts,
// also in fields this version does not know: a file too many is kept rather than one too few removed.
import { type AssetHash, type AssetRef, assetRefSchema } from '@myspinbot/shared/asset/asset.ts';
import { keys, roomProject } from '@myspinbot/shared/document/layout.ts';
import { openTrained } from '@myspinbot/shared/document/trained.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import type { JobId, JobRun } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import type { QueuedJob } from '../queue/port.ts';
import type { Stores } from './stores.ts';

export const DAY_MS = 24 * 3600 * 1000;
const reader = { role: 'agent', id: 'housekeeping' } as const;
/** Jobs looked at before others get a turn: some 10 ms. */
const AT_ONCE = 500;
const HASH = /^[0-9a-f]{64}$/;
/** Records nest a dozen deep at most; what nests deeper is nobody's. */
const MAX_DEPTH = 20;

export interface Names {
  /** Every hash that is named; fingerprints of artifacts look the same and are among them. */
  readonly named: Set<string>;
  /** Those of them that are surely files: they stand beside a size. */
  readonly files: Map<AssetHash, AssetRef>;
  /** Ended jobs that no longer name anything: of projects deleted long ago, or taken out of the lists. */
  readonly over: readonly JobId[];
  /** When the oldest job was asked for that has not ended, epoch ms; Infinity when all have. */
  readonly oldestUnended: number;
}

/** Reads every document and every job. `before`: whatever was deleted or ended earlier (epoch ms) may go. */
export async function readNames(stores: Stores, before: number): Promise<Names> {
  const { queue, documents } = stores;
  const workspace = openWorkspace(documents.workspace, reader);
  const named = new Set<string>();
  const files = new Map<AssetHash, AssetRef>();
  const note = (value: unknown) => addHashes(value, named, files);
  const over: JobId[] = [];
  let oldestUnended = Number.POSITIVE_INFINITY;

  const gone = new Set<ProjectId>();
  for (const id of workspace.projectIds()) {
    const entry = workspace.project(id);
    if (entry?.deleted === true && entry.updatedAt < before) gone.add(id);
    else note(entry);
  }
  // Until somebody throws it away, also when the job that made it is forgotten.
  for (const version of openTrained(documents.workspace, reader).all()) {
    if (!gone.has(version.project)) note(version);
  }
  const isOver = (id: JobId, project: ProjectId, run: JobRun | undefined): boolean => {
    if (run === undefined || !isEnded(run.state)) return false;
    if (gone.has(project)) return true;
    return workspace.job(id)?.wish.hidden === true && (run.finishedAt ?? run.queuedAt) < before;
  };
  const look = ({ request, run }: QueuedJob) => {
    if (isOver(request.id, request.project, run)) return void over.push(request.id);
    if (!isEnded(run.state)) oldestUnended = Math.min(oldestUnended, request.requestedAt);
    note(request);
    note(run);
  };
  await inTurns(queue.jobs(), look);
  await inTurns(workspace.jobIds(), (id) => {
    const job = workspace.job(id);
    if (job !== undefined && isOver(id, job.request.project, job.run)) return;
    note(documents.workspace.getMap(keys.requests).get(id));
    note(documents.workspace.getMap(keys.runs).get(id));
  });
  await inTurns(workspace.oldIds(), (id) => {
    const job = workspace.job(id);
    if (job !== undefined && !isOver(id, job.request.project, job.run)) note(job.run);
  });
  for (const room of await documents.rooms()) {
    const project = roomProject(room);
    if (project === undefined || gone.has(project)) continue;
    await documents.read(room, (doc) => {
      for (const name of [keys.fields, keys.photos]) {
        for (const [key, value] of doc.getMap(name).entries()) note([key, value]);
      }
    });
  }
  return { named, files, over, oldestUnended };
}

/** Adds every text that has the form of a hash, however deep it lies, and every record of a file. */
export function addHashes(
  value: unknown,
  to: Set<string>,
  files?: Map<AssetHash, AssetRef>,
  depth = MAX_DEPTH,
): void {
  if (typeof value === 'string') {
    if (HASH.test(value)) to.add(value);
  } else if (typeof value === 'object' && value !== null && depth > 0) {
    const ref = files !== undefined && 'hash' in value ? assetRefSchema.safeParse(value) : undefined;
    if (ref?.success) files?.set(ref.data.hash, ref.data);
    for (const inner of Object.values(value)) addHashes(inner, to, files, depth - 1);
  }
}

async function inTurns<T>(all: readonly T[], look: (one: T) => void): Promise<void> {
  for (const [index, one] of all.entries()) {
    look(one);
    if (index % AT_ONCE === AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
  }
}
