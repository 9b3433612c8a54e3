// The agent's figures, room by room, and the two who read them: a scrape and the app's monitor. They listen to what the
// other rooms tell anyway and read the rest when they are asked; nothing else of the agent knows that they are here.
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { type LinkKind, linkKinds } from '@myspinbot/shared/transfer/link.ts';
import type { Monitor } from '@myspinbot/shared/wire/monitor.ts';
import { Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { Gpus } from '../gpu/watch.ts';
import type { SocketHub } from '../hub/hub.ts';
import type { Logger } from '../log/logger.ts';
import type { Gate } from '../pairing/port.ts';
import type { Queue } from '../queue/port.ts';
import type { ServerEvent } from '../server/server.ts';
import type { Transfers } from '../transfer/transfers.ts';
import type { Vault } from '../vault/port.ts';
import type { Quota } from '../vault/quota.ts';
import { documentFigures } from './documents.ts';
import { engineFigures } from './engines.ts';
import { createFigures } from './figures.ts';
import { gpuFigures } from './gpu.ts';
import { linkFigures } from './links.ts';
import { monitorOf } from './monitor.ts';
import { pairingFigures } from './pairing.ts';
import { processFigures } from './process.ts';
import { queueFigures } from './queue.ts';
import { followRecent, type Look } from './recent.ts';
import { type Registered, registeredIn } from './registered.ts';
import { requestFigures } from './requests.ts';
import { stageFigures } from './stages.ts';
import { vaultFigures } from './vault.ts';

export interface Metrics {
  /** What a scrape gets. */
  scrape(): Promise<{ type: string; body: string }>;
  /** The same figures for people. */
  monitor(): Promise<Monitor>;
  /** The server tells what it saw. */
  server(event: ServerEvent): void;
  close(): void;
}

export interface MetricsWorld {
  queue: Pick<Queue, 'on' | 'jobs' | 'job' | 'line' | 'rest' | 'plan'>;
  hub: Pick<SocketHub, 'on' | 'bytes'>;
  transfers: Pick<Transfers, 'on'>;
  vault: Pick<Vault, 'usage' | 'unfinished'>;
  quota: Pick<Quota, 'usage'>;
  gate: Pick<Gate, 'devices' | 'scripts'>;
  /** What the engines said of themselves last. */
  offers(): readonly EngineEntry[];
  gpus: Pick<Gpus, 'state' | 'trouble' | 'readings'>;
  dataDir: string;
  version: string;
  clock: Clock;
  log: Logger;
  /** Default: this process's own. */
  monotonicMs?(): number;
}

export function createMetrics(world: MetricsWorld): Metrics {
  const { queue, hub, transfers, gate, version, clock } = world;
  const registry = new Registry();
  const figures = createFigures(registry, world.log);
  const registered = registeredIn(registry);
  const startedAt = clock.now();

  const aboutQueue = queueFigures(figures, { queue, now: clock.now });
  const aboutStages = stageFigures(figures, { queue, now: clock.now });
  engineFigures(figures, world.offers);
  gpuFigures(figures, world.gpus);
  const aboutLinks = linkFigures(figures, { monotonicMs: world.monotonicMs ?? (() => performance.now()) });
  const aboutDocuments = documentFigures(figures, hub);
  vaultFigures(figures, world);
  const aboutPairing = pairingFigures(figures, gate);
  const aboutRequests = requestFigures(figures);
  const recent = followRecent({ clock, look: () => lookOf(registered, queue) });
  processFigures(figures, { registry, version, startedAt, worstLoopSeconds: recent.worstLoopSeconds });

  const stop = [
    queue.on(figures.quiet(aboutQueue)),
    queue.on(figures.quiet(aboutStages)),
    hub.on(figures.quiet(aboutDocuments)),
    transfers.on(figures.quiet(aboutLinks.transfers)),
  ];
  return {
    scrape: async () => ({ type: registry.contentType, body: await registry.metrics() }),
    monitor: () =>
      monitorOf({ registered, recent, queue, gpus: world.gpus, version, startedAt, now: clock.now }),
    server: figures.quiet((event) => {
      if (event.type === 'moved') return aboutLinks.http(event.direction, event.bytes);
      if (event.type === 'refused') return aboutRequests.refused();
      aboutRequests.answered(event);
      aboutPairing(event);
      if (event.code === 'block-damaged') aboutLinks.damagedByHttp();
    }),
    close() {
      for (const unlisten of stop) unlisten();
      recent.close();
      registry.clear();
    },
  };
}

async function lookOf(registered: Registered, queue: Pick<Queue, 'line'>): Promise<Look> {
  const bytes: { in: Record<string, number>; out: Record<string, number> } = { in: {}, out: {} };
  for (const link of linkKinds) bytes.in[link] = bytes.out[link] = 0;
  for (const { labels, value } of await registered.each('myspinbot_links_moved_bytes_total')) {
    if (labels.direction === 'in' || labels.direction === 'out') {
      bytes[labels.direction][labels.link as LinkKind] = value;
    }
  }
  return {
    inBytes: bytes.in,
    outBytes: bytes.out,
    waiting: queue.line().filter(({ run }) => run.state === 'queued').length,
  };
}
