// What lists and history are painted from before any document is loaded: plain rows, written after the workspace
// document said so. A projection is never the truth; a wrong or missing row is mended from the document.
import type { Job, JobId } from '@myspinbot/shared/job/job.ts';
import type { ProjectEntry, ProjectId } from '@myspinbot/shared/project/project.ts';
import type { AppDatabase } from './database.ts';

/** More than a screen shows; the document brings the rest a moment later. */
const FIRST_ROWS = 300;

export interface Projection {
  /** The newest rows, for the first paint. */
  first(): Promise<{ projects: ProjectEntry[]; jobs: Job[] }>;
  /** Writes what changed; an undefined value removes the row. One transaction. */
  write(change: {
    projects: ReadonlyMap<ProjectId, ProjectEntry | undefined>;
    jobs: ReadonlyMap<JobId, Job | undefined>;
  }): Promise<void>;
  /** Every id with a row, so that rows the document does not know can be removed. */
  ids(): Promise<{ projects: ProjectId[]; jobs: JobId[] }>;
}

export function openProjection(db: AppDatabase): Projection {
  return {
    async first() {
      const [projects, rows] = await Promise.all([
        db.projects.orderBy('updatedAt').reverse().limit(FIRST_ROWS).toArray(),
        db.jobs.orderBy('requestedAt').reverse().limit(FIRST_ROWS).toArray(),
      ]);
      return { projects, jobs: rows.map(({ request, wish, run }) => ({ request, wish, run })) };
    },
    async write(change) {
      await db.transaction('rw', db.projects, db.jobs, async () => {
        for (const [id, entry] of change.projects) {
          if (entry === undefined) await db.projects.delete(id);
          else await db.projects.put(entry);
        }
        for (const [id, job] of change.jobs) {
          if (job === undefined) await db.jobs.delete(id);
          else await db.jobs.put({ ...job, id, requestedAt: job.request.requestedAt });
        }
      });
    },
    async ids() {
      const [projects, jobs] = await Promise.all([
        db.projects.toCollection().primaryKeys(),
        db.jobs.toCollection().primaryKeys(),
      ]);
      return { projects, jobs };
    },
  };
}
