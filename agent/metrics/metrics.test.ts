// Each room's figures are those of what it told, and nothing that fails here reaches whoever told it.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { monitorSchema } from '@myspinbot/shared/wire/monitor.ts';
import { afterEach, expect, test } from 'vitest';
import type { TransfersEvent } from '../transfer/transfers.ts';
import { type QuietWorld, quietWorld, START } from './testing/quiet-world.ts';

const worlds: QuietWorld[] = [];
const open = (...args: Parameters<typeof quietWorld>) => {
  const world = quietWorld(...args);
  worlds.push(world);
  return world;
};
afterEach(() => {
  for (const world of worlds.splice(0)) world.metrics.close();
});

test('the queue: claims, delays, put-offs and ends are counted once, however often they are told', async () => {
  const world = open();
  world.run('j_1', { state: 'queued' });
  await world.later(3000);
  expect(await world.value('myspinbot_queue_waiting_jobs')).toBe(1);
  expect(await world.value('myspinbot_queue_oldest_wait_seconds')).toBe(3);
  const startedAt = START + 3000;
  for (const state of ['claimed', 'running', 'running'] as const) {
    world.run('j_1', { state, attempt: 1, startedAt });
  }
  world.run('j_1', { state: 'queued', tries: 1, waits: { why: 'disk-full' } });
  world.run('j_1', { state: 'claimed', attempt: 2, startedAt });
  for (let told = 0; told < 2; told++) {
    world.run('j_1', {
      state: 'failed',
      finishedAt: startedAt + 2000,
      failure: { code: 'disk-full', message: 'Full.', hint: 'Make room.', retry: 'soon' },
    });
  }
  const figures = {
    myspinbot_queue_claims_total: 2,
    'myspinbot_queue_put_offs_total{reason="disk-full"}': 1,
    'myspinbot_queue_put_offs_total{reason="back-off"}': 0,
    'myspinbot_queue_ended_total{outcome="failed"}': 1,
    'myspinbot_queue_ended_total{outcome="succeeded"}': 0,
    'myspinbot_queue_failures_total{code="disk-full"}': 1,
    myspinbot_queue_start_delay_seconds_count: 1,
    myspinbot_queue_start_delay_seconds_sum: 3,
    'myspinbot_queue_jobs{state="failed"}': 1,
    'myspinbot_queue_jobs{state="claimed"}': 0,
    myspinbot_queue_waiting_jobs: 0,
    myspinbot_queue_oldest_wait_seconds: 0,
  };
  for (const [line, value] of Object.entries(figures)) expect(await world.value(line), line).toBe(value);
});

test('the queue: a job that is put back after its end is begun and ended anew', async () => {
  const world = open();
  const once = async (retry: number) => {
    world.run('j_1', { state: 'queued', retry, queuedAt: START + retry });
    world.run('j_1', { state: 'claimed', attempt: retry + 1, startedAt: START + retry + 500 });
    world.run('j_1', { state: 'succeeded', finishedAt: START + retry + 2500 });
  };
  await once(0);
  await once(1);
  expect(await world.value('myspinbot_queue_claims_total')).toBe(2);
  expect(await world.value('myspinbot_queue_ended_total{outcome="succeeded"}')).toBe(2);
  expect(await world.value('myspinbot_queue_start_delay_seconds_sum')).toBe(1);
  expect(await world.value('myspinbot_queue_job_duration_seconds_sum')).toBe(4);
});

test('the queue: why it rests is 1 at one reason', async () => {
  const world = open();
  expect(await world.value('myspinbot_queue_resting{reason="paused"}')).toBe(0);
  world.rest({ why: 'paused' });
  expect(await world.value('myspinbot_queue_resting{reason="paused"}')).toBe(1);
  expect(await world.value('myspinbot_queue_resting{reason="disk-full"}')).toBe(0);
});

test('stages: how long they took, and how much of that was expected', async () => {
  const world = open();
  const named = { node: 'portrait', stage: 'portrait', engine: 'portrait/small' } as const;
  world.plans([{ ...named, will: 'run', expectedMs: 1000, rangeMs: [500, 2000] }]);
  world.run('j_1', { state: 'queued' });
  world.run('j_1', { state: 'claimed', attempt: 1, startedAt: START });
  await world.later(1);
  const stage = { type: 'stage', job: 'j_1' as never, stage: 'portrait', engine: 'portrait/small' } as const;
  world.queue({ ...stage, outcome: 'done', ms: 2000 });
  world.queue({ ...stage, outcome: 'reused', ms: 1 });
  const of = '{stage="portrait",engine="portrait/small"';
  expect(await world.value(`myspinbot_stages_runs_total${of},outcome="done"}`)).toBe(1);
  expect(await world.value(`myspinbot_stages_runs_total${of},outcome="reused"}`)).toBe(1);
  expect(await world.value(`myspinbot_stages_duration_seconds_sum${of}}`)).toBe(2);
  expect(await world.value('myspinbot_stages_real_to_expected_ratio_sum{stage="portrait"}')).toBe(2);
  const { stages } = await world.metrics.monitor();
  expect(stages).toEqual([
    { stage: 'portrait', runs: 1, reused: 1, failed: 0, averageSeconds: 2, realToExpected: 2 },
  ]);
});

test('engines: ready or not, and gone when they are not offered any more', async () => {
  const engine = { id: 'look/small', capability: 'look', tier: 'builtin', version: '1' } as const;
  const offers = [{ ...engine, readiness: { ready: true, detail: '' } } as const];
  const world = open(offers);
  const line = 'myspinbot_engines_ready{engine="look/small",capability="look",tier="builtin"}';
  expect(await world.value(line)).toBe(1);
  offers.splice(0);
  expect(await world.value(line)).toBeUndefined();
});

test('links: bytes, ends, damage and how fast a file went', async () => {
  const world = open();
  const way = { who: { kind: 'local' }, link: 'direct' } as const;
  const hash = 'ab'.repeat(32) as AssetHash;
  const totalBytes = 4_000_000;
  const progress = (doneBytes: number) =>
    ({ ...way, type: 'progress', direction: 'in', hash, doneBytes, totalBytes }) satisfies TransfersEvent;
  world.transfers({ type: 'links', kind: 'direct', open: 2 });
  world.transfers({ ...way, type: 'moved', direction: 'in', bytes: 7 });
  world.transfers({ ...way, type: 'damaged', hash });
  world.transfers({ ...way, type: 'violation', why: 'noise' });
  world.transfers(progress(1_000_000));
  await world.later(1500);
  world.transfers(progress(totalBytes));
  const ref = { hash, bytes: totalBytes, type: 'video/mp4' } as const;
  world.transfers({ ...way, type: 'ended', direction: 'in', hash, end: { outcome: 'done', ref } });
  const figures = {
    'myspinbot_links_open{link="direct"}': 2,
    'myspinbot_links_open{link="socket"}': 0,
    'myspinbot_links_moved_bytes_total{link="direct",direction="in"}': 7,
    'myspinbot_links_damaged_blocks_total{link="direct"}': 1,
    'myspinbot_links_violations_total{link="direct"}': 1,
    'myspinbot_links_transfers_total{link="direct",direction="in",outcome="done"}': 1,
    'myspinbot_links_speed_bytes_per_second_sum{link="direct",direction="in"}': 2_000_000,
  };
  for (const [line, value] of Object.entries(figures)) expect(await world.value(line), line).toBe(value);
});

test('documents: sockets, bytes, edits and what was put back', async () => {
  const world = open();
  world.hub({ type: 'sockets', open: 3 });
  world.hub({ type: 'moved', direction: 'out', bytes: 10 });
  world.hub({ type: 'updated' });
  world.hub({ type: 'restored', count: 2 });
  world.hub({ type: 'cut', why: 'noise' });
  const figures = {
    myspinbot_documents_sockets: 3,
    'myspinbot_documents_moved_bytes_total{direction="out"}': 10,
    myspinbot_documents_updates_total: 1,
    myspinbot_documents_restored_keys_total: 2,
    myspinbot_documents_cut_sockets_total: 1,
    myspinbot_documents_stored_bytes: 2,
  };
  for (const [line, value] of Object.entries(figures)) expect(await world.value(line), line).toBe(value);
});

test('requests and pairing: by the route as it was declared, so that nobody makes up new ones', async () => {
  const world = open();
  const answered = (route: string | undefined, status: number, code?: 'wrong-code' | 'block-damaged') =>
    world.metrics.server({ type: 'answered', route, status, ms: 20, code });
  answered(endpoints.pairingStart, 200);
  answered(endpoints.pairingStart, 403, 'wrong-code');
  answered(endpoints.pairingFinish, 200);
  answered(`${endpoints.uploads}/:hash`, 422, 'block-damaged');
  for (let guess = 0; guess < 5; guess++) answered(undefined, 404);
  world.metrics.server({ type: 'refused' });
  world.metrics.server({ type: 'moved', direction: 'out', bytes: 9 });
  const figures = {
    'myspinbot_pairing_attempts_total{outcome="begun"}': 1,
    'myspinbot_pairing_attempts_total{outcome="paired"}': 1,
    'myspinbot_pairing_attempts_total{outcome="wrong-code"}': 1,
    'myspinbot_pairing_attempts_total{outcome="too-often"}': 0,
    'myspinbot_server_requests_total{route="unknown",status="4xx"}': 5,
    'myspinbot_server_request_duration_seconds_count{route="/api/pairing/start"}': 2,
    myspinbot_server_refused_total: 1,
    'myspinbot_links_damaged_blocks_total{link="http"}': 1,
    'myspinbot_links_moved_bytes_total{link="http",direction="out"}': 9,
  };
  for (const [line, value] of Object.entries(figures)) expect(await world.value(line), line).toBe(value);
});

test('a room that cannot be read leaves a hole, not a failed scrape, and hears of nothing', async () => {
  const world = open();
  world.breaks();
  expect(() => world.run('j_1', { state: 'claimed', attempt: 1 })).not.toThrow();
  expect(() => world.transfers({} as TransfersEvent)).not.toThrow();
  expect(await world.value('myspinbot_vault_stored_bytes')).toBeUndefined();
  expect(await world.value('myspinbot_queue_waiting_jobs')).toBeUndefined();
  expect(await world.value('myspinbot_vault_disk_size_bytes')).toBeGreaterThan(0);
});

test('the monitor says what a scrape says, and how it was in the last minutes', async () => {
  const world = open();
  world.run('j_0123456789ab', { state: 'queued' });
  world.rest({ why: 'quiet-hours', until: START + 60_000 });
  await world.later(0);
  await world.later(2000);
  world.metrics.server({ type: 'moved', direction: 'in', bytes: 4_000_000 });
  await world.later(2000);
  const monitor = monitorSchema.parse(await world.metrics.monitor());
  expect(monitor).toMatchObject({
    version: '0.0.1',
    startedAt: START,
    queue: { waiting: 1, oldestWaitSeconds: 4, rest: { why: 'quiet-hours' }, succeeded: 0 },
    documents: { bytes: 2 },
    disk: { usedBytes: 5, quotaBytes: 1000, unfinishedBytes: 1 },
    recent: { everyMs: 2000, waiting: [1, 1], inPerSecond: [0, 2_000_000], outPerSecond: [0, 0] },
  });
  expect(monitor.queue.line).toEqual([{ job: 'j_0123456789ab', state: 'queued' }]);
  expect(monitor.links.find(({ link }) => link === 'http')).toMatchObject({
    open: null,
    inBytes: 4_000_000,
    inPerSecond: 2_000_000,
  });
  expect(monitor.agent.memoryBytes).toBeGreaterThan(1e6);
});

test('only the last minutes are kept', async () => {
  const world = open();
  await world.later(0);
  for (let moment = 0; moment < 130; moment++) await world.later(2000);
  expect((await world.metrics.monitor()).recent.waiting).toHaveLength(120);
});
