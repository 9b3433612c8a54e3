// The socket that tells of jobs, over a real connection, with a queue of which only the voice is real and a clock turned by
// hand: who hears what, what is too much, and readers that do not read.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Principal } from '@myspinbot/shared/access/access.ts';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import type { JobId, JobRun } from '@myspinbot/shared/job/job.ts';
import type { Rest } from '@myspinbot/shared/job/rules.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { type HandClock, handClock } from '../queue/fixtures/hand-clock.ts';
import { requestFor } from '../queue/fixtures/job-requests.ts';
import type { Queue, QueuedJob, QueueEvent } from '../queue/port.ts';
import { createEventsSocket, type EventsSocket } from './events-socket.ts';

const [mine, other] = ['p_mine00000000', 'p_other0000000'] as ProjectId[];
const owner: Principal = { kind: 'device', id: 'd_owner', role: 'owner' };
const guest: Principal = { kind: 'device', id: 'd_guest', role: 'guest', project: mine! };
const photo = { hash: 'a'.repeat(64) as AssetHash, bytes: 1, type: 'image/png' as const };
const id = (number: number) => `j_${String(number).padStart(12, '0')}` as JobId;

let clock: HandClock;
let server: Server;
let events: EventsSocket;
let who: Principal;
let jobs: Map<JobId, QueuedJob>;
let rest: Rest | undefined;
let listeners: Set<(event: QueueEvent) => void>;
const emit = (event: QueueEvent) => {
  for (const listener of listeners) listener(event);
};

beforeEach(async () => {
  clock = handClock();
  who = owner;
  jobs = new Map();
  rest = undefined;
  listeners = new Set();
  const queue: Parameters<typeof createEventsSocket>[0]['queue'] = {
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    job: (job) => jobs.get(job),
    line: () => [...jobs.values()],
    progress: () => undefined,
    rest: () => rest,
  } satisfies Pick<Queue, 'on' | 'job' | 'line' | 'progress' | 'rest'>;
  events = createEventsSocket({ queue, clock });
  server = createServer().listen(0, '127.0.0.1');
  server.on('upgrade', (request, socket, head) => events.accept(request, socket, head, who));
  await once(server, 'listening');
});
afterEach(() => {
  events.close();
  server.closeAllConnections();
  server.close();
});

interface Heard {
  type: string;
  jobId?: string;
  code?: string;
  message?: string;
  job?: { jobId: string; state: string };
  progress?: { job: string; fraction: number };
  rest?: Rest | null;
}
interface Listener {
  socket: WebSocket;
  heard: Heard[];
  say(message: unknown): void;
  until(so: () => boolean): Promise<void>;
  closed: Promise<number>;
}

async function listen(options: ClientOptions = {}, protocols: string[] = []): Promise<Listener> {
  const { port } = server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, protocols, options);
  const heard: Heard[] = [];
  socket.on('message', (data) => heard.push(JSON.parse(String(data)) as Heard));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await once(socket, 'open');
  return {
    socket,
    heard,
    closed,
    say: (message) => socket.send(typeof message === 'object' ? JSON.stringify(message) : String(message)),
    until: (so) =>
      new Promise((resolve) => {
        const look = () => {
          if (!so()) return;
          socket.off('message', look);
          resolve();
        };
        socket.on('message', look);
        look();
      }),
  };
}
/** Resolves when everything that was said and sent before has been heard at both ends. */
async function settled(one: Listener): Promise<void> {
  const before = one.heard.length;
  one.say({ type: 'UNSUBSCRIBE', jobId: id(999_999) });
  await one.until(() => one.heard.slice(before).some(({ jobId }) => jobId === id(999_999)));
}

function put(number: number, change: Partial<JobRun> = {}, project = mine!): JobId {
  const job = id(number);
  const run: JobRun = { state: 'running', attempt: 1, retry: 0, queuedAt: 1, stages: [], ...change };
  jobs.set(job, { request: { ...requestFor(photo, 'Hello', { id: job }), project }, run });
  emit({ type: 'run', job, run });
  return job;
}
const progress = (job: JobId, fraction: number) =>
  emit({ type: 'progress', job, progress: { job, stage: 'portrait', stageFraction: fraction, fraction } });
const told = ({ heard }: Listener) =>
  heard.map((one) => one.jobId ?? one.job?.jobId ?? one.progress?.job ?? one.type);

test('who names a job is told how it stands, how far it gets and how it ends, and of no other job', async () => {
  const [job] = [put(1), put(2)];
  const one = await listen();
  one.say({ type: 'SUBSCRIBE', jobId: job });
  await one.until(() => one.heard.length === 2);
  progress(job, 0.5);
  progress(id(2), 0.5);
  put(2, { state: 'failed' });
  put(1, { state: 'succeeded' });
  await settled(one);
  expect(one.heard.slice(0, -1)).toMatchObject([
    { type: 'SUBSCRIBED', jobId: job },
    { type: 'JOB', job: { jobId: job, state: 'running' } },
    { type: 'PROGRESS', progress: { job, fraction: 0.5 } },
    { type: 'JOB', job: { jobId: job, state: 'succeeded', progress: 1 } },
  ]);
  one.say({ type: 'UNSUBSCRIBE', jobId: job });
  await settled(one);
  const before = one.heard.length;
  put(1, { state: 'failed' });
  await settled(one);
  expect(one.heard.slice(before)).toHaveLength(1);
});

test('a guest hears of the jobs of its project alone, also with "*"; another job is as unknown as one that is none', async () => {
  put(1);
  put(2, {}, other);
  who = guest;
  const one = await listen();
  one.say({ type: 'SUBSCRIBE', jobId: '*' });
  await settled(one);
  progress(id(1), 0.5);
  progress(id(2), 0.5);
  put(3, {}, other);
  await settled(one);
  expect(told(one)).not.toContain(id(2));
  expect(told(one)).not.toContain(id(3));
  expect(told(one).filter((job) => job === id(1))).toHaveLength(2);
  one.say({ type: 'SUBSCRIBE', jobId: id(2) });
  one.say({ type: 'SUBSCRIBE', jobId: id(4) });
  await settled(one);
  const errors = one.heard.filter(({ type }) => type === 'ERROR');
  expect(errors.map(({ code, message }) => [code, message?.replace(/j_\d+/, '')])).toEqual([
    ['not-found', 'There is no job .'],
    ['not-found', 'There is no job .'],
  ]);
});

test('that the queue rests is told when it begins, to whoever comes later, and when it ends', async () => {
  const early = await listen();
  rest = { why: 'quiet-hours', until: 5 };
  emit({ type: 'rest', rest });
  const late = await listen();
  emit({ type: 'rest', rest: undefined });
  await Promise.all([early, late].map(settled));
  for (const { heard } of [early, late]) {
    expect(heard.slice(0, 2)).toEqual([
      { type: 'REST', rest: { why: 'quiet-hours', until: 5 } },
      { type: 'REST', rest: null },
    ]);
  }
});

test('what is not understood is answered, and who goes on with it is let go', async () => {
  const one = await listen();
  const nonsense = ['', '{', 'null', '[]', '7', '{"type":"SUBSCRIBE"}', '{"type":"SUBSCRIBE","jobId":1}'];
  const more = [
    '{"type":"SUBSCRIBE","jobId":"*","x":1}',
    '{"type":"subscribe","jobId":"*"}',
    '{"__proto__":1}',
  ];
  for (const text of [...nonsense, ...more]) one.say(text);
  one.socket.send(Buffer.from('{"type":"SUBSCRIBE","jobId":"*"}'), { binary: true });
  await settled(one);
  const errors = one.heard.filter(({ type, code }) => type === 'ERROR' && code === 'bad-input');
  expect(errors).toHaveLength(nonsense.length + more.length + 1);
  for (let more = 0; more < 10; more++) one.say('{');
  expect(await one.closed).toBe(1008);
});

test('five hundred jobs by name and no more; who leaves one may name another', async () => {
  const one = await listen();
  for (let number = 0; number <= 500; number++) put(number);
  for (let number = 0; number < 500; number++) one.say({ type: 'SUBSCRIBE', jobId: id(number) });
  one.say({ type: 'SUBSCRIBE', jobId: id(3) });
  await settled(one);
  expect(one.heard.some(({ type }) => type === 'ERROR')).toBe(false);
  one.say({ type: 'SUBSCRIBE', jobId: id(500) });
  await settled(one);
  expect(one.heard.filter(({ type }) => type === 'ERROR')).toMatchObject([{ code: 'too-often' }]);
  one.say({ type: 'UNSUBSCRIBE', jobId: id(0) });
  one.say({ type: 'SUBSCRIBE', jobId: id(500) });
  await settled(one);
  expect(one.heard.filter(({ type }) => type === 'ERROR')).toHaveLength(1);
});

test('of a long line whoever says "*" is told the beginning', async () => {
  for (let number = 0; number < 3000; number++) put(number, { state: 'queued' });
  const one = await listen();
  one.say({ type: 'SUBSCRIBE', jobId: '*' });
  await settled(one);
  expect(one.heard.filter(({ type }) => type === 'JOB')).toHaveLength(100);
});

test('a reader that falls behind is told the newest progress and no other, and stays', async () => {
  const [first, second] = [put(1), put(2)];
  const one = await listen();
  one.say({ type: 'SUBSCRIBE', jobId: '*' });
  await settled(one);
  one.socket.pause();
  // More than the system's own buffers take.
  const sent = 150_000;
  for (let step = 1; step <= sent; step++) progress(step % 2 === 0 ? first : second, step / sent);
  let newest = 0;
  const both = new Promise<void>((resolve) => {
    one.socket.on('message', (data) => {
      const { progress: said } = JSON.parse(String(data)) as Heard;
      if ((said?.fraction ?? 0) >= (sent - 1) / sent && ++newest === 2) resolve();
    });
  });
  one.socket.resume();
  await both;
  expect(one.heard.length).toBeLessThan(sent / 2);
  progress(first, 0.25);
  await settled(one);
  expect(one.heard.findLast(({ type }) => type === 'PROGRESS')?.progress).toMatchObject({ fraction: 0.25 });
});

test('a reader that never reads is let go', async () => {
  const one = await listen();
  one.say({ type: 'SUBSCRIBE', jobId: '*' });
  await settled(one);
  one.socket.pause();
  const failure = { code: 'internal', message: 'x'.repeat(2000), hint: '', retry: 'never' } as const;
  for (let number = 0; number < 6_000; number++) put(number % 10, { state: 'failed', failure });
  one.socket.resume();
  expect(await one.closed).toBe(1006);
});

test('who does not answer a ping is gone with the next; who does stays', async () => {
  const [dead, alive] = [await listen({ autoPong: false }), await listen()];
  const pinged = Promise.all([once(dead.socket, 'ping'), once(alive.socket, 'ping')]);
  clock.advance(15_000);
  await pinged;
  await settled(alive);
  clock.advance(15_000);
  expect(await dead.closed).toBe(1006);
  await settled(alive);
});

test('who is removed hears that and nothing after it; others hear on', async () => {
  const removed = await listen();
  who = guest;
  const stays = await listen();
  for (const one of [removed, stays]) {
    one.say({ type: 'SUBSCRIBE', jobId: '*' });
    await settled(one);
  }
  events.cut('d_owner');
  const before = removed.heard.length;
  put(1);
  expect(await removed.closed).toBe(4003);
  await settled(stays);
  expect(removed.heard).toHaveLength(before);
  expect(told(stays)).toContain(id(1));
});

test('sixteen sockets of one, while another comes in; a proof is never sent back', async () => {
  const open: Listener[] = [];
  for (let count = 0; count < 16; count++) open.push(await listen());
  await expect(listen()).rejects.toThrow(/429/);
  who = guest;
  const one = await listen({}, ['proof.d_0.A.A', 'myspinbot']);
  expect(one.socket.protocol).toBe('myspinbot');
});
