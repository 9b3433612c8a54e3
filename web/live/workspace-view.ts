// The workspace document as Solid stores: projects, jobs, agents. Painted from the projection first, then patched by
// changed id (a whole-document signal costs a thousand times more effect runs). Every change goes on to the
// projection. It never writes the document, and never sorts all jobs because of one.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import type { AgentEntry } from '@myspinbot/shared/document/agent-entry.ts';
import type { Workspace } from '@myspinbot/shared/document/workspace.ts';
import type { Job, JobId } from '@myspinbot/shared/job/job.ts';
import { type JobPhase, jobPhase } from '@myspinbot/shared/job/life.ts';
import { defaultRules, type QueueRules } from '@myspinbot/shared/job/rules.ts';
import type { ProjectEntry, ProjectId } from '@myspinbot/shared/project/project.ts';
import { type Accessor, batch, createMemo, createSignal, untrack } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import { listOf } from '../vault/job-list.ts';
import type { FirstRows, Projection } from '../vault/projection.ts';
import { createJobLists } from './job-lists.ts';
import type { JobView, ListCounts } from './live.ts';

export interface WorkspaceView {
  projects: Accessor<readonly ProjectEntry[]>;
  /** What is on or still to come, in the order of its turns. */
  line: Accessor<readonly JobView[]>;
  /** Newest first, here and below; hidden ones left out. */
  premieres: Accessor<readonly JobId[]>;
  stopped: Accessor<readonly JobId[]>;
  jobsOf(project: ProjectId): readonly JobId[];
  /** How many there are, before all of them were read, too. */
  counts: Accessor<ListCounts>;
  agents: Accessor<readonly AgentEntry[]>;
  rules: Accessor<QueueRules>;
  /** One that was not shown yet comes from the device's own store a moment later. */
  job(id: JobId): JobView | undefined;
  /**
   * From now on the document is the truth: shows all of it and follows it. `onJob` hears of every job that is on, of the
   * newest that are done, and of each that changes. Returns the way to stop.
   */
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

/** Jobs read from a document between two breaths of the page: some 10 ms on a slow phone. */
const READ_AT_ONCE = 500;
/** Done long ago: what this device wanted of them it has, or gets when they are opened. */
const HEARD_DONE = 200;

export function createWorkspaceView(
  projection: Projection,
  first: Pick<FirstRows, 'projects' | 'jobs'> & Partial<FirstRows>,
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
  const [rules, setRules] = createSignal<QueueRules>(defaultRules);
  const lists = createJobLists();
  lists.fill(first.jobs);
  lists.tell();
  /** Counted by the store until all of them were read. */
  const [counted, setCounted] = createSignal(first.counts);
  const counts = createMemo<ListCounts>(
    () => counted() ?? { done: lists.premieres().length, stopped: lists.stopped().length },
  );

  const projects = createMemo(() =>
    Object.values(view.projects)
      .filter((entry) => !entry.deleted)
      .sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1)),
  );
  const line = createMemo(() => lists.line().flatMap((id) => view.jobs[id] ?? []));

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
  /**
   * The document's jobs, plain. The store holds those that somebody looked at or that are on: ten thousand would take it
   * a third of a second, and a screen shows a page of them.
   */
  const known = new Map<JobId, Job>();
  /** Asked for and not there, so far. */
  const asked = new Set<JobId>();
  const inStore = new Set<JobId>(first.jobs.map((job) => job.request.id));
  const putInStore = (id: JobId, job: Job | undefined) => {
    if (job === undefined) {
      inStore.delete(id);
      set('jobs', id, undefined as never);
    } else {
      inStore.add(id);
      set('jobs', id, reconcile(viewOf(job)));
    }
  };
  const showJob = (id: JobId, job: Job | undefined) => {
    if (job === undefined) known.delete(id);
    else known.set(id, job);
    lists.put(id, job);
    const isLookedAt = inStore.has(id) || asked.has(id);
    if (isLookedAt || (job !== undefined && listOf(job) === 'on')) putInStore(id, job);
  };

  /** The document was read: the store has nothing that is not shown. */
  let isWhole = false;
  const askFor = (id: JobId) => {
    if (asked.has(id)) return;
    asked.add(id);
    if (isWhole) return;
    projection
      .job(id)
      .then((job) => {
        if (isWhole || job === undefined) return;
        batch(() => {
          showJob(id, job);
          lists.tell();
        });
      })
      .catch(() => undefined); // The document brings it, if there is one.
  };

  return {
    projects,
    line,
    premieres: lists.premieres,
    stopped: lists.stopped,
    jobsOf: lists.ofProject,
    counts,
    agents,
    rules,
    job(id) {
      if (!inStore.has(id)) {
        const job = known.get(id);
        if (job === undefined) askFor(id);
        else untrack(() => putInStore(id, job));
      }
      return view.jobs[id];
    },
    follow(workspace, onJob) {
      const truth = { projects: new Map<ProjectId, ProjectEntry>(), jobs: new Map<JobId, Job>() };
      let isRead = false;
      let isStopped = false;
      const stop = workspace.watch((change) => {
        const rows: typeof pending = { projects: new Map(), jobs: new Map() };
        batch(() => {
          for (const id of change.projects) {
            showProject(id, workspace.project(id));
            rows.projects.set(id, workspace.project(id));
          }
          for (const id of change.jobs) {
            const job = workspace.job(id);
            showJob(id, job);
            rows.jobs.set(id, job);
          }
          lists.tell();
          if (change.agents) setAgents(workspace.agents());
          if (change.rules) setRules(workspace.rules());
        });
        if (!isRead) patch(truth, rows);
        project(rows);
        for (const job of rows.jobs.values()) if (job !== undefined) onJob(job);
      });

      const show = () => {
        isRead = true;
        isWhole = true;
        batch(() => {
          for (const id of Object.keys(view.projects) as ProjectId[]) {
            if (!truth.projects.has(id)) showProject(id, undefined);
          }
          for (const id of truth.projects.keys()) showProject(id, workspace.project(id));
          known.clear();
          for (const [id, job] of truth.jobs) known.set(id, job);
          lists.fill(known.values());
          for (const id of inStore) putInStore(id, known.get(id));
          lists.tell();
          for (const id of untrack(lists.line)) putInStore(id, known.get(id));
          setCounted(undefined);
          setAgents(workspace.agents());
          setRules(workspace.rules());
        });
        untrack(() => {
          for (const id of [...lists.line(), ...lists.premieres().slice(0, HEARD_DONE)]) {
            const job = truth.jobs.get(id);
            if (job !== undefined) onJob(job);
          }
        });
      };
      const steps = readAll(workspace, truth);
      const readOn = async () => {
        do {
          await breath();
          if (isStopped) return;
        } while (steps.next().done !== true);
        show();
      };
      let reading: Promise<void> | undefined;
      if (steps.next().done === true) show();
      else reading = readOn();
      writing = writing
        .then(() => reading)
        .then(() => (isRead ? projection.mend(truth) : undefined))
        .catch(() => undefined); // As above.
      return () => {
        isStopped = true;
        stop();
      };
    },
    outbox(left) {
      outbox = left;
      batch(() => {
        for (const job of untrack(line)) {
          if (waitsForBytes.has(job.phase)) set('jobs', job.request.id, 'uploadLeft', leftOf(job, job.phase));
        }
      });
    },
    empty() {
      batch(() => {
        set('projects', reconcile({}));
        set('jobs', reconcile({}));
        known.clear();
        inStore.clear();
        lists.fill([]);
        lists.tell();
        setCounted(undefined);
        setAgents([]);
      });
    },
    settled: () => writing,
  };
}

type Truth = { projects: Map<ProjectId, ProjectEntry>; jobs: Map<JobId, Job> };

/** Reads all of a document into `truth`, so many jobs between two yields. */
function* readAll(workspace: Workspace, truth: Truth): Generator<void> {
  for (const id of workspace.projectIds()) {
    const entry = workspace.project(id);
    if (entry !== undefined) truth.projects.set(id, entry);
  }
  let count = 0;
  for (const id of [...workspace.jobIds(), ...workspace.oldIds()]) {
    if (count++ === READ_AT_ONCE) {
      count = 1;
      yield;
    }
    const job = workspace.job(id);
    if (job !== undefined) truth.jobs.set(id, job);
  }
}

/** What changed while it was being read. */
function patch(
  truth: Truth,
  rows: {
    projects: ReadonlyMap<ProjectId, ProjectEntry | undefined>;
    jobs: ReadonlyMap<JobId, Job | undefined>;
  },
): void {
  for (const [id, entry] of rows.projects) {
    if (entry === undefined) truth.projects.delete(id);
    else truth.projects.set(id, entry);
  }
  for (const [id, job] of rows.jobs) {
    if (job === undefined) truth.jobs.delete(id);
    else truth.jobs.set(id, job);
  }
}

/** Lets the page answer in between. */
function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
