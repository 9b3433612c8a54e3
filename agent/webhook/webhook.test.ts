// A real receiver over the loopback, a queue of which only its voice is real, and a clock turned by hand.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import type { JobId, JobRun } from '@myspinbot/shared/job/job.ts';
import { type WebhookTarget, webhookSchema, webhookStateSchema } from '@myspinbot/shared/wire/webhook.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { type HandClock, handClock } from '../queue/fixtures/hand-clock.ts';
import { requestFor } from '../queue/fixtures/job-requests.ts';
import type { Queue, QueueEvent } from '../queue/port.ts';
import { openWebhook, type Webhook } from './webhook.ts';

interface Got {
  headers: IncomingMessage['headers'];
  body: string;
}
let dir: string;
let receiver: Server;
let address: string;
let got: Got[];
/** What the next requests are answered with; 200 when there is no more. null = never. */
let answers: (number | null)[];
let waiting: { count: number; then(): void }[];
let clock: HandClock;
let tell: (id: string, run: Partial<JobRun>) => void;
let open: Webhook[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'webhook-'));
  got = [];
  answers = [];
  waiting = [];
  open = [];
  clock = handClock();
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    const status = answers.length > 0 ? answers.shift()! : 200;
    got.push({ headers: request.headers, body });
    if (status !== null)
      response.writeHead(status, { location: `${address}/elsewhere` }).end('x'.repeat(100));
    for (const one of waiting) if (got.length >= one.count) one.then();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const one of open) one.close();
  receiver.closeAllConnections();
  receiver.close();
  await rm(dir, { recursive: true, force: true });
});

const received = (count: number) =>
  new Promise<void>((then) => {
    if (got.length >= count) then();
    else waiting.push({ count, then });
  });
/** What the network has to do until the webhook knows of the answer takes a few turns of the loop. */
const until = async (
  webhook: Webhook,
  so: (newest: ReturnType<Webhook['state']>['recent'][number]) => boolean,
) => {
  for (;;) {
    const [newest] = webhook.state().recent;
    if (newest !== undefined && so(newest)) return newest;
    await new Promise((resolve) => setImmediate(resolve));
  }
};

async function opened(configured?: WebhookTarget): Promise<Webhook> {
  const listeners = new Set<(event: QueueEvent) => void>();
  const runs = new Map<string, JobRun>();
  const queue: Pick<Queue, 'on' | 'job'> = {
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    job: (id) => ({ request: requestFor(photo, 'Hello', { id }), run: runs.get(id)! }),
  };
  tell = (id, change) => {
    const run: JobRun = {
      state: 'succeeded',
      attempt: 1,
      retry: 0,
      queuedAt: 1,
      finishedAt: 9,
      stages: [],
      ...change,
    };
    runs.set(id, run);
    for (const listener of listeners) listener({ type: 'run', job: id as JobId, run });
  };
  const webhook = await openWebhook({
    file: join(dir, 'webhook.json'),
    configured,
    queue,
    view: ({ request, run }) => ({ jobId: request.id, state: run.state }),
    clock,
    log: silentLogger,
  });
  open.push(webhook);
  return webhook;
}
const photo = { hash: 'a'.repeat(64) as AssetHash, bytes: 1, type: 'image/png' as const };
const job = (number: number) => `j_${String(number).padStart(12, '0')}`;

test('an end is told once, signed so that the receiver can check who said it and when', async () => {
  const webhook = await opened({ url: `${address}/hook`, secret: 'a long secret' });
  tell(job(1), { state: 'running' });
  tell(job(1), { state: 'succeeded' });
  // A succeeded job that takes a retry's number is told again by the queue.
  tell(job(1), { state: 'succeeded', retry: 1 });
  await received(1);
  await until(webhook, ({ state }) => state === 'delivered');
  const [{ headers, body }] = got as [Got];
  expect(JSON.parse(body)).toEqual({
    event: 'job.succeeded',
    at: 9,
    job: { jobId: job(1), state: 'succeeded' },
  });
  const time = String(headers['x-myspinbot-time']);
  expect(time).toBe('1000');
  const expected = createHmac('sha256', 'a long secret').update(`${time}.${body}`).digest('hex');
  expect(headers['x-myspinbot-signature']).toBe(`sha256=${expected}`);
  expect(headers).toMatchObject({ 'x-myspinbot-event': 'job.succeeded', 'content-type': 'application/json' });
  expect(webhook.state().recent).toHaveLength(1);
  expect(JSON.stringify(webhook.state())).not.toContain('a long secret');
  expect(webhookStateSchema.parse(webhook.state()).webhook).toEqual({
    url: `${address}/hook`,
    hasSecret: true,
    from: 'config',
  });
});

test('failed and cancelled are told, superseded is not, and a job that ends again is told again', async () => {
  await opened({ url: address });
  tell(job(1), { state: 'failed', finishedAt: 1 });
  tell(job(2), { state: 'superseded', finishedAt: 2 });
  tell(job(3), { state: 'cancelled', finishedAt: 3 });
  tell(job(1), { state: 'succeeded', finishedAt: 4 });
  await received(3);
  expect(got.map(({ body }) => (JSON.parse(body) as { event: string }).event).sort()).toEqual([
    'job.cancelled',
    'job.failed',
    'job.succeeded',
  ]);
  expect(got[0]!.headers['x-myspinbot-signature']).toBeUndefined();
});

test('a receiver in trouble is tried again after growing pauses, under the same delivery, and given up in the end', async () => {
  const statuses = [503, 500, 429, 502, 504, 505];
  answers = [...statuses];
  const webhook = await opened({ url: address });
  tell(job(1), {});
  for (const [tries, pause] of [1000, 5000, 30_000, 120_000, 600_000].entries()) {
    await received(tries + 1);
    await until(webhook, ({ why }) => why === `it answered ${statuses[tries]}`);
    clock.advance(pause - 1);
    expect(webhook.state().recent[0]).toMatchObject({ attempts: tries + 1, state: 'waiting' });
    clock.advance(1);
  }
  await received(6);
  expect(await until(webhook, ({ state }) => state !== 'waiting')).toMatchObject({
    state: 'given-up',
    attempts: 6,
    why: 'it answered 505',
  });
  expect(new Set(got.map(({ headers }) => headers['x-myspinbot-delivery'])).size).toBe(1);
});

test.each([
  [302, /redirects/],
  [404, /answered 404/],
  [401, /answered 401/],
])('an answer of %s is the end of it: nothing is followed and nothing sent again', async (status, why) => {
  answers = [status];
  const webhook = await opened({ url: address });
  tell(job(1), {});
  const ended = await until(webhook, ({ state }) => state !== 'waiting');
  expect(ended).toMatchObject({ state: 'given-up', attempts: 1, why: expect.stringMatching(why) });
  clock.advance(3_600_000);
  expect(got).toHaveLength(1);
});

test('one that never answers is left after ten seconds, and holds up no other', async () => {
  answers = [null];
  const webhook = await opened({ url: address });
  tell(job(1), {});
  await received(1);
  tell(job(2), {});
  await received(2);
  await until(webhook, ({ jobId, state }) => jobId === job(2) && state === 'delivered');
  clock.advance(10_000);
  const hung = () => webhook.state().recent.find(({ jobId }) => jobId === job(1))!;
  await until(webhook, () => hung().why !== null);
  expect(hung()).toMatchObject({ state: 'waiting', why: 'no answer within 10 seconds' });
  clock.advance(1000);
  await received(3);
});

test('where nobody listens the queue goes on at once, and no more than two hundred wait', async () => {
  receiver.close();
  await once(receiver, 'close');
  const webhook = await opened({ url: address });
  for (let number = 0; number < 300; number++) tell(job(number), {});
  await until(webhook, ({ why }) => why !== null);
  const { recent } = webhook.state();
  expect(recent).toHaveLength(50);
  expect(recent[0]!.state).toBe('waiting');
  await webhook.set(undefined);
  expect(webhook.state().recent.every(({ state }) => state === 'given-up')).toBe(true);
});

describe('the address', () => {
  test('that an owner set goes before the configured one, and stays over a restart, for the agent’s eyes alone', async () => {
    const first = await opened({ url: 'http://127.0.0.1:1/configured' });
    await first.set({ url: `${address}/said`, secret: 'a long secret' });
    first.close();
    const file = join(dir, 'webhook.json');
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o077).toBe(0);
    const second = await opened({ url: 'http://127.0.0.1:1/configured' });
    expect(second.state().webhook).toMatchObject({ url: `${address}/said`, from: 'owner' });
    tell(job(1), {});
    await received(1);
    await second.set(undefined);
    expect(second.state().webhook).toBeNull();
    expect((await opened({ url: address })).state().webhook).toBeNull();
    await second.reset();
    expect(second.state().webhook).toMatchObject({ url: 'http://127.0.0.1:1/configured', from: 'config' });
  });

  test('that cannot be read is nobody’s: what is configured is not told instead', async () => {
    await writeFile(join(dir, 'webhook.json'), '{"url":"ftp://x"}');
    const webhook = await opened({ url: address });
    expect(webhook.state().webhook).toBeNull();
    expect(await readFile(join(dir, 'webhook.json'), 'utf8')).toContain('ftp');
  });

  test.each([
    'ftp://house.local/x',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '//house.local',
    'http://',
    'http://user:word@house.local/',
    'http://house.local@evil.example/',
    'http://house.local/#part',
    'http://house.local/a b',
    'http://house.local\\@evil.example/',
    `http://house.local/${'x'.repeat(2000)}`,
    '',
  ])('%j is none', (url) => {
    expect(webhookSchema.safeParse({ url }).success).toBe(false);
  });

  test.each([
    'http://192.168.1.20:8123/api/webhook/abc?x=1',
    'https://hooks.example.org/a',
    'http://[fd00::1]:80/',
    'HTTP://desk.local',
  ])('%j is one', (url) => {
    expect(webhookSchema.safeParse({ url }).success).toBe(true);
  });

  test('with a port that no machine has is refused with the way to write it', async () => {
    const webhook = await opened();
    await expect(webhook.set({ url: 'http://house.local:99999/' })).rejects.toMatchObject({
      code: 'bad-input',
    });
    expect(webhook.state()).toEqual({ webhook: null, recent: [] });
  });
});
