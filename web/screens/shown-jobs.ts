// The jobs of a list that a screen shows: as many as fit, however long the list is.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import type { JobView, Live } from '../live/live.ts';

export function shownJobs(live: Pick<Live, 'job'>, ids: readonly JobId[], count: number): JobView[] {
  return ids.slice(0, count).flatMap((id) => live.job(id) ?? []);
}

/** The first `count` of a list that are asked for one by one: whoever finds what they look for reads no further. */
export function* eachJob(live: Pick<Live, 'job'>, ids: readonly JobId[], count: number): Generator<JobView> {
  for (const id of ids.slice(0, count)) {
    const job = live.job(id);
    if (job !== undefined) yield job;
  }
}
