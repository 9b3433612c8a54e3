// A job that is asked for over HTTP: it stands in the documents as if a device had asked for it, and in the queue before it is
// answered. Where its options come from (a form, a project, another job) is the routes' business.
import { randomBytes } from 'node:crypto';
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { Workspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobId, JobRequest } from '@myspinbot/shared/job/job.ts';
import { assetsNamed, type SpinOptions, spinOptionsSchema } from '@myspinbot/shared/project/options.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { z } from 'zod';
import type { Queue } from '../queue/port.ts';
import type { Vault } from '../vault/port.ts';
import { apiAuthor } from './generate.ts';
import { schemaFailure } from './replies.ts';

/** Of a body with a script in it: the longest one in the escapes of JSON, and the rest. */
export const MAX_SCRIPT_BODY_BYTES = 256 * 1024;

/** The answer to whoever asked. */
export const askedSchema = z.object({ jobId: z.string(), projectId: z.string(), status: z.string() });
export interface Asked {
  jobId: JobId;
  projectId: ProjectId;
  status: string;
}

export interface AskingWorld {
  queue: Pick<Queue, 'request'>;
  vault: Pick<Vault, 'ref'>;
  workspace: Workspace;
  /** Resolves when the documents are durable. */
  flush(): Promise<void>;
  now(): number;
}

/** Throws Failure `not-found` for a project that is not there and for files that are not on the workstation. */
export async function askForJob(
  world: AskingWorld,
  project: ProjectId,
  options: SpinOptions,
  more: Pick<Partial<JobRequest>, 'pipeline' | 'fresh' | 'supersedes'> = {},
): Promise<Asked> {
  const { queue, vault, workspace } = world;
  if (workspace.project(project)?.deleted !== false) throw unknownProject(project);
  const { pipeline = 'portrait', fresh, supersedes } = more;
  const job: JobRequest = {
    id: `j_${randomBytes(12).toString('hex')}` as JobId,
    project,
    pipeline,
    options,
    assets: refsOf(vault, assetsNamed(options)),
    device: apiAuthor.id,
    requestedAt: world.now(),
    ...(fresh === undefined ? {} : { fresh }),
    ...(supersedes === undefined ? {} : { supersedes }),
  };
  workspace.request(job);
  await world.flush();
  await queue.request(job);
  return { jobId: job.id, projectId: project, status: `${endpoints.status}/${job.id}` };
}

/** Options with some of them changed; null takes one away. Throws Failure `bad-input` with the field named. */
export function changedOptions(
  before: Partial<SpinOptions>,
  change: Readonly<Record<string, unknown>>,
): SpinOptions {
  const merged = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null);
  const changed = spinOptionsSchema.strict().safeParse(Object.fromEntries(merged));
  if (!changed.success) throw schemaFailure('The options', changed.error);
  return changed.data;
}

/** Records of these files. Throws Failure `not-found`. */
export function refsOf(vault: Pick<Vault, 'ref'>, hashes: readonly AssetHash[]): AssetRef[] {
  return hashes.map((hash) => {
    const ref = vault.ref(hash);
    if (ref !== undefined) return ref;
    throw new Failure({
      code: 'not-found',
      message: `The file ${hash.slice(0, 12)} is not on the workstation.`,
      hint: `Send it first: POST ${endpoints.uploads} announces it.`,
    });
  });
}

export function unknownProject(id: string): Failure {
  return new Failure({
    code: 'not-found',
    message: `There is no project ${id.slice(0, 40)} on this workstation.`,
    hint: `GET ${endpoints.projects} lists them.`,
  });
}
