// The workspace document and the queue, kept alike: what devices wrote becomes requests, wishes and rules;
// what the queue did becomes runs in the document and progress in awareness. The ledger decides, the document
// shows: everything here may happen twice, late or after a restart and changes nothing the second time.
import { type AgentEntry, agentEntrySchema } from '@myspinbot/shared/document/agent-entry.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type JobId, type JobRun, type JobWish, jobIdSchema } from '@myspinbot/shared/job/job.ts';
import { isEnded, isHeld } from '@myspinbot/shared/job/life.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import type { Clock } from '../clock.ts';
import type { Hub } from '../hub/port.ts';
import type { Logger } from '../log/logger.ts';
import { canonicalJson } from './fingerprint.ts';
import type { Queue } from './port.ts';

export interface Mirror {
  /** Writes what the agent says of itself, when it differs from what stands there. */
  announce(entry: AgentEntry): void;
  /** Resolves when everything that was in the document at the call has reached the queue. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** After a request that could not be written down (a full disk) it is tried again this much later. */
const TRY_AGAIN_MS = 15_000;
/** So many ended jobs stand in the document as they were; older ones as a line, this many at a time. */
const KEPT_WHOLE = 200;
const ARCHIVED_AT_ONCE = 50;
const TIDY_EVERY_MS = 30_000;

export function createMirror(options: {
  queue: Queue;
  hub: Hub;
  agent: { id: string; name: string };
  clock: Clock;
  log: Logger;
}): Mirror {
  const { queue, hub, agent, clock, log } = options;
  const workspace = openWorkspace(hub.workspace, { role: 'agent', id: agent.id });
  const running = new Map<JobId, JobProgress>();
  let rules = canonicalJson(queue.rules());
  const refused = new Set<JobId>();
  let pending = new Set<JobId>(workspace.jobIds());
  let working: Promise<void> | undefined;
  let stopRetry: (() => void) | undefined;
  let closed = false;

  const present = () => {
    const jobs = [...running.values()].slice(0, 16); // the message's own limit
    const rest = queue.rest();
    hub.present({
      kind: 'agent',
      id: agent.id,
      name: agent.name,
      jobs,
      ...(rest === undefined ? {} : { rest }),
    });
  };

  /** What people decided for all jobs; a document where nobody has said anything decides nothing. */
  const followRules = async (): Promise<void> => {
    if (!workspace.hasRules()) return;
    const wished = workspace.rules();
    if (canonicalJson(wished) === rules) return;
    rules = canonicalJson(wished);
    await queue.setRules(wished).catch((error: unknown) => {
      rules = '';
      log.error('mirror.rules', { why: String(error) });
    });
  };

  /** What is to be shown with the next turn of the loop: of a job that hurries through its stages only the last. */
  let showing = new Map<JobId, JobRun>();
  const show = (id: JobId, run: JobRun) => {
    if (showing.size === 0) setImmediate(showAll);
    showing.set(id, run);
  };
  const showAll = () => {
    const now = showing;
    showing = new Map();
    for (const [id, run] of now) {
      const job = workspace.job(id);
      // A job that came another way (HTTP, command line) has no request in the document, so no run either.
      if (job === undefined || job.isOld === true || canonicalJson(job.run) === canonicalJson(run))
        now.delete(id);
    }
    if (now.size > 0) workspace.reportAll(now);
    tidy();
  };

  let tidiedAt = Number.NEGATIVE_INFINITY;
  /** Old jobs give their place to a line: the document stays small however many videos were made. */
  const tidy = () => {
    if (clock.now() - tidiedAt < TIDY_EVERY_MS) return;
    tidiedAt = clock.now();
    const ids = workspace.jobIds();
    if (ids.length <= KEPT_WHOLE + ARCHIVED_AT_ONCE) return;
    const ended = ids.flatMap((id) => {
      const job = workspace.job(id);
      const run = job?.run;
      // A wish that is not answered yet needs the whole job.
      if (job === undefined || run === undefined || !isEnded(run.state) || job.wish.retry > run.retry)
        return [];
      return [{ id, at: run.finishedAt ?? run.queuedAt }];
    });
    ended.sort((a, b) => b.at - a.at);
    const old = ended.slice(KEPT_WHOLE).map(({ id }) => id);
    if (old.length >= ARCHIVED_AT_ONCE) workspace.archive(old);
  };

  const refuse = (id: JobId) => {
    if (refused.has(id) || !jobIdSchema.safeParse(id).success) return;
    refused.add(id);
    const at = clock.now();
    log.warn('mirror.malformed', { job: id });
    workspace.report(id, {
      state: 'failed',
      attempt: 0,
      retry: 0,
      queuedAt: at,
      finishedAt: at,
      stages: [],
      failure: new Failure({
        code: 'bad-input',
        message: 'This request could not be read: it was made by another version of the app, or damaged.',
        hint: 'Reload the app, then spin again.',
      }).toRecord(),
    });
  };

  /** Brings one job of the document to the queue, and what the queue knows back to the document. */
  const follow = async (id: JobId, requested: ReadonlySet<JobId>): Promise<void> => {
    const job = workspace.job(id);
    if (job === undefined) {
      if (requested.has(id)) refuse(id);
      return;
    }
    // Old: nothing is wished for it any more.
    if (job.isOld === true) return;
    const { request, wish, run } = job;
    if (queue.job(id) === undefined) {
      // Ended, and not in the ledger: history of a ledger that is gone. It is shown, not made again.
      if (run !== undefined && isEnded(run.state) && wish.retry <= run.retry) return;
      await queue.request(request, wish);
    }
    const known = queue.job(id);
    if (known !== undefined && wish.retry > known.run.retry) await queue.retry(id, wish.retry, wish.from);
    if (wish.cancelledAt !== undefined) await queue.cancel(id);
    else if (wish.pausedAt !== undefined) await queue.pause(id);
    else if (known?.run.state === 'paused') await queue.resume(id);
    if (known !== undefined && isPlacedElsewhere(wish, known.run)) await queue.place(id, placeOf(wish));
    const now = queue.job(id);
    if (now !== undefined) show(id, now.run);
  };

  /** Nobody waits for the videos of a project that was thrown away. */
  const cancelOfDeleted = (project: ProjectId) => {
    if (workspace.project(project)?.deleted !== true) return;
    for (const { request } of queue.line()) {
      if (request.project !== project) continue;
      queue.cancel(request.id).catch((error: unknown) => {
        log.error('mirror.cancel', { job: request.id, why: String(error) });
      });
    }
  };

  const work = async () => {
    while (pending.size > 0 && !closed) {
      const ids = pending;
      pending = new Set();
      const requested = new Set(workspace.jobIds());
      // Together: the ledger then writes many jobs with one sync.
      await Promise.all(
        [...ids].map((id) =>
          follow(id, requested).catch((error: unknown) => {
            log.error('mirror.follow', { job: id, why: String(error) });
            stopRetry ??= clock.after(TRY_AGAIN_MS, () => {
              stopRetry = undefined;
              look([id]);
            });
          }),
        ),
      );
    }
  };
  const look = (ids: Iterable<JobId>) => {
    for (const id of ids) pending.add(id);
    if (closed) return;
    working ??= work().finally(() => {
      working = undefined;
      if (pending.size > 0) look([]);
    });
  };

  const unwatch = workspace.watch((change) => {
    if (!change.own && change.rules) void followRules();
    if (!change.own && change.jobs.size > 0) look(change.jobs);
    for (const project of change.projects) cancelOfDeleted(project);
  });
  const unlisten = queue.on((event) => {
    if (event.type === 'rest') present();
    else if (event.type === 'run') {
      show(event.job, event.run);
      if (!isHeld(event.run.state) && running.delete(event.job)) present();
      // A wish may have waited for this end: a retry that was asked for while the job was being cancelled.
      if (isEnded(event.run.state)) look([event.job]);
    } else if (event.type === 'progress') {
      running.set(event.job, event.progress);
      present();
    }
  });

  present();
  tidy();
  void followRules();
  for (const project of workspace.projectIds()) cancelOfDeleted(project);
  look([]);

  return {
    announce(entry) {
      const standing = workspace.agents().find((one) => one.id === entry.id);
      const parsed = agentEntrySchema.parse(entry);
      if (canonicalJson(standing) !== canonicalJson(parsed)) workspace.announce(parsed);
    },
    async settled() {
      while (working !== undefined) await working;
      showAll();
    },
    async close() {
      closed = true;
      stopRetry?.();
      unwatch();
      unlisten();
      await working;
      showAll();
    },
  };
}

/** Only what has not been answered: a hurry is over when the job is taken, and a place is that of one that waits. */
function isPlacedElsewhere(wish: JobWish, run: JobRun): boolean {
  if (isEnded(run.state) || isHeld(run.state) || run.attempt > 0) {
    return run.state === 'queued' && wish.place !== run.place;
  }
  return wish.place !== run.place || (wish.now ?? false) !== (run.now ?? false);
}

function placeOf({ place, now }: JobWish): { place?: number; now?: boolean } {
  return { ...(place === undefined ? {} : { place }), ...(now === undefined ? {} : { now }) };
}
