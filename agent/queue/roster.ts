// Every job the queue knows. A run changes here alone: at once in memory, then on the disk, then told to everybody, in the
// order of the changes. It does not know which changes are legal, nor why they are made.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobId, JobRun } from '@myspinbot/shared/job/job.ts';
import type { Logger } from '../log/logger.ts';
import type { Entry } from './entry.ts';
import type { Ledger } from './ledger.ts';
import { createLine, type Line, rankOf } from './line.ts';
import type { QueueEvent } from './port.ts';

export interface Roster {
  get(id: JobId): Entry | undefined;
  all(): Entry[];
  /** Those that wait to be taken. */
  readonly line: Line<Entry>;
  /** Of the line too, when it waits to be taken. */
  add(entry: Entry): void;
  remove(entry: Entry): void;
  /**
   * Sets the run at once, makes it durable, then tells, in the order of the calls. A disk that refuses is logged: a restart
   * repairs.
   */
  put(entry: Entry, run: JobRun, write: (run: JobRun) => Promise<unknown>): Promise<void>;
  /** A change that no claim is needed for; without a run nothing is changed. */
  set(entry: Entry, run: JobRun | undefined): Promise<void>;
  /** What to do with a change that could not be written. */
  logged(entry: Entry): (error: unknown) => void;
  emit(event: QueueEvent): void;
  on(listener: (event: QueueEvent) => void): () => void;
}

export function createRoster({ ledger, log }: { ledger: Ledger; log: Logger }): Roster {
  const entries = new Map<JobId, Entry>();
  const line = createLine<Entry>();
  const listeners = new Set<(event: QueueEvent) => void>();
  /** What was put last has been told. */
  let telling: Promise<void> = Promise.resolve();

  const roster: Roster = {
    get: (id) => entries.get(id),
    all: () => [...entries.values()],
    line,
    add(entry) {
      entries.set(entry.id, entry);
      if (entry.run.state === 'queued') line.add(entry);
    },
    remove(entry) {
      entries.delete(entry.id);
      line.remove(entry);
    },
    async put(entry, run, write) {
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
        roster.emit({ type: 'run', job: entry.id, run });
      };
      const written = write(run);
      // What is another's to say is not told; a disk that refuses has the change told all the same.
      const told = written.then(tell, (error) => (isFenced(error) ? before : tell()));
      telling = told;
      entry.telling = told;
      await written.finally(() => told);
    },
    set: (entry, run) =>
      run === undefined
        ? Promise.resolve()
        : roster.put(entry, run, (now) => ledger.record(entry.request, now)),
    logged: (entry) => (error) => log.error('queue.not-written', { job: entry.id, why: String(error) }),
    emit(event) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          log.error('queue.listener', { why: String(error) }); // one deaf listener must not stop the work
        }
      }
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return roster;
}

function isFenced(error: unknown): boolean {
  return error instanceof Failure && error.code === 'fenced';
}
