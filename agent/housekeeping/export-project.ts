// One project as one file: its document, what it names, and its jobs that have ended with their results. What only this
// machine can use stays: stage outputs, looks that were trained, wishes of devices.
import { createReadStream } from 'node:fs';
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { keys, projectRoom } from '@myspinbot/shared/document/layout.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import type { ProjectEntry } from '@myspinbot/shared/project/project.ts';
import type { Exported } from '@myspinbot/shared/wire/housekeeping.ts';
import * as Y from 'yjs';
import type { QueuedJob } from '../queue/port.ts';
import { sha256 } from '../vault/durable.ts';
import { addHashes } from './names.ts';
import { DOCUMENT, elsewhere, MAX_JOBS, type ProjectFacts } from './project-file.ts';
import { mustBeNew, writeSealed } from './sealed-file.ts';
import type { Progress, Stores } from './stores.ts';

const reader = { role: 'agent', id: 'housekeeping' } as const;

/** `project`: an id, or a title that only one has. Throws Failure `not-found`, `bad-input`, `refused`, `disk-full`. */
export async function exportProject(
  stores: Stores,
  world: { project: string; file: string; version: string; now: number },
  options: { signal?: AbortSignal | undefined; progress?: Progress | undefined } = {},
): Promise<Exported> {
  const { vault, documents } = stores;
  await mustBeNew(world.file);
  const project = findProject(stores, world.project);
  const jobs = jobsOf(stores, project);
  const files = new Map<AssetHash, AssetRef>();
  const named = new Set<string>();
  addHashes([project, jobs], named, files);
  const state = await documents.read(projectRoom(project.id), (doc) => {
    for (const name of [keys.fields, keys.photos]) addHashes([...doc.getMap(name).values()], named, files);
    return Y.encodeStateAsUpdate(doc);
  });
  const assets = [...named].flatMap((hash) => vault.ref(hash as AssetHash) ?? []);
  const missing = [...files.keys()].filter((hash) => vault.ref(hash) === undefined).length;
  const facts: ProjectFacts = { project, jobs, assets };
  const bytes = await writeSealed(
    world.file,
    {
      kind: 'project',
      madeBy: world.version,
      madeAt: world.now,
      facts,
      entries: [
        { name: DOCUMENT, bytes: state.length, sha256: sha256(state) as AssetHash, read: () => [state] },
        ...assets.map(({ hash, bytes: size }) => ({
          name: `assets/${hash}`,
          bytes: size,
          sha256: hash,
          read: () => createReadStream(vault.path(hash)),
        })),
      ],
    },
    options,
  );
  return { file: world.file, bytes, title: project.title, jobs: jobs.length, assets: assets.length, missing };
}

function findProject({ documents }: Stores, word: string): ProjectEntry {
  const workspace = openWorkspace(documents.workspace, reader);
  const all = workspace.projectIds().flatMap((id) => workspace.project(id) ?? []);
  const exact = all.filter(({ id }) => id === word);
  const found = exact.length > 0 ? exact : all.filter(({ title, deleted }) => title === word && !deleted);
  if (found.length === 1) return found[0]!;
  const shown = word.slice(0, 60);
  throw new Failure({
    code: found.length === 0 ? 'not-found' : 'bad-input',
    message:
      found.length === 0
        ? `There is no project "${shown}".`
        : `${found.length} projects are called "${shown}".`,
    hint: 'Take its id from its address in the app: /project/p_…',
  });
}

/** Ended ones, the newest first, also those that only the documents remember. */
function jobsOf({ queue, documents }: Stores, { id: project }: ProjectEntry): QueuedJob[] {
  const workspace = openWorkspace(documents.workspace, reader);
  const all = new Map<string, QueuedJob>();
  for (const id of workspace.jobIds()) {
    const job = workspace.job(id);
    if (job?.run !== undefined) all.set(id, { request: job.request, run: job.run });
  }
  for (const job of queue.jobs()) all.set(job.request.id, job);
  return [...all.values()]
    .filter(({ request, run }) => request.project === project && isEnded(run.state))
    .filter(({ request }) => workspace.job(request.id)?.wish.hidden !== true)
    .sort((a, b) => b.request.requestedAt - a.request.requestedAt)
    .slice(0, MAX_JOBS)
    .map(elsewhere);
}
