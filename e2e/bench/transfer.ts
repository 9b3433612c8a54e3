// `npm run bench -- transfer [--json FILE] [--runs N] [--only PART]`: what moving files costs, in a browser that no
// debugger is attached to: the product's own pump in a worker beside a bare socket and bare HTTPS, in the same run and by
// turns; the delay of edits meanwhile; memory and processor time of both sides.

import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSynthetic } from '../device/describe-synthetic.ts';
import type { DescribedSynthetic } from '../device/synthetic.ts';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import { openEditors } from '../harness/editors.ts';
import { benchOptions, type Figure, median, report } from '../harness/figures.ts';
import { type MeasuredPage, startMeasuring } from '../harness/measured-page.ts';
import { watchTree } from '../harness/process-tree.ts';
import { homeIn } from '../harness/trust-store.ts';

const bench = benchOptions('transfer', ['speeds', 'stores', 'edits', 'smooth', 'large']);
const measures = (part: string) => bench.only === undefined || bench.only === part;
const MIB = 2 ** 20;
const BULK = 256 * MIB;
/** IndexedDB keeps each run's file: smaller, so that three of them fit a profile. */
const STORED = 128 * MIB;
const LARGE = 2_000_000_000;
const SMOOTH = 500_000_000;
const EDITS = 200;
/** The network's address on a machine that has no network: with it the agent makes its certificates. */
const NETWORK = '127.0.0.2';

const scratch = mkdtempSync(join(tmpdir(), 'bench-transfer-'));
/** In memory where there is such a folder, so that a disk is measured only where it is meant to be. */
const light = mkdtempSync(join(availableMemoryFolder() ?? tmpdir(), 'bench-transfer-'));

/** MB/s of every run, by what was measured. */
const speeds = new Map<string, number[]>();
const note = (what: string, bytes: number, { ms }: { ms: number }) => {
  speeds.set(what, [...(speeds.get(what) ?? []), bytes / 1e3 / ms]);
};
const speed = (what: string) => median(speeds.get(what)!);
/** How many times faster the bare way is: of each run by itself, because other runs met another machine. */
const timesFaster = (bare: string, ours: string) =>
  median(speeds.get(bare)!.map((mbps, run) => mbps / speeds.get(ours)![run]!));

let seeds = 0;
const newFile = (bytes: number): DescribedSynthetic => describeSynthetic({ seed: ++seeds, bytes });

/** Ours and the bare ways by turns, and every other time the other way round. */
async function speedsOf(page: MeasuredPage, scheme: 'plain' | 'secure', run: number): Promise<void> {
  const { bareSocket: socket, transfer } = page;
  const ways = { socket: transfer };
  const file = newFile(BULK);
  const turns = {
    up: [
      async () => note(`${scheme} bare socket up`, BULK, await page.ask({ do: 'bare-send', file, socket })),
      async () => note(`${scheme} ours up`, BULK, await page.ask({ do: 'send', file, from: 'memory', ways })),
      async () => note(`${scheme} PUT`, BULK, await page.ask({ do: 'put', file })),
    ],
    down: [
      async () =>
        note(`${scheme} bare socket down`, BULK, await page.ask({ do: 'bare-fetch', file, socket })),
      async () =>
        note(`${scheme} ours down`, BULK, await page.ask({ do: 'fetch', file, into: 'memory', ways })),
      async () => note(`${scheme} GET`, BULK, await page.ask({ do: 'get', file })),
    ],
  };
  for (const list of [turns.up, turns.down])
    for (const way of run % 2 === 0 ? list : list.reverse()) await way();
}

async function storedSpeeds(page: MeasuredPage): Promise<void> {
  const ways = { socket: page.transfer };
  const file = newFile(STORED);
  note('memory up', STORED, await page.ask({ do: 'send', file: newFile(STORED), from: 'memory', ways }));
  note('stores up', STORED, await page.ask({ do: 'send', file, from: 'store', ways }));
  await page.ask({ do: 'forget' });
  note('memory down', STORED, await page.ask({ do: 'fetch', file, into: 'memory', ways }));
  note('stores down', STORED, await page.ask({ do: 'fetch', file, into: 'store', ways }));
  await page.ask({ do: 'forget' });
}

interface Large {
  /** Bytes the agent grew by at most, over what it had before. */
  grew: { up: number; down: number };
  /** Processor seconds per GB. */
  agent: { up: number; down: number };
  browser: { up: number; down: number };
}

async function large(agent: RunningAgent, page: MeasuredPage): Promise<Large> {
  const file = newFile(LARGE);
  const use = { grew: { up: 0, down: 0 }, agent: { up: 0, down: 0 }, browser: { up: 0, down: 0 } };
  for (const direction of ['up', 'down'] as const) {
    const before = residentBytes(agent.pid);
    const ofAgent = watchTree(agent.pid, 100);
    const ofBrowser = watchTree(page.pid, 500);
    if (direction === 'up')
      await page.ask({ do: 'send', file, from: 'memory', ways: { socket: page.transfer } });
    else await page.ask({ do: 'fetch', file, into: 'memory', ways: { socket: page.transfer } });
    const [agentUse, browserUse] = [ofAgent.stop(), ofBrowser.stop()];
    use.grew[direction] = agentUse.peakBytes - before;
    use.agent[direction] = agentUse.cpuMs() / (LARGE / 1e6);
    use.browser[direction] = browserUse.cpuMs() / (LARGE / 1e6);
  }
  return use;
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
}

/** Delays of edits from one device to another, in ms: alone, and while files go up and down. */
async function editDelays(
  agent: RunningAgent,
  page: MeasuredPage,
): Promise<{ alone: number[]; beside: number[] }> {
  const editors = await openEditors(agent);
  const file = newFile(BULK);
  const alone = await editors.delays(EDITS);
  let isOver = false;
  const bulk = (async () => {
    await page.ask({ do: 'send', file, from: 'memory', ways: { socket: page.transfer } });
    while (!isOver) await page.ask({ do: 'fetch', file, into: 'memory', ways: { socket: page.transfer } });
  })();
  const beside = await editors.delays(EDITS);
  isOver = true;
  await bulk;
  editors.close();
  return { alone, beside };
}

/**
 * A limit is not to be exceeded, so what is not to fall below a share of the bare way is written as how many times faster
 * the bare way is: 85 % are 1 / 0.85.
 */
function speedFigures(): Figure[] {
  const beside = (figure: string, ours: string, bare: string, least?: number): Figure[] => [
    { figure, ours: speed(ours), baseline: speed(bare), unit: 'MB/s' },
    {
      figure: '  the bare way is faster by',
      ours: timesFaster(bare, ours),
      unit: 'x',
      ...(least === undefined ? {} : { limit: Number((1 / least).toFixed(3)) }),
    },
  ];
  return [
    ...beside('up, beside a bare socket', 'plain ours up', 'plain bare socket up', 0.85),
    ...beside('down, beside a bare socket', 'plain ours down', 'plain bare socket down', 0.85),
    ...beside('up over TLS, beside a bare HTTPS PUT', 'secure ours up', 'secure PUT', 0.7),
    ...beside('down over TLS, beside a bare HTTPS GET', 'secure ours down', 'secure GET', 0.7),
    ...beside('up over TLS, beside a bare socket', 'secure ours up', 'secure bare socket up'),
    ...beside('down over TLS, beside a bare socket', 'secure ours down', 'secure bare socket down'),
  ];
}

function storedFigures(): Figure[] {
  return [
    {
      figure: 'from IndexedDB to the disk (baseline: from memory)',
      ours: speed('stores up'),
      baseline: speed('memory up'),
      unit: 'MB/s',
    },
    {
      figure: 'from the disk to IndexedDB (baseline: to memory)',
      ours: speed('stores down'),
      baseline: speed('memory down'),
      unit: 'MB/s',
    },
  ];
}

function share(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))]!;
}

function availableMemoryFolder(): string | undefined {
  return existsSync('/dev/shm') ? '/dev/shm' : undefined;
}

const figures: Figure[] = [];
const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const began = performance.now();
  const result = await work();
  process.stderr.write(`  ${what}: ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  return result;
};

const agents: RunningAgent[] = [];
try {
  const inMemory = await startAgent({ data: join(light, 'data'), listen: [NETWORK] });
  const onDisk = await startAgent({ data: join(scratch, 'data'), listen: [NETWORK] });
  agents.push(inMemory, onDisk);
  const opened = async (agent: RunningAgent, name: string, isSecure: boolean) => {
    const measuring = await startMeasuring(agent, join(scratch, `program-${name}`));
    const home = homeIn(folder(`home-${name}`));
    home.trust(join(agent.data, 'certificates', 'authority.pem'));
    const page = measuring.open({
      folder: folder(`profile-${name}`),
      ...(isSecure ? { home: home.path } : {}),
    });
    await page.ask({ do: 'pair', link: await agent.newLink() });
    return { page, close: () => measuring.close() };
  };
  const plain = await opened(inMemory, 'plain', false);
  const secure = await opened(inMemory, 'secure', true);
  const stored = await opened(onDisk, 'stored', true);
  for (let run = 0; run < bench.runs; run += 1) {
    if (measures('speeds')) {
      await step(`speeds, plain, ${run + 1}`, () => speedsOf(plain.page, 'plain', run));
      await step(`speeds, secure, ${run + 1}`, () => speedsOf(secure.page, 'secure', run));
    }
    if (measures('stores')) await step(`speeds, both stores, ${run + 1}`, () => storedSpeeds(stored.page));
  }
  if (measures('speeds')) figures.push(...speedFigures());
  if (measures('stores')) figures.push(...storedFigures());
  if (measures('edits')) {
    const { alone, beside } = await step('edits beside a transfer', () => editDelays(inMemory, secure.page));
    figures.push(
      {
        figure: 'an edit to the other device during a transfer, median (baseline: alone)',
        ours: share(beside, 0.5),
        baseline: share(alone, 0.5),
        unit: 'ms',
      },
      {
        figure: 'the same, 99 of 100',
        ours: share(beside, 0.99),
        baseline: share(alone, 0.99),
        unit: 'ms',
        limit: 10,
      },
    );
  }
  if (measures('smooth')) {
    const ways = { socket: stored.page.transfer };
    const { longTasks } = await step('a smooth page', () =>
      stored.page.ask({ do: 'send', file: newFile(SMOOTH), from: 'store', ways }),
    );
    figures.push({
      figure: `longest task of the page while ${SMOOTH / 1e6} MB go`,
      ours: longTasks.longestMs,
      unit: 'ms',
      limit: 50,
    });
  }
  if (measures('large')) {
    const use = await step('2 GB up and down', () => large(onDisk, stored.page));
    for (const way of ['up', 'down'] as const) {
      figures.push(
        { figure: `agent grows by, 2 GB ${way}`, ours: use.grew[way] / 1e6, unit: 'MB', limit: 64 },
        { figure: `processor of the agent, ${way}`, ours: use.agent[way], unit: 's/GB' },
        { figure: `processor of the browser, ${way}`, ours: use.browser[way], unit: 's/GB' },
      );
    }
  }
  for (const { close } of [plain, secure, stored]) await close();
} finally {
  for (const agent of agents) await agent.stop();
  await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  await rm(light, { recursive: true, force: true });
}
report('transfer', figures, bench);
process.exit();

function folder(name: string): string {
  const path = join(scratch, name);
  mkdirSync(path, { recursive: true });
  return path;
}
