// A world for figures in which nothing happens by itself: the test says what the rooms tell, and turns the clock.
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import type { JobId, JobRequest, JobRun } from '@myspinbot/shared/job/job.ts';
import type { Rest } from '@myspinbot/shared/job/rules.ts';
import type { GpuReading } from '../../gpu/readings.ts';
import type { HubEvent } from '../../hub/hub.ts';
import { silentLogger } from '../../log/logger.ts';
import type { PlannedStage, QueuedJob, QueueEvent } from '../../queue/port.ts';
import type { TransfersEvent } from '../../transfer/transfers.ts';
import { createMetrics, type Metrics } from '../metrics.ts';

export interface QuietWorld {
  readonly metrics: Metrics;
  queue(event: QueueEvent): void;
  hub(event: HubEvent): void;
  transfers(event: TransfersEvent): void;
  /** The job is in this state from now on, and that is told. */
  run(id: string, run: Partial<JobRun>): void;
  rest(rest: Rest | undefined): void;
  /** What every job is planned as. */
  plans(stages: readonly PlannedStage[]): void;
  /** Everything that is read from now on fails. */
  breaks(): void;
  /** Time goes on, and whatever waited for it happens. */
  later(ms: number): Promise<void>;
  /** A figure as a scrape has it: `name` or `name{label="value"}`. */
  value(line: string): Promise<number | undefined>;
  scrape(): Promise<string>;
}

export const START = 1_700_000_000_000;

export function quietWorld(
  engines: readonly EngineEntry[] = [],
  cards: readonly GpuReading[] = [],
): QuietWorld {
  const told = {
    queue: new Set<(event: QueueEvent) => void>(),
    hub: new Set<(event: HubEvent) => void>(),
    transfers: new Set<(event: TransfersEvent) => void>(),
  };
  const on =
    <E>(listeners: Set<(event: E) => void>) =>
    (listener: (event: E) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    };
  const jobs = new Map<JobId, QueuedJob>();
  let planned: readonly PlannedStage[] = [];
  let now = START;
  let due: { at: number; then(): void }[] = [];
  let resting: Rest | undefined;
  let isBroken = false;
  const read = <T>(value: T): T => {
    if (isBroken) throw new Error('closed');
    return value;
  };
  const all = () => read([...jobs.values()]);
  const usage = { usedBytes: 5, unfinishedBytes: 1, documentBytes: 2, totalBytes: 1000, deviceBytes: 100 };
  const metrics = createMetrics({
    queue: {
      on: on(told.queue),
      jobs: all,
      line: () => all().filter(({ run }) => run.finishedAt === undefined),
      job: (id) => jobs.get(id),
      rest: () => read(resting),
      plan: async () => [...planned],
    },
    hub: { on: on(told.hub), bytes: () => read(2) },
    transfers: { on: on(told.transfers) },
    vault: { usage: () => read({ assets: 1, bytes: 2 }), unfinished: () => read(1) },
    quota: { usage: () => read(usage) },
    gate: { devices: () => read([]), scripts: () => read([]) },
    offers: () => read(engines),
    gpus: { state: cards.length > 0 ? 'read' : 'absent', trouble: undefined, readings: () => read(cards) },
    dataDir: '/',
    version: '0.0.1',
    clock: {
      now: () => now,
      after(ms, then) {
        const one = { at: now + ms, then };
        due.push(one);
        return () => {
          due = due.filter((other) => other !== one);
        };
      },
    },
    log: silentLogger,
    monotonicMs: () => now,
  });
  const scrape = async () => (await metrics.scrape()).body;
  return {
    metrics,
    queue: (event) => told.queue.forEach((listener) => void listener(event)),
    hub: (event) => told.hub.forEach((listener) => void listener(event)),
    transfers: (event) => told.transfers.forEach((listener) => void listener(event)),
    run(named, change) {
      const id = named as JobId;
      const before = jobs.get(id)?.run ?? {
        state: 'queued',
        attempt: 0,
        retry: 0,
        queuedAt: now,
        stages: [],
      };
      const run: JobRun = { ...before, ...change };
      jobs.set(id, { request: { id } as JobRequest, run });
      this.queue({ type: 'run', job: id, run });
    },
    rest(rest) {
      resting = rest;
    },
    plans(stages) {
      planned = stages;
    },
    breaks() {
      isBroken = true;
    },
    async later(ms) {
      now += ms;
      const ripe = due.filter(({ at }) => at <= now);
      due = due.filter(({ at }) => at > now);
      for (const { then } of ripe) then();
      // What they look at comes in a turn of its own.
      await new Promise((resolve) => setImmediate(resolve));
    },
    async value(line) {
      const found = (await scrape()).split('\n').find((one) => one.startsWith(`${line} `));
      return found === undefined ? undefined : Number(found.slice(line.length));
    },
    scrape,
  };
}
