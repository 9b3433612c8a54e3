// What an implementation of the queue's port lends to its contract: a place that outlives its holders, a clock turned by
// hand, engines that behave as told. Below it, what the cases ask of such a world again and again.
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { JobId, JobRun, StageName } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import type { Capability } from '../../engines/engine.ts';
import type { StageLog } from '../../stages/fixtures/stage-log.ts';
import type { HandClock } from '../fixtures/hand-clock.ts';
import { requestFor } from '../fixtures/job-requests.ts';
import type { Queue, QueueEvent } from '../port.ts';

/** What is otherwise about a holder and its machine. */
export interface HolderChange {
  /** These need the GPU. */
  onGpu?: readonly Capability[];
  /** Whether somebody else uses the machine. */
  isBusy?: () => boolean;
  minuteOfDay?: () => number;
  /** Whether what failed is tried again by itself later; yes when absent. */
  isPatient?: boolean;
}

export interface ContractWorld {
  /** Of the holder that was opened last. */
  readonly queue: Queue;
  /** What that holder has told. */
  readonly events: readonly QueueEvent[];
  /** Of all holders. */
  readonly clock: HandClock;
  /** Steers the engines of all holders and sees what they did. */
  readonly stageLog: StageLog;
  /** Brings an asset to where jobs find it. */
  photo(text?: string): Promise<AssetRef>;
  /** A polite end, and another holder. */
  reopen(change?: HolderChange): Promise<void>;
  /** The holder ends as by a power cut, in the middle of whatever it does, and another one opens what it left. */
  kill(change?: HolderChange): Promise<void>;
  /**
   * Another holder takes the place while the one before lives on and knows nothing of it. Resolves with the older one; `queue`
   * is the newer.
   */
  takeOver(): Promise<Queue>;
  /** What keeps the queue's records: held, it confirms nothing until it is released. */
  readonly storage: {
    hold(): void;
    release(): void;
    /** Resolves when so many writes wait to be confirmed. */
    waiting(writes: number): Promise<void>;
  };
  close(): Promise<void>;
}

export type OpenWorld = (change?: HolderChange) => Promise<ContractWorld>;

/** Resolves with the first run of the job that is so, at once when it is. */
export function until(
  { queue }: Pick<ContractWorld, 'queue'>,
  job: JobId,
  so: (run: JobRun) => boolean,
): Promise<JobRun> {
  return new Promise((resolve) => {
    const now = queue.job(job)?.run;
    if (now !== undefined && so(now)) return resolve(now);
    const stop = queue.on((event) => {
      if (event.type !== 'run' || event.job !== job || !so(event.run)) return;
      stop();
      resolve(event.run);
    });
  });
}

export const ended = (world: Pick<ContractWorld, 'queue'>, job: JobId) =>
  until(world, job, (run) => isEnded(run.state));

export const stateOf = ({ queue }: ContractWorld, job: JobId) => queue.job(job)?.run.state;

/** Every state that was told of the job, in order. */
export const statesOf = ({ events }: ContractWorld, job: JobId) =>
  events.flatMap((event) => (event.type === 'run' && event.job === job ? [event.run.state] : []));

export const outcomes = ({ events }: ContractWorld, job: JobId) =>
  events.flatMap((event) =>
    event.type === 'stage' && event.job === job ? [`${event.stage} ${event.outcome}`] : [],
  );

export const succeededOrder = ({ events }: ContractWorld) =>
  events.flatMap((event) => (event.type === 'run' && event.run.state === 'succeeded' ? [event.job] : []));

export const entered = ({ stageLog }: ContractWorld, stage: StageName, times = 1) =>
  stageLog.until((log) => log.count(stage) === times);

/** A world whose first job is in the middle of its portrait. */
export async function openAtWork(open: OpenWorld, change: HolderChange = {}) {
  const world = await open(change);
  world.stageLog.behave({ portrait: 'hangs' });
  const photo = await world.photo();
  const running = requestFor(photo, 'Running');
  await world.queue.request(running);
  await entered(world, 'portrait');
  return { world, photo, running };
}

/** Time for whoever would do something that must not be done. */
export async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
