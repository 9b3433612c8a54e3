// A program over the API alone, from upload to result: it follows its jobs on the socket, puts one before another, holds one,
// cancels one in the middle and has it made after all; its receiver is told of every end.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import { drawnPortrait } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

let agent: RunningAgent;
beforeAll(async () => {
  agent = await startAgent({ data: scratchFolder('api-line') });
  return async () => {
    await agent.stop();
  };
});

/** Like a script of somebody's, with a token that was made for it. */
async function scriptOf(scope: string) {
  const made = await agent.ask(endpoints.scriptTokens, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: scope, scope }),
  });
  const { token } = (await made.json()) as { token: string };
  const headers = { Authorization: `Bearer ${token}` };
  return {
    headers,
    async ask(method: string, path: string, body?: object) {
      const answer = await fetch(`${agent.url}${path}`, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      expect(answer.status, `${method} ${path}: ${text}`).toBeLessThan(300);
      // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
      return (text === '' ? undefined : JSON.parse(text)) as any;
    },
  };
}

interface Heard {
  type: string;
  job?: { jobId: string; state: string; result: { video: string } | null };
  progress?: { job: string; stage: string; fraction: number };
}

/** The socket, with everything that it told so far. */
async function follow(headers: Record<string, string>) {
  const socket = new WebSocket(`${agent.url.replace('http', 'ws')}${endpoints.events}`, { headers });
  const heard: Heard[] = [];
  socket.on('message', (data) => heard.push(JSON.parse(String(data)) as Heard));
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'SUBSCRIBE', jobId: '*' }));
  const until = (so: (one: Heard) => boolean, from = 0) =>
    new Promise<Heard>((resolve) => {
      const look = () => {
        const found = heard.slice(from).find(so);
        if (found === undefined) return;
        socket.off('message', look);
        resolve(found);
      };
      socket.on('message', look);
      look();
    });
  const state = (id: string, name: string, from = 0) =>
    until(({ job }) => job?.jobId === id && job.state === name, from);
  return { socket, heard, until, state };
}

/** Where the ends of jobs are told. */
async function receiver() {
  const ends: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    const { event, job } = JSON.parse(body) as { event: string; job: { jobId: string } };
    ends.push(`${event} ${job.jobId}`);
    response.writeHead(204).end();
    server.emit('told');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ends,
    async until(count: number) {
      while (ends.length < count) await once(server, 'told');
    },
    close: () => server.close(),
  };
}

const sentence = 'Nobody opened the app for this, and it is spoken all the same. ';

test('from upload to result with a line of three: moved, held, cancelled and made after all', async () => {
  const hook = await receiver();
  const owner = await scriptOf('all');
  const script = await scriptOf('jobs');
  await owner.ask('PUT', endpoints.webhook, { url: hook.url, secret: 'a long secret' });
  const events = await follow(script.headers);

  // The first job brings the photo; it is the long one.
  const form = new FormData();
  form.set('photo', new Blob([readFileSync(drawnPortrait())]), 'me.png');
  form.set('script', sentence.repeat(12));
  const asked = await fetch(`${agent.url}${endpoints.generate}`, {
    method: 'POST',
    headers: script.headers,
    body: form,
  });
  expect(asked.status).toBe(202);
  const { jobId: long, projectId } = (await asked.json()) as { jobId: string; projectId: string };
  const { photos } = await script.ask('GET', `${endpoints.projects}/${projectId}`);
  expect(photos).toHaveLength(1);

  // Two more, as projects of their own with that photo.
  const short = async (title: string) => {
    const { id } = await script.ask('POST', endpoints.projects, { title, script: sentence, photos });
    const plan = await script.ask('POST', endpoints.plan, { project: id });
    expect(plan.expectedMs).toBeGreaterThan(0);
    return (await script.ask('POST', endpoints.generate, { project: id })).jobId as string;
  };
  const [second, third] = [await short('Second'), await short('Third')];
  const line = async () =>
    (await script.ask('GET', `${endpoints.jobs}?order=line`)).jobs.map(
      ({ jobId }: { jobId: string }) => jobId,
    );
  expect(await line()).toEqual([long, second, third]);
  await script.ask('POST', `${endpoints.jobs}/${third}/place`, { before: second });
  expect(await line()).toEqual([long, third, second]);
  await script.ask('POST', `${endpoints.jobs}/${second}/pause`);
  await events.state(second, 'paused');

  // In the middle of its picture the long one is cancelled.
  await events.until(({ progress }) => progress?.job === long && progress.stage === 'portrait');
  await script.ask('POST', `${endpoints.jobs}/${long}/cancel`);
  await events.state(long, 'cancelled');
  const done = await events.state(third, 'succeeded');
  const video = await fetch(`${agent.url}${done.job!.result!.video}`, { headers: script.headers });
  expect([video.status, video.headers.get('content-type')]).toEqual([200, 'video/mp4']);
  expect((await video.arrayBuffer()).byteLength).toBeGreaterThan(10_000);
  expect((await script.ask('GET', `${endpoints.status}/${second}`)).state).toBe('paused');

  // What is held goes on, and what was cancelled is made after all: what it had made by then is not made again.
  const before = events.heard.length;
  await script.ask('POST', `${endpoints.jobs}/${second}/resume`);
  await events.state(second, 'succeeded', before);
  await script.ask('POST', `${endpoints.jobs}/${long}/retry`);
  await events.state(long, 'succeeded', before);
  const { recipe, artifacts } = await script.ask('GET', `${endpoints.jobs}/${long}/artifacts`);
  const stages = Object.fromEntries(
    recipe.stages.map(({ stage, state }: { stage: string; state: string }) => [stage, state]),
  );
  expect(stages).toMatchObject({ look: 'reused', speech: 'reused', timing: 'reused', portrait: 'done' });
  expect(artifacts.map(({ kind }: { kind: string }) => kind)).toEqual(
    expect.arrayContaining(['video', 'poster', 'vtt', 'srt']),
  );

  await hook.until(4);
  expect(hook.ends).toEqual([
    `job.cancelled ${long}`,
    `job.succeeded ${third}`,
    `job.succeeded ${second}`,
    `job.succeeded ${long}`,
  ]);
  events.socket.close();
  hook.close();
});

test('the OpenAPI document is there for programs, and the socket is for those who say who they are', async () => {
  const { ask } = await scriptOf('read');
  const document = await ask('GET', endpoints.openapi);
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toContain('/api/jobs/{id}/again');
  const stranger = new WebSocket(`${agent.url.replace('http', 'ws')}${endpoints.events}`);
  const [error] = (await once(stranger, 'error')) as [Error];
  expect(error.message).toContain('401');
});
