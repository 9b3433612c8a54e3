// A job is one request to run a pipeline on a project. Three records, one writer each:
// the request (a device, once), the wish (devices: cancel, retry), the run (the agent alone).
// The life of a run is in life.ts.
import { z } from 'zod';
import { assetRefSchema } from '../asset/asset.ts';
import { failureRecordSchema } from '../failure/failure.ts';
import { spinOptionsSchema } from '../project/options.ts';
import { projectIdSchema } from '../project/project.ts';

export type JobId = string & { readonly __brand: 'JobId' };
export const jobIdSchema = z
  .string()
  .regex(/^j_[0-9a-z]{12,32}$/)
  .transform((value) => value as JobId);

export const stageNames = ['script', 'look', 'voice', 'speech', 'timing', 'portrait', 'finish'] as const;
export type StageName = (typeof stageNames)[number];

/** Written once by the device that asks; never changed. */
export const jobRequestSchema = z.object({
  id: jobIdSchema,
  project: projectIdSchema,
  pipeline: z.string().max(60).default('portrait'),
  options: spinOptionsSchema,
  /** The assets `options` names, with size and type, so that the agent knows what to wait for. */
  assets: z.array(assetRefSchema).max(40),
  device: z.string().max(60),
  requestedAt: z.number(),
});
export type JobRequest = z.infer<typeof jobRequestSchema>;

/** Written by devices. Absent fields are no wish. */
export const jobWishSchema = z.object({
  cancelledAt: z.number().optional(),
  /** Each retry is a new number; the agent runs again when it is higher than the run's. */
  retry: z.int().min(0).default(0),
  hidden: z.boolean().default(false),
});
export type JobWish = z.infer<typeof jobWishSchema>;

export const stageRunSchema = z.object({
  stage: z.enum(stageNames),
  state: z.enum(['waiting', 'running', 'done', 'reused', 'failed']),
  engine: z.string().max(80).optional(),
  startedAt: z.number().optional(),
  finishedAt: z.number().optional(),
});
export type StageRun = z.infer<typeof stageRunSchema>;

export const jobResultSchema = z.object({
  video: assetRefSchema,
  poster: assetRefSchema,
  vtt: assetRefSchema.nullable(),
  srt: assetRefSchema.nullable(),
  durationMs: z.number(),
  width: z.int(),
  height: z.int(),
  /** stage -> engine id, so that a result always names what made it. */
  engines: z.record(z.string(), z.string()),
  /** Sentences worth telling the person: the largest face was taken, the language was guessed, ... */
  notes: z.array(z.string().max(400)).max(20),
});
export type JobResult = z.infer<typeof jobResultSchema>;

/** Written by the agent alone. */
export const jobRunSchema = z.object({
  state: z.enum([
    'waiting-for-assets',
    'queued',
    'running',
    'cancelling',
    'cancelled',
    'failed',
    'succeeded',
  ]),
  attempt: z.int().min(0),
  /** The wish's retry number this run answers. */
  retry: z.int().min(0).default(0),
  queuedAt: z.number(),
  startedAt: z.number().optional(),
  finishedAt: z.number().optional(),
  stages: z.array(stageRunSchema).max(20).default([]),
  failure: failureRecordSchema.optional(),
  result: jobResultSchema.optional(),
});
export type JobRun = z.infer<typeof jobRunSchema>;

/** A job as a screen or the API sees it: the three records together. */
export interface Job {
  request: JobRequest;
  wish: JobWish;
  /** Absent until an agent has seen the request: the job waits for the workstation. */
  run: JobRun | undefined;
}
