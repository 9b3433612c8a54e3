// POST /api/generate with JSON instead of a form: a project that is there, by its id, or options that name files which are on
// the workstation. Everything that can be wrong is said before a job exists.
import type { Workspace } from '@myspinbot/shared/document/workspace.ts';
import { stageNames } from '@myspinbot/shared/job/job.ts';
import { projectIdSchema } from '@myspinbot/shared/project/project.ts';
import { z } from 'zod';
import type { SocketHub } from '../hub/hub.ts';
import type { Queue } from '../queue/port.ts';
import type { Vault } from '../vault/port.ts';
import { type AskingWorld, askForJob, changedOptions, unknownProject } from './ask-for-job.ts';
import { parsed } from './described.ts';
import { type Generated, generateOf } from './generate.ts';
import { askedByProject } from './project-options.ts';

/** `options` with a project: only what is to be other than the project says. */
export const generateSchema = z.strictObject({
  project: projectIdSchema.optional(),
  /** Absent = the project's own, or `portrait`. */
  pipeline: z.string().max(60).optional(),
  options: z.record(z.string(), z.json()).default({}),
  fresh: z.enum(stageNames).optional(),
});

export interface GenerateJsonWorld extends AskingWorld {
  hub: SocketHub;
  queue: Queue;
  vault: Vault;
  workspace: Workspace;
}

/** Throws Failure `bad-input`, `text-empty`, `not-found`. */
export async function generateFromJson(body: unknown, world: GenerateJsonWorld): Promise<Generated> {
  const { project, pipeline: wanted, options, fresh } = parsed(generateSchema, 'The body', body);
  const freshly = fresh === undefined ? {} : { fresh };
  if (project === undefined) {
    return generateOf(options, { ...world, pipeline: wanted ?? 'portrait', ...freshly });
  }
  if (world.workspace.project(project)?.deleted !== false) throw unknownProject(project);
  const asked = await askedByProject(world.hub, project);
  const pipeline = wanted ?? asked.pipeline;
  const changed = changedOptions(asked.options, options);
  // Also says that a pipeline is not there or cannot run.
  await world.queue.plan({ pipeline, options: changed, ...freshly });
  const { jobId, projectId } = await askForJob(world, project, changed, { pipeline, ...freshly });
  return { jobId, projectId };
}
