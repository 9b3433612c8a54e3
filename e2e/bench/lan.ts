// What protection costs: a handshake until the first byte of the app, how fast a removed one is gone, what a flood of
// edits without their past takes of the processor, and how long a start takes with and without the network.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import { benchOptions, type Figure, median, report } from '../harness/figures.ts';

const NETWORK = '127.0.0.2';
const LOADS = 50;
const FLOOD = 10_000;
const bench = benchOptions('lan');
const scratch = mkdtempSync(join(tmpdir(), 'bench-lan-'));

/** From the first packet to the first byte of the app's page, on a connection of its own, in ms. */
async function firstByte(agent: RunningAgent, ca: string | undefined): Promise<number> {
  const began = performance.now();
  const { port } = agent;
  const host = ca === undefined ? '127.0.0.1' : NETWORK;
  const socket = ca === undefined ? connectPlain({ host, port }) : connectTls({ host, port, ca });
  await once(socket, ca === undefined ? 'connect' : 'secureConnect');
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: close\r\n\r\n`);
  const [first] = (await once(socket, 'data')) as [Buffer];
  const ms = performance.now() - began;
  if (!first.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error('the app did not answer');
  socket.destroy();
  return ms;
}

async function open(agent: RunningAgent, path: string, authorization: string): Promise<WebSocket> {
  const socket = new WebSocket(agent.url.replace('http', 'ws') + path, { headers: { authorization } });
  await once(socket, 'open');
  return socket;
}

/** From the request that removes somebody until their sockets are closed, in ms. */
async function removal(agent: RunningAgent): Promise<number> {
  const made = await agent.ask(endpoints.scriptTokens, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"to be removed","scope":"all"}',
  });
  const { token, record } = (await made.json()) as { token: string; record: { id: string } };
  const sockets = await Promise.all(
    [`${endpoints.sync}/workspace`, endpoints.transfer].map((path) => open(agent, path, `Bearer ${token}`)),
  );
  const closed = sockets.map((socket) => once(socket, 'close'));
  const began = performance.now();
  await agent.ask(`${endpoints.scriptTokens}/${record.id}`, { method: 'DELETE' });
  await Promise.all(closed);
  return performance.now() - began;
}

/** Processor time of the agent while somebody floods a document with edits whose past never comes, in ms. */
async function flood(agent: RunningAgent, room: string): Promise<number> {
  const doc = new Y.Doc();
  const frames: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => {
    // y-protocols: sync, update, its length. One letter fits where a length has one byte.
    if (update.length > 127) throw new Error('the edits are larger than they were');
    frames.push(Uint8Array.of(0, 2, update.length, ...update));
  });
  for (let count = 0; count <= FLOOD; count++) doc.getText('script').insert(0, 'x');
  const path = `${endpoints.sync}/${encodeURIComponent(room)}`;
  const socket = await open(agent, path, agent.headers().Authorization);
  const before = cpuMs(agent.pid);
  const closed = once(socket, 'close');
  for (const frame of frames.slice(1)) socket.send(frame);
  await closed;
  // An answer after it: everything that came before was looked at.
  await agent.ask(endpoints.health);
  return cpuMs(agent.pid) - before;
}

/** User and system time of a process (proc(5): fields 14 and 15, in ticks). */
function cpuMs(pid: number): number {
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
  const fields = rest.split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticks;
}
const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

const [secure, plain, removals, floods, starts, localStarts] = [[], [], [], [], [], []] as number[][];
try {
  for (let run = 0; run < bench.runs; run += 1) {
    const alone = await startAgent({ data: join(scratch, `alone-${run}`) });
    localStarts!.push(alone.readyMs);
    await alone.stop();
    const data = join(scratch, `network-${run}`);
    const agent = await startAgent({ data, listen: [NETWORK] });
    starts!.push(agent.readyMs);
    const ca = readFileSync(join(data, 'certificates', 'authority.pem'), 'utf8');
    for (let load = 0; load < LOADS; load += 1) {
      secure!.push(await firstByte(agent, ca));
      plain!.push(await firstByte(agent, undefined));
    }
    for (let time = 0; time < 5; time += 1) removals!.push(await removal(agent));
    for (let time = 0; time < 3; time += 1) {
      floods!.push(await flood(agent, `project/p_00000000000000000${time}`));
    }
    await agent.stop();
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

const worst = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
const figures: Figure[] = [
  {
    figure: 'new TLS connection to the first byte of the app',
    ours: median(secure!),
    baseline: median(plain!),
    unit: 'ms',
    limit: 100,
  },
  {
    figure: 'the same, 95 of 100',
    ours: worst(secure!, 0.95),
    baseline: worst(plain!, 0.95),
    unit: 'ms',
    limit: 100,
  },
  { figure: 'removed until both sockets are closed', ours: median(removals!), unit: 'ms', limit: 1000 },
  { figure: 'the slowest removal', ours: Math.max(...removals!), unit: 'ms', limit: 1000 },
  {
    figure: `processor for ${FLOOD} edits without their past`,
    ours: Math.max(...floods!),
    unit: 'ms',
    limit: 200,
  },
  {
    figure: 'first start with certificates to be made',
    ours: median(starts!) / 1000,
    baseline: median(localStarts!) / 1000,
    unit: 's',
    limit: 1.5,
  },
];
report('lan', figures, bench);
