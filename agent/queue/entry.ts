// One job in the queue: what was asked, its run as decided and as told, and while it is ours by which claim and how it is
// made to end. It knows the life of a job; not whose turn it is nor where anything is written.
import type { JobRequest, JobRun } from '@myspinbot/shared/job/job.ts';
import { isEnded, nextState, type RunEvent } from '@myspinbot/shared/job/life.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import type { Logger } from '../log/logger.ts';
import type { Claim } from './ledger.ts';
import { rankOf, type Waiting } from './line.ts';

export interface Entry extends Waiting {
  readonly request: JobRequest;
  /** As decided, maybe still on its way to the disk. */
  run: JobRun;
  /** As written down and told; undefined until the request itself is durable. */
  told: JobRun | undefined;
  /** While the request is on its way to the disk. */
  accepting?: Promise<JobRun> | undefined;
  /** What was put last has been told. */
  telling?: Promise<void>;
  /** While the job is ours. */
  held?: Held | undefined;
  progress?: JobProgress | undefined;
}

/** A job that is ours: by which claim, when that is durable, and how it is made to end. */
export interface Held {
  readonly claim: Claim;
  readonly granted: Promise<void>;
  readonly abort: AbortController;
  readonly log: Logger;
}

/** Why work under a claim was made to end: the reason of its signal. */
export class Ending extends Error {
  readonly why: 'cancelled' | 'paused' | 'interrupted';
  constructor(why: Ending['why']) {
    super(`the job was ${why}`);
    this.why = why;
  }
}

export function entryOf(request: JobRequest, run: JobRun): Entry {
  return {
    id: request.id,
    request,
    run,
    told: undefined,
    rank: rankOf(request, run),
    now: run.now === true,
    notBefore: run.waits?.until ?? 0,
    overtaken: 0,
  };
}

/** The run after an event at `now`, or undefined when the event is not legal in its state. */
export function runAfter(
  now: number,
  run: JobRun,
  event: RunEvent,
  change: Partial<JobRun> = {},
): JobRun | undefined {
  const state = nextState(run.state, event);
  if (state === undefined) return undefined;
  const finishedAt = isEnded(state) ? { finishedAt: now } : {};
  return { ...run, ...finishedAt, ...change, state };
}

/** Its stages when nobody works on them any more. */
export function stagesAtRest(run: JobRun): JobRun['stages'] {
  return run.stages.map((one) =>
    one.state === 'running' ? { stage: one.stage, state: 'waiting' as const } : one,
  );
}
