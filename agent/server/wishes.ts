// What is wished for a job over HTTP: written into the documents as one more device would, so that every device shows it,
// and brought to the queue at once. A job that stands in no document is the queue's alone.
import { openWorkspace, type Workspace } from '@myspinbot/shared/document/workspace.ts';
import type { JobId, StageName } from '@myspinbot/shared/job/job.ts';
import type { QueueRules } from '@myspinbot/shared/job/rules.ts';
import type { Queue } from '../queue/port.ts';

export interface Wishes {
  cancel(job: JobId): Promise<void>;
  pause(job: JobId): Promise<void>;
  resume(job: JobId): Promise<void>;
  retry(job: JobId, from: StageName | undefined): Promise<void>;
  place(job: JobId, place: { place?: number; now?: boolean }): Promise<void>;
  rules(rules: QueueRules): Promise<void>;
}

export function createWishes(workspace: Workspace, queue: Queue, now: () => number): Wishes {
  const mirror = openWorkspace(workspace.doc, { role: 'agent', id: 'wishes' });
  const isShown = (job: JobId) => {
    const shown = workspace.job(job);
    return shown !== undefined && shown.isOld !== true;
  };
  return {
    async cancel(job) {
      if (isShown(job)) workspace.cancel(job, now());
      await queue.cancel(job);
    },
    async pause(job) {
      if (isShown(job)) workspace.pause(job, now());
      await queue.pause(job);
    },
    async resume(job) {
      if (isShown(job)) workspace.pause(job, undefined);
      await queue.resume(job);
    },
    async retry(job, from) {
      const { run, request } = queue.job(job) ?? {};
      // Of an old one the documents have only a line: it comes back, so that devices see what becomes of it.
      if (request !== undefined && workspace.job(job)?.isOld === true) mirror.bringBack(request);
      if (isShown(job)) workspace.retry(job, from);
      const wished = workspace.job(job)?.wish.retry ?? 0;
      await queue.retry(job, Math.max(wished, (run?.retry ?? 0) + 1), from);
    },
    async place(job, place) {
      if (isShown(job)) workspace.place(job, place);
      await queue.place(job, place);
    },
    async rules(rules) {
      workspace.putRules(rules);
      await queue.setRules(rules);
    },
  };
}
