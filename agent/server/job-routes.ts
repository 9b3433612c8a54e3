// Jobs over HTTP: listed, looked at, ended, held, asked for again, and what they made. Asking for the first one with files
// is generate.ts; the line is queue-routes.ts.
import { randomBytes } from 'node:crypto';
import type { Action } from '@myspinbot/shared/access/access.ts';
import { type AssetHash, type AssetRef, assetHashSchema } from '@myspinbot/shared/asset/asset.ts';
import type { Workspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import {
  type JobId,
  type JobRequest,
  jobIdSchema,
  jobRunSchema,
  stageNames,
} from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import {
  assetsNamed,
  MAX_PHOTOS,
  type SpinOptions,
  spinOptionsSchema,
} from '@myspinbot/shared/project/options.ts';
import { type ProjectId, projectIdSchema } from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Queue, QueuedJob } from '../queue/port.ts';
import type { Vault } from '../vault/port.ts';
import { parsed } from './described.ts';
import { apiAuthor } from './generate.ts';
import { jobView, jobViewSchema } from './job-view.ts';
import { schemaFailure, unknownJob } from './replies.ts';
import { sendAsset } from './send-asset.ts';
import type { Wishes } from './wishes.ts';

const pageSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  state: jobRunSchema.shape.state.optional(),
  project: projectIdSchema.optional(),
});
const listSchema = z.object({
  total: z.number(),
  limit: z.number(),
  offset: z.number(),
  jobs: z.array(jobViewSchema),
});
const resultSchema = z.strictObject({
  kind: z.enum(['video', 'poster', 'vtt', 'srt']).default('video'),
  download: z.string().optional(),
});
const retrySchema = z.strictObject({ from: z.enum(stageNames).optional() });
/** Only what changes; the rest is as it was. `replace`: the old job gives its place to the new one. */
const againSchema = z.strictObject({
  options: z.record(z.string(), z.json()).default({}),
  fresh: z.enum(stageNames).optional(),
  replace: z.boolean().default(false),
});
const trainSchema = z.strictObject({
  project: projectIdSchema.optional(),
  photos: z.array(assetHashSchema).min(1).max(MAX_PHOTOS),
  voiceClip: assetHashSchema.optional(),
  /** Which face, where a photo has several. */
  face: z.int().min(0).max(50).optional(),
});
const askedSchema = z.object({ jobId: z.string(), projectId: z.string(), status: z.string() });
const extensions = { video: 'mp4', poster: 'jpg', vtt: 'vtt', srt: 'srt' } as const;
interface ById {
  Params: { id: string };
}

export interface JobRoutesWorld {
  queue: Queue;
  vault: Vault;
  workspace: Workspace;
  wishes: Wishes;
  /** Resolves when the documents are durable. */
  flush(): Promise<void>;
  now(): number;
  going(request: FastifyRequest, ref: AssetRef): void;
  sent(bytes: number): void;
}

export function addJobRoutes(app: FastifyInstance, world: JobRoutesWorld): void {
  const { queue, workspace, vault, wishes } = world;
  const find = (id: unknown): QueuedJob => {
    const known = jobIdSchema.safeParse(id);
    const job = known.success ? queue.job(known.data) : undefined;
    if (job === undefined) throw unknownJob(String(id));
    return job;
  };
  const view = (id: unknown) => {
    const job = find(id);
    return jobView(job, queue.progress(job.request.id));
  };
  const readsJobs: Action = { on: 'jobs', may: 'read' };
  const writesJobs: Action = { on: 'jobs', may: 'write' };
  /** A guest may see the jobs of its project; that there are others is not told either. */
  const readsJob = (request: FastifyRequest): Action => {
    const id = jobIdSchema.safeParse((request.params as { id?: unknown }).id);
    const job = id.success ? queue.job(id.data) : undefined;
    return job === undefined ? readsJobs : { on: 'project', may: 'read', project: job.request.project };
  };

  for (const url of [`${endpoints.status}/:id`, `${endpoints.jobs}/:id`]) {
    app.get<ById>(
      url,
      {
        config: {
          needs: readsJob,
          described: {
            summary: 'One job: state, progress, time left, failure, result',
            reply: jobViewSchema,
          },
        },
      },
      async ({ params }) => view(params.id),
    );
  }

  app.get(
    endpoints.jobs,
    {
      config: {
        needs: readsJobs,
        described: { summary: 'Jobs, newest first', query: pageSchema, reply: listSchema },
      },
    },
    async (request) => {
      const page = pageSchema.safeParse(request.query);
      if (!page.success) throw schemaFailure('The query', page.error);
      const { limit, offset, state, project } = page.data;
      const all = queue
        .jobs()
        .filter((job) => state === undefined || job.run.state === state)
        .filter((job) => project === undefined || job.request.project === project);
      const jobs = all
        .slice(offset, offset + limit)
        .map((job) => jobView(job, queue.progress(job.request.id)));
      return { total: all.length, limit, offset, jobs };
    },
  );

  const wish = (
    name: string,
    summary: string,
    act: (job: QueuedJob, body: unknown) => Promise<void>,
    body?: z.ZodType,
  ) =>
    app.post<ById>(
      `${endpoints.jobs}/:id/${name}`,
      {
        config: {
          needs: writesJobs,
          described: { summary, reply: jobViewSchema, status: 202, ...(body === undefined ? {} : { body }) },
        },
      },
      async (request, reply) => {
        const job = find(request.params.id);
        await act(job, request.body);
        return reply.code(202).send(view(job.request.id));
      },
    );
  wish('cancel', 'Ends a job, whatever it does; what it has made is kept', ({ request }) =>
    wishes.cancel(request.id),
  );
  wish('pause', 'Holds a job; what it has made is kept', ({ request }) => wishes.pause(request.id));
  wish('resume', 'Lets a held job go on', ({ request }) => wishes.resume(request.id));
  wish(
    'retry',
    'Runs a failed or cancelled job again; `from` makes that stage and later ones anew',
    async ({ request, run }, body) => {
      const { from } = parsed(retrySchema, 'The retry', body);
      if (run.state === 'succeeded' || run.state === 'superseded') {
        throw new Failure({
          code: 'bad-input',
          message: `This job is ${run.state}: it is not made again in its own place.`,
          hint: `POST ${endpoints.jobs}/${request.id}/again makes a new job like it.`,
        });
      }
      await wishes.retry(request.id, from);
    },
    retrySchema,
  );

  /** A job that stands in the documents as if a device had asked for it. */
  const ask = async (job: JobRequest) => {
    if (workspace.project(job.project) === undefined) {
      throw new Failure({
        code: 'not-found',
        message: `There is no project ${job.project} on this workstation.`,
        hint: `GET ${endpoints.projects} lists them.`,
      });
    }
    workspace.request(job);
    await world.flush();
    await queue.request(job);
    return { jobId: job.id, projectId: job.project, status: `${endpoints.status}/${job.id}` };
  };
  const jobOf = (project: ProjectId, pipeline: string, options: SpinOptions): JobRequest => ({
    id: `j_${randomBytes(12).toString('hex')}` as JobId,
    project,
    pipeline,
    options,
    assets: refsOf(vault, assetsNamed(options)),
    device: apiAuthor.id,
    requestedAt: world.now(),
  });

  app.post<ById>(
    `${endpoints.jobs}/:id/again`,
    {
      config: {
        needs: writesJobs,
        described: {
          summary: 'A new job like this one with some options changed: only what they touch is made again',
          body: againSchema,
          reply: askedSchema,
          status: 202,
        },
      },
    },
    async (request, reply) => {
      const { request: before, run } = find(request.params.id);
      const { options, fresh, replace } = parsed(againSchema, 'The change', request.body);
      const changed = spinOptionsSchema.strict().safeParse({ ...before.options, ...options });
      if (!changed.success) throw schemaFailure('The options', changed.error);
      const job = jobOf(before.project, before.pipeline, changed.data);
      if (fresh !== undefined) job.fresh = fresh;
      if (replace && !(isEnded(run.state) && run.state === 'succeeded')) job.supersedes = before.id;
      return reply.code(202).send(await ask(job));
    },
  );

  app.post(
    endpoints.train,
    {
      config: {
        needs: writesJobs,
        described: {
          summary:
            'Trains a look, and a voice where a clip is given, to be named in later jobs (`options.look`, `options.voice`)',
          body: trainSchema,
          reply: askedSchema,
          status: 202,
        },
      },
    },
    async (request, reply) => {
      const { project, photos, voiceClip, face } = parsed(trainSchema, 'The training', request.body);
      const options = spinOptionsSchema.parse({
        photos,
        narration: { kind: 'text', text: '' },
        ...(voiceClip === undefined ? {} : { voiceClip }),
        ...(face === undefined ? {} : { face }),
      });
      const into = project ?? newProject(world, refsOf(vault, photos)[0]!);
      return reply.code(202).send(await ask(jobOf(into, 'train', options)));
    },
  );

  // HEAD as a route of its own: the one that is added by itself would read the whole file to answer.
  app.route<ById>({
    method: ['GET', 'HEAD'],
    exposeHeadRoute: false,
    config: {
      needs: readsJob,
      described: { summary: 'The video, its poster or its captions, with byte ranges', query: resultSchema },
    },
    url: `${endpoints.jobs}/:id/result`,
    handler: async (request, reply) => {
      const query = resultSchema.safeParse(request.query);
      if (!query.success) throw schemaFailure('The query', query.error);
      const { kind, download } = query.data;
      const { request: asked, run } = find(request.params.id);
      const ref = run.result?.[kind];
      if (run.result === undefined) {
        return reply.code(409).send({
          code: 'not-found',
          message: `The job has no result: it is ${run.state}.`,
          hint: run.failure?.hint ?? `GET ${endpoints.status}/${asked.id} says how far it is.`,
          retry: run.failure?.retry ?? 'soon',
        });
      }
      if (ref === null || ref === undefined) {
        throw new Failure({
          code: 'not-found',
          message: `This video was made without ${kind}.`,
          hint: 'Ask for captions when generating.',
        });
      }
      if (vault.ref(ref.hash) === undefined) {
        throw new Failure({
          code: 'not-found',
          message: `The ${kind} of this job is not on the workstation any more: its file was removed.`,
          hint: `POST ${endpoints.jobs}/${asked.id}/again makes it again; what is still here is not made twice.`,
        });
      }
      const title = workspace.project(asked.project)?.title ?? 'myspinbot';
      return sendAsset(request, reply, vault, ref, {
        name: `${title.replace(/[.…]+$/, '')}.${extensions[kind]}`,
        download: download !== undefined,
        immutable: false,
        going: world.going,
        sent: world.sent,
      });
    },
  });
}

/** Records of these files. Throws Failure `not-found`. */
function refsOf(vault: Vault, hashes: readonly AssetHash[]): AssetRef[] {
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

function newProject(
  { workspace, now }: Pick<JobRoutesWorld, 'workspace' | 'now'>,
  cover: AssetRef,
): ProjectId {
  const id = `p_${randomBytes(12).toString('hex')}` as ProjectId;
  const at = now();
  workspace.putProject({ id, title: 'Training', createdAt: at, updatedAt: at, deleted: false, cover });
  return id;
}
