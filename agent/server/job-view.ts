// A job as the API shows it: the ledger's records, the running progress, and addresses for its results.

import type { FailureRecord } from '@myspinbot/shared/failure/failure.ts';
import type { JobResult, JobRun, StageRun } from '@myspinbot/shared/job/job.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import type { QueuedJob } from '../queue/port.ts';

export interface JobView {
  jobId: string;
  projectId: string;
  state: JobRun['state'];
  /** 0..1; 1 when it succeeded. */
  progress: number;
  stage: string | null;
  leftMs: number | null;
  attempt: number;
  requestedAt: number;
  queuedAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  stages: StageRun[];
  failure: FailureRecord | null;
  result: JobResultView | null;
}

export interface JobResultView
  extends Pick<JobResult, 'durationMs' | 'width' | 'height' | 'engines' | 'notes'> {
  bytes: number;
  video: string;
  poster: string;
  vtt: string | null;
  srt: string | null;
}

export function jobView({ request, run }: QueuedJob, progress: JobProgress | undefined): JobView {
  const { result } = run;
  const base = `${endpoints.jobs}/${request.id}/result`;
  return {
    jobId: request.id,
    projectId: request.project,
    state: run.state,
    progress: run.state === 'succeeded' ? 1 : (progress?.fraction ?? 0),
    stage: progress?.stage ?? null,
    leftMs: progress?.leftMs === undefined ? null : Math.round(progress.leftMs),
    attempt: run.attempt,
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
  };
}
