// What the app's monitor shows: the registered figures put together in one answer, with the first of the line and the
// last minutes beside them. It measures nothing itself.
import { type StageName, stageNames } from '@myspinbot/shared/job/job.ts';
import { type LinkKind, linkKinds } from '@myspinbot/shared/transfer/link.ts';
import type { Monitor } from '@myspinbot/shared/wire/monitor.ts';
import type { Gpus } from '../gpu/watch.ts';
import type { Queue } from '../queue/port.ts';
import { type Moment, RECENT_EVERY_MS, type Recent } from './recent.ts';
import type { Registered } from './registered.ts';

/** What a person looks at; the rest is a number. */
const LINE_SHOWN = 12;

export interface MonitorWorld {
  registered: Registered;
  recent: Pick<Recent, 'moments'>;
  queue: Pick<Queue, 'line' | 'rest'>;
  gpus: Pick<Gpus, 'state' | 'trouble' | 'readings'>;
  version: string;
  startedAt: number;
  now(): number;
}

export async function monitorOf(world: MonitorWorld): Promise<Monitor> {
  const { registered, recent, version, startedAt } = world;
  const figure = async (name: string, of?: Record<string, string>) =>
    (await registered.value(name, of)) ?? null;
  const moments = recent.moments();
  return {
    at: world.now(),
    version,
    startedAt,
    queue: await queueOf(world, figure),
    stages: await Promise.all(stageNames.map((stage) => stageOf(registered, stage))).then((all) =>
      all.filter(({ runs, reused, failed }) => runs + reused + failed > 0),
    ),
    engines: (await registered.each('myspinbot_engines_ready')).map(({ labels, value }) => ({
      engine: labels.engine ?? '',
      capability: labels.capability ?? '',
      ready: value === 1,
    })),
    links: await Promise.all(linkKinds.map((link) => linkOf(registered, link, moments.at(-1)))),
    documents: {
      bytes: await figure('myspinbot_documents_stored_bytes'),
      sockets: await figure('myspinbot_documents_sockets'),
      updates: await figure('myspinbot_documents_updates_total'),
      restoredKeys: await figure('myspinbot_documents_restored_keys_total'),
    },
    disk: {
      freeBytes: await figure('myspinbot_vault_disk_free_bytes'),
      sizeBytes: await figure('myspinbot_vault_disk_size_bytes'),
      usedBytes: await figure('myspinbot_vault_used_bytes'),
      quotaBytes: await figure('myspinbot_vault_quota_bytes'),
      assets: await figure('myspinbot_vault_assets'),
      unfinishedBytes: await figure('myspinbot_vault_unfinished_bytes'),
    },
    agent: {
      processor: moments.at(-1)?.processor ?? 0,
      memoryBytes: await figure('myspinbot_process_resident_memory_bytes'),
      loopSeconds: await figure('myspinbot_process_loop_delay_seconds'),
    },
    machine: {
      load: await figure('myspinbot_machine_load_average'),
      processors: await figure('myspinbot_machine_processors'),
      memoryFreeBytes: await figure('myspinbot_machine_memory_free_bytes'),
      memorySizeBytes: await figure('myspinbot_machine_memory_size_bytes'),
    },
    gpus: gpusOf(world.gpus),
    recent: recentOf(moments),
  };
}

type ReadFigure = (name: string, of?: Record<string, string>) => Promise<number | null>;

async function queueOf({ queue }: MonitorWorld, figure: ReadFigure): Promise<Monitor['queue']> {
  return {
    waiting: await figure('myspinbot_queue_waiting_jobs'),
    oldestWaitSeconds: await figure('myspinbot_queue_oldest_wait_seconds'),
    rest: queue.rest() ?? null,
    line: queue
      .line()
      .slice(0, LINE_SHOWN)
      .map(({ request, run }) => ({ job: request.id, state: run.state })),
    succeeded: await figure('myspinbot_queue_ended_total', { outcome: 'succeeded' }),
    failed: await figure('myspinbot_queue_ended_total', { outcome: 'failed' }),
    cancelled: await figure('myspinbot_queue_ended_total', { outcome: 'cancelled' }),
    putOff: await figure('myspinbot_queue_put_offs_total'),
  };
}

async function stageOf(registered: Registered, stage: StageName): Promise<Monitor['stages'][number]> {
  const ended = async (outcome: string) =>
    (await registered.value('myspinbot_stages_runs_total', { stage, outcome })) ?? 0;
  return {
    stage,
    runs: await ended('done'),
    reused: await ended('reused'),
    failed: await ended('failed'),
    averageSeconds: (await registered.average('myspinbot_stages_duration_seconds', { stage })) ?? null,
    realToExpected: (await registered.average('myspinbot_stages_real_to_expected_ratio', { stage })) ?? null,
  };
}

function gpusOf(gpus: MonitorWorld['gpus']): Monitor['gpus'] {
  return {
    state: gpus.state,
    trouble: gpus.state === 'failing' ? (gpus.trouble ?? '').slice(0, 300) : null,
    cards: gpus.readings().map((one) => ({
      name: one.name,
      memoryUsedBytes: one.memoryUsed ?? null,
      memorySizeBytes: one.memoryTotal ?? null,
      busy: one.busy ?? null,
      celsius: one.celsius ?? null,
      watts: one.watts ?? null,
      wattsLimit: one.wattsLimit ?? null,
    })),
  };
}

async function linkOf(
  registered: Registered,
  link: LinkKind,
  now: Moment | undefined,
): Promise<Monitor['links'][number]> {
  const moved = async (direction: string) =>
    (await registered.value('myspinbot_links_moved_bytes_total', { link, direction })) ?? 0;
  return {
    link,
    open: (await registered.value('myspinbot_links_open', { link })) ?? null,
    inBytes: await moved('in'),
    outBytes: await moved('out'),
    inPerSecond: Math.round(now?.inPerSecond[link] ?? 0),
    outPerSecond: Math.round(now?.outPerSecond[link] ?? 0),
    averagePerSecond: (await registered.average('myspinbot_links_speed_bytes_per_second', { link })) ?? null,
    damagedBlocks: (await registered.value('myspinbot_links_damaged_blocks_total', { link })) ?? 0,
  };
}

function recentOf(moments: readonly Moment[]): Monitor['recent'] {
  const whole = (perLink: Readonly<Record<string, number>>) =>
    Math.round(Object.values(perLink).reduce((sum, one) => sum + one, 0));
  return {
    everyMs: RECENT_EVERY_MS,
    processor: moments.map(({ processor }) => rounded(processor)),
    memoryBytes: moments.map(({ memoryBytes }) => memoryBytes),
    loopSeconds: moments.map(({ loopSeconds }) => rounded(loopSeconds)),
    inPerSecond: moments.map(({ inPerSecond }) => whole(inPerSecond)),
    outPerSecond: moments.map(({ outPerSecond }) => whole(outPerSecond)),
    waiting: moments.map(({ waiting }) => waiting),
  };
}

/** As exact as a line on a screen can be. */
function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
