// Jobs over HTTP: listed, looked at, ended, held, asked for again, and what they made. Asking for the first one with files
// is generate.ts; the line is queue-routes.ts.
import { randomBytes } from 'node:crypto';
import type { Action } from '@myspinbot/shared/access/access.ts';
import { type AssetRef, assetHashSchema, assetRefSchema } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { jobIdSchema, jobRunSchema, stageNames, stageRunSchema } from '@myspinbot/shared/job/job.ts';
import { MAX_PHOTOS, spinOptionsSchema } from '@myspinbot/shared/project/options.ts';
import { type ProjectId, projectIdSchema } from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Queue, QueuedJob } from '../queue/port.ts';
import type { Vault } from '../vault/port.ts';
import {
  type AskingWorld,
  askedSchema,
  askForJob,
  changedOptions,
  MAX_SCRIPT_BODY_BYTES,
  refsOf,
} from './ask-for-job.ts';
import { parsed } from './described.ts';
import { jobView, jobViewSchema } from './job-view.ts';
import { schemaFailure, unknownJob } from './replies.ts';
import { sendAsset } from './send-asset.ts';
import type { Wishes } from './wishes.ts';

const stateSchema = jobRunSchema.shape.state;
const pageSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  /** One of the states, or several with commas between them. */
  state: z
    .string()
    .regex(new RegExp(`^(?:${stateSchema.options.join('|')})(?:,(?:${stateSchema.options.join('|')}))*$`), {
      error: `states are ${stateSchema.options.join(', ')}`,
    })
    .optional(),
  project: projectIdSchema.optional(),
  /** `line`: what has not ended, in the order of their turns. */
  order: z.enum(['newest', 'line']).default('newest'),
});
const artifactsSchema = z.object({
  jobId: z.string(),
  /** How it was made: with the same the same comes out. */
  recipe: z.object({
    pipeline: z.string(),
    options: spinOptionsSchema,
    /** Files that went in; `options` says as what. */
    inputs: z.array(assetRefSchema),
    stages: z.array(stageRunSchema.pick({ stage: true, state: true, engine: true })),
    /** Memory ran out: engines worked in their smaller settings. */
    smaller: z.boolean(),
  }),
  artifacts: z.array(
    z.object({
      kind: z.enum(['video', 'poster', 'vtt', 'srt', 'look', 'voice']),
      /** Of a look or a voice: the name by which later jobs use it. */
      fingerprint: z.string().nullable(),
      engine: z.string().nullable(),
      /** Null where a look or voice has no picture of it. */
      asset: assetRefSchema.nullable(),
      /** Where its file is fetched; null when there is none, or not any more. */
      url: z.string().nullable(),
    }),
  ),
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
/** Only what changes, null to leave an option away; the rest is as it was. `replace`: the old job gives its place to the new one. */
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
const extensions = { video: 'mp4', poster: 'jpg', vtt: 'vtt', srt: 'srt' } as const;
interface ById {
  Params: { id: string };
}

export interface JobRoutesWorld extends AskingWorld {
  queue: Queue;
  vault: Vault;
  wishes: Wishes;
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

  /** A guest may ask for the jobs of its project. */
  const readsList = ({ query }: FastifyRequest): Action => {
    const project = projectIdSchema.safeParse((query as { project?: unknown }).project);
    return project.success ? { on: 'project', may: 'read', project: project.data } : readsJobs;
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
        needs: readsList,
        described: { summary: 'Jobs, newest first or in line', query: pageSchema, reply: listSchema },
      },
    },
    async (request) => {
      const page = pageSchema.safeParse(request.query);
      if (!page.success) throw schemaFailure('The query', page.error);
      const { limit, offset, project, order } = page.data;
      const states = page.data.state?.split(',');
      const all = (order === 'line' ? queue.line() : queue.jobs())
        .filter((job) => states === undefined || states.includes(job.run.state))
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

  app.post<ById>(
    `${endpoints.jobs}/:id/again`,
    {
      bodyLimit: MAX_SCRIPT_BODY_BYTES,
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
      const changed = changedOptions(before.options, options);
      const asked = await askForJob(world, before.project, changed, {
        pipeline: before.pipeline,
        ...(fresh === undefined ? {} : { fresh }),
        ...(replace && run.state !== 'succeeded' ? { supersedes: before.id } : {}),
      });
      return reply.code(202).send(asked);
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
      return reply.code(202).send(await askForJob(world, into, options, { pipeline: 'train' }));
    },
  );

  app.get<ById>(
    `${endpoints.jobs}/:id/artifacts`,
    {
      config: {
        needs: readsJob,
        described: {
          summary: 'What a job has made and how, with addresses of the files',
          reply: artifactsSchema,
        },
      },
    },
    async ({ params }) => artifactsOf(find(params.id), vault),
  );

  // HEAD as a route of its own: the one that is added by itself would read the whole file to answer.
  app.route<ById>({
    method: ['GET', 'HEAD'],
    exposeHeadRoute: false,
    config: {
      needs: readsJob,
      described: {
        summary: 'The video, its poster or its captions, with byte ranges',
        query: resultSchema,
        file: '*/*',
      },
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

function artifactsOf({ request, run }: QueuedJob, vault: Vault): z.input<typeof artifactsSchema> {
  const { result } = run;
  const kinds = result === undefined ? [] : (['video', 'poster', 'vtt', 'srt'] as const);
  const here = (ref: AssetRef | undefined, url: string) =>
    ref === undefined || vault.ref(ref.hash) === undefined ? null : url;
  const made = kinds.flatMap((kind) => {
    const asset = result?.[kind] ?? undefined;
    if (asset === undefined) return [];
    const engine = result?.engines[kind === 'poster' ? 'portrait' : 'finish'] ?? null;
    const url = here(asset, `${endpoints.jobs}/${request.id}/result?kind=${kind}`);
    return [{ kind, fingerprint: null, engine, asset, url }];
  });
  const trained = (run.trained ?? []).map(({ stage, fingerprint, engine, cover }) => ({
    kind: stage,
    fingerprint,
    engine,
    asset: cover ?? null,
    url: here(cover, `${endpoints.assets}/${cover?.hash}`),
  }));
  const { pipeline, options, assets: inputs } = request;
  const stages = run.stages.map(({ stage, state, engine }) => ({
    stage,
    state,
    ...(engine === undefined ? {} : { engine }),
  }));
  return {
    jobId: request.id,
    recipe: { pipeline, options, inputs, stages, smaller: run.smaller === true },
    artifacts: [...made, ...trained],
  };
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
