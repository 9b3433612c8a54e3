// The line: what waits to be taken, in order, and whose turn it is. It knows ranks, hurries, rests and which jobs go well
// after another; not how a job runs nor why the queue rests.
import type { JobId, JobRequest, JobRun } from '@myspinbot/shared/job/job.ts';

export interface Waiting {
  readonly id: JobId;
  /** Lower goes first. */
  rank: number;
  /** Before all others, also while the queue rests. */
  now: boolean;
  /** Not to be taken before (epoch ms). */
  notBefore: number;
  /** How often another was taken before it because that one's models were loaded. */
  overtaken: number;
}

/** A job is overtaken at most so often: then it goes next whatever is loaded. */
export const MAX_OVERTAKEN = 3;

export interface Line<T extends Waiting> {
  readonly size: number;
  add(one: T): void;
  /** Idempotent. */
  remove(one: T): void;
  /** In the order of their turns. */
  all(): readonly T[];
  /**
   * Whose turn it is; undefined when nobody may be taken. `goesWell`: whether what a job needs is loaded already;
   * undefined while nothing is.
   */
  next(at: { now: number; resting: boolean; goesWell?: ((one: T) => boolean) | undefined }): T | undefined;
  /** The earliest time at which somebody who may not be taken yet may be. */
  nextDue(now: number): number | undefined;
}

export function createLine<T extends Waiting>(): Line<T> {
  const line: T[] = [];
  const inside = new Set<T>();
  const putOff = new Set<T>();
  const placeOf = (one: T) => {
    let low = 0;
    let high = line.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comesBefore(line[middle]!, one)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    get size() {
      return line.length;
    },
    add(one) {
      if (inside.has(one)) return;
      inside.add(one);
      if (one.notBefore > 0) putOff.add(one);
      line.splice(placeOf(one), 0, one);
    },
    remove(one) {
      if (!inside.delete(one)) return;
      putOff.delete(one);
      // It is looked for where it stood: whoever changes a rank removes first.
      const guess = placeOf(one);
      const place = line[guess] === one ? guess : line.indexOf(one);
      if (place >= 0) line.splice(place, 1);
    },
    all: () => line,
    next({ now, resting, goesWell }) {
      const may = (one: T) => one.notBefore <= now && (one.now || !resting);
      let first: T | undefined;
      for (const one of line) {
        if (may(one)) first = one;
        // Those in a hurry stand first: behind them nobody may.
        if (first !== undefined || (resting && !one.now)) break;
      }
      if (first === undefined || first.now || goesWell === undefined) return first;
      if (first.overtaken >= MAX_OVERTAKEN || goesWell(first)) return first;
      const better = line.find((one) => may(one) && goesWell(one));
      if (better === undefined) return first;
      for (const one of line) {
        if (one === better) break;
        one.overtaken += 1;
      }
      return better;
    },
    nextDue(now) {
      let due: number | undefined;
      for (const one of putOff) {
        if (one.notBefore > now) due = Math.min(due ?? Number.POSITIVE_INFINITY, one.notBefore);
      }
      return due;
    },
  };
}

function comesBefore(a: Waiting, b: Waiting): boolean {
  if (a.now !== b.now) return a.now;
  return a.rank < b.rank || (a.rank === b.rank && a.id < b.id);
}

/**
 * Fair order: by the time of asking, as the device says, but never later than we heard of it, so that a clock
 * that runs ahead does not put a job last for ever. A retry takes its place from when it was wished. A place that a
 * person chose goes before all that.
 */
export function rankOf(request: JobRequest, run: JobRun): number {
  if (run.place !== undefined) return run.place;
  return run.retry > 0 ? run.queuedAt : Math.min(request.requestedAt, run.queuedAt);
}
