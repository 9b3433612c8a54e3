// How the workstation is doing, as its monitor tells it: the figures of its metrics, put together for a screen. A figure
// that could not be read is null. Names of people, projects and files are nowhere in it.
import { z } from 'zod';
import { jobIdSchema, jobRunSchema, stageNames } from '../job/job.ts';
import { restReasons } from '../job/rules.ts';
import { linkKinds } from '../transfer/link.ts';

const figureSchema = z.number().nullable();
/** Oldest first; the newest is of now. */
const lineSchema = z.array(z.number()).max(600);

export const monitorSchema = z.object({
  /** Epoch ms on the workstation's clock. */
  at: z.number(),
  version: z.string().max(40),
  startedAt: z.number(),
  queue: z.object({
    /** Jobs that are ready and wait for their turn. */
    waiting: figureSchema,
    oldestWaitSeconds: figureSchema,
    rest: z.object({ why: z.enum(restReasons), until: z.number().optional() }).nullable(),
    /** What is worked on, then what comes next; only the first of a long line. */
    line: z.array(z.object({ job: jobIdSchema, state: jobRunSchema.shape.state })).max(20),
    /** Since the agent started. */
    succeeded: figureSchema,
    failed: figureSchema,
    cancelled: figureSchema,
    putOff: figureSchema,
  }),
  /** Those that ran since the agent started, in the order in which a job goes through them. */
  stages: z.array(
    z.object({
      stage: z.enum(stageNames),
      runs: z.number(),
      reused: z.number(),
      failed: z.number(),
      averageSeconds: figureSchema,
      /** How long it takes on average, over what was expected: 1 = as expected. */
      realToExpected: figureSchema,
    }),
  ),
  engines: z
    .array(z.object({ engine: z.string().max(80), capability: z.string().max(40), ready: z.boolean() }))
    .max(100),
  links: z.array(
    z.object({
      link: z.enum(linkKinds),
      open: figureSchema,
      /** Since the agent started. */
      inBytes: z.number(),
      outBytes: z.number(),
      /** Now. */
      inPerSecond: z.number(),
      outPerSecond: z.number(),
      /** Of whole files, on average. */
      averagePerSecond: figureSchema,
      damagedBlocks: z.number(),
    }),
  ),
  documents: z.object({
    bytes: figureSchema,
    sockets: figureSchema,
    updates: figureSchema,
    restoredKeys: figureSchema,
  }),
  disk: z.object({
    freeBytes: figureSchema,
    sizeBytes: figureSchema,
    usedBytes: figureSchema,
    quotaBytes: figureSchema,
    assets: figureSchema,
    unfinishedBytes: figureSchema,
  }),
  agent: z.object({
    /** Of one processor: 1 = one is busy all the time. The stages run beside it and are not in it. */
    processor: z.number(),
    memoryBytes: figureSchema,
    /** The longest hold-up of its event loop within half a minute. */
    loopSeconds: figureSchema,
  }),
  machine: z.object({
    load: figureSchema,
    processors: figureSchema,
    memoryFreeBytes: figureSchema,
    memorySizeBytes: figureSchema,
  }),
  /** An agent from before this was told says nothing of cards. */
  gpus: z
    .object({
      state: z.enum(['unknown', 'absent', 'read', 'failing']),
      /** What the driver said when it failed. */
      trouble: z.string().max(300).nullable(),
      cards: z
        .array(
          z.object({
            name: z.string().max(120),
            memoryUsedBytes: figureSchema,
            memorySizeBytes: figureSchema,
            /** Share of the time. */
            busy: figureSchema,
            celsius: figureSchema,
            watts: figureSchema,
            wattsLimit: figureSchema,
          }),
        )
        .max(32),
    })
    .default({ state: 'unknown', trouble: null, cards: [] }),
  recent: z.object({
    everyMs: z.number(),
    processor: lineSchema,
    memoryBytes: lineSchema,
    loopSeconds: lineSchema,
    inPerSecond: lineSchema,
    outPerSecond: lineSchema,
    waiting: lineSchema,
  }),
});
export type Monitor = z.infer<typeof monitorSchema>;
