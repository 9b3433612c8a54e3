// The queue: what people and devices ask of it, and how it begins again after a restart. States change through
// shared/job/life.ts alone and are in the ledger before anybody is told (roster.ts); what is taken when, and how it ends, is
// turns.ts.
import { mkdir, rm } from 'node:fs/promises';
import {
  type JobId,
  type JobRequest,
  type JobRun,
  type JobWish,
  jobRequestSchema,
} from '@myspinbot/shared/job/job.ts';
import { isEnded, isHeld, type RunEvent } from '@myspinbot/shared/job/life.ts';
import { queueRulesSchema } from '@myspinbot/shared/job/rules.ts';
import type { Pipeline } from '@myspinbot/shared/pipeline/graph.ts';
import type { Logger } from '../log/logger.ts';
import { reusable } from './artifacts.ts';
import { Ending, type Entry, entryOf, runAfter, stagesAtRest } from './entry.ts';
import { jobNeeds } from './job-needs.ts';
import { planJob } from './plan.ts';
import type { Queue, QueuedJob } from './port.ts';
import { createResting } from './resting.ts';
import { createRoster } from './roster.ts';
import type { RunWorld } from './run-session.ts';
import { createTurns } from './turns.ts';

export interface QueueOptions extends RunWorld {
  pipelines: ReadonlyMap<string, Pipeline>;
  /** Pipelines that could not be read, and why. */
  unusablePipelines?: ReadonlyMap<string, string>;
  log: Logger;
  /** When the folder was found to be a copy of another; undefined when it is not. */
  copiedAt?: number | undefined;
  /** Whether somebody else uses the machine; asked only while nothing of ours runs. */
  isBusy?: () => boolean;
  minuteOfDay?: (epochMs: number) => number;
  /** Whether what failed is tried again by itself later; somebody who waits in front of it would rather know. */
  isPatient?: boolean;
}

/**
 * Replays the ledger and goes on where the last agent stopped: interrupted jobs are queued again (their
 * committed stages are artifacts now), half-written scratch is removed.
 */
export async function createQueue(options: QueueOptions): Promise<Queue> {
  const { ledger, vault, clock, log } = options;
  const roster = createRoster({ ledger, log });
  const { put, set, logged } = roster;
  const needs = jobNeeds(options);
  const turns = createTurns({
    world: options,
    roster,
    needs,
    resting: createResting({
      rules: () => ledger.rules(),
      copiedAt: () => options.copiedAt,
      isBusy: options.isBusy ?? (() => false),
      clock,
      ...(options.minuteOfDay === undefined ? {} : { minuteOfDay: options.minuteOfDay }),
    }),
    isPatient: options.isPatient ?? true,
    log,
  });
  const after = (run: JobRun, event: RunEvent, change: Partial<JobRun> = {}) =>
    runAfter(clock.now(), run, event, change);

  const assetArrived = () => {
    for (const entry of roster.all()) {
      if (entry.run.state !== 'waiting-for-assets' || !needs.hasAssets(entry.request)) continue;
      void set(entry, after(entry.run, { type: 'assets-complete' }))
        .catch(logged(entry))
        .then(turns.look);
    }
  };

  /** Ends what runs; ending comes first: the note of it must not be able to hold it up. */
  const end = async (entry: Entry, run: JobRun, why: Ending['why']): Promise<void> => {
    const { held } = entry;
    held?.abort.abort(new Ending(why));
    await put(entry, run, async (now) => {
      if (held !== undefined && ledger.holds(held.claim)) await ledger.advance(held.claim, now);
    });
  };

  /** A job that nobody knew: it is known from now on, unless the disk refuses it. `tell`: when it is written down. */
  const accept = async (entry: Entry, tell = () => {}): Promise<void> => {
    const { request, run } = entry;
    roster.add(entry);
    // Whoever asks for the same id meanwhile waits for the same disk.
    entry.accepting = ledger.record(request, run).then(() => {
      entry.told = run;
      tell();
      return run;
    });
    try {
      await entry.accepting;
    } catch (error) {
      roster.remove(entry);
      entry.held?.abort.abort(new Ending('interrupted'));
      throw error;
    } finally {
      entry.accepting = undefined;
    }
  };

  const supersede = async (older: JobId, by: JobId): Promise<void> => {
    const entry = roster.get(older);
    if (entry === undefined || older === by) return;
    const superseded = after(entry.run, { type: 'superseded' }, { supersededBy: by });
    if (superseded !== undefined) return set(entry, superseded);
    const cancelling = after(entry.run, { type: 'cancel-wished' }, { supersededBy: by });
    if (cancelling !== undefined) await end(entry, cancelling, 'cancelled');
  };

  await rm(options.workDir, { recursive: true, force: true });
  await mkdir(options.workDir, { recursive: true });
  const repairs: Promise<void>[] = [];
  for (const { request, run } of ledger.jobs()) {
    const entry = entryOf(request, run);
    entry.told = run;
    roster.add(entry);
    if (!isHeld(run.state)) continue;
    const repaired = after({ ...run, stages: stagesAtRest(run) }, { type: 'interrupted' })!;
    log.info('job.recovered', { job: request.id, was: run.state, now: repaired.state });
    repairs.push(set(entry, repaired).catch(logged(entry)));
  }
  await Promise.all(repairs);
  const unwatch = vault.onKept(assetArrived);
  assetArrived();
  turns.begin();

  const shown = ({ request, told }: Entry): QueuedJob[] =>
    told === undefined ? [] : [{ request, run: told }];
  return {
    async request(asked, wish = {}) {
      const before = roster.get(asked.id);
      if (before !== undefined) return before.accepting ?? before.told ?? before.run;
      const request = jobRequestSchema.parse(asked);
      const bad = needs.unfit(request);
      let run = firstRun(request, wish);
      if (wish.cancelledAt !== undefined) run = after(run, { type: 'cancel-wished' })!;
      else if (bad !== undefined) run = after(run, { type: 'failed' }, { failure: bad.toRecord() })!;
      else if (wish.pausedAt !== undefined) run = after(run, { type: 'pause-wished' })!;
      const entry = entryOf(request, run);
      const accepting = accept(entry, () => roster.emit({ type: 'run', job: request.id, run }));
      // Its claim comes after it on the disk, so that it need not be waited for before it is taken.
      turns.look();
      await accepting;
      if (request.supersedes !== undefined) await supersede(request.supersedes, request.id);
      // The last asset may have arrived while this was written.
      assetArrived();
      turns.look();
      return run;
    },
    async remember(jobs) {
      const unknown = jobs.filter(({ request, run }) => isEnded(run.state) && !roster.get(request.id));
      await Promise.all(unknown.map(({ request, run }) => accept(entryOf(request, run))));
    },
    async cancel(job) {
      const entry = roster.get(job);
      const run = entry === undefined ? undefined : after(entry.run, { type: 'cancel-wished' });
      // Somebody may have wished for the same a moment ago: it is done when it is told.
      if (entry === undefined || run === undefined) return entry?.telling;
      if (run.state !== 'cancelling') return set(entry, run);
      await end(entry, run, 'cancelled');
    },
    async pause(job) {
      const entry = roster.get(job);
      const run = entry === undefined ? undefined : after(entry.run, { type: 'pause-wished' });
      if (entry === undefined || run === undefined) return entry?.telling;
      if (!isHeld(entry.run.state)) return set(entry, run);
      // What runs says itself that it is paused, when everything of it has ended.
      entry.held?.abort.abort(new Ending('paused'));
      await turns.over(entry);
    },
    async resume(job) {
      const entry = roster.get(job);
      if (entry === undefined) return;
      const { waits: _waits, ...run } = entry.run;
      const resumed = after(run, { type: 'resume-wished' });
      if (resumed === undefined) return entry.telling;
      await set(entry, resumed);
      turns.look();
    },
    async place(job, { place, now }) {
      const entry = roster.get(job);
      if (entry === undefined || isEnded(entry.run.state)) return;
      const { place: _place, now: _now, waits, ...rest } = entry.run;
      if (entry.run.place === place && (entry.run.now ?? false) === (now ?? false)) return entry.telling;
      const run: JobRun = {
        ...rest,
        ...(place === undefined ? {} : { place }),
        ...(now === true ? { now } : waits === undefined ? {} : { waits }),
      };
      // What runs has its turn already.
      if (isHeld(run.state)) return;
      await set(entry, run);
      turns.look();
    },
    async retry(job, retry, from) {
      const entry = roster.get(job);
      if (entry === undefined || retry <= entry.run.retry || isHeld(entry.run.state)) return entry?.telling;
      const fresh = from === undefined ? {} : { fresh: { from, fence: ledger.fence + 1 } };
      const { failure: _f, finishedAt: _e, tries: _t, smaller: _s, waits: _w, ...rest } = entry.run;
      // It has not begun, or is about to be tried again: what was wished is what happens next.
      if (!isEnded(entry.run.state)) {
        await set(entry, { ...rest, ...fresh, retry });
        return turns.look();
      }
      const again = after(
        rest,
        { type: 'retry-wished' },
        { ...fresh, retry, queuedAt: clock.now(), stages: [] },
      );
      // A job that has its video is not made again; the wish is answered all the same, or it would stand for ever.
      await set(entry, again ?? { ...entry.run, retry });
      turns.look();
    },

    rules: () => ledger.rules(),
    async setRules(rules) {
      await ledger.setRules(queueRulesSchema.parse(rules));
      turns.look();
    },
    rest: turns.rest,
    async plan({ pipeline, options: asked, fresh }) {
      const bad = needs.unfit({ pipeline });
      if (bad !== undefined) throw bad;
      return planJob(
        options,
        { options: asked, ...(fresh === undefined ? {} : { fresh }) },
        needs.pipeline({ pipeline })!,
      );
    },

    job(id) {
      const entry = roster.get(id);
      return entry === undefined ? undefined : shown(entry)[0];
    },
    jobs: () =>
      roster
        .all()
        .flatMap(shown)
        .sort(
          (a, b) => b.request.requestedAt - a.request.requestedAt || (a.request.id < b.request.id ? 1 : -1),
        ),
    line() {
      const waiting = roster
        .all()
        .filter(({ run }) => run.state === 'paused' || run.state === 'waiting-for-assets');
      return [...turns.taken(), ...roster.line.all(), ...waiting].flatMap(shown);
    },
    progress: (id) => roster.get(id)?.progress,

    artifacts: () => ledger.artifacts(),
    hasArtifact: async (stage, print) => (await reusable(options, stage, print)) !== undefined,
    async forgetArtifacts(prints) {
      // While anything runs, what it has found is not taken from under its feet.
      if (turns.isWorking) return [];
      await ledger.forgetArtifacts(prints);
      if (prints.length > 0) roster.emit({ type: 'forgotten', artifacts: [...prints] });
      return [...prints];
    },
    async forgetJobs(ids) {
      const ended = ids.flatMap((id) => roster.get(id) ?? []).filter(({ run }) => isEnded(run.state));
      for (const entry of ended) roster.remove(entry);
      await ledger.forgetJobs(ended.map(({ id }) => id));
    },
    on: roster.on,
    assetArrived,
    async close() {
      unwatch();
      await turns.close();
    },
  };

  function firstRun(request: JobRequest, wish: Partial<JobWish>): JobRun {
    return {
      state: needs.hasAssets(request) ? 'queued' : 'waiting-for-assets',
      attempt: 0,
      retry: wish.retry ?? 0,
      queuedAt: clock.now(),
      stages: [],
      ...(wish.place === undefined ? {} : { place: wish.place }),
      ...(wish.now === true ? { now: true } : {}),
      ...(request.fresh === undefined ? {} : { fresh: { from: request.fresh, fence: ledger.fence + 1 } }),
    };
  }
}
