// The line and its rules over HTTP: what waits, in which order, when the queue may work, and what a job would do before it
// is asked for.
import type { Action } from '@myspinbot/shared/access/access.ts';
import { type JobId, jobIdSchema, stageNames } from '@myspinbot/shared/job/job.ts';
import { isHeld } from '@myspinbot/shared/job/life.ts';
import { queueRulesSchema, restReasons } from '@myspinbot/shared/job/rules.ts';
import { spinOptionsSchema } from '@myspinbot/shared/project/options.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { rankOf } from '../queue/line.ts';
import type { Queue } from '../queue/port.ts';
import { parsed } from './described.ts';
import { jobView, jobViewSchema } from './job-view.ts';
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
const planBody = z.strictObject({
  pipeline: z.string().max(60).default('portrait'),
  options: spinOptionsSchema,
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
});
const placeBody = z.union([
  z.strictObject({ before: jobIdSchema }),
  z.strictObject({ after: jobIdSchema }),
  z.strictObject({ now: z.literal(true) }),
]);
interface ById {
  Params: { id: string };
}

export function addQueueRoutes(app: FastifyInstance, world: { queue: Queue; wishes: Wishes }): void {
  const { queue, wishes } = world;
  const state = (): z.input<typeof queueSchema> => ({
    rules: queue.rules(),
    rest: queue.rest() ?? null,
    line: queue.line().map((job) => jobView(job, queue.progress(job.request.id))),
  });

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
  app.put(
    `${endpoints.queue}/rules`,
    {
      config: {
        needs: writes,
        described: {
          summary: 'When the queue may work: paused, quiet hours, only while the machine is idle',
          body: queueRulesSchema,
          reply: queueSchema,
        },
      },
    },
    async ({ body }) => {
      await wishes.rules(parsed(queueRulesSchema, 'The rules', body));
      return state();
    },
  );
  app.post(
    endpoints.plan,
    {
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
      const { pipeline, options, fresh } = parsed(planBody, 'The plan', body);
      const stages = await queue.plan({ pipeline, options, ...(fresh === undefined ? {} : { fresh }) });
      return { stages, expectedMs: stages.reduce((sum, one) => sum + one.expectedMs, 0) };
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
      if (!id.success || queue.job(id.data) === undefined) throw unknownJob(params.id);
      const asked = parsed(placeBody, 'The place', body);
      if ('now' in asked) await wishes.place(id.data, { now: true });
      else {
        const beside = 'before' in asked ? asked.before : asked.after;
        await wishes.place(id.data, { place: placeBeside(queue, id.data, beside, 'before' in asked) });
      }
      return state();
    },
  );
}

/** A rank between that of `other` and of whoever stands next to it on that side. Throws Failure `not-found`. */
function placeBeside(queue: Queue, job: JobId, other: JobId, isBefore: boolean): number {
  const waiting = queue
    .line()
    .filter(({ request, run }) => request.id !== job && !isHeld(run.state))
    .map(({ request, run }) => ({ id: request.id, rank: rankOf(request, run) }));
  const at = waiting.findIndex(({ id }) => id === other);
  if (at < 0) throw unknownJob(other);
  const { rank } = waiting[at]!;
  const neighbour = waiting[isBefore ? at - 1 : at + 1]?.rank;
  if (neighbour === undefined) return isBefore ? rank - 1 : rank + 1;
  return (rank + neighbour) / 2;
}
