// A job as the API shows it: the ledger's records, the running progress, and addresses for its results.

import { failureRecordSchema } from '@myspinbot/shared/failure/failure.ts';
import { jobResultSchema, jobRunSchema, stageRunSchema, trainedSchema } from '@myspinbot/shared/job/job.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import { z } from 'zod';
import type { QueuedJob } from '../queue/port.ts';

export const jobResultViewSchema = jobResultSchema
  .pick({ durationMs: true, width: true, height: true, engines: true, notes: true })
  .extend({
    bytes: z.number(),
    /** Addresses on this agent; null where the video was made without. */
    video: z.string(),
    poster: z.string(),
    vtt: z.string().nullable(),
    srt: z.string().nullable(),
  });

export const jobViewSchema = z.object({
  jobId: z.string(),
  projectId: z.string(),
  pipeline: z.string(),
  state: jobRunSchema.shape.state,
  /** 0..1; 1 when it succeeded. */
  progress: z.number(),
  stage: z.string().nullable(),
  /** Mostly between the two of `leftRangeMs`. */
  leftMs: z.number().nullable(),
  leftRangeMs: z.tuple([z.number(), z.number()]).nullable(),
  attempt: z.number(),
  /** Why it is not taken although it waits, and until when. */
  waits: jobRunSchema.shape.waits.unwrap().nullable(),
  supersededBy: z.string().nullable(),
  requestedAt: z.number(),
  queuedAt: z.number(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  stages: z.array(stageRunSchema),
  failure: failureRecordSchema.nullable(),
  result: jobResultViewSchema.nullable(),
  trained: z.array(trainedSchema),
});
export type JobView = z.infer<typeof jobViewSchema>;

export function jobView({ request, run }: QueuedJob, progress: JobProgress | undefined): JobView {
  const { result } = run;
  const base = `${endpoints.jobs}/${request.id}/result`;
  return {
    jobId: request.id,
    projectId: request.project,
    pipeline: request.pipeline,
    state: run.state,
    progress: run.state === 'succeeded' ? 1 : (progress?.fraction ?? 0),
    stage: progress?.stage ?? null,
    leftMs: progress?.leftMs === undefined ? null : Math.round(progress.leftMs),
    leftRangeMs: progress?.leftRangeMs ?? null,
    attempt: run.attempt,
    waits: run.waits ?? null,
    supersededBy: run.supersededBy ?? null,
    requestedAt: request.requestedAt,
    queuedAt: run.queuedAt,
    startedAt: run.startedAt ?? null,
    finishedAt: run.finishedAt ?? null,
    stages: run.stages,
    failure: run.failure ?? null,
    result:
      result === undefined
        ? null
        : {
            durationMs: result.durationMs,
            width: result.width,
            height: result.height,
            engines: result.engines,
            notes: result.notes,
            bytes: result.video.bytes,
            video: base,
            poster: `${base}?kind=poster`,
            vtt: result.vtt === null ? null : `${base}?kind=vtt`,
            srt: result.srt === null ? null : `${base}?kind=srt`,
          },
    trained: run.trained ?? [],
  };
}
