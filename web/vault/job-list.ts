// In which list a job is shown. One word per job, kept beside its row so that a list is read without the others.
import type { Job } from '@myspinbot/shared/job/job.ts';
import { isEnded, jobPhase } from '@myspinbot/shared/job/life.ts';

export const jobLists = ['on', 'done', 'stopped', 'hidden'] as const;
export type JobList = (typeof jobLists)[number];

export function listOf(job: Job): JobList {
  if (job.wish.hidden) return 'hidden';
  const phase = jobPhase(job);
  if (phase === 'succeeded') return 'done';
  if (phase === 'cancelled-before-start') return 'stopped';
  return phase !== 'waiting-for-workstation' && isEnded(phase) ? 'stopped' : 'on';
}
