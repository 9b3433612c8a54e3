// `npm run bench -- queue`: how soon a job begins after a device asked for it, and how many jobs a second go through, beside
// BullMQ on a Redis that syncs every write to the disk (`appendfsync always`) in the same run; how soon an agent with ten
// thousand finished jobs is there, and how large its documents are.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import { jobRequestSchema } from '@myspinbot/shared/job/job.ts';
import { Queue as BullQueue } from 'bullmq';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { startAgent } from '../harness/agent.ts';
import { benchOptions, type Figure, median, report } from '../harness/figures.ts';
import { inRepo } from '../harness/place.ts';

const ASKED = 300;
const WARM_UP = 30;
const DRAINED = 2000;
const FINISHED = 10_000;
const bench = benchOptions('queue', ['speed', 'life']);
const scratch = mkdtempSync(join(tmpdir(), 'bench-queue-'));

interface Told {
  type: string;
  at?: number;
  port?: number;
  photo?: AssetRef;
  [name: string]: unknown;
}

/** A program of ours in a process of its own, spoken to by messages. */
function program(path: string, ...args: string[]) {
  const child = fork(inRepo(path), args, {
    execArgv: ['--import', inRepo('node_modules/tsx/dist/loader.mjs')],
  });
  const heard = (type: string) =>
    new Promise<Told>((resolve, reject) => {
      const onExit = () => reject(new Error(`${path} ended`));
      const onMessage = (raw: unknown) => {
        const message = raw as Told;
        if (message.type !== type) return;
        child.off('message', onMessage);
        child.off('exit', onExit);
        resolve(message);
      };
      child.on('message', onMessage);
      child.once('exit', onExit);
    });
  return {
    child,
    heard,
    async ask(what: object): Promise<Told> {
      const answer = heard('answer');
      child.send(what);
      const told = await answer;
      if (told.error !== undefined) throw new Error(String(told.error));
      return told;
    },
  };
}

const microseconds = () => Number(process.hrtime.bigint() / 1000n);
const quantile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!;

interface Speeds {
  p50: number;
  p99: number;
  perSecond: number;
}

/** One after the other, each when the one before has begun; ms from asking to the beginning of the stage. */
async function latencies(ask: (index: number) => unknown, begun: () => Promise<Told>) {
  const all: number[] = [];
  for (let index = 0; index < ASKED + WARM_UP; index++) {
    const start = begun();
    const from = microseconds();
    void ask(index);
    const { at } = await start;
    if (index >= WARM_UP) all.push((Number(at) - from) / 1000);
    // A person does not ask again in the same moment: what the last job still has to do is over.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { p50: quantile(all, 0.5), p99: quantile(all, 0.99) };
}

async function ours(): Promise<Speeds & { againMs: number }> {
  const dir = join(scratch, `ours-${Date.now()}`);
  mkdirSync(dir);
  const agent = program('agent/queue/fixtures/measured-agent.ts', dir);
  const { port, photo } = await agent.heard('ready');
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(`ws://127.0.0.1:${port}/sync`, 'workspace', doc, {
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
  });
  await new Promise<void>((resolve) => provider.once('sync', () => resolve()));
  const workspace = openWorkspace(doc, { role: 'device', id: 'd_bench' });
  const { p50, p99 } = await latencies(
    (index) =>
      workspace.request(
        jobRequestSchema.parse({
          id: `j_${String(index).padStart(16, '0')}`,
          project: 'p_000000000000',
          pipeline: `nothing-${index}`,
          options: { photos: [photo!.hash], narration: { kind: 'text', text: `Sentence ${index}` } },
          assets: [photo!],
          device: 'd_bench',
          requestedAt: Date.now(),
        }),
      ),
    () => agent.heard('stage'),
  );
  provider.destroy();
  const { drainedMs } = await agent.ask({ do: 'drain', jobs: DRAINED });
  const againMs: number[] = [];
  for (let times = 0; times < 20; times++) againMs.push(Number((await agent.ask({ do: 'again' })).ms));
  await agent.ask({ do: 'close' });
  await rm(dir, { recursive: true, force: true });
  return { p50, p99, perSecond: DRAINED / (Number(drainedMs) / 1000), againMs: median(againMs) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startRedis(): Promise<{ process: ChildProcess; port: number }> {
  const port = await freePort();
  const dir = mkdtempSync(join(scratch, 'redis-'));
  const redis = spawn(
    'redis-server',
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', ''],
      ...['--appendonly', 'yes', '--appendfsync', 'always'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  redis.once('error', () => {
    throw new Error('redis-server is needed beside ours: apt-get install redis-server');
  });
  for await (const line of redis.stdout!.setEncoding('utf8')) {
    if (String(line).includes('Ready to accept connections')) break;
  }
  redis.stdout!.resume();
  return { process: redis, port };
}

async function theirs(port: number): Promise<Speeds> {
  const name = `bench-${Date.now()}`;
  const queue = new BullQueue(name, { connection: { host: '127.0.0.1', port } });
  await queue.waitUntilReady();
  const worker = program('e2e/harness/bullmq-worker.ts', String(port), name);
  await worker.heard('ready');
  const data = { text: 'A sentence of the usual length, as people write it.' };
  const { p50, p99 } = await latencies(
    () => queue.add('job', data),
    () => worker.heard('stage'),
  );
  await worker.ask({ do: 'pause' });
  await queue.addBulk(Array.from({ length: DRAINED }, () => ({ name: 'job', data })));
  const { drainedMs } = await worker.ask({ do: 'drain', jobs: DRAINED });
  worker.child.kill();
  await queue.close();
  return { p50, p99, perSecond: DRAINED / (Number(drainedMs) / 1000) };
}

/** An agent as it ships on the folder of a long life: ms until it answers, and the bytes of its document. */
async function longLife(): Promise<{ startMs: number; documentBytes: number }> {
  const dir = join(scratch, 'long-life');
  mkdirSync(dir);
  const maker = program('agent/queue/fixtures/measured-agent.ts', dir);
  await maker.heard('ready');
  await maker.ask({ do: 'fill', jobs: FINISHED });
  await maker.ask({ do: 'close' });
  // The first start may tidy up; a person meets the second one.
  const tidying = await startAgent({ data: dir });
  await tidying.stop();
  const startMs: number[] = [];
  for (let times = 0; times < bench.runs; times++) {
    const began = performance.now();
    const agent = await startAgent({ data: dir });
    startMs.push(performance.now() - began);
    await agent.stop();
  }
  const reader = program('agent/queue/fixtures/measured-agent.ts', dir);
  await reader.heard('ready');
  const { documentBytes } = await reader.ask({ do: 'fill', jobs: 0 });
  await reader.ask({ do: 'close' });
  return { startMs: median(startMs), documentBytes: Number(documentBytes) };
}

async function speeds(): Promise<Figure[]> {
  const redis = await startRedis();
  try {
    const mine: Awaited<ReturnType<typeof ours>>[] = [];
    const others: Speeds[] = [];
    for (let times = 0; times < bench.runs; times++) {
      mine.push(await ours());
      others.push(await theirs(redis.port));
    }
    const of = (list: readonly Speeds[], name: keyof Speeds) => median(list.map((one) => one[name]));
    const beside = (name: keyof Speeds) => ({ ours: of(mine, name), baseline: of(others, name) });
    const p99 = beside('p99');
    return [
      { figure: 'from asking to the stage, median', ...beside('p50'), unit: 'ms', limit: 2 },
      { figure: 'the same, 99 of 100', ...p99, unit: 'ms', limit: Math.min(20, p99.baseline) },
      { figure: 'jobs that do nothing, each second', ...beside('perSecond'), unit: 'jobs/s' },
      {
        figure: 'BullMQ is faster by',
        ours: of(others, 'perSecond') / of(mine, 'perSecond'),
        unit: 'x',
        limit: 1,
      },
      {
        figure: 'a thousand jobs that do nothing',
        ours: 1_000_000 / of(mine, 'perSecond'),
        unit: 'ms',
        limit: 1000,
      },
      {
        figure: 'an unchanged job again',
        ours: median(mine.map((one) => one.againMs)),
        unit: 'ms',
        limit: 100,
      },
    ];
  } finally {
    redis.process.kill();
  }
}

async function life(): Promise<Figure[]> {
  const { startMs, documentBytes } = await longLife();
  return [
    { figure: `start with ${FINISHED} finished jobs`, ours: startMs, unit: 'ms', limit: 1500 },
    { figure: `document of ${FINISHED} jobs`, ours: documentBytes / 1e6, unit: 'MB', limit: 3 },
  ];
}

try {
  const figures: Figure[] = [];
  if (bench.only !== 'life') figures.push(...(await speeds()));
  if (bench.only !== 'speed') figures.push(...(await life()));
  report('queue', figures, bench);
} finally {
  await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
}
process.exit();
