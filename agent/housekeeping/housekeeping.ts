// Housekeeping as it is asked for: one piece of work after the other, so that none removes what another is copying. It
// knows which there are; what each does is in its own file.
import { randomUUID } from 'node:crypto';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type {
  Collected,
  HousekeepingReport,
  HousekeepingTask,
  HousekeepingWish,
} from '@myspinbot/shared/wire/housekeeping.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { backUp, type OpenCopy } from './backup.ts';
import { collect } from './collect.ts';
import { lookAtFolder, lookAtMachine, lookAtStores, type Machine } from './doctor.ts';
import { exportProject } from './export-project.ts';
import { importProject } from './import-project.ts';
import type { Progress, Stores } from './stores.ts';

export interface HousekeepingWorld {
  readonly stores: Stores;
  readonly version: string;
  readonly machine: Machine;
  /** Throws when so many bytes more may not be kept. */
  mustFit(bytes: number): void;
  /** Opens the stores in the folder of a copy. */
  readonly openCopy: OpenCopy;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Housekeeping {
  /** Does it when everything that was asked before is done. Throws Failure; rejects with the signal's reason. */
  run(
    wish: HousekeepingWish,
    options?: { signal?: AbortSignal; progress?: Progress },
  ): Promise<HousekeepingReport>;
  /** Collects garbage, in its turn. */
  collect(): Promise<Collected>;
  /** The same for whoever comes back to look. Throws Failure `too-often` while too much is waiting. */
  begin(wish: HousekeepingWish): HousekeepingTask;
  /** Ended ones are remembered for a while. */
  task(id: string): HousekeepingTask | undefined;
  /** Ends it where it stands; idempotent. */
  cancel(id: string): void;
  /** Ends what runs. */
  close(): Promise<void>;
}

const MAX_WAITING = 8;
const MAX_REMEMBERED = 50;

export function createHousekeeping(world: HousekeepingWorld): Housekeeping {
  const { clock, log, stores, version, openCopy } = world;
  const closing = new AbortController();
  const tasks = new Map<string, { task: HousekeepingTask; stop: AbortController }>();
  let last: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined); // whoever asked is told
    return done;
  };
  const act = async (
    wish: HousekeepingWish,
    { signal, progress }: { signal: AbortSignal; progress: Progress },
  ): Promise<HousekeepingReport> => {
    const now = clock.now();
    switch (wish.what) {
      case 'collect':
        return { what: 'collect', ...(await collect(stores, { ...wish, now, signal, progress })) };
      case 'backup': {
        const { file } = wish;
        return {
          what: 'backup',
          ...(await backUp(stores, { file, version, now, openCopy }, { signal, progress })),
        };
      }
      case 'export': {
        const { project, file } = wish;
        const made = await exportProject(stores, { project, file, version, now }, { signal, progress });
        return { what: 'export', ...made };
      }
      case 'import': {
        const { file } = wish;
        const { mustFit } = world;
        return { what: 'import', ...(await importProject(stores, { file, mustFit }, { signal, progress })) };
      }
      case 'doctor': {
        const options = { ...wish, signal, progress };
        const findings = [
          ...(await lookAtFolder(stores.dataDir, options)),
          ...(await lookAtStores(stores, options)),
          ...(await lookAtMachine(stores.dataDir, world.machine, options)),
        ];
        return { what: 'doctor', findings };
      }
    }
  };
  const run: Housekeeping['run'] = (wish, { signal, progress = () => {} } = {}) => {
    const either = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
    return inTurn(async () => {
      either.throwIfAborted();
      const startedAt = clock.now();
      const report = await act(wish, { signal: either, progress });
      log.info('housekeeping.done', { what: wish.what, ms: clock.now() - startedAt });
      return report;
    });
  };
  const isRunning = ({ task }: { task: HousekeepingTask }) => task.state.state === 'running';

  return {
    run,
    collect: () =>
      inTurn(async () => {
        closing.signal.throwIfAborted();
        return await collect(stores, { now: clock.now(), dryRun: false, signal: closing.signal });
      }),
    begin(wish) {
      if ([...tasks.values()].filter(isRunning).length >= MAX_WAITING) throw tooMuch();
      const id = randomUUID();
      const stop = new AbortController();
      const entry = {
        task: { id, state: { state: 'running', done: 0, total: 0 } } as HousekeepingTask,
        stop,
      };
      tasks.set(id, entry);
      for (const [old, one] of tasks) {
        if (tasks.size > MAX_REMEMBERED && !isRunning(one)) tasks.delete(old);
      }
      const become = (state: HousekeepingTask['state']) => {
        entry.task = { id, state };
      };
      run(wish, {
        signal: stop.signal,
        progress: (done, total) => become({ state: 'running', done, total }),
      }).then(
        (report) => become({ state: 'done', report }),
        (cause: unknown) => become({ state: 'failed', failure: failureOf(cause, log).toRecord() }),
      );
      return entry.task;
    },
    task: (id) => tasks.get(id)?.task,
    cancel: (id) => tasks.get(id)?.stop.abort(stopped()),
    async close() {
      closing.abort(stopped());
      await last;
    },
  };
}

function failureOf(cause: unknown, log: Logger): Failure {
  if (cause instanceof Failure) return cause;
  log.error('housekeeping.failed', { error: cause instanceof Error ? cause.stack : String(cause) });
  return new Failure({
    code: 'internal',
    message: `It did not work: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: 'Try it again; npx myspinbot doctor looks whether something is wrong.',
    cause,
  });
}

function stopped(): Failure {
  return new Failure({ code: 'refused', message: 'It was stopped.', hint: 'Nothing was left half done.' });
}

function tooMuch(): Failure {
  return new Failure({
    code: 'too-often',
    message: 'Too much housekeeping is waiting already.',
    hint: 'Wait until it is done.',
    retry: 'soon',
  });
}
