// The queue decides which job runs and remembers what was done. The embedded ledger is its first
// implementation; nothing outside this folder knows the ledger.
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { JobId, JobRequest, JobRun, JobWish, StageName } from '@myspinbot/shared/job/job.ts';
import type { QueueRules, Rest } from '@myspinbot/shared/job/rules.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import type { GrowingFilm } from '../engines/portrait/port.ts';

export interface QueuedJob {
  request: JobRequest;
  run: JobRun;
}

/** One stage of a job that was not asked for yet: whether it would be made, and in what time. */
export interface PlannedStage {
  node: string;
  stage: StageName;
  /** Id of the engine that would do it; null when it needs none. */
  engine: string | null;
  will: 'run' | 'reuse';
  /** 0 when it is reused. */
  expectedMs: number;
  /** Mostly between these. */
  rangeMs: [number, number];
}

/** What a stage made, as housekeeping sees it. */
export interface KeptArtifact {
  fingerprint: string;
  stage: StageName;
  assets: readonly AssetRef[];
  madeAt: number;
  /** When it was last made or reused. */
  usedAt: number;
}

/** Everything that happens to jobs, for the mirror, metrics and waiting callers. */
export type QueueEvent =
  | { type: 'run'; job: JobId; run: JobRun }
  | { type: 'progress'; job: JobId; progress: JobProgress }
  /** The video in the making has grown; `whole` = to its end. Its file goes soon after: open it now or never. */
  | { type: 'live'; job: JobId; film: GrowingFilm; whole: boolean }
  /** Artifacts that were there are not any more. */
  | { type: 'forgotten'; artifacts: readonly string[] }
  /** Why nothing new is begun, or that something may be begun again. */
  | { type: 'rest'; rest: Rest | undefined }
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
  request(request: JobRequest, wish?: Partial<JobWish>): Promise<JobRun>;
  /**
   * Makes jobs known that have ended elsewhere, as they ended: durably, and never worked on unless somebody asks for a
   * retry. Nothing is told, for nothing happened here. Those that are known already or have not ended are left alone.
   */
  remember(jobs: readonly QueuedJob[]): Promise<void>;
  /** Asks a waiting, queued or running job to end; idempotent; unknown or ended jobs are left alone. */
  cancel(job: JobId): Promise<void>;
  /**
   * Puts a failed or cancelled job back with this retry number, when it is higher than the run's. A job that has
   * not begun or has succeeded merely takes the number; one that runs takes it when it has ended and is asked again.
   * With `from` that stage and all later ones are made anew.
   */
  retry(job: JobId, retry: number, from?: StageName): Promise<void>;
  /** Holds a job: one that waits is not taken, one that runs is interrupted and keeps what it has committed. Idempotent. */
  pause(job: JobId): Promise<void>;
  /** Lets a paused job go on; others are left alone. */
  resume(job: JobId): Promise<void>;
  /** Puts a job elsewhere in the line: lower goes first. `now`: next of all, also while the queue rests. */
  place(job: JobId, place: { place?: number; now?: boolean }): Promise<void>;

  rules(): QueueRules;
  /** Durable when it resolves. */
  setRules(rules: QueueRules): Promise<void>;
  /** Why nothing new is begun now. */
  rest(): Rest | undefined;
  /** Which stages a job would run and which are there already. Throws Failure `bad-input` for a pipeline that cannot run. */
  plan(request: Pick<JobRequest, 'pipeline' | 'options' | 'fresh'>): Promise<PlannedStage[]>;
  /** As it is written down: what is still on its way to the disk is not told, here or by events. */
  job(id: JobId): QueuedJob | undefined;
  /** Newest request first. */
  jobs(): readonly QueuedJob[];
  /** What has not ended: those that are worked on, then the others in the order in which they will be. */
  line(): readonly QueuedJob[];
  progress(id: JobId): JobProgress | undefined;

  /** Every artifact, in no order; for housekeeping. */
  artifacts(): AsyncIterable<KeptArtifact>;
  /** Whether that stage's artifact is there with all of its files. */
  hasArtifact(stage: StageName, fingerprint: string): Promise<boolean>;
  /** Forgets artifacts; their files are the caller's to remove afterwards. Those that a held job uses stay: they are not among the returned. */
  forgetArtifacts(fingerprints: readonly string[]): Promise<string[]>;
  /** Forgets ended jobs altogether; others are left alone. */
  forgetJobs(jobs: readonly JobId[]): Promise<void>;
  on(listener: (event: QueueEvent) => void): () => void;
  /** An asset arrived: jobs that waited for it may go on. */
  assetArrived(): void;
  /** Stops after the current work is interrupted; nothing is lost. */
  close(): Promise<void>;
}
