// Whose turn it is and what a turn does: takes the next job when somebody may be taken, claims it durably, has it run
// and writes down how it ended. Who is next is line.ts, when nobody may be is resting.ts, what runs beside what is lanes.ts,
// how a job runs is run-job.ts, what becomes of it is conclude.ts. It knows no wishes.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { isHeld } from '@myspinbot/shared/job/life.ts';
import type { Rest } from '@myspinbot/shared/job/rules.ts';
import type { Logger } from '../log/logger.ts';
import { conclude } from './conclude.ts';
import { Ending, type Entry, type Held, runAfter } from './entry.ts';
import type { JobNeeds } from './job-needs.ts';
import { createLanes, type Turn } from './lanes.ts';
import type { Resting } from './resting.ts';
import type { Roster } from './roster.ts';
import { type Made, runJob } from './run-job.ts';
import type { RunWorld } from './run-session.ts';
import { unexpected } from './trouble.ts';

export interface Turns {
  /** From now on jobs are taken; not before the caller has had a chance to listen. */
  begin(): void;
  /** Something changed: looks whether somebody may be taken now. */
  look(): void;
  /** Why nothing new is begun now. */
  rest(): Rest | undefined;
  /** Those that are worked on, then those that are ours and go next. */
  taken(): readonly Entry[];
  readonly isWorking: boolean;
  /** Resolves when nobody works on the job any more. */
  over(entry: Entry): Promise<void>;
  /** Interrupts what runs; resolves when all of it has let go. */
  close(): Promise<void>;
}

/** So many short jobs are claimed together at once. */
const MOST_AHEAD = 16;
/** The leader, and the one whose processor stages may run while the leader is on the GPU. */
const MOST_AT_ONCE = 2;

export function createTurns(options: {
  world: RunWorld;
  roster: Roster;
  needs: JobNeeds;
  resting: Resting;
  isPatient: boolean;
  log: Logger;
}): Turns {
  const { world, roster, needs, resting, log } = options;
  const { ledger, clock } = world;
  const { line, put, set, emit, logged } = roster;
  const working = new Map<Entry, Promise<void>>();
  const lanes = createLanes(() => pump());
  /** Short jobs that are ours already and go next. */
  const ahead: Entry[] = [];
  const discarding = new Set<Promise<void>>();
  let closing = false;
  /** What the last job on the GPU had loaded. */
  let loaded = '';
  let rest: Rest | undefined;
  let stopWaking = () => {};

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
      goesWell: loaded === '' ? undefined : ({ request }) => needs.models(request) === loaded,
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
        .catch((error: unknown) => log.error('queue.turn', { job: entry.id, why: String(error) }))
        .finally(() => {
          // It may have been taken again since.
          if (working.get(entry) === work) working.delete(entry);
          pump();
        });
      working.set(entry, work);
      if (ahead.length === 0 && needs.isShort(entry.request)) claimAhead();
    }
  };

  /** Claims short jobs together: the disk is waited for once, not once for each. */
  const claimAhead = () => {
    while (ahead.length < MOST_AHEAD) {
      const next = takeNext();
      if (next === undefined) return;
      if (!needs.isShort(next.request) || !needs.hasAssets(next.request)) return line.add(next);
      try {
        if (grant(next) !== undefined) ahead.push(next);
      } catch (error) {
        // It is not ours to take: its own turn says so in words.
        log.warn('queue.not-claimed', { job: next.id, why: String(error) });
        return line.add(next);
      }
    }
  };

  /** Takes the job; undefined when it cannot be taken. Throws what the ledger throws. */
  const grant = (entry: Entry): Held | undefined => {
    const { request } = entry;
    const { failure: _f, finishedAt: _e, waits: _w, now: _n, ...before } = entry.run;
    const at = clock.now();
    const claimed = runAfter(at, before, { type: 'claimed' }, { startedAt: at, stages: [] });
    if (claimed === undefined) return undefined;
    const run = { ...claimed, attempt: claimed.attempt + 1 };
    const { claim, written } = ledger.grant(request, run, at);
    // Nobody hears of the claim before they have heard of the job.
    const granted = put(entry, run, () => Promise.all([entry.accepting, written]));
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
    if (!needs.hasAssets(request) && entry.held === undefined) {
      const missing = runAfter(clock.now(), entry.run, { type: 'assets-missing' });
      await set(entry, missing).catch(logged(entry));
      return;
    }
    const held = entry.held ?? grant(entry);
    if (held === undefined) return;
    const { claim, abort } = held;
    const startedAt = entry.run.startedAt ?? clock.now();
    held.log.info('job.started');
    loaded = needs.models(request) || loaded;
    const mine = lanes.join();

    let made: Made | undefined;
    let failure: Failure | undefined;
    try {
      await held.granted;
      abort.signal.throwIfAborted();
      made = await attempt(entry, held, mine);
    } catch (error) {
      if (!abort.signal.aborted) failure = error instanceof Failure ? error : unexpected(error, held.log);
    } finally {
      mine.leave();
    }
    entry.progress = undefined;
    entry.held = undefined;
    if (!ledger.holds(claim)) {
      // Somebody else was granted the job: what happens to it is no longer ours to say.
      held.log.warn('job.fenced');
      return;
    }
    const at = clock.now();
    const ended = conclude(entry.run, { at, made, failure, signal: abort.signal }, options.isPatient);
    const ending = put(entry, ended, (last) =>
      Promise.all([made?.committed, ledger.end(claim, last, { prints: made?.reused ?? [], at })]),
    ).catch(logged(entry));
    if (ended.state === 'cancelled' && ended.supersededBy !== undefined) {
      const superseded = () => set(entry, runAfter(clock.now(), ended, { type: 'superseded' }));
      void ending.then(superseded).catch(logged(entry));
    }
    held.log.info('job.ended', { state: ended.state, code: failure?.code, ms: at - startedAt });
    // The next claim may share the disk's time with this end.
    working.delete(entry);
    pump();
    await ending;
  };

  const attempt = async (entry: Entry, held: Held, mine: Turn): Promise<Made> => {
    const { request, id } = entry;
    const bad = needs.unfit(request);
    if (bad !== undefined) throw bad;
    const isOver = () => !isHeld(entry.run.state);
    return runJob(
      world,
      {
        request,
        claim: held.claim,
        fresh: entry.run.fresh,
        smaller: entry.run.smaller === true,
        turn: mine,
        signal: held.abort.signal,
        log: held.log,
        async save(stages, write) {
          const begins = stages.some((one) => one.state === 'running');
          const run = begins ? runAfter(clock.now(), entry.run, { type: 'stage-started' }) : undefined;
          entry.run = { ...(run ?? entry.run), stages };
          if (write !== undefined) await put(entry, entry.run, write);
        },
        progress(now) {
          if (isOver()) return;
          entry.progress = now;
          emit({ type: 'progress', job: id, progress: now });
        },
        live(film, whole) {
          if (!isOver()) emit({ type: 'live', job: id, film, whole });
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
      needs.pipeline(request)!,
    );
  };

  return {
    begin() {
      lookAtRest();
      setImmediate(pump);
    },
    look: pump,
    rest: () => rest,
    taken: () => [...working.keys(), ...ahead],
    get isWorking() {
      return working.size > 0;
    },
    over: async (entry) => working.get(entry),
    async close() {
      closing = true;
      stopWaking();
      for (const { held } of roster.all()) held?.abort.abort(new Ending('interrupted'));
      await Promise.all(working.values());
      // What was claimed and not begun goes back as what was interrupted does.
      await Promise.all(ahead.splice(0).map(turn));
      await Promise.all(discarding);
    },
  };
}
