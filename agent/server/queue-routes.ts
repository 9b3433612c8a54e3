// The line and its rules over HTTP: what waits, in which order, when the queue may work, and what a job would do before it
// is asked for.

import type { Action } from '@myspinbot/shared/access/access.ts';
import type { Workspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type JobId, jobIdSchema, stageNames } from '@myspinbot/shared/job/job.ts';
import { isEnded, isHeld } from '@myspinbot/shared/job/life.ts';
import { queueRulesSchema, restReasons } from '@myspinbot/shared/job/rules.ts';
import type { SpinOptions } from '@myspinbot/shared/project/options.ts';
import { projectIdSchema } from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SocketHub } from '../hub/hub.ts';
import { rankOf } from '../queue/line.ts';
import type { PlannedStage, Queue, QueuedJob } from '../queue/port.ts';
import { changedOptions, MAX_SCRIPT_BODY_BYTES, unknownProject } from './ask-for-job.ts';
import { parsed } from './described.ts';
import { jobView, jobViewSchema } from './job-view.ts';
import { askedByProject } from './project-options.ts';
import { unknownJob } from './replies.ts';
import type { Wishes } from './wishes.ts';

const reads: Action = { on: 'jobs', may: 'read' };
const writes: Action = { on: 'jobs', may: 'write' };

const queueSchema = z.object({
  rules: queueRulesSchema,
  rest: z.object({ why: z.enum(restReasons), until: z.number().optional() }).nullable(),
  /** What is worked on, then what waits, in the order of their turns. */
  line: z.array(jobViewSchema),
});
/** All of it: a misspelt rule is not ignored. */
const rulesBody = z.strictObject(queueRulesSchema.shape);
/** `job` or `project`: what it would be with these options changed; without either, the options are all of them. */
const planBody = z.strictObject({
  job: jobIdSchema.optional(),
  project: projectIdSchema.optional(),
  pipeline: z.string().max(60).optional(),
  options: z.record(z.string(), z.json()).default({}),
  fresh: z.enum(stageNames).optional(),
});
const planReply = z.object({
  stages: z.array(
    z.object({
      node: z.string(),
      stage: z.enum(stageNames),
      engine: z.string().nullable(),
      will: z.enum(['run', 'reuse']),
      expectedMs: z.number(),
      rangeMs: z.tuple([z.number(), z.number()]),
    }),
  ),
  expectedMs: z.number(),
  /** Mostly between these. */
  rangeMs: z.tuple([z.number(), z.number()]),
});
const placeBody = z.union([
  z.strictObject({ before: jobIdSchema }),
  z.strictObject({ after: jobIdSchema }),
  z.strictObject({ now: z.literal(true) }),
]);
interface ById {
  Params: { id: string };
}

export interface QueueRoutesWorld {
  queue: Queue;
  wishes: Wishes;
  workspace: Pick<Workspace, 'project'>;
  hub: Pick<SocketHub, 'read' | 'workspace'>;
}

export function addQueueRoutes(app: FastifyInstance, world: QueueRoutesWorld): void {
  const { queue, wishes } = world;
  const state = (): z.input<typeof queueSchema> => ({
    rules: queue.rules(),
    rest: queue.rest() ?? null,
    line: queue.line().map((job) => jobView(job, queue.progress(job.request.id))),
  });

  const baseOf = async ({
    job,
    project,
  }: z.infer<typeof planBody>): Promise<{ pipeline: string; options: Partial<SpinOptions> }> => {
    if (job !== undefined) {
      const known = queue.job(job);
      if (known === undefined) throw unknownJob(job);
      return known.request;
    }
    if (project === undefined) return { pipeline: 'portrait', options: {} };
    if (world.workspace.project(project)?.deleted !== false) throw unknownProject(project);
    return await askedByProject(world.hub, project);
  };

  app.get(
    endpoints.queue,
    {
      config: {
        needs: reads,
        described: { summary: 'The line, its rules and why it rests', reply: queueSchema },
      },
    },
    async () => state(),
  );
  app.get(
    `${endpoints.queue}/rules`,
    { config: { needs: reads, described: { summary: 'When the queue may work', reply: queueRulesSchema } } },
    async () => queue.rules(),
  );
  app.put(
    `${endpoints.queue}/rules`,
    {
      config: {
        needs: writes,
        described: {
          summary: 'When the queue may work: paused, quiet hours, only while the machine is idle',
          body: rulesBody,
          reply: queueSchema,
        },
      },
    },
    async ({ body }) => {
      await wishes.rules(parsed(rulesBody, 'The rules', body));
      return state();
    },
  );
  app.post(
    endpoints.plan,
    {
      bodyLimit: MAX_SCRIPT_BODY_BYTES,
      config: {
        needs: reads,
        described: {
          summary: 'Which stages a job would run, which are there already, and how long it would take',
          body: planBody,
          reply: planReply,
        },
      },
    },
    async ({ body }) => {
      const asked = parsed(planBody, 'The plan', body);
      const { pipeline, options } = await baseOf(asked);
      const { fresh } = asked;
      const stages = await queue.plan({
        pipeline: asked.pipeline ?? pipeline,
        options: changedOptions(options, asked.options),
        ...(fresh === undefined ? {} : { fresh }),
      });
      const sum = (of: (one: PlannedStage) => number) => stages.reduce((before, one) => before + of(one), 0);
      return {
        stages,
        expectedMs: sum((one) => one.expectedMs),
        rangeMs: [sum((one) => one.rangeMs[0]), sum((one) => one.rangeMs[1])],
      };
    },
  );
  app.post<ById>(
    `${endpoints.jobs}/:id/place`,
    {
      config: {
        needs: writes,
        described: {
          summary: 'Puts a job before or behind another one, or next of all',
          body: placeBody,
          reply: queueSchema,
        },
      },
    },
    async ({ params, body }) => {
      const id = jobIdSchema.safeParse(params.id);
      const job = id.success ? queue.job(id.data) : undefined;
      if (!id.success || job === undefined) throw unknownJob(params.id);
      if (isEnded(job.run.state)) throw notInLine(id.data, job);
      const asked = parsed(placeBody, 'The place', body);
      if ('now' in asked) await wishes.place(id.data, { now: true });
      else {
        const beside = 'before' in asked ? asked.before : asked.after;
        const places = placesBeside(queue, id.data, beside, 'before' in asked);
        for (const [one, place] of places) await wishes.place(one, { place });
      }
      return state();
    },
  );
}

/**
 * New places, by which `job` stands beside `other`: its own alone where there is room between two ranks, else those of all
 * that wait. What is worked on has its turn already. Throws Failure `not-found`, `bad-input`.
 */
function placesBeside(
  queue: Pick<Queue, 'line' | 'job'>,
  job: JobId,
  other: JobId,
  isBefore: boolean,
): Map<JobId, number> {
  const moved = queue.line().find(({ request }) => request.id === job);
  if (moved === undefined || isHeld(moved.run.state)) throw notInLine(job, queue.job(job));
  const waiting = queue
    .line()
    .filter(({ request, run }) => request.id !== job && !isHeld(run.state))
    .map(({ request, run }) => ({ id: request.id, rank: rankOf(request, run) }))
    .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  const found = waiting.findIndex(({ id }) => id === other);
  if (found < 0) throw notInLine(other, queue.job(other));
  const at = isBefore ? found : found + 1;
  const [before, after] = [waiting[at - 1]?.rank, waiting[at]?.rank];
  const between = before === undefined ? after! - 1 : after === undefined ? before + 1 : (before + after) / 2;
  const hasRoom = (before === undefined || before < between) && (after === undefined || between < after);
  if (hasRoom) return new Map([[job, between]]);
  const order = waiting.map(({ id }) => id);
  order.splice(at, 0, job);
  const first = Math.floor(waiting[0]!.rank);
  return new Map(order.map((id, place) => [id, first + place]));
}

function notInLine(id: JobId, known: QueuedJob | undefined): Failure {
  if (known === undefined) return unknownJob(id);
  return new Failure({
    code: 'bad-input',
    message: `The job ${id} does not wait in the line: it is ${known.run.state}.`,
    hint: `GET ${endpoints.queue} shows the line.`,
  });
}
