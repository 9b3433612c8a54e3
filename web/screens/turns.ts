// Whose turn comes before a job's: those that are on and those that wait before it, without whoever is held back.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import type { JobView } from '../live/live.ts';
import { seenPhase } from './job-words.ts';

export function turnsBefore(line: readonly JobView[], id: JobId): number {
  let count = 0;
  for (const job of line) {
    if (job.request.id === id) return count;
    if (seenPhase(job) !== 'paused') count += 1;
  }
  return 0;
}
