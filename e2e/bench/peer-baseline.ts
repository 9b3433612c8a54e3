// `npm run bench -- peer-baseline [--json FILE] [--runs N]`: a direct link beside a raw channel that is driven by hand
// and beside simple-peer's own stream: the same two ends, a real browser that no debugger is attached to and Node, by
// turns, both ways; and how long a link takes to open. Also for other benchmarks: `measurePeers`.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { pathToFileURL } from 'node:url';
import wrtc from '@roamhq/wrtc';
import Peer from 'simple-peer';
import { build } from 'vite';
import { type WebSocket, WebSocketServer } from 'ws';
import { benchOptions, type Figure, median, report } from '../harness/figures.ts';
import { inRepo } from '../harness/place.ts';
import { join, type Platform } from './pages/join.ts';
import { type Task, type Way, ways } from './pages/pour.ts';
import { createTalk, type Talk } from './pages/talk.ts';

const MIB = 2 ** 20;
/** simple-peer's stream takes its time. */
const BULK: Readonly<Record<Way, number>> = {
  ours: 48 * MIB,
  raw: 48 * MIB,
  stream: 12 * MIB,
  pieces: 4 * MIB,
};
const OPENINGS = 30;

export interface PeerSpeeds {
  /** MB/s of every run, by way and direction as seen from the page. */
  mbps: Readonly<Record<Way, { up: number[]; down: number[] }>>;
  /** From the first word to the link's greeting, in ms, sorted. */
  openMs: number[];
}

const platform: Platform = {
  makePeer: (options) => new Peer({ ...options, wrtc }),
  makeConnection: () => new wrtc.RTCPeerConnection({ iceServers: [] }) as unknown as RTCPeerConnection,
  isCaller: false,
};

export async function measurePeers(options: { runs: number; openings?: number }): Promise<PeerSpeeds> {
  const scratch = mkdtempSync(joinPath(tmpdir(), 'bench-peers-'));
  const script = await bundled();
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  const sockets = new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const browser = openBrowser(`http://127.0.0.1:${port}/`, scratch);
  try {
    const [socket] = (await once(sockets, 'connection')) as [WebSocket];
    const talk = createTalk((text) => socket.send(text));
    socket.on('message', (data: Buffer) => talk.hear(data.toString()));
    const mbps = Object.fromEntries(ways.map((way) => [way, { up: [], down: [] }])) as unknown as {
      [way in Way]: { up: number[]; down: number[] };
    };
    // Once for nothing: code is compiled and certificates are made.
    for (const way of ways) await perform(talk, { way, from: 'page', bytes: MIB });
    for (let run = 0; run < options.runs; run++) {
      const order = run % 2 === 0 ? ways : [...ways].reverse();
      for (const way of order) {
        const up = await perform(talk, { way, from: 'page', bytes: BULK[way] });
        mbps[way].up.push(BULK[way] / 1e3 / up.ms);
        const down = await perform(talk, { way, from: 'node', bytes: BULK[way] });
        mbps[way].down.push(BULK[way] / 1e3 / down.ms);
      }
    }
    const openMs: number[] = [];
    for (let at = 0; at < (options.openings ?? OPENINGS); at++) {
      openMs.push((await perform(talk, { way: 'ours', from: 'page', bytes: 1 })).openMs);
    }
    return { mbps, openMs: openMs.sort((a, b) => a - b) };
  } finally {
    browser.kill('SIGKILL');
    sockets.close();
    server.closeAllConnections();
    server.close();
    await rm(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function perform(talk: Talk, task: Task): Promise<{ ms: number; openMs: number }> {
  const asked = performance.now();
  talk.say({ task });
  const { pour, end } = await join(task.way, platform, talk);
  const openMs = performance.now() - asked;
  const came = task.from === 'page' ? pour.take(task.bytes) : talk.word('came');
  await talk.word('ready');
  const began = performance.now();
  if (task.from === 'page') talk.say({ go: true });
  else void pour.send(task.bytes);
  await came;
  const ms = performance.now() - began;
  talk.say({ end: true });
  end();
  return { ms, openMs };
}

/** The page's code with everything it needs, as one file. */
async function bundled(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'error',
    root: inRepo('e2e'),
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: { input: inRepo('e2e/bench/pages/peer-page.ts'), output: { format: 'es' } },
    },
  });
  const [first] = Array.isArray(output) ? output : [output];
  if (first === undefined || !('output' in first)) throw new Error('the page was not built');
  return first.output[0].code;
}

/** No debugger: it would report every frame and take most of the time. */
function openBrowser(url: string, profile: string): ChildProcess {
  const path = [process.env.CHROMIUM, '/usr/lib/chromium/chromium'].find(
    (one) => one !== undefined && existsSync(one),
  );
  if (path === undefined) throw new Error('no Chromium: run npm test, which finds or installs one');
  const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'];
  return spawn(path, [...args, '--disable-background-networking', `--user-data-dir=${profile}`, url], {
    stdio: 'ignore',
  });
}

export function peerFigures({ mbps, openMs }: PeerSpeeds): Figure[] {
  const at = (part: number) => openMs[Math.min(openMs.length - 1, Math.ceil(openMs.length * part) - 1)]!;
  /** Of each run by itself, since other runs met another machine. */
  const times = (way: Exclude<Way, 'ours'>, direction: 'up' | 'down', isOurs: boolean) =>
    median(
      mbps[way][direction].map((other, run) => {
        const ours = mbps.ours[direction][run]!;
        return isOurs ? ours / other : other / ours;
      }),
    );
  return [
    ...(['up', 'down'] as const).flatMap((direction) => [
      {
        figure: `a direct link, ${direction} (baseline: raw channel)`,
        ours: median(mbps.ours[direction]),
        baseline: median(mbps.raw[direction]),
        unit: 'MB/s',
      },
      {
        figure: `raw channel to ours, ${direction}`,
        ours: times('raw', direction, false),
        unit: 'x',
        limit: 1 / 0.9,
      },
      {
        figure: `ours to simple-peer's stream in pieces of 64 KiB, ${direction}`,
        ours: times('stream', direction, true),
        unit: 'x',
      },
      {
        figure: `simple-peer's stream in pieces of 16 KiB to ours, ${direction}`,
        ours: times('pieces', direction, false),
        unit: 'x',
        limit: 1 / 3,
      },
    ]),
    { figure: 'a link opens, p50', ours: at(0.5), unit: 'ms' },
    { figure: 'a link opens, p95', ours: at(0.95), unit: 'ms', limit: 500 },
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const bench = benchOptions('peer-baseline');
  const speeds = await measurePeers({ runs: bench.runs });
  report('peer-baseline', peerFigures(speeds), bench);
}
