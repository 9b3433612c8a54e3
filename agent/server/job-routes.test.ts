// The API over a whole small agent: the line, wishes, plans, training, projects, and what is told as it goes.
import { once } from 'node:events';
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type SmallAgent, startSmallAgent } from './fixtures/small-agent.ts';
import { jobViewSchema } from './job-view.ts';

let agent: SmallAgent;
let photo: AssetRef;
beforeEach(async () => {
  agent = await startSmallAgent();
  photo = await agent.vault.put(Buffer.from('a photo'), 'photo.png');
});
afterEach(async () => {
  agent.stages.behave({});
  await agent.stop();
});

async function ask(method: string, path: string, body?: unknown) {
  const reply = await fetch(`${agent.url}${path}`, {
    method,
    headers: {
      ...agent.headers(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
  return { status: reply.status, body: (text === '' ? undefined : JSON.parse(text)) as any };
}
const ended = (id: string) =>
  new Promise<string>((resolve) => {
    const look = () => {
      const state = agent.queue.job(id as JobId)?.run.state ?? '';
      if (!['succeeded', 'failed', 'cancelled', 'superseded'].includes(state)) return;
      stop();
      resolve(state);
    };
    const stop = agent.queue.on(look);
    look();
  });
async function project(): Promise<string> {
  const made = await ask('POST', endpoints.projects, {
    title: 'Mina',
    script: 'Hello',
    photos: [photo.hash],
  });
  expect(made.status).toBe(201);
  return made.body.id;
}
/** A job that is trained: the shortest there is. */
async function train(into: string): Promise<string> {
  const reply = await ask('POST', endpoints.train, { project: into, photos: [photo.hash] });
  expect(reply.status).toBe(202);
  return reply.body.jobId;
}

test('projects are made, listed, read, changed and thrown away', async () => {
  const id = await project();
  const { body } = await ask('GET', `${endpoints.projects}/${id}`);
  expect(body).toMatchObject({
    title: 'Mina',
    script: 'Hello',
    photos: [photo.hash],
    cover: { hash: photo.hash },
  });
  const changed = await ask('PATCH', `${endpoints.projects}/${id}`, { script: 'Good bye', size: '1280x720' });
  expect(changed.body).toMatchObject({ script: 'Good bye', fields: { size: '1280x720' } });
  expect((await ask('GET', endpoints.projects)).body.projects).toHaveLength(1);
  for (const wrong of [{ size: '1x1' }, { photos: ['f'.repeat(64)] }, { what: 1 }, { script: 7 }]) {
    const refused = await ask('PATCH', `${endpoints.projects}/${id}`, wrong);
    expect([400, 404]).toContain(refused.status);
    expect(refused.body.hint).not.toBe('');
  }
  expect((await ask('DELETE', `${endpoints.projects}/${id}`)).status).toBe(204);
  expect((await ask('GET', `${endpoints.projects}/${id}`)).status).toBe(404);
  expect((await ask('GET', endpoints.projects)).body.projects).toEqual([]);
});

test('a look is trained by itself, told by name, and used by that name', async () => {
  const into = await project();
  const id = await train(into);
  expect(await ended(id)).toBe('succeeded');
  const { body } = await ask('GET', `${endpoints.jobs}/${id}`);
  expect(jobViewSchema.parse(body)).toMatchObject({ pipeline: 'train', result: null });
  expect(body.trained).toMatchObject([{ stage: 'look', engine: 'look/small' }]);
  const look = body.trained[0].fingerprint;
  const again = await ask('POST', `${endpoints.jobs}/${id}/again`, { options: { look } });
  expect(await ended(again.body.jobId)).toBe('succeeded');
  expect(agent.stages.count('look')).toBe(1);
  const versions = async () => (await ask('GET', `${endpoints.projects}/${into}/trained`)).body.trained;
  expect(await versions()).toMatchObject([
    { stage: 'look', version: 1, fingerprint: look, jobId: id, photos: 1, isHere: true },
  ]);
  expect((await ask('DELETE', `${endpoints.projects}/${into}/trained/${'1'.repeat(64)}`)).status).toBe(404);
  expect((await ask('DELETE', `${endpoints.projects}/${into}/trained/${look}`)).status).toBe(204);
  expect(await versions()).toMatchObject([{ version: 1, isHere: false }]);
  const gone = await ask('POST', `${endpoints.jobs}/${id}/again`, { options: { look } });
  expect(await ended(gone.body.jobId)).toBe('failed');
  const failed = await ask('GET', `${endpoints.jobs}/${gone.body.jobId}`);
  expect(failed.body.failure).toMatchObject({
    code: 'not-found',
    hint: expect.stringContaining('another look'),
  });
});

test("a project's chosen look is taken over by jobs that name the project; one that is gone is made fresh", async () => {
  const into = await project();
  const id = await train(into);
  await ended(id);
  const { body } = await ask('GET', `${endpoints.projects}/${into}/trained`);
  const look = body.trained[0].fingerprint;
  const changed = await ask('PATCH', `${endpoints.projects}/${into}`, { look });
  expect(changed.body.fields).toMatchObject({ look, voice: null });
  const spun = async () => {
    const asked = await ask('POST', endpoints.generate, { project: into });
    expect(await ended(asked.body.jobId)).toBe('succeeded');
    return agent.queue.job(asked.body.jobId as JobId)!.request.options.look;
  };
  await expect.poll(spun).toBe(look);
  await ask('DELETE', `${endpoints.projects}/${into}/trained/${look}`);
  expect(await spun()).toBeUndefined();
});

test('the line: held, let go on, moved, hurried, cancelled and asked for again, and the documents show it', async () => {
  agent.stages.behave({ look: 'hangs' });
  const into = await project();
  const [first, second, third] = [await train(into), await train(into), await train(into)];
  const line = async () =>
    (await ask('GET', endpoints.queue)).body.line.map((job: { jobId: string }) => job.jobId);
  expect(await line()).toEqual([first, second, third]);
  await ask('POST', `${endpoints.jobs}/${third}/place`, { before: second });
  expect(await line()).toEqual([first, third, second]);
  await ask('POST', `${endpoints.jobs}/${third}/place`, { after: second });
  expect(await line()).toEqual([first, second, third]);
  await ask('POST', `${endpoints.jobs}/${third}/place`, { now: true });
  expect(await line()).toEqual([first, third, second]);
  const held = await ask('POST', `${endpoints.jobs}/${second}/pause`);
  expect(held).toMatchObject({ status: 202, body: { state: 'paused' } });
  const workspace = openWorkspace(agent.hub.workspace, { role: 'device', id: 'd_test' });
  expect(workspace.job(second as JobId)?.wish.pausedAt).toBeGreaterThan(0);
  expect(workspace.job(third as JobId)?.wish.now).toBe(true);
  // What hangs hangs on; what begins from now on works.
  agent.stages.behave({});
  await ask('POST', `${endpoints.jobs}/${first}/cancel`);
  expect(await ended(first)).toBe('cancelled');
  expect(await ended(third)).toBe('succeeded');
  expect((await ask('POST', `${endpoints.jobs}/${second}/resume`)).status).toBe(202);
  expect(await ended(second)).toBe('succeeded');
  expect((await ask('POST', `${endpoints.jobs}/${first}/retry`, { from: 'look' })).status).toBe(202);
  expect(await ended(first)).toBe('succeeded');
  const no = await ask('POST', `${endpoints.jobs}/${first}/retry`);
  expect(no).toMatchObject({ status: 400, body: { hint: expect.stringContaining('/again') } });
  for (const wrong of [{}, { before: 'x' }, { before: `j_${'0'.repeat(12)}` }, { place: 1 }]) {
    expect([400, 404]).toContain((await ask('POST', `${endpoints.jobs}/${first}/place`, wrong)).status);
  }
});

test('rules hold the queue and let it go on; they stand in the documents', async () => {
  const paused = await ask('PUT', `${endpoints.queue}/rules`, { paused: true });
  expect(paused.body).toMatchObject({ rules: { paused: true, keepDays: 30 }, rest: { why: 'paused' } });
  const workspace = openWorkspace(agent.hub.workspace, { role: 'device', id: 'd_test' });
  expect(workspace.rules().paused).toBe(true);
  const id = await train(await project());
  expect(
    (await ask('GET', `${endpoints.jobs}?state=queued`)).body.jobs.map((job: { jobId: string }) => job.jobId),
  ).toEqual([id]);
  await ask('PUT', `${endpoints.queue}/rules`, { paused: false });
  expect(await ended(id)).toBe('succeeded');
  const wrong = await ask('PUT', `${endpoints.queue}/rules`, { quiet: { from: '25:00', to: '07:00' } });
  expect(wrong).toMatchObject({ status: 400, body: { message: expect.stringContaining('quiet.from') } });
});

test('a plan tells what would be made, before and after', async () => {
  const options = { photos: [photo.hash], narration: { kind: 'text', text: 'Hello' } };
  const plan = async () => (await ask('POST', endpoints.plan, { options })).body;
  const will = (stages: { stage: string; will: string }[], name: string) =>
    stages.find(({ stage }) => stage === name)?.will;
  expect(will((await plan()).stages, 'look')).toBe('run');
  expect(await ended(await train(await project()))).toBe('succeeded');
  const after = await plan();
  expect(will(after.stages, 'look')).toBe('reuse');
  expect(will(after.stages, 'portrait')).toBe('run');
  expect(after.expectedMs).toBeGreaterThan(0);
  expect((await ask('POST', endpoints.plan, { options, pipeline: 'theirs' })).body.message).toContain(
    'theirs',
  );
});

test('a video whose file was removed by hand: said, with the way to have it again', async () => {
  const into = await project();
  const trained = await train(into);
  await ended(trained);
  const { body } = await ask('POST', endpoints.plan, {
    options: { photos: [photo.hash], narration: { kind: 'text', text: 'x' } },
  });
  expect(body.stages.length).toBeGreaterThan(0);
  const form = new FormData();
  form.set('script', 'Hello there');
  form.set('options', JSON.stringify({ photos: [photo.hash] }));
  const made = await fetch(`${agent.url}${endpoints.generate}`, {
    method: 'POST',
    headers: agent.headers(),
    body: form,
  });
  const { jobId } = (await made.json()) as { jobId: string };
  expect(await ended(jobId)).toBe('succeeded');
  await agent.vault.remove(agent.queue.job(jobId as JobId)!.run.result!.video.hash);
  const gone = await ask('GET', `${endpoints.jobs}/${jobId}/result`);
  expect(gone).toMatchObject({ status: 404, body: { hint: expect.stringContaining('/again') } });
  const again = await ask('POST', `${endpoints.jobs}/${jobId}/again`);
  expect(await ended(again.body.jobId)).toBe('succeeded');
  expect(agent.stages.count('portrait')).toBe(1);
});

test('a socket tells of the jobs that were named, and of nothing after UNSUBSCRIBE; nonsense is answered', async () => {
  agent.stages.behave({ look: 'hangs' });
  const into = await project();
  const [first, second] = [await train(into), await train(into)];
  const socket = new WebSocket(`${agent.url.replace('http', 'ws')}${endpoints.events}`, {
    headers: agent.headers(),
  });
  const heard: Record<string, unknown>[] = [];
  const until = (so: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!so()) return;
        socket.off('message', look);
        resolve();
      };
      socket.on('message', look);
      look();
    });
  socket.on('message', (data) => heard.push(JSON.parse(String(data)) as Record<string, unknown>));
  await once(socket, 'open');
  const say = (message: unknown) =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  say({ type: 'SUBSCRIBE', jobId: first });
  await until(() => heard.some(({ type }) => type === 'JOB'));
  expect(heard[0]).toEqual({ type: 'SUBSCRIBED', jobId: first });
  for (const nonsense of ['{', '[]', '{"type":"DANCE"}', '{"type":"SUBSCRIBE","jobId":"j_000000000000"}'])
    say(nonsense);
  await until(() => heard.filter(({ type }) => type === 'ERROR').length === 4);
  await ask('POST', `${endpoints.jobs}/${first}/cancel`);
  const stateOf = (id: string) =>
    heard.flatMap((one) => {
      const job = one.job as { jobId: string; state: string } | undefined;
      return job?.jobId === id ? [job.state] : [];
    });
  await until(() => stateOf(first).includes('cancelled'));
  expect(stateOf(second)).toEqual([]);
  say({ type: 'UNSUBSCRIBE', jobId: first });
  say({ type: 'SUBSCRIBE', jobId: '*' });
  await until(() => stateOf(second).length > 0);
  agent.stages.behave({});
  await ask('POST', `${endpoints.jobs}/${second}/cancel`);
  await until(() => stateOf(second).some((state) => state === 'cancelled' || state === 'succeeded'));
  socket.close();
});

test('who is not let in hears nothing, and a message that is too large ends the socket', async () => {
  const address = `${agent.url.replace('http', 'ws')}${endpoints.events}`;
  const stranger = new WebSocket(address);
  const [error] = (await once(stranger, 'error')) as [Error];
  expect(error.message).toContain('401');
  const socket = new WebSocket(address, { headers: agent.headers() });
  await once(socket, 'open');
  socket.send('x'.repeat(5000));
  const [code] = (await once(socket, 'close')) as [number];
  expect(code).toBe(1009);
});
