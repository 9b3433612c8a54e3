// Figures of the queue: what waits and how long, what is claimed, put off and ended, and why nothing is begun. It listens
// to what the queue tells and reads the rest; it does not know the ledger.
import { failureCodes } from '@myspinbot/shared/failure/failure.ts';
import { type JobId, type JobRun, jobRunSchema, waitReasons } from '@myspinbot/shared/job/job.ts';
import { isEnded, type RunState } from '@myspinbot/shared/job/life.ts';
import { restReasons } from '@myspinbot/shared/job/rules.ts';
import type { Queue, QueueEvent } from '../queue/port.ts';
import { type Figures, oncePerTurn } from './figures.ts';

const states: readonly RunState[] = jobRunSchema.shape.state.options;
/** From an idle workstation to a night's queue. */
const DELAY_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 900, 1800, 3600, 4 * 3600, 12 * 3600];
const JOB_SECONDS = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 2 * 3600, 6 * 3600];

interface Known {
  attempt: number;
  tries: number;
  /** Of the wish that its start was already measured for. */
  startedFor: number | undefined;
}

/** Returns the listener for the queue's events. */
export function queueFigures(
  figures: Figures,
  world: { queue: Pick<Queue, 'jobs' | 'line' | 'rest'>; now(): number },
): (event: QueueEvent) => void {
  const { queue } = world;
  const jobs = oncePerTurn(() => queue.jobs());
  const waiting = () => jobs().filter(({ run }) => run.state === 'queued');
  figures.readEach(
    'myspinbot_queue_jobs',
    'Jobs the agent remembers, by state.',
    ['state'],
    function* counted() {
      const counts = new Map<RunState, number>();
      for (const { run } of jobs()) counts.set(run.state, (counts.get(run.state) ?? 0) + 1);
      for (const state of states) yield [{ state }, counts.get(state) ?? 0];
    },
  );
  figures.read(
    'myspinbot_queue_waiting_jobs',
    'Jobs that are ready and wait for their turn.',
    () => waiting().length,
  );
  figures.read(
    'myspinbot_queue_oldest_wait_seconds',
    'How long the job that waits longest for its turn has waited; 0 while none waits.',
    () => {
      const since = waiting().reduce((oldest, { run }) => Math.min(oldest, run.queuedAt), world.now());
      return Math.max(0, world.now() - since) / 1000;
    },
  );
  figures.readEach(
    'myspinbot_queue_resting',
    'Why nothing new is begun: 1 at the reason, 0 at all others.',
    ['reason'],
    function* rests() {
      const why = queue.rest()?.why;
      for (const reason of restReasons) yield [{ reason }, reason === why ? 1 : 0];
    },
  );

  const claims = figures.counter(
    'myspinbot_queue_claims_total',
    'How often a job was taken to be worked on.',
  );
  const ended = figures.counter(
    'myspinbot_queue_ended_total',
    'Jobs that ended since the agent started, by outcome.',
    ['outcome'],
    states.filter(isEnded).map((outcome) => ({ outcome })),
  );
  const failures = figures.counter(
    'myspinbot_queue_failures_total',
    'Jobs that failed for good, by why.',
    ['code'],
    failureCodes.map((code) => ({ code })),
  );
  const putOffs = figures.counter(
    'myspinbot_queue_put_offs_total',
    'Jobs that were put off to be tried again by themselves, by why.',
    ['reason'],
    waitReasons.map((reason) => ({ reason })),
  );
  const delay = figures.histogram(
    'myspinbot_queue_start_delay_seconds',
    'Time from being ready to being worked on for the first time.',
    DELAY_SECONDS,
  );
  const took = figures.histogram(
    'myspinbot_queue_job_duration_seconds',
    'Time a job that succeeded was worked on, its last attempt alone.',
    JOB_SECONDS,
  );

  /** Jobs seen not ended: an end is counted once, however often it is told. */
  const open = new Map<JobId, Known>();
  for (const { request, run } of queue.jobs()) if (!isEnded(run.state)) open.set(request.id, knownOf(run));

  const end = (run: JobRun) => {
    ended.inc({ outcome: run.state });
    if (run.state === 'failed') failures.inc({ code: run.failure?.code ?? 'internal' });
    if (run.state === 'succeeded' && run.startedAt !== undefined && run.finishedAt !== undefined) {
      took.observe(Math.max(0, run.finishedAt - run.startedAt) / 1000);
    }
  };
  return (event) => {
    if (event.type !== 'run') return;
    const { job, run } = event;
    const before = open.get(job);
    const now = knownOf(run);
    if (before === undefined && isEnded(run.state)) return;
    // A job that is new here was just asked for, or put back after an end: both begin where they stand.
    const { attempt, tries, startedFor } = before ?? { ...now, startedFor: undefined };
    if (now.attempt > attempt) claims.inc(now.attempt - attempt);
    if (now.tries > tries && run.waits !== undefined) putOffs.inc({ reason: run.waits.why });
    if (isHeldFirst(run) && startedFor !== run.queuedAt) {
      delay.observe(Math.max(0, run.startedAt! - run.queuedAt) / 1000);
    } else now.startedFor = startedFor;
    if (!isEnded(run.state)) open.set(job, now);
    else if (open.delete(job)) end(run);
  };
}

function isHeldFirst(run: JobRun): boolean {
  return (run.state === 'claimed' || run.state === 'running') && run.startedAt !== undefined;
}

function knownOf(run: JobRun): Known {
  return {
    attempt: run.attempt,
    tries: run.tries ?? 0,
    startedFor: run.startedAt === undefined ? undefined : run.queuedAt,
  };
}
