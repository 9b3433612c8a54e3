// What travels by awareness on the workspace room: who is here and how far the running job is.
// Never written into a document: progress in a document grows it for ever.
import { z } from 'zod';
import { assetRefSchema } from '../asset/asset.ts';
import { jobIdSchema, stageNames } from '../job/job.ts';
import { restReasons } from '../job/rules.ts';

export const jobProgressSchema = z.object({
  job: jobIdSchema,
  stage: z.enum(stageNames),
  /** 0..1 within the stage and of the whole job. */
  stageFraction: z.number().min(0).max(1),
  fraction: z.number().min(0).max(1),
  /** Estimate of the time left in ms; absent while nothing is known. */
  leftMs: z.number().min(0).optional(),
  /** Between these, mostly: what this machine's own history says. */
  leftRangeMs: z.tuple([z.number().min(0), z.number().min(0)]).optional(),
  /** A still of the portrait as soon as there is one. */
  preview: assetRefSchema.optional(),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

export const presenceSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('agent'),
    id: z.string().max(60),
    name: z.string().max(80),
    /** Jobs running now, at most a few. */
    jobs: z.array(jobProgressSchema).max(16),
    /** Why nothing new is begun now; absent while the queue works. */
    rest: z.object({ why: z.enum(restReasons), until: z.number().optional() }).optional(),
  }),
  z.object({ kind: z.literal('device'), id: z.string().max(60), name: z.string().max(80) }),
]);
/** The value of an awareness state's `presence` field. */
export type Presence = z.infer<typeof presenceSchema>;
