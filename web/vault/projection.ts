// What lists and history are painted from before any document is loaded: plain rows, written after the workspace
// document said so. A projection is never the truth; a wrong or missing row is mended from the document.
import type { Job, JobId } from '@myspinbot/shared/job/job.ts';
import type { ProjectEntry, ProjectId } from '@myspinbot/shared/project/project.ts';
import { Dexie, type Table } from 'dexie';
import type { AppDatabase, JobRow } from './database.ts';
import { type JobList, listOf } from './job-list.ts';

/** More than a screen shows; the document brings the rest a moment later. */
const FIRST_PROJECTS = 300;
const FIRST_JOBS: Readonly<Record<Exclude<JobList, 'trained' | 'hidden'>, number>> = {
  on: 100,
  done: 24,
  stopped: 24,
};

export interface FirstRows {
  projects: ProjectEntry[];
  jobs: Job[];
  /** How many there are of each list, read or not. */
  counts: { done: number; stopped: number };
}

export interface Projection {
  /** The newest rows of each list, for the first paint: as much is read however much there is. */
  first(): Promise<FirstRows>;
  /** One that was not among the first. */
  job(id: JobId): Promise<Job | undefined>;
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
  const inList = (list: JobList) =>
    db.jobs.where('[list+requestedAt]').between([list, Dexie.minKey], [list, Dexie.maxKey]);
  const newest = (list: keyof typeof FIRST_JOBS) => inList(list).reverse().limit(FIRST_JOBS[list]).toArray();
  return {
    async first() {
      return db.transaction('r', db.projects, db.jobs, async () => {
        const [projects, on, done, stopped, doneCount, stoppedCount] = await Promise.all([
          db.projects.orderBy('updatedAt').reverse().limit(FIRST_PROJECTS).toArray(),
          newest('on'),
          newest('done'),
          newest('stopped'),
          inList('done').count(),
          inList('stopped').count(),
        ]);
        const jobs = [...on, ...done, ...stopped].map(jobOf);
        return { projects, jobs, counts: { done: doneCount, stopped: stoppedCount } };
      });
    },
    async job(id) {
      const row = await db.jobs.get(id);
      return row === undefined ? undefined : jobOf(row);
    },
    async write(change) {
      await db.transaction('rw', db.projects, db.jobs, async () => {
        for (const [id, entry] of change.projects) {
          if (entry === undefined) await db.projects.delete(id);
          else await db.projects.put(entry);
        }
        for (const [id, job] of change.jobs) {
          if (job === undefined) await db.jobs.delete(id);
          else await db.jobs.put(rowOf(job));
        }
      });
    },
    async mend(truth) {
      await db.transaction('rw', db.projects, db.jobs, async () => {
        await mendTable(db.projects, truth.projects);
        const rows = new Map<JobId, JobRow>();
        for (const [id, job] of truth.jobs) rows.set(id, rowOf(job));
        await mendTable(db.jobs, rows);
      });
    },
  };
}

function rowOf({ request, wish, run, isOld }: Job): JobRow {
  const job = { request, wish, run, ...(isOld === undefined ? {} : { isOld }) };
  return { ...job, id: request.id, requestedAt: request.requestedAt, list: listOf(job) };
}

function jobOf({ request, wish, run, isOld }: JobRow): Job {
  return { request, wish, run, ...(isOld === undefined ? {} : { isOld }) };
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
