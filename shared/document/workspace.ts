// Accessors of the workspace document: the project index, jobs and agents. A verb is one transaction;
// a read is decoded against the schema and is undefined for anything malformed, because peers are not
// trusted to be well-formed. It knows keys; it does not know storage, sockets or who may connect.
import type * as Y from 'yjs';
import type { z } from 'zod';
import { historyLine, historyLineSchema, jobOfHistory } from '../job/history.ts';
import {
  type Job,
  type JobId,
  type JobRequest,
  type JobRun,
  type JobWish,
  jobRequestSchema,
  jobRunSchema,
  jobWishSchema,
  type StageName,
} from '../job/job.ts';
import { defaultRules, type QueueRules, queueRulesSchema } from '../job/rules.ts';
import { type ProjectEntry, type ProjectId, projectEntrySchema } from '../project/project.ts';
import { type AgentEntry, agentEntrySchema } from './agent-entry.ts';
import { type Author, keys } from './layout.ts';

export interface Workspace {
  readonly doc: Y.Doc;
  projectIds(): ProjectId[];
  project(id: ProjectId): ProjectEntry | undefined;
  /** Writes or replaces a project's line in the index. Device only. */
  putProject(entry: ProjectEntry): void;

  /** Of the jobs that are not old. */
  jobIds(): JobId[];
  /** Of the old ones, of which only their line is left. */
  oldIds(): JobId[];
  job(id: JobId): Job | undefined;
  /** Asks for a job; throws when the id was asked for already, since a request is never changed. Device only. */
  request(request: JobRequest): void;
  /** Device only. */
  cancel(id: JobId, at: number): void;
  /** Device only. Asks to run an ended job again; with `from` that stage and later ones are made anew. */
  retry(id: JobId, from?: StageName): void;
  /** Device only. Holds a job, or lets it go on. */
  pause(id: JobId, at: number | undefined): void;
  /** Device only. Rank in the queue, lower goes first; `now`: it goes next, also while the queue rests. */
  place(id: JobId, place: { place?: number; now?: boolean }): void;
  /** Device only. Takes a job out of the lists; its artifacts stay until collected. */
  hide(id: JobId, hidden: boolean): void;
  /** Agent only: mirrors the ledger for people. */
  report(id: JobId, run: JobRun): void;
  /** The same for several jobs, as one change. */
  reportAll(runs: ReadonlyMap<JobId, JobRun>): void;

  /** Agent only: of these ended jobs only their line in the history stays; of hidden ones nothing. */
  archive(ids: readonly JobId[]): void;
  /** Agent only: the whole request instead of its line, as it was. */
  bringBack(request: JobRequest): void;

  /** When the queue may work; the defaults while nobody has said. */
  rules(): QueueRules;
  /** Whether anybody has said. */
  hasRules(): boolean;
  /** Device only. */
  putRules(rules: QueueRules): void;

  agents(): AgentEntry[];
  /** Agent only. */
  announce(entry: AgentEntry): void;

  /** Calls back once per transaction with what changed; returns the way to stop. */
  watch(changed: (change: WorkspaceChange) => void): () => void;
}

export interface WorkspaceChange {
  projects: ReadonlySet<ProjectId>;
  jobs: ReadonlySet<JobId>;
  agents: boolean;
  rules: boolean;
  /** True when the transaction was one of our own verbs with this author. */
  own: boolean;
}

/** The one entry of the rules. */
const QUEUE = 'queue';

/** Opens the accessors on a document; creates nothing, so opening never writes. */
export function openWorkspace(doc: Y.Doc, author: Author): Workspace {
  const projects = doc.getMap<unknown>(keys.projects);
  const requests = doc.getMap<unknown>(keys.requests);
  const cancels = doc.getMap<unknown>(keys.cancels);
  const retries = doc.getMap<unknown>(keys.retries);
  const pauses = doc.getMap<unknown>(keys.pauses);
  const places = doc.getMap<unknown>(keys.places);
  const rules = doc.getMap<unknown>(keys.rules);
  const runs = doc.getMap<unknown>(keys.runs);
  const history = doc.getMap<unknown>(keys.history);
  const agents = doc.getMap<unknown>(keys.agents);

  const write = (change: () => void) => doc.transact(change, author);
  const only = (role: Author['role'], verb: string) => {
    if (author.role !== role) throw new Error(`${verb} is written by the ${role}, not by the ${author.role}`);
  };
  const wish = (id: JobId): JobWish => {
    const asked = {
      ...object(places.get(id)),
      ...object(pauses.get(id)),
      ...object(retries.get(id)),
      ...object(cancels.get(id)),
    };
    return decode(jobWishSchema, asked) ?? { retry: 0, hidden: false };
  };
  const putRetry = (id: JobId, change: Partial<Pick<JobWish, 'retry' | 'hidden' | 'from'>>) => {
    const { retry, hidden, from } = wish(id);
    write(() => retries.set(id, { retry, hidden, ...(from === undefined ? {} : { from }), ...change }));
  };

  return {
    doc,
    projectIds: () => [...projects.keys()] as ProjectId[],
    project: (id) => decode(projectEntrySchema, projects.get(id)),
    putProject(entry) {
      only('device', 'putProject');
      write(() => projects.set(entry.id, entry));
    },

    jobIds: () => [...requests.keys()] as JobId[],
    oldIds: () => [...history.keys()] as JobId[],
    job(id) {
      const request = decode(jobRequestSchema, requests.get(id));
      if (request === undefined) {
        const line = decode(historyLineSchema, history.get(id));
        if (line !== undefined) return { ...jobOfHistory(id, line), wish: wish(id) };
      }
      if (request === undefined || request.id !== id) return undefined;
      return { request, wish: wish(id), run: decode(jobRunSchema, runs.get(id)) };
    },
    request(request) {
      only('device', 'request');
      if (requests.has(request.id)) throw new Error(`job ${request.id} was asked for already`);
      write(() => requests.set(request.id, request));
    },
    cancel(id, at) {
      only('device', 'cancel');
      write(() => cancels.set(id, { cancelledAt: at }));
    },
    retry(id, from) {
      only('device', 'retry');
      const { retry, hidden } = wish(id);
      write(() => {
        cancels.delete(id);
        pauses.delete(id);
        retries.set(id, { retry: retry + 1, hidden, ...(from === undefined ? {} : { from }) });
      });
    },
    pause(id, at) {
      only('device', 'pause');
      write(() => {
        if (at === undefined) pauses.delete(id);
        else pauses.set(id, { pausedAt: at });
      });
    },
    place(id, place) {
      only('device', 'place');
      write(() => places.set(id, { ...place }));
    },
    hide(id, hidden) {
      only('device', 'hide');
      putRetry(id, { hidden });
    },
    report(id, run) {
      only('agent', 'report');
      write(() => runs.set(id, run));
    },
    reportAll(all) {
      only('agent', 'report');
      write(() => {
        for (const [id, run] of all) runs.set(id, run);
      });
    },

    archive(ids) {
      only('agent', 'archive');
      write(() => {
        for (const id of ids) {
          const job = this.job(id);
          const line = job === undefined || job.wish.hidden ? undefined : historyLine(job);
          for (const map of [requests, cancels, retries, pauses, places, runs]) {
            if (map.has(id)) map.delete(id);
          }
          if (line !== undefined) history.set(id, line);
        }
      });
    },

    bringBack(request) {
      only('agent', 'bringBack');
      write(() => {
        history.delete(request.id);
        requests.set(request.id, request);
      });
    },

    rules: () => decode(queueRulesSchema, rules.get(QUEUE)) ?? defaultRules,
    hasRules: () => rules.has(QUEUE),
    putRules(next) {
      only('device', 'putRules');
      write(() => rules.set(QUEUE, next));
    },

    agents: () =>
      [...agents.values()].flatMap((value) => {
        const entry = decode(agentEntrySchema, value);
        return entry === undefined ? [] : [entry];
      }),
    announce(entry) {
      only('agent', 'announce');
      write(() => agents.set(entry.id, entry));
    },

    watch(changed) {
      const jobMaps = new Set<unknown>([requests, cancels, retries, pauses, places, runs, history]);
      const listen = (transaction: Y.Transaction) => {
        const change = {
          projects: new Set<ProjectId>(),
          jobs: new Set<JobId>(),
          agents: false,
          rules: false,
        };
        for (const [type, names] of transaction.changed) {
          for (const name of names) {
            if (name === null) continue;
            if (type === (projects as unknown)) change.projects.add(name as ProjectId);
            else if (jobMaps.has(type)) change.jobs.add(name as JobId);
            else if (type === (agents as unknown)) change.agents = true;
            else if (type === (rules as unknown)) change.rules = true;
          }
        }
        if (change.projects.size > 0 || change.jobs.size > 0 || change.agents || change.rules) {
          changed({ ...change, own: transaction.origin === author });
        }
      };
      doc.on('afterTransaction', listen);
      return () => doc.off('afterTransaction', listen);
    },
  };
}

function decode<T>(schema: z.ZodType<T>, value: unknown): T | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

function object(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
