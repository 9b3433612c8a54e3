// The queue: which job runs now, in which state every job is, and what happens to it on cancel, retry, restart.
// States change through shared/job/life.ts alone and are in the ledger before anybody is told. One job runs at a
// time; how its stages run is run-job.ts.
import { mkdir, rm } from 'node:fs/promises';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import {
  type JobId,
  type JobRequest,
  type JobResult,
  type JobRun,
  jobRequestSchema,
} from '@myspinbot/shared/job/job.ts';
import { isEnded, nextState, type RunEvent } from '@myspinbot/shared/job/life.ts';
import type { Pipeline } from '@myspinbot/shared/pipeline/graph.ts';
import { assetsNamed } from '@myspinbot/shared/project/options.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import type { Logger } from '../log/logger.ts';
import type { Claim } from './ledger.ts';
import type { Queue, QueueEvent } from './port.ts';
import { type RunWorld, runJob } from './run-job.ts';
import { unexpected, unfitPipeline } from './trouble.ts';

export interface QueueOptions extends RunWorld {
  pipelines: ReadonlyMap<string, Pipeline>;
  log: Logger;
}

interface Entry {
  readonly request: JobRequest;
  /** As decided, maybe still on its way to the disk. */
  run: JobRun;
  /** As written down and told; undefined until the request itself is durable. */
  told: JobRun | undefined;
  /** While the job is ours; pending while it is being written down. */
  claim?: Promise<Claim> | undefined;
  abort?: AbortController | undefined;
}

class Ending extends Error {
  readonly why: 'cancelled' | 'interrupted';
  constructor(why: 'cancelled' | 'interrupted') {
    super(`the job was ${why}`);
    this.why = why;
  }
}

/**
 * Replays the ledger and goes on where the last agent stopped: interrupted jobs are queued again (their
 * committed stages are artifacts now), half-written scratch is removed.
 */
export async function createQueue(options: QueueOptions): Promise<Queue> {
  const { ledger, vault, clock, log } = options;
  const entries = new Map<JobId, Entry>();
  const accepted = new Map<JobId, Promise<JobRun>>();
  const progress = new Map<JobId, JobProgress>();
  const listeners = new Set<(event: QueueEvent) => void>();
  let closing = false;
  let running: Promise<void> | undefined;

  const emit = (event: QueueEvent) => {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        log.error('queue.listener', { why: String(error) }); // one deaf listener must not stop the work
      }
    }
  };

  /** Sets the run at once, makes it durable, then tells. A disk that refuses is logged: a restart repairs. */
  const put = async (entry: Entry, run: JobRun, write: (run: JobRun) => Promise<unknown>): Promise<void> => {
    entry.run = run;
    try {
      await write(run);
    } finally {
      entry.told = run;
      emit({ type: 'run', job: entry.request.id, run });
    }
  };
  const record = (entry: Entry) => (run: JobRun) => ledger.record(entry.request, run);
  const logged = (entry: Entry) => (error: unknown) =>
    log.error('queue.not-written', { job: entry.request.id, why: String(error) });

  /** The run after an event, or undefined when the event is not legal now. */
  const after = (run: JobRun, event: RunEvent, change: Partial<JobRun> = {}): JobRun | undefined => {
    const state = nextState(run.state, event);
    if (state === undefined) return undefined;
    const finishedAt = isEnded(state) ? { finishedAt: clock.now() } : {};
    return { ...run, ...finishedAt, ...change, state };
  };

  const hasAssets = (request: JobRequest) =>
    assetsNamed(request.options).every((hash) => vault.ref(hash) !== undefined);

  const unfit = (request: JobRequest) => unfitPipeline(options.pipelines, request.pipeline);

  /** The queued job whose turn it is. */
  const next = (): Entry | undefined => {
    let first: Entry | undefined;
    for (const entry of entries.values()) {
      if (entry.run.state !== 'queued') continue;
      if (first === undefined || comesBefore(entry, first)) first = entry;
    }
    return first;
  };

  const pump = () => {
    if (closing || running !== undefined) return;
    const entry = next();
    if (entry === undefined) return;
    running = turn(entry)
      .catch((error: unknown) => log.error('queue.turn', { job: entry.request.id, why: String(error) }))
      .finally(() => {
        running = undefined;
        pump();
      });
  };

  const turn = async (entry: Entry): Promise<void> => {
    if (!hasAssets(entry.request)) {
      const waiting = after(entry.run, { type: 'assets-missing' });
      if (waiting !== undefined) await put(entry, waiting, record(entry)).catch(logged(entry));
      return;
    }
    const { failure: _failure, finishedAt: _finishedAt, ...before } = entry.run;
    const started = after(before, { type: 'started' }, { startedAt: clock.now(), stages: [] });
    if (started === undefined) return;
    const abort = new AbortController();
    entry.abort = abort;
    entry.run = { ...started, attempt: started.attempt + 1 };
    const scope = log.child({ job: entry.request.id, attempt: entry.run.attempt });
    scope.info('job.started');

    let result: JobResult | undefined;
    let failure: Failure | undefined;
    try {
      await put(entry, entry.run, (run) => {
        entry.claim = ledger.claim(entry.request, run, clock.now());
        return entry.claim;
      });
      result = await attempt(entry, abort.signal, scope);
    } catch (error) {
      if (!abort.signal.aborted) failure = error instanceof Failure ? error : unexpected(error, scope);
    }
    entry.abort = undefined;
    progress.delete(entry.request.id);
    const claim = await entry.claim?.catch(() => undefined); // why it failed is in `failure`
    entry.claim = undefined;
    if (claim !== undefined && !ledger.holds(claim)) {
      // Somebody else was granted the job: what happens to it is no longer ours to say.
      scope.warn('job.fenced');
      return;
    }
    const ended = conclude(entry.run, result, failure);
    await put(entry, ended, (run) =>
      claim === undefined ? ledger.record(entry.request, run) : ledger.end(claim, run),
    ).catch(logged(entry));
    scope.info('job.ended', {
      state: ended.state,
      code: failure?.code,
      ms: clock.now() - started.startedAt!,
    });
  };

  const attempt = async (entry: Entry, signal: AbortSignal, scope: Logger): Promise<JobResult> => {
    const { request } = entry;
    const claim = await entry.claim!;
    const bad = unfit(request);
    if (bad !== undefined) throw bad;
    return runJob(
      options,
      {
        request,
        claim,
        signal,
        log: scope,
        async save(stages, write) {
          entry.run = { ...entry.run, stages };
          if (write !== undefined) await put(entry, entry.run, write);
        },
        progress(now) {
          if (entry.run.state !== 'running') return;
          progress.set(request.id, now);
          emit({ type: 'progress', job: request.id, progress: now });
        },
        live(film, whole) {
          if (entry.run.state === 'running') emit({ type: 'live', job: request.id, film, whole });
        },
        stageEnded: emit,
      },
      options.pipelines.get(request.pipeline)!,
    );
  };

  const conclude = (run: JobRun, result: JobResult | undefined, failure: Failure | undefined): JobRun => {
    if (result !== undefined) return after(run, { type: 'succeeded' }, { result })!;
    if (failure !== undefined) {
      const stage = run.stages.find((one) => one.state === 'failed')?.stage;
      return after(run, { type: 'failed' }, { failure: failure.toRecord(stage) })!;
    }
    const idle = run.stages.map((one) =>
      one.state === 'running' ? { stage: one.stage, state: 'waiting' as const } : one,
    );
    const event = run.state === 'cancelling' ? 'cancelled' : 'interrupted';
    return after({ ...run, stages: idle }, { type: event })!;
  };

  const assetArrived = () => {
    for (const entry of entries.values()) {
      if (entry.run.state !== 'waiting-for-assets' || !hasAssets(entry.request)) continue;
      const queued = after(entry.run, { type: 'assets-complete' });
      if (queued !== undefined) void put(entry, queued, record(entry)).catch(logged(entry)).then(pump);
    }
  };

  await rm(options.workDir, { recursive: true, force: true });
  await mkdir(options.workDir, { recursive: true });
  const repairs: Promise<void>[] = [];
  for (const { request, run } of ledger.jobs()) {
    const entry: Entry = { request, run, told: run };
    entries.set(request.id, entry);
    const stages = run.stages.map((one) =>
      one.state === 'running' ? { stage: one.stage, state: 'waiting' as const } : one,
    );
    const repaired = after({ ...run, stages }, { type: 'interrupted' });
    if (repaired === undefined) continue;
    log.info('job.recovered', { job: request.id, was: run.state, now: repaired.state });
    repairs.push(put(entry, repaired, record(entry)).catch(logged(entry)));
  }
  await Promise.all(repairs);
  const unwatch = vault.onKept(assetArrived);
  assetArrived();
  // Not before the caller has had a chance to listen.
  setImmediate(pump);

  return {
    async request(asked, wish = {}) {
      const before = entries.get(asked.id);
      if (before !== undefined) return accepted.get(asked.id) ?? before.told ?? before.run;
      const request = jobRequestSchema.parse(asked);
      const state = hasAssets(request) ? 'queued' : 'waiting-for-assets';
      let run: JobRun = { state, attempt: 0, retry: wish.retry ?? 0, queuedAt: clock.now(), stages: [] };
      const bad = unfit(request);
      if (wish.cancelledAt !== undefined) run = after(run, { type: 'cancel-wished' })!;
      else if (bad !== undefined) run = after(run, { type: 'failed' }, { failure: bad.toRecord() })!;
      const entry: Entry = { request, run, told: undefined };
      entries.set(request.id, entry);
      const accepting = ledger.record(request, run).then(() => run);
      // Whoever asks for the same id meanwhile waits for the same disk.
      accepted.set(request.id, accepting);
      try {
        await accepting;
      } catch (error) {
        entries.delete(request.id);
        throw error;
      } finally {
        accepted.delete(request.id);
      }
      entry.told ??= run;
      emit({ type: 'run', job: request.id, run });
      // The last asset may have arrived while this was written.
      assetArrived();
      pump();
      return run;
    },
    async cancel(job) {
      const entry = entries.get(job);
      if (entry === undefined) return;
      const run = after(entry.run, { type: 'cancel-wished' });
      if (run === undefined) return;
      if (run.state !== 'cancelling') return put(entry, run, record(entry));
      // Ending comes first: the note of it must not be able to hold it up.
      entry.abort?.abort(new Ending('cancelled'));
      await put(entry, run, async (cancelling) => {
        const claim = await entry.claim?.catch(() => undefined); // without a claim the end is written next
        if (claim !== undefined && ledger.holds(claim)) await ledger.advance(claim, cancelling);
      });
    },
    async retry(job, retry) {
      const entry = entries.get(job);
      if (entry === undefined || retry <= entry.run.retry) return;
      const { state } = entry.run;
      // It has not begun: what was wished is what happens next, only the number is answered.
      if (state === 'queued' || state === 'waiting-for-assets') {
        return put(entry, { ...entry.run, retry }, record(entry));
      }
      if (!isEnded(state)) return;
      const { failure: _failure, finishedAt: _finishedAt, ...rest } = entry.run;
      const again = after(rest, { type: 'retry-wished' }, { retry, queuedAt: clock.now(), stages: [] });
      // A job that has its video is not made again; the wish is answered all the same, or it would stand for ever.
      await put(entry, again ?? { ...entry.run, retry }, record(entry));
      pump();
    },
    job(id) {
      const entry = entries.get(id);
      return entry?.told === undefined ? undefined : { request: entry.request, run: entry.told };
    },
    jobs: () =>
      [...entries.values()]
        .flatMap(({ request, told }) => (told === undefined ? [] : [{ request, run: told }]))
        .sort(
          (a, b) => b.request.requestedAt - a.request.requestedAt || (a.request.id < b.request.id ? 1 : -1),
        ),
    progress: (id) => progress.get(id),
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    assetArrived,
    async close() {
      closing = true;
      unwatch();
      for (const entry of entries.values()) entry.abort?.abort(new Ending('interrupted'));
      await running;
    },
  };
}

/**
 * Fair order: by the time of asking, as the device says, but never later than we heard of it, so that a clock
 * that runs ahead does not put a job last for ever. A retry takes its place from when it was wished.
 */
function comesBefore(a: Entry, b: Entry): boolean {
  const askedAt = ({ request, run }: Entry) =>
    run.retry > 0 ? run.queuedAt : Math.min(request.requestedAt, run.queuedAt);
  return askedAt(a) - askedAt(b) < 0 || (askedAt(a) === askedAt(b) && a.request.id < b.request.id);
}
