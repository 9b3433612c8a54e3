// The order in which jobs have their turns, as a person sees and changes it: a place of its own between two others, so that
// a move writes one number, also on a device that is alone. Pure; the workstation decides by the same rank.
import type { Job, JobId } from '@myspinbot/shared/job/job.ts';
import { isHeld } from '@myspinbot/shared/job/life.ts';

/** A job in the line. */
export interface Turn {
  readonly id: JobId;
  /** It is being worked on. */
  readonly isHeld: boolean;
  /** Before all that wait. */
  readonly isNow: boolean;
  /** Lower goes first. */
  readonly rank: number;
}

/** How far before the first, or after the last, somebody is put: room for others in between. */
const STEP_MS = 1024;
/** Places nearer to each other than this are dealt anew: a number has no room left between them. */
const NEAREST = 1 / 64;

export function turnOf({ request, wish, run }: Job): Turn {
  const asked =
    run === undefined
      ? request.requestedAt
      : run.retry > 0
        ? run.queuedAt
        : Math.min(request.requestedAt, run.queuedAt);
  return {
    id: request.id,
    isHeld: run !== undefined && isHeld(run.state),
    isNow: wish.now === true,
    rank: wish.place ?? asked,
  };
}

export function compareTurns(a: Turn, b: Turn): number {
  if (a.isHeld !== b.isHeld) return a.isHeld ? -1 : 1;
  if (a.isNow !== b.isNow) return a.isNow ? -1 : 1;
  return a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** What is written for a job to have its turn there. */
export interface NewPlace {
  id: JobId;
  place: number;
  now?: boolean;
}

/**
 * What to write so that `id` comes to stand at `to` among those that wait (`waiting` in order, itself included). Mostly one
 * place; several where there was no room left between two.
 */
export function moveTo(waiting: readonly Turn[], id: JobId, to: number): NewPlace[] {
  const from = waiting.findIndex((turn) => turn.id === id);
  const moved = waiting[from];
  const others = waiting.filter((turn) => turn.id !== id);
  const at = Math.max(0, Math.min(to, others.length));
  if (moved === undefined || at === from) return [];
  const before = others[at - 1];
  const after = others[at];
  // Whoever is put before one that goes first has to go first, too; whoever leaves those does not any more.
  const isNow = after?.isNow === true;
  const mine = (place: number): NewPlace => ({ id, place, ...(isNow ? { now: true } : {}) });
  const low = before?.isNow === isNow ? before.rank : undefined;
  const high = after?.isNow === isNow ? after.rank : undefined;
  if (low === undefined && high === undefined) return [mine(moved.rank)];
  if (low === undefined) return [mine(high! - STEP_MS)];
  if (high === undefined) return [mine(low + STEP_MS)];
  if (high - low >= 2 * NEAREST) return [mine((low + high) / 2)];
  return dealAnew([...others.slice(0, at), { ...moved, isNow }, ...others.slice(at)], at, low);
}

/** Everyone from the moved one on, as far as places are taken, gets one with room around it. */
function dealAnew(line: readonly Turn[], from: number, low: number): NewPlace[] {
  const places: NewPlace[] = [];
  let rank = low;
  for (const turn of line.slice(from)) {
    if (turn.isNow !== line[from]!.isNow) break;
    if (places.length > 0 && turn.rank > rank) break;
    rank += STEP_MS;
    places.push({ id: turn.id, place: rank, ...(turn.isNow ? { now: true } : {}) });
  }
  return places;
}
