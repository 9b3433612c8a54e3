// In which list a job is shown. One word per job, kept beside its row so that a list is read without the others.
import type { Job } from '@myspinbot/shared/job/job.ts';
import { isEnded, jobPhase } from '@myspinbot/shared/job/life.ts';

export const jobLists = ['on', 'done', 'trained', 'stopped', 'hidden'] as const;
export type JobList = (typeof jobLists)[number];

export function listOf(job: Job): JobList {
  if (job.wish.hidden) return 'hidden';
  const phase = jobPhase(job);
  // A look or a voice is no premiere: it stands in its project.
  if (phase === 'succeeded') return job.run?.result === undefined ? 'trained' : 'done';
  if (phase === 'cancelled-before-start') return 'stopped';
  return phase !== 'waiting-for-workstation' && isEnded(phase) ? 'stopped' : 'on';
}
