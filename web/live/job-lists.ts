// The lists that jobs are shown in, each in its order: what is on, premieres, what stopped, and a project's own. Kept in
// step job by job; ids only, so that a screen takes as many jobs as it shows.
import type { Job, JobId } from '@myspinbot/shared/job/job.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import type { Accessor } from 'solid-js';
import { listOf } from '../vault/job-list.ts';
import { compareTurns, type Turn, turnOf } from './line.ts';
import { createSortedKeys, type SortedKeys } from './sorted-keys.ts';

export interface JobLists {
  /** In the order of their turns. */
  line: Accessor<readonly JobId[]>;
  /** Newest request first, here and below. */
  premieres: Accessor<readonly JobId[]>;
  stopped: Accessor<readonly JobId[]>;
  ofProject(id: ProjectId): readonly JobId[];
  put(id: JobId, job: Job | undefined): void;
  fill(jobs: Iterable<Job>): void;
  /** Shows what was put; once per change of the document. */
  tell(): void;
}

interface Newest {
  readonly id: JobId;
  readonly at: number;
}

const newestFirst = (a: Newest, b: Newest) => b.at - a.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

export function createJobLists(): JobLists {
  const line = createSortedKeys<Turn>(compareTurns);
  const ended = {
    done: createSortedKeys<Newest>(newestFirst),
    stopped: createSortedKeys<Newest>(newestFirst),
  };
  const projects = new Map<ProjectId, SortedKeys<Newest>>();
  /** Which project's list a job stands in, for when it is gone. */
  const homes = new Map<JobId, ProjectId>();
  const projectList = (id: ProjectId) => {
    const list = projects.get(id) ?? createSortedKeys<Newest>(newestFirst);
    projects.set(id, list);
    return list;
  };
  const keyOf = ({ request }: Job): Newest => ({ id: request.id, at: request.requestedAt });
  const remove = (id: JobId) => {
    line.remove(id);
    ended.done.remove(id);
    ended.stopped.remove(id);
    const home = homes.get(id);
    if (home !== undefined) projects.get(home)?.remove(id);
    homes.delete(id);
  };

  return {
    line: line.ids,
    premieres: ended.done.ids,
    stopped: ended.stopped.ids,
    ofProject: (id) => projectList(id).ids(),
    put(id, job) {
      const list = job === undefined ? 'hidden' : listOf(job);
      if (job === undefined || list === 'hidden') return remove(id);
      const key = keyOf(job);
      if (list === 'on') line.put(turnOf(job));
      else line.remove(id);
      for (const name of ['done', 'stopped'] as const) {
        if (list === name) ended[name].put(key);
        else ended[name].remove(id);
      }
      homes.set(id, job.request.project);
      projectList(job.request.project).put(key);
    },
    fill(jobs) {
      const all = { on: [] as Turn[], done: [] as Newest[], stopped: [] as Newest[] };
      const byProject = new Map<ProjectId, Newest[]>();
      homes.clear();
      for (const job of jobs) {
        const list = listOf(job);
        if (list === 'hidden') continue;
        const key = keyOf(job);
        if (list === 'on') all.on.push(turnOf(job));
        else if (list !== 'trained') all[list].push(key);
        const { project } = job.request;
        homes.set(key.id, project);
        const others = byProject.get(project);
        if (others === undefined) byProject.set(project, [key]);
        else others.push(key);
      }
      line.fill(all.on);
      ended.done.fill(all.done);
      ended.stopped.fill(all.stopped);
      for (const id of projects.keys()) if (!byProject.has(id)) byProject.set(id, []);
      for (const [id, keys] of byProject) projectList(id).fill(keys);
    },
    tell() {
      line.tell();
      ended.done.tell();
      ended.stopped.tell();
      for (const list of projects.values()) list.tell();
    },
  };
}
