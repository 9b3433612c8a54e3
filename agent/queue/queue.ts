// The queue: which job runs now, in which state every job is, and what happens to it on cancel, pause, retry, restart.
// States change through shared/job/life.ts alone and are in the ledger before anybody is told. Who is next is line.ts, when
// nobody may be is resting.ts, what runs beside what is lanes.ts; how a job's stages run is run-job.ts.
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import {
  type JobId,
  type JobRequest,
  type JobRun,
  type JobWish,
  jobRequestSchema,
} from '@myspinbot/shared/job/job.ts';
import { isEnded, isHeld, nextState, type RunEvent } from '@myspinbot/shared/job/life.ts';
import { queueRulesSchema, type Rest } from '@myspinbot/shared/job/rules.ts';
import { type Pipeline, pipelineOrder } from '@myspinbot/shared/pipeline/graph.ts';
import { assetsNamed } from '@myspinbot/shared/project/options.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import type { Logger } from '../log/logger.ts';
import { reusable } from './artifacts.ts';
import { chooseEngines, modelsOf } from './choose-engines.ts';
import { expectedMs, guessSeconds, workUnits } from './estimate.ts';
import { createLanes } from './lanes.ts';
import { type Claim, PACES_KEPT } from './ledger.ts';
import { createLine, rankOf, type Waiting } from './line.ts';
import { planJob } from './plan.ts';
import type { Queue, QueuedJob, QueueEvent } from './port.ts';
import { putOff } from './put-off.ts';
import { createResting } from './resting.ts';
import { type Made, runJob } from './run-job.ts';
import type { RunWorld } from './run-session.ts';
import { unexpected, unfitPipeline } from './trouble.ts';

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

interface Entry extends Waiting {
  readonly request: JobRequest;
  /** As decided, maybe still on its way to the disk. */
  run: JobRun;
  /** As written down and told; undefined until the request itself is durable. */
  told: JobRun | undefined;
  /** While the job is ours. */
  held?: Held | undefined;
  /** What was put last has been told. */
  telling?: Promise<void>;
}

/** A job that is ours: by which claim, when that is durable, and how it is made to end. */
interface Held {
  readonly claim: Claim;
  readonly granted: Promise<void>;
  readonly abort: AbortController;
  readonly log: Logger;
}

type Why = 'cancelled' | 'paused' | 'interrupted';
class Ending extends Error {
  readonly why: Why;
  constructor(why: Why) {
    super(`the job was ${why}`);
    this.why = why;
  }
}

/** A job that is expected to take less in all is claimed together with those before it, this many at once. */
const SHORT_MS = 5;
const MOST_AHEAD = 16;
/** The leader, and the one whose processor stages may run while the leader is on the GPU. */
const MOST_AT_ONCE = 2;

/**
 * Replays the ledger and goes on where the last agent stopped: interrupted jobs are queued again (their
 * committed stages are artifacts now), half-written scratch is removed.
 */
export async function createQueue(options: QueueOptions): Promise<Queue> {
  const { ledger, vault, clock, log } = options;
  const entries = new Map<JobId, Entry>();
  const line = createLine<Entry>();
  const working = new Map<Entry, Promise<void>>();
  const accepted = new Map<JobId, Promise<JobRun>>();
  const progress = new Map<JobId, JobProgress>();
  const listeners = new Set<(event: QueueEvent) => void>();
  const lanes = createLanes(() => pump());
  const resting = createResting({
    rules: () => ledger.rules(),
    copiedAt: () => options.copiedAt,
    isBusy: options.isBusy ?? (() => false),
    clock,
    ...(options.minuteOfDay === undefined ? {} : { minuteOfDay: options.minuteOfDay }),
  });
  /** Short jobs that are ours already and go next. */
  const ahead: Entry[] = [];
  const discarding = new Set<Promise<void>>();
  let closing = false;
  let turns = 0;
  /** What the last job on the GPU had loaded. */
  let loaded = '';
  let rest: Rest | undefined;
  let stopWaking = () => {};

  const emit = (event: QueueEvent) => {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        log.error('queue.listener', { why: String(error) }); // one deaf listener must not stop the work
      }
    }
  };

  /** What was put last has been told. */
  let telling: Promise<void> = Promise.resolve();
  /**
   * Sets the run at once, makes it durable, then tells, in the order of the calls. A disk that refuses is logged: a restart
   * repairs.
   */
  const put = async (entry: Entry, run: JobRun, write: (run: JobRun) => Promise<unknown>): Promise<void> => {
    line.remove(entry);
    entry.run = run;
    if (run.state === 'queued') {
      entry.rank = rankOf(entry.request, run);
      entry.now = run.now === true;
      entry.notBefore = run.waits?.until ?? 0;
      line.add(entry);
    }
    const before = telling;
    const tell = async () => {
      await before;
      entry.told = run;
      emit({ type: 'run', job: entry.request.id, run });
    };
    const written = write(run);
    const told = written.then(tell, tell);
    telling = told;
    entry.telling = told;
    await written.finally(() => told);
  };
  const record = (entry: Entry) => (run: JobRun) => ledger.record(entry.request, run);
  const logged = (entry: Entry) => (error: unknown) =>
    log.error('queue.not-written', { job: entry.request.id, why: String(error) });
  /** A change that no claim is needed for. */
  const set = (entry: Entry, run: JobRun | undefined) =>
    run === undefined ? Promise.resolve() : put(entry, run, record(entry));

  /** The run after an event, or undefined when the event is not legal now. */
  const after = (run: JobRun, event: RunEvent, change: Partial<JobRun> = {}): JobRun | undefined => {
    const state = nextState(run.state, event);
    if (state === undefined) return undefined;
    const finishedAt = isEnded(state) ? { finishedAt: clock.now() } : {};
    return { ...run, ...finishedAt, ...change, state };
  };

  const hasAssets = (request: JobRequest) =>
    assetsNamed(request.options).every((hash) => vault.ref(hash) !== undefined);

  const unfit = (request: JobRequest) =>
    unfitPipeline(options.pipelines, request.pipeline, options.unusablePipelines);
  const modelsFor = ({ request }: Entry) => {
    const pipeline = options.pipelines.get(request.pipeline);
    return pipeline === undefined ? '' : modelsOf(options.offers(), pipelineOrder(pipeline), request.options);
  };

  const lookAtRest = () => {
    const before = rest;
    rest = resting.now(working.size > 0);
    if (before?.why !== rest?.why || before?.until !== rest?.until) emit({ type: 'rest', rest });
  };
  /** Comes back when somebody's time comes or the rest ends by itself. */
  const wakeLater = () => {
    const due = line.nextDue(clock.now());
    const waits = [resting.askAgainMs(rest), due === undefined ? undefined : due - clock.now()];
    const soonest = Math.min(...waits.map((ms) => ms ?? Number.POSITIVE_INFINITY));
    if (Number.isFinite(soonest)) stopWaking = clock.after(Math.max(1, soonest), pump);
  };

  const takeNext = (): Entry | undefined => {
    const entry = line.next({
      now: clock.now(),
      resting: rest !== undefined,
      goesWell: loaded === '' ? undefined : (one) => modelsFor(one) === loaded,
    });
    if (entry !== undefined) line.remove(entry);
    return entry;
  };

  const pump = () => {
    if (closing) return;
    stopWaking();
    lookAtRest();
    // A second one only while the first is on the GPU, where its processor stages disturb nobody.
    while (working.size === 0 || (working.size < MOST_AT_ONCE && lanes.gpuTaken)) {
      const entry = ahead.shift() ?? takeNext();
      if (entry === undefined) return wakeLater();
      const work = turn(entry)
        .catch((error: unknown) => log.error('queue.turn', { job: entry.request.id, why: String(error) }))
        .finally(() => {
          // It may have been taken again since.
          if (working.get(entry) === work) working.delete(entry);
          pump();
        });
      working.set(entry, work);
      if (ahead.length === 0 && isShort(entry)) claimAhead();
    }
  };

  /** Whether a job takes next to nothing, as far as this machine has seen such jobs. */
  const isShort = ({ request }: Entry): boolean => {
    const pipeline = options.pipelines.get(request.pipeline);
    if (pipeline === undefined) return false;
    let ms = 0;
    for (const node of pipeline.nodes) {
      const { main } = chooseEngines(options.offers(), node, request.options);
      const paces = ledger.paces(node.stage, main);
      if (paces.length < PACES_KEPT) return false;
      ms += expectedMs(
        node.stage,
        workUnits(node.stage, request.options, guessSeconds(request.options)),
        paces,
      );
    }
    return ms < SHORT_MS;
  };

  /** Claims short jobs together: the disk is waited for once, not once for each. */
  const claimAhead = () => {
    while (ahead.length < MOST_AHEAD) {
      const next = takeNext();
      if (next === undefined) return;
      if (!isShort(next) || !hasAssets(next.request)) return line.add(next);
      try {
        if (grant(next) !== undefined) ahead.push(next);
      } catch (error) {
        // It is not ours to take: its own turn says so in words.
        log.warn('queue.not-claimed', { job: next.request.id, why: String(error) });
        return line.add(next);
      }
    }
  };

  /** Takes the job; undefined when it cannot be taken. Throws what the ledger throws. */
  const grant = (entry: Entry): Held | undefined => {
    const { request } = entry;
    const { failure: _f, finishedAt: _e, waits: _w, now: _n, ...before } = entry.run;
    const claimed = after(before, { type: 'claimed' }, { startedAt: clock.now(), stages: [] });
    if (claimed === undefined) return undefined;
    const run = { ...claimed, attempt: claimed.attempt + 1 };
    const { claim, written } = ledger.grant(request, run, clock.now());
    // Nobody hears of the claim before they have heard of the job.
    const granted = put(entry, run, () => Promise.all([accepted.get(request.id), written]));
    granted.catch(() => undefined); // whoever works under it waits for it
    entry.held = {
      claim,
      granted,
      abort: new AbortController(),
      log: log.child({ job: request.id, attempt: run.attempt }),
    };
    return entry.held;
  };

  const turn = async (entry: Entry): Promise<void> => {
    const { request } = entry;
    if (!hasAssets(request) && entry.held === undefined) {
      await set(entry, after(entry.run, { type: 'assets-missing' })).catch(logged(entry));
      return;
    }
    const held = entry.held ?? grant(entry);
    if (held === undefined) return;
    const { claim, abort } = held;
    const startedAt = entry.run.startedAt ?? clock.now();
    held.log.info('job.started');
    loaded = modelsFor(entry) || loaded;
    turns += 1;
    const mine = turns;
    const leave = lanes.join(mine);

    let made: Made | undefined;
    let failure: Failure | undefined;
    try {
      await held.granted;
      abort.signal.throwIfAborted();
      made = await attempt(entry, held, mine);
    } catch (error) {
      if (!abort.signal.aborted) failure = error instanceof Failure ? error : unexpected(error, held.log);
    } finally {
      leave();
    }
    progress.delete(request.id);
    entry.held = undefined;
    if (!ledger.holds(claim)) {
      // Somebody else was granted the job: what happens to it is no longer ours to say.
      held.log.warn('job.fenced');
      return;
    }
    const ended = conclude(entry.run, made, failure, abort.signal);
    const ending = put(entry, ended, (last) =>
      Promise.all([
        made?.committed,
        ledger.end(claim, last, { prints: made?.reused ?? [], at: clock.now() }),
      ]),
    ).catch(logged(entry));
    if (ended.state === 'cancelled' && ended.supersededBy !== undefined) {
      void ending.then(() => set(entry, after(ended, { type: 'superseded' }))).catch(logged(entry));
    }
    held.log.info('job.ended', { state: ended.state, code: failure?.code, ms: clock.now() - startedAt });
    // The next claim may share the disk's time with this end.
    working.delete(entry);
    pump();
    await ending;
  };

  const attempt = async (entry: Entry, held: Held, turnOf: number): Promise<Made> => {
    const { request } = entry;
    const bad = unfit(request);
    if (bad !== undefined) throw bad;
    const isOver = () => !isHeld(entry.run.state);
    return runJob(
      options,
      {
        request,
        claim: held.claim,
        fresh: entry.run.fresh,
        smaller: entry.run.smaller === true,
        lanes,
        turn: turnOf,
        signal: held.abort.signal,
        log: held.log,
        async save(stages, write) {
          const begins = stages.some((one) => one.state === 'running');
          const run = begins ? after(entry.run, { type: 'stage-started' }) : undefined;
          entry.run = { ...(run ?? entry.run), stages };
          if (write !== undefined) await put(entry, entry.run, write);
        },
        progress(now) {
          if (isOver()) return;
          progress.set(request.id, now);
          emit({ type: 'progress', job: request.id, progress: now });
        },
        live(film, whole) {
          if (!isOver()) emit({ type: 'live', job: request.id, film, whole });
        },
        stageEnded: emit,
        discard(folder) {
          // Nothing was written: a look is a hundredth of what removing nothing costs.
          if (!existsSync(folder)) return;
          // Left behind only when the disk itself refuses; the next start empties the folder.
          const gone = rm(folder, { recursive: true, force: true })
            .catch(() => undefined)
            .then(() => void discarding.delete(gone));
          discarding.add(gone);
        },
      },
      options.pipelines.get(request.pipeline)!,
    );
  };

  const conclude = (
    run: JobRun,
    made: Made | undefined,
    failure: Failure | undefined,
    signal: AbortSignal,
  ): JobRun => {
    if (made !== undefined) {
      const { result, trained } = made;
      const { smaller: _s, tries: _t, fresh: _f, ...rest } = run;
      return after(
        rest,
        { type: 'succeeded' },
        {
          ...(result === undefined ? {} : { result }),
          ...(trained.length === 0 ? {} : { trained }),
        },
      )!;
    }
    if (failure !== undefined) return failed(run, failure);
    const idle = { ...run, stages: run.stages.map(notRunning) };
    const why = (signal.reason as Ending | undefined)?.why;
    if (run.state === 'cancelling') return after(idle, { type: 'cancelled' })!;
    return after(idle, { type: why === 'paused' ? 'pause-wished' : 'interrupted' })!;
  };

  const failed = (run: JobRun, failure: Failure): JobRun => {
    const stage = run.stages.find((one) => one.state === 'failed')?.stage;
    const told = failure.toRecord(stage);
    const decided = putOff(told, run.tries ?? 0, run.smaller === true);
    const isFinal = options.isPatient === false && told.code !== 'out-of-memory';
    if (decided.decision === 'fail' || isFinal) return after(run, { type: 'failed' }, { failure: told })!;
    const until = clock.now() + decided.afterMs;
    if (decided.decision === 'when-there-is-room') {
      return after(run, { type: 'put-off' }, { waits: { why: 'disk-full', until, failure: told } })!;
    }
    return after(
      run,
      { type: 'put-off' },
      {
        waits: { why: 'back-off', until, failure: told },
        tries: (run.tries ?? 0) + 1,
        ...(decided.smaller ? { smaller: true } : {}),
      },
    )!;
  };

  const assetArrived = () => {
    for (const entry of entries.values()) {
      if (entry.run.state !== 'waiting-for-assets' || !hasAssets(entry.request)) continue;
      void set(entry, after(entry.run, { type: 'assets-complete' }))
        .catch(logged(entry))
        .then(pump);
    }
  };

  /** Ends what runs; ending comes first: the note of it must not be able to hold it up. */
  const end = async (entry: Entry, run: JobRun, why: Why): Promise<void> => {
    const { held } = entry;
    held?.abort.abort(new Ending(why));
    await put(entry, run, async (now) => {
      if (held !== undefined && ledger.holds(held.claim)) await ledger.advance(held.claim, now);
    });
  };

  const supersede = async (older: JobId, by: JobId): Promise<void> => {
    const entry = entries.get(older);
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
    entries.set(request.id, entry);
    if (run.state === 'queued') line.add(entry);
    if (!isHeld(run.state)) continue;
    const repaired = after({ ...run, stages: run.stages.map(notRunning) }, { type: 'interrupted' })!;
    log.info('job.recovered', { job: request.id, was: run.state, now: repaired.state });
    repairs.push(set(entry, repaired).catch(logged(entry)));
  }
  await Promise.all(repairs);
  const unwatch = vault.onKept(assetArrived);
  assetArrived();
  lookAtRest();
  // Not before the caller has had a chance to listen.
  setImmediate(pump);

  const shown = ({ request, told }: Entry): QueuedJob[] =>
    told === undefined ? [] : [{ request, run: told }];
  return {
    async request(asked, wish = {}) {
      const before = entries.get(asked.id);
      if (before !== undefined) return accepted.get(asked.id) ?? before.told ?? before.run;
      const request = jobRequestSchema.parse(asked);
      const bad = unfit(request);
      let run = firstRun(request, wish);
      if (wish.cancelledAt !== undefined) run = after(run, { type: 'cancel-wished' })!;
      else if (bad !== undefined) run = after(run, { type: 'failed' }, { failure: bad.toRecord() })!;
      else if (wish.pausedAt !== undefined) run = after(run, { type: 'pause-wished' })!;
      const entry = entryOf(request, run);
      entries.set(request.id, entry);
      if (run.state === 'queued') line.add(entry);
      const accepting = ledger.record(request, run).then(() => {
        entry.told = run;
        emit({ type: 'run', job: request.id, run });
        return run;
      });
      // Whoever asks for the same id meanwhile waits for the same disk.
      accepted.set(request.id, accepting);
      // Its claim comes after it on the disk, so that it need not be waited for before it is taken.
      pump();
      try {
        await accepting;
      } catch (error) {
        entries.delete(request.id);
        line.remove(entry);
        entry.held?.abort.abort(new Ending('interrupted'));
        throw error;
      } finally {
        accepted.delete(request.id);
      }
      if (request.supersedes !== undefined) await supersede(request.supersedes, request.id);
      // The last asset may have arrived while this was written.
      assetArrived();
      pump();
      return run;
    },
    async cancel(job) {
      const entry = entries.get(job);
      const run = entry === undefined ? undefined : after(entry.run, { type: 'cancel-wished' });
      // Somebody may have wished for the same a moment ago: it is done when it is told.
      if (entry === undefined || run === undefined) return entry?.telling;
      if (run.state !== 'cancelling') return set(entry, run);
      await end(entry, run, 'cancelled');
    },
    async pause(job) {
      const entry = entries.get(job);
      const run = entry === undefined ? undefined : after(entry.run, { type: 'pause-wished' });
      if (entry === undefined || run === undefined) return entry?.telling;
      if (!isHeld(entry.run.state)) return set(entry, run);
      // What runs says itself that it is paused, when everything of it has ended.
      entry.held?.abort.abort(new Ending('paused'));
      await working.get(entry);
    },
    async resume(job) {
      const entry = entries.get(job);
      if (entry === undefined) return;
      const { waits: _waits, ...run } = entry.run;
      const resumed = after(run, { type: 'resume-wished' });
      if (resumed === undefined) return entry.telling;
      await set(entry, resumed);
      pump();
    },
    async place(job, { place, now }) {
      const entry = entries.get(job);
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
      pump();
    },
    async retry(job, retry, from) {
      const entry = entries.get(job);
      if (entry === undefined || retry <= entry.run.retry || isHeld(entry.run.state)) return entry?.telling;
      const fresh = from === undefined ? {} : { fresh: { from, fence: ledger.fence + 1 } };
      const { failure: _f, finishedAt: _e, tries: _t, smaller: _s, waits: _w, ...rest } = entry.run;
      // It has not begun, or is about to be tried again: what was wished is what happens next.
      if (!isEnded(entry.run.state)) {
        await set(entry, { ...rest, ...fresh, retry });
        return pump();
      }
      const again = after(
        rest,
        { type: 'retry-wished' },
        { ...fresh, retry, queuedAt: clock.now(), stages: [] },
      );
      // A job that has its video is not made again; the wish is answered all the same, or it would stand for ever.
      await set(entry, again ?? { ...entry.run, retry });
      pump();
    },

    rules: () => ledger.rules(),
    async setRules(rules) {
      await ledger.setRules(queueRulesSchema.parse(rules));
      pump();
    },
    rest: () => rest,
    async plan({ pipeline, options: asked, fresh }) {
      const bad = unfitPipeline(options.pipelines, pipeline, options.unusablePipelines);
      if (bad !== undefined) throw bad;
      return planJob(
        options,
        { options: asked, ...(fresh === undefined ? {} : { fresh }) },
        options.pipelines.get(pipeline)!,
      );
    },

    job(id) {
      const entry = entries.get(id);
      return entry === undefined ? undefined : shown(entry)[0];
    },
    jobs: () =>
      [...entries.values()]
        .flatMap(shown)
        .sort(
          (a, b) => b.request.requestedAt - a.request.requestedAt || (a.request.id < b.request.id ? 1 : -1),
        ),
    line() {
      const waiting = [...entries.values()].filter(
        ({ run }) => run.state === 'paused' || run.state === 'waiting-for-assets',
      );
      return [...working.keys(), ...ahead, ...line.all(), ...waiting].flatMap(shown);
    },
    progress: (id) => progress.get(id),

    artifacts: () => ledger.artifacts(),
    hasArtifact: async (stage, print) => (await reusable(options, stage, print)) !== undefined,
    async forgetArtifacts(prints) {
      // While anything runs, what it has found is not taken from under its feet.
      if (working.size > 0) return [];
      await ledger.forgetArtifacts(prints);
      if (prints.length > 0) emit({ type: 'forgotten', artifacts: [...prints] });
      return [...prints];
    },
    async forgetJobs(ids) {
      const ended = ids.filter((id) => {
        const entry = entries.get(id);
        return entry !== undefined && isEnded(entry.run.state);
      });
      for (const id of ended) entries.delete(id);
      await ledger.forgetJobs(ended);
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    assetArrived,
    async close() {
      closing = true;
      stopWaking();
      unwatch();
      for (const entry of entries.values()) entry.held?.abort.abort(new Ending('interrupted'));
      await Promise.all(working.values());
      // What was claimed and not begun goes back as what was interrupted does.
      await Promise.all(ahead.splice(0).map(turn));
      await Promise.all(discarding);
    },
  };

  function firstRun(request: JobRequest, wish: Partial<JobWish>): JobRun {
    return {
      state: hasAssets(request) ? 'queued' : 'waiting-for-assets',
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

function entryOf(request: JobRequest, run: JobRun): Entry {
  return {
    id: request.id,
    request,
    run,
    told: undefined,
    rank: rankOf(request, run),
    now: run.now === true,
    notBefore: run.waits?.until ?? 0,
    overtaken: 0,
  };
}

function notRunning(one: JobRun['stages'][number]): JobRun['stages'][number] {
  return one.state === 'running' ? { stage: one.stage, state: 'waiting' } : one;
}
