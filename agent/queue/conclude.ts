// What becomes of a run when its turn is over: made, failed for good, put off, held, cancelled or interrupted. It decides
// from what happened; it writes nothing.
import type { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobRun } from '@myspinbot/shared/job/job.ts';
import { Ending, runAfter, stagesAtRest } from './entry.ts';
import { putOff } from './put-off.ts';
import type { Made } from './run-job.ts';

/** How a turn went: `made` or `failure`, or neither when it was made to end by `signal`. */
export interface TurnOver {
  at: number;
  made: Made | undefined;
  failure: Failure | undefined;
  signal: AbortSignal;
}

/** `isPatient`: whether what failed is tried again by itself later. */
export function conclude(run: JobRun, over: TurnOver, isPatient: boolean): JobRun {
  const { at, made, failure, signal } = over;
  if (made !== undefined) {
    const { result, trained } = made;
    const { smaller: _s, tries: _t, fresh: _f, ...rest } = run;
    return runAfter(
      at,
      rest,
      { type: 'succeeded' },
      {
        ...(result === undefined ? {} : { result }),
        ...(trained.length === 0 ? {} : { trained }),
      },
    )!;
  }
  if (failure !== undefined) return failed(run, failure, at, isPatient);
  const idle = { ...run, stages: stagesAtRest(run) };
  if (run.state === 'cancelling') return runAfter(at, idle, { type: 'cancelled' })!;
  const isPaused = signal.reason instanceof Ending && signal.reason.why === 'paused';
  return runAfter(at, idle, { type: isPaused ? 'pause-wished' : 'interrupted' })!;
}

function failed(run: JobRun, failure: Failure, at: number, isPatient: boolean): JobRun {
  const stage = run.stages.find((one) => one.state === 'failed')?.stage;
  const told = failure.toRecord(stage);
  const decided = putOff(told, run.tries ?? 0, run.smaller === true);
  const isFinal = !isPatient && told.code !== 'out-of-memory';
  if (decided.decision === 'fail' || isFinal)
    return runAfter(at, run, { type: 'failed' }, { failure: told })!;
  const until = at + decided.afterMs;
  if (decided.decision === 'when-there-is-room') {
    return runAfter(at, run, { type: 'put-off' }, { waits: { why: 'disk-full', until, failure: told } })!;
  }
  return runAfter(
    at,
    run,
    { type: 'put-off' },
    {
      waits: { why: 'back-off', until, failure: told },
      tries: (run.tries ?? 0) + 1,
      ...(decided.smaller ? { smaller: true } : {}),
    },
  )!;
}
