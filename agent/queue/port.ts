// The queue decides which job runs and remembers what was done. The embedded ledger is its first
// implementation; nothing outside this folder knows the ledger.
import type { JobId, JobRequest, JobRun, JobWish, StageName } from '@myspinbot/shared/job/job.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import type { GrowingFilm } from '../engines/portrait/port.ts';

export interface QueuedJob {
  request: JobRequest;
  run: JobRun;
}

/** Everything that happens to jobs, for the mirror, metrics and waiting callers. */
export type QueueEvent =
  | { type: 'run'; job: JobId; run: JobRun }
  | { type: 'progress'; job: JobId; progress: JobProgress }
  /** The video in the making has grown; `whole` = to its end. Its file goes soon after: open it now or never. */
  | { type: 'live'; job: JobId; film: GrowingFilm; whole: boolean }
  | {
      type: 'stage';
      job: JobId;
      stage: StageName;
      engine: string;
      outcome: 'done' | 'reused' | 'failed' | 'cancelled';
      ms: number;
    };

export interface Queue {
  /**
   * Accepts a job durably before it resolves, with what was wished for it meanwhile: one that was cancelled before
   * it got here never starts. Asking again with the same id changes nothing.
   */
  request(request: JobRequest, wish?: Partial<Pick<JobWish, 'cancelledAt' | 'retry'>>): Promise<JobRun>;
  /** Asks a waiting, queued or running job to end; idempotent; unknown or ended jobs are left alone. */
  cancel(job: JobId): Promise<void>;
  /**
   * Puts a failed or cancelled job back with this retry number, when it is higher than the run's. A job that has
   * not begun or has succeeded merely takes the number; one that runs takes it when it has ended and is asked again.
   */
  retry(job: JobId, retry: number): Promise<void>;
  /** As it is written down: what is still on its way to the disk is not told, here or by events. */
  job(id: JobId): QueuedJob | undefined;
  /** Newest request first. */
  jobs(): readonly QueuedJob[];
  progress(id: JobId): JobProgress | undefined;
  on(listener: (event: QueueEvent) => void): () => void;
  /** An asset arrived: jobs that waited for it may go on. */
  assetArrived(): void;
  /** Stops after the current work is interrupted; nothing is lost. */
  close(): Promise<void>;
}
