// Figures for Prometheus. It listens to what the other rooms tell anyway and reads the rest when it is asked;
// nothing else of the agent knows that it is here.
import { roles } from '@myspinbot/shared/access/access.ts';
import type { JobId, JobRun } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import { type LinkKind, linkKinds } from '@myspinbot/shared/transfer/link.ts';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { SocketHub } from '../hub/hub.ts';
import type { Gate } from '../pairing/port.ts';
import type { Queue } from '../queue/port.ts';
import type { ServerEvent } from '../server/server.ts';
import type { Transfers } from '../transfer/transfers.ts';
import type { Vault } from '../vault/port.ts';

/** From a template written in milliseconds to an hour of rendering. */
const STAGE_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 1800, 3600,
];

const states: readonly JobRun['state'][] = [
  'waiting-for-assets',
  'queued',
  'running',
  'cancelling',
  'cancelled',
  'failed',
  'succeeded',
];

export interface Metrics {
  /** What a scrape gets. */
  scrape(): Promise<{ type: string; body: string }>;
  /** The server tells what it saw. */
  server(event: ServerEvent): void;
  close(): void;
}

/** What a transfer's links are called in the figures; requests by HTTP are counted together. */
const metricOf: Record<LinkKind, string> = { socket: 'transfer', direct: 'direct', http: 'http' };

export function createMetrics(world: {
  queue: Queue;
  hub: SocketHub;
  transfers: Pick<Transfers, 'on'>;
  vault: Vault;
  gate: Pick<Gate, 'devices'>;
  version: string;
}): Metrics {
  const { queue, hub, transfers, vault, gate } = world;
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'myspinbot_' });

  new Gauge({
    name: 'myspinbot_info',
    help: 'Version of the agent, as a label.',
    labelNames: ['version'],
    registers,
  }).set({ version: world.version }, 1);
  new Gauge({
    name: 'myspinbot_jobs',
    help: 'Jobs the agent remembers, by state.',
    labelNames: ['state'],
    registers,
    collect() {
      const counts = new Map<string, number>();
      for (const { run } of queue.jobs()) counts.set(run.state, (counts.get(run.state) ?? 0) + 1);
      for (const state of states) this.set({ state }, counts.get(state) ?? 0);
    },
  });
  new Gauge({
    name: 'myspinbot_queue_length',
    help: 'Jobs that are ready and wait for their turn.',
    registers,
    collect() {
      this.set(queue.jobs().filter(({ run }) => run.state === 'queued').length);
    },
  });
  const jobs = new Counter({
    name: 'myspinbot_jobs_total',
    help: 'Jobs that ended since the agent started, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['succeeded', 'failed', 'cancelled']) jobs.inc({ outcome }, 0);
  const stages = new Counter({
    name: 'myspinbot_stages_total',
    help: 'Stages that ended, by outcome; reused ones were served from artifacts.',
    labelNames: ['stage', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'myspinbot_stage_duration_seconds',
    help: 'Time a stage ran until it was done or failed, by stage and engine.',
    labelNames: ['stage', 'engine'],
    buckets: STAGE_SECONDS,
    registers,
  });
  const sockets = new Gauge({
    name: 'myspinbot_sockets',
    help: 'Open sockets, by kind.',
    labelNames: ['kind'],
    registers,
  });
  sockets.set({ kind: 'sync' }, 0);
  for (const kind of linkKinds) sockets.set({ kind: metricOf[kind] }, 0);
  const moved = new Counter({
    name: 'myspinbot_moved_bytes_total',
    help: 'Bytes moved between devices and the agent, by direction (seen from the agent) and link.',
    labelNames: ['direction', 'link'],
    registers,
  });
  for (const name of ['sync', ...Object.values(metricOf)]) {
    for (const direction of ['in', 'out']) moved.inc({ direction, link: name }, 0);
  }
  const refused = new Counter({
    name: 'myspinbot_refused_total',
    help: 'Requests and messages that were refused as foreign, not allowed, forged or malformed, by where.',
    labelNames: ['where'],
    registers,
  });
  for (const where of ['http', 'sync', 'transfer']) refused.inc({ where }, 0);
  const restored = new Counter({
    name: 'myspinbot_restored_keys_total',
    help: "The agent's own document keys that a device had changed and that were put back.",
    registers,
  });
  new Gauge({
    name: 'myspinbot_devices',
    help: 'Paired devices, by role.',
    labelNames: ['role'],
    registers,
    collect() {
      const paired = gate.devices().filter(({ removed }) => removed === undefined);
      for (const role of roles) this.set({ role }, paired.filter((one) => one.role === role).length);
    },
  });
  new Gauge({
    name: 'myspinbot_vault_assets',
    help: 'Assets in the vault.',
    registers,
    collect() {
      this.set(vault.usage().assets);
    },
  });
  new Gauge({
    name: 'myspinbot_vault_bytes',
    help: 'Bytes of the assets in the vault.',
    registers,
    collect() {
      this.set(vault.usage().bytes);
    },
  });

  /** Jobs seen not ended; an end is counted once, however often it is told. */
  const open = new Set<JobId>(
    queue.jobs().flatMap(({ request, run }) => (isEnded(run.state) ? [] : [request.id])),
  );
  const stop = [
    queue.on((event) => {
      if (event.type === 'stage') {
        stages.inc({ stage: event.stage, outcome: event.outcome });
        if (event.outcome === 'done' || event.outcome === 'failed') {
          durations.observe({ stage: event.stage, engine: event.engine }, event.ms / 1000);
        }
      } else if (event.type === 'run') {
        if (!isEnded(event.run.state)) open.add(event.job);
        else if (open.delete(event.job)) jobs.inc({ outcome: event.run.state });
      }
    }),
    hub.on((event) => {
      if (event.type === 'sockets') sockets.set({ kind: 'sync' }, event.open);
      else if (event.type === 'moved') moved.inc({ direction: event.direction, link: 'sync' }, event.bytes);
      else if (event.type === 'cut') refused.inc({ where: 'sync' });
      else restored.inc(event.count);
    }),
    transfers.on((event) => {
      if (event.type === 'links') sockets.set({ kind: metricOf[event.kind] }, event.open);
      else if (event.type === 'moved')
        moved.inc({ direction: event.direction, link: metricOf[event.link] }, event.bytes);
      else if (event.type === 'violation') refused.inc({ where: 'transfer' });
    }),
  ];

  return {
    scrape: async () => ({ type: registry.contentType, body: await registry.metrics() }),
    server(event) {
      if (event.type === 'refused') refused.inc({ where: 'http' });
      else moved.inc({ direction: event.direction, link: 'http' }, event.bytes);
    },
    close() {
      for (const unlisten of stop) unlisten();
      registry.clear();
    },
  };
}
