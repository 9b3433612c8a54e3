// The workspace document as Solid stores: projects, jobs, agents. Painted from the projection first, then patched by
// changed id (a whole-document signal costs a thousand times more effect runs). Every change goes on to the
// projection. It never writes the document.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import type { AgentEntry } from '@myspinbot/shared/document/agent-entry.ts';
import type { Workspace } from '@myspinbot/shared/document/workspace.ts';
import type { Job, JobId } from '@myspinbot/shared/job/job.ts';
import { type JobPhase, jobPhase } from '@myspinbot/shared/job/life.ts';
import type { ProjectEntry, ProjectId } from '@myspinbot/shared/project/project.ts';
import { type Accessor, batch, createMemo, createSignal } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { Projection } from '../vault/projection.ts';
import type { JobView } from './live.ts';

export interface WorkspaceView {
  projects: Accessor<readonly ProjectEntry[]>;
  jobs: Accessor<readonly JobView[]>;
  agents: Accessor<readonly AgentEntry[]>;
  job(id: JobId): JobView | undefined;
  /** From now on the document is the truth: shows all of it and follows it. Returns the way to stop. */
  follow(workspace: Workspace, onJob: (job: Job) => void): () => void;
  /** How many bytes of each queued asset are still to send. */
  outbox(left: ReadonlyMap<AssetHash, number>): void;
  /** Shows nothing any more; for when what was shown is erased. */
  empty(): void;
  /** Resolves when the projection holds what is shown. */
  settled(): Promise<void>;
}

/** Phases in which the workstation may still need our bytes. */
const waitsForBytes: ReadonlySet<JobPhase> = new Set(['waiting-for-workstation', 'waiting-for-assets']);

export function createWorkspaceView(
  projection: Projection,
  first: { projects: readonly ProjectEntry[]; jobs: readonly Job[] },
): WorkspaceView {
  let outbox: ReadonlyMap<AssetHash, number> = new Map();
  const leftOf = (job: Job, phase: JobPhase) =>
    waitsForBytes.has(phase)
      ? job.request.assets.reduce((sum, { hash }) => sum + (outbox.get(hash) ?? 0), 0)
      : 0;
  const viewOf = (job: Job): JobView => {
    const phase = jobPhase(job);
    return { ...job, phase, uploadLeft: leftOf(job, phase) };
  };

  const [view, set] = createStore<{
    projects: Record<ProjectId, ProjectEntry>;
    jobs: Record<JobId, JobView>;
  }>({
    projects: Object.fromEntries(first.projects.map((entry) => [entry.id, entry])),
    jobs: Object.fromEntries(first.jobs.map((job) => [job.request.id, viewOf(job)])),
  });
  const [agents, setAgents] = createSignal<readonly AgentEntry[]>([]);

  const projects = createMemo(() =>
    Object.values(view.projects)
      .filter((entry) => !entry.deleted)
      .sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1)),
  );
  const jobs = createMemo(() =>
    Object.values(view.jobs)
      .filter((job) => !job.wish.hidden)
      .sort(
        (a, b) => b.request.requestedAt - a.request.requestedAt || (a.request.id < b.request.id ? -1 : 1),
      ),
  );

  let writing = Promise.resolve();
  let pending = {
    projects: new Map<ProjectId, ProjectEntry | undefined>(),
    jobs: new Map<JobId, Job | undefined>(),
  };
  /** One write per turn of the event loop, in order. */
  const project = (change: typeof pending) => {
    const isFirst = pending.projects.size + pending.jobs.size === 0;
    for (const [id, entry] of change.projects) pending.projects.set(id, entry);
    for (const [id, job] of change.jobs) pending.jobs.set(id, job);
    if (!isFirst) return;
    writing = writing
      .then(() => {
        const batchOfRows = pending;
        pending = { projects: new Map(), jobs: new Map() };
        return projection.write(batchOfRows);
      })
      // Not the truth: the next start mends it, and the store's own state already says that it cannot write.
      .catch(() => undefined);
  };

  const showProject = (id: ProjectId, entry: ProjectEntry | undefined) => {
    // reconcile, not merge: a field that is gone must go from the view too. Setting undefined removes.
    if (entry === undefined) set('projects', id, undefined as never);
    else set('projects', id, reconcile(entry));
  };
  const showJob = (id: JobId, job: Job | undefined) => {
    if (job === undefined) set('jobs', id, undefined as never);
    else set('jobs', id, reconcile(viewOf(job)));
  };

  return {
    projects,
    jobs,
    agents,
    job: (id) => view.jobs[id],
    follow(workspace, onJob) {
      const stop = workspace.watch((change) => {
        const rows: typeof pending = { projects: new Map(), jobs: new Map() };
        batch(() => {
          for (const id of change.projects) {
            showProject(id, workspace.project(id));
            rows.projects.set(id, workspace.project(id));
          }
          for (const id of change.jobs) {
            showJob(id, workspace.job(id));
            rows.jobs.set(id, workspace.job(id));
          }
          if (change.agents) setAgents(workspace.agents());
        });
        project(rows);
        for (const job of rows.jobs.values()) if (job !== undefined) onJob(job);
      });

      const truth = { projects: new Map<ProjectId, ProjectEntry>(), jobs: new Map<JobId, Job>() };
      for (const id of workspace.projectIds()) {
        const entry = workspace.project(id);
        if (entry !== undefined) truth.projects.set(id, entry);
      }
      for (const id of workspace.jobIds()) {
        const job = workspace.job(id);
        if (job !== undefined) truth.jobs.set(id, job);
      }
      batch(() => {
        for (const id of Object.keys(view.projects) as ProjectId[]) {
          if (!truth.projects.has(id)) showProject(id, undefined);
        }
        for (const id of Object.keys(view.jobs) as JobId[]) {
          if (!truth.jobs.has(id)) showJob(id, undefined);
        }
        for (const id of truth.projects.keys()) showProject(id, workspace.project(id));
        for (const id of truth.jobs.keys()) showJob(id, workspace.job(id));
        setAgents(workspace.agents());
      });
      writing = writing.then(() => projection.mend(truth)).catch(() => undefined); // As above.
      for (const job of truth.jobs.values()) onJob(job);
      return stop;
    },
    outbox(left) {
      outbox = left;
      batch(() => {
        for (const job of Object.values(view.jobs)) {
          if (waitsForBytes.has(job.phase)) set('jobs', job.request.id, 'uploadLeft', leftOf(job, job.phase));
        }
      });
    },
    empty() {
      batch(() => {
        set('projects', reconcile({}));
        set('jobs', reconcile({}));
        setAgents([]);
      });
    },
    settled: () => writing,
  };
}
