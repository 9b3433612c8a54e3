// What lists and history are painted from before any document is loaded: plain rows, written after the workspace
// document said so. A projection is never the truth; a wrong or missing row is mended from the document.
import type { Job, JobId } from '@myspinbot/shared/job/job.ts';
import type { ProjectEntry, ProjectId } from '@myspinbot/shared/project/project.ts';
import type { Table } from 'dexie';
import type { AppDatabase, JobRow } from './database.ts';

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
  /** Makes the rows equal to the document's, writing only what differs; for once after a start. */
  mend(truth: {
    projects: ReadonlyMap<ProjectId, ProjectEntry>;
    jobs: ReadonlyMap<JobId, Job>;
  }): Promise<void>;
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
    async mend(truth) {
      await db.transaction('rw', db.projects, db.jobs, async () => {
        await mendTable(db.projects, truth.projects);
        const rows = new Map<JobId, JobRow>();
        for (const [id, job] of truth.jobs)
          rows.set(id, { ...job, id, requestedAt: job.request.requestedAt });
        await mendTable(db.jobs, rows);
      });
    },
  };
}

async function mendTable<Id, Row>(table: Table<Row, Id>, truth: ReadonlyMap<Id, Row>): Promise<void> {
  const missing = new Map(truth);
  const gone: Id[] = [];
  await table.toCollection().each((row, cursor) => {
    const id = cursor.primaryKey as Id;
    const now = truth.get(id);
    if (now === undefined) gone.push(id);
    else if (isSame(now, row)) missing.delete(id);
  });
  await table.bulkDelete(gone);
  await table.bulkPut([...missing.values()]);
}

/** Plain records: equal when they read the same, whatever the order of their keys. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const name of names) {
    if (!isSame((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name])) return false;
  }
  return true;
}
