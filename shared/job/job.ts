// A job is one request to run a pipeline on a project. Three records, one writer each:
// the request (a device, once), the wish (devices: cancel, pause, retry, place), the run (the agent alone).
// The life of a run is in life.ts.
import { z } from 'zod';
import { assetRefSchema } from '../asset/asset.ts';
import { failureRecordSchema } from '../failure/failure.ts';
import { fingerprintSchema, spinOptionsSchema } from '../project/options.ts';
import { projectIdSchema } from '../project/project.ts';

export type JobId = string & { readonly __brand: 'JobId' };
export const jobIdSchema = z
  .string()
  .regex(/^j_[0-9a-z]{12,32}$/)
  .transform((value) => value as JobId);

export const stageNames = [
  'script',
  'look',
  'voice',
  'speech',
  'timing',
  'portrait',
  'upscale',
  'finish',
] as const;
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
  /** A job this one stands in for: what has not begun or did not succeed is then superseded. */
  supersedes: jobIdSchema.optional(),
  /** From this stage on everything is made anew, also what is there already. */
  fresh: z.enum(stageNames).optional(),
});
export type JobRequest = z.infer<typeof jobRequestSchema>;

/** Written by devices. Absent fields are no wish. */
export const jobWishSchema = z.object({
  cancelledAt: z.number().optional(),
  /** Held until this is gone again. */
  pausedAt: z.number().optional(),
  /** Each retry is a new number; the agent runs again when it is higher than the run's. */
  retry: z.int().min(0).default(0),
  /** With a retry: from this stage on everything is made anew. Absent = what was committed is kept. */
  from: z.enum(stageNames).optional(),
  hidden: z.boolean().default(false),
  /** Rank in the queue, lower goes first; absent = the time of the request, in ms. */
  place: z.number().optional(),
  /** Goes next, also while the queue rests. */
  now: z.boolean().optional(),
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

/** A look or a voice that a job made or used: an artifact with a name of its own, to be used again. */
export const trainedSchema = z.object({
  stage: z.enum(['look', 'voice']),
  fingerprint: fingerprintSchema,
  engine: z.string().max(80).nullable(),
  madeAt: z.number(),
  /** A picture of it, where there is one. */
  cover: assetRefSchema.optional(),
  notes: z.array(z.string().max(400)).max(20),
});
export type Trained = z.infer<typeof trainedSchema>;

/** Why a queued or paused job is not taken although it could be. */
export const waitReasons = [
  'back-off', // it failed a moment ago and is tried again by itself
  'disk-full', // there was no room to write what it makes
] as const;

/** Written by the agent alone. */
export const jobRunSchema = z.object({
  state: z.enum([
    'waiting-for-assets',
    'queued',
    'claimed',
    'running',
    'paused',
    'cancelling',
    'cancelled',
    'failed',
    'succeeded',
    'superseded',
  ]),
  /** How often it was claimed. */
  attempt: z.int().min(0),
  /** How often it was put off by itself since somebody last wished for it. */
  tries: z.int().min(0).optional(),
  /** The wish's retry number this run answers. */
  retry: z.int().min(0).default(0),
  /** The wish's place and hurry, as far as the agent has heard of them. */
  place: z.number().optional(),
  now: z.boolean().optional(),
  /** Why it waits although it is its turn, until when if that is known, and what was said. */
  waits: z
    .object({
      why: z.enum(waitReasons),
      until: z.number().optional(),
      failure: failureRecordSchema.optional(),
    })
    .optional(),
  /** Artifacts of this stage and later ones count only when they were made under this fence or a later one. */
  fresh: z.object({ from: z.enum(stageNames), fence: z.int().min(0) }).optional(),
  /** Memory ran out: engines work in their smaller settings. */
  smaller: z.boolean().optional(),
  supersededBy: jobIdSchema.optional(),
  queuedAt: z.number(),
  startedAt: z.number().optional(),
  finishedAt: z.number().optional(),
  stages: z.array(stageRunSchema).max(20).default([]),
  failure: failureRecordSchema.optional(),
  result: jobResultSchema.optional(),
  trained: z.array(trainedSchema).max(4).optional(),
});
export type JobRun = z.infer<typeof jobRunSchema>;

/** A job as a screen or the API sees it: the three records together. */
export interface Job {
  request: JobRequest;
  wish: JobWish;
  /** Absent until an agent has seen the request: the job waits for the workstation. */
  run: JobRun | undefined;
  /** Only what the history's line tells: how it was asked for and how it went is on the workstation. */
  isOld?: true;
}
