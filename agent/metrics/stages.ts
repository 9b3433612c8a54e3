// Figures of stages: how often and how long each ran, by which engine, and how true the estimate was. It does not know
// what a stage does.
import type { JobId, StageName } from '@myspinbot/shared/job/job.ts';
import type { Queue, QueueEvent } from '../queue/port.ts';
import type { Figures } from './figures.ts';

/** From a template written in milliseconds to an hour of rendering. */
const STAGE_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 1800, 3600,
];
/** 1 = as expected; 2 = it took twice as long. */
const RATIOS = [0.1, 0.25, 0.5, 0.75, 0.9, 1.1, 1.33, 2, 4, 10];
/** A plan reads the ledger a little: no job that matters ends within this, and a thousand small ones are not planned. */
const PLAN_EVERY_MS = 5000;
/** Jobs that are planned and have not ended: more run nowhere at the same time. */
const MAX_PLANNED = 16;

/** Returns the listener for the queue's events. */
export function stageFigures(
  figures: Figures,
  world: { queue: Pick<Queue, 'job' | 'plan'>; now(): number },
): (event: QueueEvent) => void {
  const { queue } = world;
  const runs = figures.counter(
    'myspinbot_stages_runs_total',
    'Stages that ended, by engine and outcome; reused ones were served from artifacts.',
    ['stage', 'engine', 'outcome'],
  );
  const durations = figures.histogram(
    'myspinbot_stages_duration_seconds',
    'Time a stage ran until it was done or failed.',
    STAGE_SECONDS,
    ['stage', 'engine'],
  );
  const ratios = figures.histogram(
    'myspinbot_stages_real_to_expected_ratio',
    'Time a stage took, over what was expected when its job was begun; of one job in five seconds at most.',
    RATIOS,
    ['stage'],
  );

  const expected = new Map<JobId, ReadonlyMap<StageName, number>>();
  let plannedAt = Number.NEGATIVE_INFINITY;
  const plan = (id: JobId) => {
    const asked = queue.job(id)?.request;
    if (asked === undefined || world.now() - plannedAt < PLAN_EVERY_MS) return;
    plannedAt = world.now();
    expected.delete(id);
    for (const oldest of expected.keys()) if (expected.size >= MAX_PLANNED) expected.delete(oldest);
    queue.plan(asked).then(
      (stages) => expected.set(id, new Map(stages.map(({ stage, expectedMs }) => [stage, expectedMs]))),
      () => undefined, // The job will say itself why it cannot run.
    );
  };
  return (event) => {
    if (event.type === 'run') {
      if (event.run.state === 'claimed') plan(event.job);
      else if (event.run.state !== 'running') expected.delete(event.job);
    }
    if (event.type !== 'stage') return;
    const { job, stage, engine, outcome, ms } = event;
    runs.inc({ stage, engine, outcome });
    if (outcome !== 'done' && outcome !== 'failed') return;
    durations.observe({ stage, engine }, ms / 1000);
    const expectedMs = expected.get(job)?.get(stage) ?? 0;
    if (outcome === 'done' && expectedMs > 0) ratios.observe({ stage }, ms / expectedMs);
  };
}
