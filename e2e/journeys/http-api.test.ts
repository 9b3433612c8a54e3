// A script on the same machine: a photo and words by HTTP, the state while it runs, the result in ranges; and
// nobody from elsewhere gets in.
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { beforeAll, expect, test, vi } from 'vitest';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import { drawnPortrait } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

let agent: RunningAgent;
beforeAll(async () => {
  agent = await startAgent({ data: scratchFolder('http-api') });
  return async () => {
    await agent.stop();
  };
});

/** A request with headers of our own choosing, which fetch would not send. */
function raw(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: agent.port, path, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}

function form(fields: Record<string, string>, photo?: string): FormData {
  const data = new FormData();
  if (photo !== undefined) data.set('photo', new Blob([readFileSync(photo)]), 'me.png');
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

test('the agent tells how it is, what it measures and what it can do', async () => {
  expect((await agent.ask(endpoints.health)).status).toBe(200);
  const metrics = await (await agent.ask(endpoints.metrics)).text();
  expect(metrics).toMatch(/^# TYPE \w+ (gauge|counter|histogram)/m);
  const capabilities = (await (await agent.ask(endpoints.capabilities)).json()) as object;
  expect(JSON.stringify(capabilities)).toContain('portrait');
});

test('a photo and a script become a video that is read in ranges', async () => {
  const asked = await agent.ask(endpoints.generate, {
    method: 'POST',
    body: form({ script: 'Hello from a script. Nobody opened the app for this.' }, drawnPortrait()),
  });
  expect(asked.status, await asked.clone().text()).toBeLessThan(300);
  const { jobId } = (await asked.json()) as { jobId: string };
  expect(jobId).toMatch(/^j_/);

  const status = await vi.waitFor(
    async () => {
      const answer = (await (await agent.ask(`${endpoints.status}/${jobId}`)).json()) as {
        state: string;
      };
      expect(['succeeded', 'failed']).toContain(answer.state);
      return answer;
    },
    { timeout: 120_000, interval: 250 },
  );
  expect(status).toMatchObject({ state: 'succeeded' });
  const listed = (await (await agent.ask(endpoints.jobs)).json()) as unknown;
  expect(JSON.stringify(listed)).toContain(jobId);

  const result = `${endpoints.jobs}/${jobId}/result`;
  const whole = await agent.ask(result);
  expect(whole.status).toBe(200);
  expect(whole.headers.get('content-type')).toBe('video/mp4');
  const bytes = Buffer.from(await whole.arrayBuffer());
  const part = await agent.ask(result, { headers: { range: 'bytes=100-299' } });
  expect(part.status).toBe(206);
  expect(part.headers.get('content-range')).toBe(`bytes 100-299/${bytes.length}`);
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100, 300))).toBe(true);
  const beyond = await agent.ask(result, { headers: { range: `bytes=${bytes.length}-` } });
  expect(beyond.status).toBe(416);
});

test.each([
  ['no photo', () => form({ script: 'Hi' })],
  ['no words', () => form({}, drawnPortrait())],
  ['words that are only spaces', () => form({ script: '  \n ' }, drawnPortrait())],
  ['a size that is none', () => form({ script: 'Hi', options: '{"size":"3x3"}' }, drawnPortrait())],
  ['options that are no JSON', () => form({ script: 'Hi', options: '{size' }, drawnPortrait())],
])('%s is answered with 4xx and a sentence', async (_, body) => {
  const answer = await agent.ask(endpoints.generate, { method: 'POST', body: body() });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  const said = (await answer.json()) as { message?: string; hint?: string };
  expect(said.message).toMatch(/\w+ \w+/);
});

test('a job and a result that are not there are 404, not a crash', async () => {
  for (const path of [
    `${endpoints.status}/j_000000000000`,
    `${endpoints.jobs}/j_000000000000/result`,
    `${endpoints.status}/..%2f..%2fetc%2fpasswd`,
  ]) {
    const { status } = await agent.ask(path);
    expect([400, 404], path).toContain(status);
  }
});

test('a page from elsewhere is refused: other Host, other Origin', async () => {
  const own = `127.0.0.1:${agent.port}`;
  expect(await raw(endpoints.health, { host: own })).toBe(200);
  expect(await raw(endpoints.health, { host: `localhost:${agent.port}` })).toBe(200);
  expect(await raw(endpoints.capabilities, { host: 'rebound.example' })).toBeGreaterThanOrEqual(400);
  expect(await raw(endpoints.capabilities, { host: own, origin: 'https://elsewhere.example' })).toBe(403);
  expect(await raw(endpoints.generate, { host: own, origin: 'null' }, 'POST')).toBe(403);
  expect(await raw('/', { host: 'rebound.example' })).toBeGreaterThanOrEqual(400);
});

test('a socket from elsewhere is refused', async () => {
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.from('0123456789abcdef').toString('base64'),
  };
  for (const path of [`${endpoints.sync}/workspace`, endpoints.transfer]) {
    const host = `127.0.0.1:${agent.port}`;
    const refused = await raw(path, { ...upgrade, host, origin: 'https://elsewhere.example' });
    expect(refused, path).toBe(403);
    const rebound = await raw(path, { ...upgrade, host: 'rebound.example' });
    expect(rebound, path).toBeGreaterThanOrEqual(400);
  }
});
