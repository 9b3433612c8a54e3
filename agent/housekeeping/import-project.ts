// A project from a file that may come from anybody. All of it is unpacked and checked apart from everything that is kept:
// sums, sizes, the form of every record, and that the document is one. Only then files go into the vault, the project into
// the documents and its jobs to the queue, as they ended. Ids that are taken here are given anew.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { projectRoom } from '@myspinbot/shared/document/layout.ts';
import { changedEntries, misfits } from '@myspinbot/shared/document/validity.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import type { Imported } from '@myspinbot/shared/wire/housekeeping.ts';
import * as Y from 'yjs';
import { isSoundFor } from '../hub/sound-update.ts';
import type { QueuedJob } from '../queue/port.ts';
import { diskError, requireSpace } from '../vault/durable.ts';
import { damaged } from './archive.ts';
import {
  DOCUMENT,
  elsewhere,
  isOfProjectFile,
  MAX_DOCUMENT_BYTES,
  projectFactsSchema,
} from './project-file.ts';
import { withScratch } from './scratch.ts';
import { openSealed } from './sealed-file.ts';
import type { Progress, Stores } from './stores.ts';

/** The project is written as one more device would. */
const author = { role: 'device', id: 'import' } as const;
const agentAuthor = { role: 'agent', id: 'import' } as const;

/** `mustFit` throws when so many bytes more may not be kept. Throws Failure `bad-input` for a file that cannot be used. */
export async function importProject(
  stores: Stores,
  world: { file: string; mustFit(bytes: number): void },
  options: { signal?: AbortSignal | undefined; progress?: Progress | undefined } = {},
): Promise<Imported> {
  const { vault, queue, documents, dataDir } = stores;
  const { file } = world;
  const sealed = await openSealed(file, {
    kind: 'project',
    facts: projectFactsSchema,
    mayBe: isOfProjectFile,
  });
  try {
    const { project, jobs, assets } = sealed.facts;
    const refs = new Map(assets.map((ref) => [ref.hash, ref]));
    const listed = sealed.manifest.entries;
    const fits = listed.every(({ name, bytes, sha256 }) =>
      name === DOCUMENT
        ? bytes <= MAX_DOCUMENT_BYTES
        : name === `assets/${sha256}` && refs.get(sha256)?.bytes === bytes,
    );
    if (!fits || listed.length !== refs.size + 1 || !listed.some(({ name }) => name === DOCUMENT)) {
      throw damaged(file);
    }
    if (!jobs.every(({ request, run }) => request.project === project.id && isEnded(run.state))) {
      throw damaged(file);
    }
    if (new Set(jobs.map(({ request }) => request.id)).size !== jobs.length) throw damaged(file);
    world.mustFit(sealed.bytes);
    await requireSpace(dataDir, sealed.bytes);
    return await withScratch(dataDir, async (scratch) => {
      const at = (name: string) => join(scratch, name === DOCUMENT ? DOCUMENT : name.slice('assets/'.length));
      await sealed.unpack(async ({ name }, pieces) => {
        await pipeline(pieces, createWriteStream(at(name), { mode: 0o600, flags: 'wx' }));
      }, options);
      const state = await readFile(at(DOCUMENT));
      const isTaken = await takenIn(stores);
      const id = isTaken.project(project.id) ? newId<ProjectId>('p') : project.id;
      mustBeProject(state, id, file);
      for (const ref of assets) {
        options.signal?.throwIfAborted();
        await vault.adopt(at(`assets/${ref.hash}`), ref);
      }
      await documents.edit(projectRoom(id), (doc) => Y.applyUpdate(doc, state, author));
      const given = jobs.map((job) => renamed(job, id, isTaken.job));
      documents.workspace.transact(() => {
        openWorkspace(documents.workspace, author).putProject({ ...project, id, deleted: false });
        for (const job of given) putJob(stores, job);
      }, author);
      await documents.flush();
      // Only now: until the document had them, nothing of them was here.
      await queue.remember(given);
      return {
        project: id,
        ...(id === project.id ? {} : { was: project.id }),
        title: project.title,
        jobs: jobs.length,
        assets: assets.length,
      };
    });
  } catch (cause) {
    throw diskError(cause);
  } finally {
    await sealed.close();
  }
}

/** Which ids are in use here, also by what was deleted. */
async function takenIn({
  queue,
  documents,
}: Stores): Promise<{ project(id: ProjectId): boolean; job(id: JobId): boolean }> {
  const workspace = openWorkspace(documents.workspace, agentAuthor);
  const projects = new Set(workspace.projectIds());
  const rooms = new Set(await documents.rooms());
  const jobs = new Set([...workspace.jobIds(), ...workspace.oldIds()]);
  return {
    project: (id) => projects.has(id) || rooms.has(projectRoom(id)),
    job: (id) => jobs.has(id) || queue.job(id) !== undefined,
  };
}

function renamed(job: QueuedJob, project: ProjectId, isTaken: (id: JobId) => boolean): QueuedJob {
  const { request, run } = elsewhere(job);
  const id = isTaken(request.id) ? newId<JobId>('j') : request.id;
  return { request: { ...request, id, project }, run };
}

/** With its end in the same change: whoever follows the document sees a job that is over, and does not make it again. */
function putJob({ documents }: Stores, { request, run }: QueuedJob): void {
  openWorkspace(documents.workspace, author).request(request);
  openWorkspace(documents.workspace, agentAuthor).report(request.id, run);
}

/** Throws Failure `bad-input` unless this is the whole state of a project's document, and nothing else. */
function mustBeProject(state: Uint8Array, id: ProjectId, file: string): void {
  const doc = new Y.Doc();
  let misfit = false;
  doc.on('afterTransaction', (transaction) => {
    if (misfits(projectRoom(id), doc, changedEntries(transaction)).length > 0) misfit = true;
  });
  try {
    if (!isSoundFor(doc, state)) throw new Error('not a sound update');
    Y.applyUpdate(doc, state);
    if (misfit || doc.store.pendingStructs !== null || doc.store.pendingDs !== null) {
      throw new Error('it does not fit a project');
    }
  } catch (cause) {
    throw new Failure({
      code: 'bad-input',
      message: `${file} cannot be used: its document is none of a project.`,
      hint: 'Do not trust where it came from. Nothing was changed here.',
      cause,
    });
  } finally {
    doc.destroy();
  }
}

function newId<Id extends string>(kind: 'p' | 'j'): Id {
  return `${kind}_${randomBytes(12).toString('hex')}` as Id;
}
