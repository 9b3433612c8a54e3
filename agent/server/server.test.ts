// The real server over the loopback, with small engines behind it.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { projectRoom } from '@myspinbot/shared/document/layout.ts';
import { openProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { firstWords } from '@myspinbot/shared/project/title.ts';
import { noise } from '@myspinbot/shared/transfer/store-contract.ts';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallPng } from '../media/testing/small-picture.ts';
import { foreignHosts, foreignOrigins } from './fixtures/foreign-addresses.ts';
import { makeSmallApp, removeSmallAgents, type SmallAgent, startSmallAgent } from './fixtures/small-agent.ts';
import type { JobView } from './job-view.ts';
import { disposition } from './send-asset.ts';

let agent: SmallAgent;
beforeAll(async () => {
  agent = await startSmallAgent({ webDir: await makeSmallApp() });
});
afterAll(async () => {
  await agent.stop();
  await removeSmallAgents();
});

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A request with exactly these headers; `fetch` does not let Host be set. */
function ask(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  body?: string,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: agent.port,
        path,
        method,
        headers: { host: `127.0.0.1:${agent.port}`, ...agent.headers(), ...headers },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const json = async (path: string): Promise<Record<string, unknown>> =>
  (await (await fetch(agent.url + path, { headers: agent.headers() })).json()) as Record<string, unknown>;

const png = (seed = 1) => new Blob([smallPng(seed)], { type: 'image/png' });
/** A second of a tone, as a recording that ffmpeg really reads. */
const wav = (mark = 0) => {
  const rate = 16_000;
  const file = Buffer.alloc(44 + rate * 2);
  file.write('RIFF\0\0\0\0WAVEfmt ', 'latin1');
  file.writeUInt32LE(36 + rate * 2, 4);
  for (const [at, value] of [
    [16, 16],
    [20, 1],
    [22, 1],
    [24, rate],
    [28, rate * 2],
    [32, 2],
    [34, 16],
  ] as const) {
    if (at === 16 || at === 24 || at === 28) file.writeUInt32LE(value, at);
    else file.writeUInt16LE(value, at);
  }
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(rate * 2, 40);
  for (let at = 0; at < rate; at++) file.writeInt16LE(Math.round(9000 * Math.sin(at / 9)), 44 + at * 2);
  file[44] = mark;
  return new Blob([file], { type: 'audio/wav' });
};

function form(parts: Record<string, string | Blob | (string | Blob)[]>): FormData {
  const data = new FormData();
  for (const [name, values] of Object.entries(parts)) {
    for (const value of Array.isArray(values) ? values : [values]) {
      if (typeof value === 'string') data.append(name, value);
      else data.append(name, value, `${name}.bin`);
    }
  }
  return data;
}
const post = (body: FormData, headers: Record<string, string> = {}) =>
  fetch(`${agent.url}/api/generate`, { method: 'POST', body, headers: { ...agent.headers(), ...headers } });

async function generated(parts: Parameters<typeof form>[0]): Promise<{ jobId: JobId; projectId: ProjectId }> {
  const reply = await post(form(parts));
  expect(reply.status).toBe(202);
  return (await reply.json()) as { jobId: JobId; projectId: ProjectId };
}

async function ended(id: JobId): Promise<JobView> {
  await new Promise<void>((resolve) => {
    const done = () => ['succeeded', 'failed', 'cancelled'].includes(agent.queue.job(id)?.run.state ?? '');
    if (done()) return resolve();
    const stop = agent.queue.on(() => {
      if (!done()) return;
      stop();
      resolve();
    });
  });
  return (await json(`/api/status/${id}`)) as unknown as JobView;
}

/** Sends an upgrade request by hand and returns the first line of the answer. */
function upgrade(path: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(agent.port, '127.0.0.1', () => {
      const lines = Object.entries({
        Host: `127.0.0.1:${agent.port}`,
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        Authorization: agent.headers().authorization,
        ...headers,
      }).map(([name, value]) => `${name}: ${value}`);
      socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'utf8');
    });
    socket.once('data', (data) => {
      resolve(data.toString().split('\r\n', 1)[0]!);
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('end', () => resolve('closed'));
  });
}

const here = (text: string) => text.replaceAll('7777', String(agent.port));
const sockets = ['/sync/workspace', '/sync/project%2Fp_0123456789abcdef', '/transfer'];

describe('who may come in', () => {
  test.each(foreignHosts)('the host %j gets nothing', async (host) => {
    // Node itself refuses to send some of these: they go over a bare socket.
    const line = await upgrade('/api/jobs', { Host: here(host), Connection: 'close', Upgrade: '' });
    expect(line).toMatch(/ (403|400) /);
    for (const path of sockets) expect(await upgrade(path, { Host: here(host) })).toMatch(/ (403|400) /);
  });

  test.each(foreignOrigins)('the origin %j gets nothing', async (origin) => {
    for (const path of ['/', '/api/jobs', '/metrics', '/health']) {
      const reply = await ask(path, { origin: here(origin) });
      expect(reply.status).toBe(403);
      expect(JSON.parse(reply.body.toString())).toMatchObject({ code: 'refused' });
    }
    for (const path of sockets) expect(await upgrade(path, { Origin: here(origin) })).toContain(' 403 ');
    const written = await ask('/api/generate', { origin: here(origin) }, 'POST', 'x');
    expect(written.status).toBe(403);
  });

  test.each(['127.0.0.1', 'localhost', '[::1]'])('%s is welcome', async (name) => {
    const host = `${name}:${agent.port}`;
    expect((await ask('/health', { host, origin: `http://${host}` })).status).toBe(200);
    for (const path of sockets) {
      expect(await upgrade(path, { Host: host, Origin: `http://${host}` })).toContain(' 101 ');
    }
  });

  test('an upgrade to anywhere else is refused', async () => {
    for (const path of ['/', '/sync', '/sync/', '/api/jobs', '/transfer/x', '/synchronise/workspace']) {
      expect(await upgrade(path, {})).toContain(' 404 ');
    }
  });

  test('a preflight from another page is not answered with permission', async () => {
    const reply = await ask(
      '/api/generate',
      { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      'OPTIONS',
    );
    expect(reply.status).toBe(403);
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('the app', () => {
  test('is served with headers that hold it to this agent', async () => {
    const { status, headers, body } = await ask('/');
    expect(status).toBe(200);
    expect(body.toString()).toContain('Small');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).toContain(`ws://127.0.0.1:${agent.port}`);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-cache',
    });
  });

  test.each([
    ['/assets/index-Dk3fA91x.js', 'public, max-age=31536000, immutable'],
    ['/service-worker.js', 'no-cache'],
    ['/index.html', 'no-cache'],
    ['/projects/p_0123456789abcdef', 'no-cache'],
  ])('%s is cached as %s', async (path, cache) => {
    const reply = await ask(path, { accept: 'text/html,*/*' });
    expect([reply.status, reply.headers['cache-control']]).toEqual([200, cache]);
  });

  test.each([
    '/assets/gone-12345678.js',
    '/api/nothing',
    '/nothing.js',
    '/../../etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
  ])('%s is not found', async (path) => {
    const reply = await ask(path, { accept: 'text/html,*/*' });
    expect([400, 403, 404]).toContain(reply.status);
    expect(reply.body.toString()).not.toContain('root:');
  });
});

describe('generate', () => {
  test('makes a job and a project that the app shows', async () => {
    const script = 'Hello there, this is a rather long script that goes on for more than sixty characters.';
    const { jobId, projectId } = await generated({
      photo: [png(1), png(2)],
      voice: wav(),
      script,
      options: JSON.stringify({ size: '1280x720', captions: false, lang: 'en', seed: 7 }),
    });
    const job = await ended(jobId);
    expect(job).toMatchObject({ state: 'succeeded', progress: 1, projectId, failure: null });
    expect(job.result).toMatchObject({ video: `/api/jobs/${jobId}/result`, vtt: null });
    const workspace = openWorkspace(agent.hub.workspace, { role: 'device', id: 'test' });
    expect(workspace.project(projectId)?.title).toBe(firstWords(script));
    expect(workspace.job(jobId)?.request.options).toMatchObject({ size: '1280x720', seed: 7 });
    expect(workspace.job(jobId)?.run?.state).toBe('succeeded');
    await agent.hub.edit(projectRoom(projectId), (doc) => {
      const project = openProjectDocument(doc, { role: 'device', id: 'test' });
      expect(project.fields()).toMatchObject({ mode: 'text', lang: 'en', size: '1280x720', captions: false });
      expect(project.script.toString()).toBe(script);
      expect(project.photos()).toHaveLength(2);
    });
  });

  test('takes a recording, a background and a topic', async () => {
    const recording = await generated({ photo: png(), narration: wav(), background: png(9) });
    // How it ends is the engines' business; the small ones cannot time a recording.
    await ended(recording.jobId);
    const asked = agent.queue.job(recording.jobId)!.request.options;
    expect(asked.narration.kind).toBe('recording');
    expect(asked.background?.kind).toBe('image');
    const topic = await generated({
      photo: png(),
      options: JSON.stringify({ narration: { kind: 'topic', topic: 'Tea' } }),
    });
    expect(await ended(topic.jobId)).toMatchObject({ state: 'succeeded' });
  });

  test('a photo and a backdrop are kept without where they were taken', async () => {
    const secret = 'at home, 51 30 N';
    const taken = await sharp(await png(6).arrayBuffer())
      .withExif({
        IFD0: { ImageDescription: secret },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
      })
      .jpeg()
      .toBuffer();
    const photo = () => new Blob([Uint8Array.from(Buffer.concat([taken, Buffer.from(secret)]))]);
    expect((await photo().text()).split(secret)).toHaveLength(3);
    const { jobId } = await generated({ photo: photo(), background: photo(), script: 'Hi' });
    const { assets } = agent.queue.job(jobId)!.request;
    expect(assets).not.toEqual([]);
    for (const { hash, type } of assets) {
      const kept = await readFile(agent.vault.path(hash));
      expect([type, kept.includes(secret), kept.includes('Exif')]).toEqual(['image/jpeg', false, false]);
    }
    await ended(jobId);
  });

  test('options may name photos that are on the workstation', async () => {
    const ref = await agent.vault.put(new Uint8Array(await png(5).arrayBuffer()));
    const { jobId } = await generated({ script: 'Hi', options: JSON.stringify({ photos: [ref.hash] }) });
    expect(await ended(jobId)).toMatchObject({ state: 'succeeded' });
  });

  test.each<[string, Parameters<typeof form>[0], number, string, RegExp]>([
    ['no photo', { script: 'Hi' }, 400, 'bad-input', /photos are needed/],
    [
      '13 photos',
      { photo: Array.from({ length: 13 }, () => png()), script: 'Hi' },
      400,
      'bad-input',
      /12 photos/,
    ],
    ['nothing to say', { photo: png() }, 400, 'text-empty', /nothing to say/],
    ['an empty script', { photo: png(), script: ' \n ' }, 400, 'text-empty', /script is empty/],
    ['a long script', { photo: png(), script: 'a'.repeat(10_001) }, 400, 'text-too-long', /10000/],
    ['a huge script', { photo: png(), script: 'a'.repeat(100_000) }, 400, 'bad-input', /too long/],
    ['a photo that is text', { photo: new Blob(['hello']), script: 'Hi' }, 400, 'bad-input', /not a picture/],
    ['an empty photo', { photo: new Blob([]), script: 'Hi' }, 400, 'bad-input', /is empty/],
    [
      'a voice that is a picture',
      { photo: png(), voice: png(), script: 'Hi' },
      400,
      'bad-input',
      /not a sound/,
    ],
    [
      'options that are no JSON',
      { photo: png(), script: 'Hi', options: '{' },
      400,
      'bad-input',
      /not a JSON/,
    ],
    [
      'options that are a list',
      { photo: png(), script: 'Hi', options: '[]' },
      400,
      'bad-input',
      /not a JSON/,
    ],
    ['a wrong size', { photo: png(), script: 'Hi', options: '{"size":"9x9"}' }, 400, 'bad-input', /size/],
    [
      'an unknown option',
      { photo: png(), script: 'Hi', options: '{"sizzle":1}' },
      400,
      'bad-input',
      /sizzle/,
    ],
    ['an unknown part', { photo: png(), script: 'Hi', selfie: 'x' }, 400, 'bad-input', /selfie/],
    [
      'an unknown language',
      { photo: png(), script: 'Hi', options: '{"lang":"tlh"}' },
      400,
      'bad-input',
      /lang/,
    ],
    [
      'a photo that is not here',
      { script: 'Hi', options: JSON.stringify({ photos: ['ab'.repeat(32)] }) },
      404,
      'not-found',
      /not on the workstation/,
    ],
  ])('%s is refused in a sentence, with no job', async (_what, parts, status, code, message) => {
    const before = agent.queue.jobs().length;
    const reply = await post(form(parts));
    const body = (await reply.json()) as Record<string, string>;
    expect([reply.status, body.code]).toEqual([status, code]);
    expect(body.message).toMatch(message);
    expect(body.hint).toMatch(/\w/);
    expect(agent.queue.jobs().length).toBe(before);
  });

  test('what a refused form brought is nowhere: not to be fetched, not to be named', async () => {
    const { assets } = agent.vault.usage();
    const secret = 'at home, 51 30 N';
    const taken = await sharp(await png(77).arrayBuffer())
      .withExif({ IFD0: { ImageDescription: secret } })
      .jpeg()
      .toBuffer();
    const hash = createHash('sha256').update(taken).digest('hex');
    const photo = () => new Blob([Uint8Array.from(taken)]);
    const refused: Parameters<typeof form>[0][] = [
      { voice: photo(), script: 'Hi', photo: png(78) },
      { narration: photo(), photo: png(78) },
      { photo: png(78), voice: wav(7) },
      { photo: png(78), narration: wav(7), options: '{"size":"9x9"}' },
    ];
    for (const parts of refused) expect((await post(form(parts))).status).toBe(400);
    expect((await ask(`/api/assets/${hash}`)).status).toBe(404);
    const named = await post(form({ script: 'Hi', options: JSON.stringify({ photos: [hash] }) }));
    expect(named.status).toBe(404);
    expect(agent.vault.usage().assets).toBe(assets);
    expect(await readdir(join(agent.dir, 'vault', 'temp'))).toEqual([]);
  });

  test('a part without a name is refused in a sentence', async () => {
    const body = '--x\r\nContent-Disposition: form-data\r\n\r\nHello\r\n--x--\r\n';
    const reply = await ask(
      '/api/generate',
      { 'content-type': 'multipart/form-data; boundary=x' },
      'POST',
      body,
    );
    expect([reply.status, JSON.parse(reply.body.toString())]).toMatchObject([
      400,
      { message: 'The form has a part without a name.' },
    ]);
  });

  test.each([
    ['text/plain', '{}', 'bad-input'],
    ['multipart/form-data', '{}', 'bad-input'],
    ['application/json', '{}', 'text-empty'],
    ['application/json', '[1]', 'bad-input'],
    ['application/json', '{"photos":[]}', 'bad-input'],
    ['application/json', '', 'bad-input'],
  ])('a body of %s, %j, is refused', async (type, body, code) => {
    const reply = await ask('/api/generate', { 'content-type': type }, 'POST', body);
    expect([400, 415]).toContain(reply.status);
    expect(JSON.parse(reply.body.toString())).toMatchObject({ code });
  });

  test('a form cut off in the middle leaves no job and no half file', async () => {
    const { assets } = agent.vault.usage();
    const boundary = 'xyz';
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\n\r\n`;
    await new Promise<void>((resolve) => {
      const request = httpRequest({
        host: '127.0.0.1',
        port: agent.port,
        path: '/api/generate',
        method: 'POST',
        headers: {
          ...agent.headers(),
          'content-type': `multipart/form-data; boundary=${boundary}`,
          'content-length': '1000000',
        },
      });
      request.on('error', () => {});
      request.on('close', () => resolve());
      request.write(head + 'x'.repeat(100_000), () => request.destroy());
    });
    // The server has noticed once it answers the next one.
    expect((await ask('/health')).status).toBe(200);
    expect(agent.vault.usage().assets).toBe(assets);
  });

  test('a large file is stopped at its limit', async () => {
    const pieces = Array.from({ length: 125 }, () => new Uint8Array(1024 * 1024));
    const big = new Blob([new Uint8Array(await png().arrayBuffer()), ...pieces]);
    const reply = await post(form({ photo: big, script: 'Hi' }));
    expect(reply.status).toBe(400);
    expect(((await reply.json()) as Record<string, string>).message).toContain('larger than 120 MB');
  });
});

describe('jobs', () => {
  test('are listed newest first, in pages', async () => {
    const all = (await json('/api/jobs?limit=500')) as { total: number; jobs: JobView[] };
    expect(all.total).toBe(all.jobs.length);
    const times = all.jobs.map((job) => job.requestedAt);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const page = (await json('/api/jobs?limit=1&offset=1')) as { jobs: JobView[] };
    expect(page.jobs.map(({ jobId }) => jobId)).toEqual([all.jobs[1]!.jobId]);
    for (const query of ['limit=0', 'limit=501', 'offset=-1', 'limit=x', 'page=2']) {
      expect((await ask(`/api/jobs?${query}`)).status).toBe(400);
    }
  });

  test.each(['/api/status/j_unknown00000000', '/api/status/..', '/api/jobs/x/result', '/api/status/%00'])(
    '%s is unknown',
    async (path) => {
      const reply = await ask(path);
      expect(reply.status).toBe(404);
      expect(JSON.parse(reply.body.toString()).code).toBe('not-found');
    },
  );

  test('a running job can be cancelled; it has no result, and says so', async () => {
    agent.stages.behave({ speech: 'waits' });
    const { jobId } = await generated({ photo: png(77), script: `Stop me ${Math.PI}` });
    await agent.stages.until((log) => log.events().at(-1)?.stage === 'speech');
    expect((await ask(`/api/jobs/${jobId}/result`)).status).toBe(409);
    const reply = await ask(`/api/jobs/${jobId}/cancel`, {}, 'POST');
    expect(reply.status).toBe(202);
    agent.stages.behave({ speech: 'works' });
    expect(await ended(jobId)).toMatchObject({ state: 'cancelled' });
    const workspace = openWorkspace(agent.hub.workspace, { role: 'device', id: 'test' });
    expect(workspace.job(jobId)?.wish.cancelledAt).toBeGreaterThan(0);
    expect((await ask('/api/jobs/j_unknown00000000/cancel', {}, 'POST')).status).toBe(404);
  });

  test('a failed job tells its failure', async () => {
    agent.stages.behave({ look: 'throws' });
    const { jobId } = await generated({ photo: png(78), script: 'Hi' });
    const job = await ended(jobId);
    agent.stages.behave({ look: 'works' });
    expect(job).toMatchObject({
      state: 'failed',
      failure: { code: 'engine-failed', hint: 'Ask nicely.', stage: 'look' },
    });
  });

  test('a result comes whole, in ranges, as a download and by HEAD', async () => {
    const { jobId } = await generated({ photo: png(3), script: 'Grüße an "alle" / überall' });
    const job = await ended(jobId);
    const path = `/api/jobs/${jobId}/result`;
    const whole = await ask(path);
    const { bytes } = job.result!;
    expect(whole.status).toBe(200);
    expect(whole.body.length).toBe(bytes);
    expect(whole.headers).toMatchObject({ 'accept-ranges': 'bytes', 'content-length': String(bytes) });
    expect(whole.headers['content-security-policy']).toContain('sandbox');
    expect(whole.headers['content-disposition']).toContain("filename*=UTF-8''Gr%C3%BC%C3%9Fe");

    const part = await ask(path, { range: 'bytes=2-5' });
    expect([part.status, part.headers['content-range']]).toEqual([206, `bytes 2-5/${bytes}`]);
    expect(part.body).toEqual(whole.body.subarray(2, 6));
    expect((await ask(path, { range: 'bytes=-4' })).body).toEqual(whole.body.subarray(-4));
    const past = await ask(path, { range: `bytes=${bytes}-` });
    expect([past.status, past.headers['content-range']]).toEqual([416, `bytes */${bytes}`]);

    const head = await ask(path, {}, 'HEAD');
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, String(bytes)]);
    const headPart = await ask(path, { range: 'bytes=0-0' }, 'HEAD');
    expect([headPart.status, headPart.headers['content-length']]).toEqual([206, '1']);

    const etag = whole.headers.etag!;
    expect((await ask(path, { 'if-none-match': etag })).status).toBe(304);
    expect((await ask(path, { range: 'bytes=0-1', 'if-range': etag })).status).toBe(206);
    expect((await ask(path, { range: 'bytes=0-1', 'if-range': '"old"' })).status).toBe(200);

    const download = await ask(`${path}?download`);
    expect(download.headers['content-disposition']).toMatch(
      /^attachment; filename="Gr__e an _alle_ _ _berall\.mp4"/,
    );
    expect((await ask(`${path}?kind=poster`)).status).toBe(200);
    expect((await ask(`${path}?kind=vtt`)).status).toBe(404);
    expect((await ask(`${path}?kind=everything`)).status).toBe(400);
  });
});

describe('assets', () => {
  test('are served by hash and may be kept for ever', async () => {
    const bytes = noise(300_000, 21);
    const ref = await agent.vault.put(bytes, 'photo.png');
    const reply = await ask(`/api/assets/${ref.hash}`);
    expect(reply.body.equals(bytes)).toBe(true);
    expect(reply.headers['cache-control']).toBe('private, max-age=31536000, immutable');
    expect(reply.headers['content-type']).toBe('application/octet-stream');
    expect((await ask(`/api/assets/${ref.hash}`, {}, 'HEAD')).headers['content-length']).toBe('300000');
    const slice = await ask(`/api/assets/${ref.hash}`, { range: 'bytes=100000-199999' });
    expect(slice.body.equals(bytes.subarray(100_000, 200_000))).toBe(true);
  });

  test('an empty asset is empty, not an error', async () => {
    const ref = await agent.vault.put(new Uint8Array(0));
    const reply = await ask(`/api/assets/${ref.hash}`);
    expect([reply.status, reply.body.length]).toEqual([200, 0]);
    expect((await ask(`/api/assets/${ref.hash}`, { range: 'bytes=0-' })).status).toBe(416);
  });

  test('unknown and malformed hashes are told apart', async () => {
    expect((await ask(`/api/assets/${'ab'.repeat(32)}`)).status).toBe(404);
    for (const hash of ['x', '..%2f..%2fetc%2fpasswd', 'AB'.repeat(32)]) {
      expect((await ask(`/api/assets/${hash}`)).status).toBe(400);
    }
  });

  test('whatever part of a file somebody fetches is noted, once for each file, with where from', async () => {
    const { token, record } = await agent.gate.makeScript('looks', 'read', { kind: 'local' });
    const authorization = `Bearer ${token}`;
    const noted = async () =>
      (await agent.gate.audit({ limit: 100 })).filter(
        ({ kind, who }) => kind === 'downloaded' && who === record.id,
      );
    const film = await agent.vault.put(
      Buffer.concat([Buffer.from('00000018667479706d703432000000006d70343269736f6d', 'hex'), noise(500, 41)]),
    );
    const photo = await agent.vault.put(smallPng(42));
    await ask(`/api/assets/${film.hash}`, { authorization }, 'HEAD');
    expect(await noted()).toEqual([]);
    for (const range of ['bytes=-99999999', 'bytes=00-', 'bytes=1-']) {
      expect((await ask(`/api/assets/${film.hash}`, { authorization, range })).body.length).toBeGreaterThan(
        500,
      );
    }
    await ask(`/api/assets/${photo.hash}`, { authorization });
    expect(await noted()).toMatchObject([
      { what: 'A picture', name: 'looks', from: '127.0.0.1' },
      { what: 'A video', name: 'looks', from: '127.0.0.1' },
    ]);
    expect((await noted()).every(({ what }) => !what.includes('times'))).toBe(true);
  });

  test('whoever has photos looked at without end is told to wait', async () => {
    const { token } = await agent.gate.makeScript('looks a lot', 'jobs', { kind: 'local' });
    const { hash } = await agent.vault.put(noise(50, 23));
    const inspect = () =>
      ask(
        '/api/inspect/photo',
        { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        'POST',
        JSON.stringify({ hash }),
      );
    const statuses = new Set<number>();
    for (let count = 0; count < 80 && !statuses.has(429); count++) statuses.add((await inspect()).status);
    expect([...statuses]).toEqual([200, 429]);
  });

  test('a photo can be inspected before any job', async () => {
    const { hash } = await agent.vault.put(noise(50, 22));
    const inspect = (body: string, type = 'application/json') =>
      ask('/api/inspect/photo', { 'content-type': type }, 'POST', body);
    const reply = await inspect(JSON.stringify({ hash }));
    expect([reply.status, JSON.parse(reply.body.toString())]).toMatchObject([200, { height: 1, faces: [] }]);
    expect((await inspect(JSON.stringify({ hash: 'ab'.repeat(32) }))).status).toBe(404);
    expect((await inspect('{}')).status).toBe(400);
    expect((await inspect('{')).status).toBe(400);
    expect((await inspect(JSON.stringify({ hash, path: '/etc/passwd' }))).status).toBe(400);
    expect((await inspect(`{"hash":"${'a'.repeat(100_000)}"}`)).status).toBe(413);
    expect((await inspect('hash', 'text/plain')).status).toBe(400);
  });
});

test('health and capabilities say what is there', async () => {
  expect(await json('/health')).toMatchObject({ status: 'ok', version: '0.0.1' });
  expect(await json('/api/capabilities')).toMatchObject({
    version: '0.0.1',
    engines: expect.arrayContaining([expect.objectContaining({ id: 'look/small', capability: 'look' })]),
    voices: [{ name: 'small', lang: 'en', label: 'Small' }],
    sizes: expect.arrayContaining(['720x720']),
    scenes: expect.arrayContaining(['studio']),
    limits: { photos: 12, scriptCharacters: 10_000 },
  });
});

test('the figures are those of what happened', async () => {
  const { jobId } = await generated({ photo: png(31), script: 'Count me' });
  await ended(jobId);
  const text = (await ask('/metrics')).body.toString();
  const value = (line: string) =>
    Number(
      text
        .split('\n')
        .find((one) => one.startsWith(`${line} `))
        ?.split(' ')[1],
    );
  const count = (state: string) => agent.queue.jobs().filter(({ run }) => run.state === state).length;
  for (const state of ['succeeded', 'failed', 'cancelled', 'queued', 'running']) {
    expect(value(`myspinbot_queue_jobs{state="${state}"}`)).toBe(count(state));
  }
  for (const outcome of ['succeeded', 'failed', 'cancelled']) {
    expect(value(`myspinbot_queue_ended_total{outcome="${outcome}"}`)).toBe(count(outcome));
  }
  expect(value('myspinbot_queue_waiting_jobs')).toBe(0);
  expect(
    value('myspinbot_stages_duration_seconds_count{stage="finish",engine="finish/small"}'),
  ).toBeGreaterThan(0);
  expect(text).toContain('myspinbot_stages_duration_seconds_bucket{le="0.005",stage="finish"');
  expect(text).toContain('le="3600"');
  expect(value('myspinbot_vault_assets')).toBe(agent.vault.usage().assets);
  expect(value('myspinbot_vault_stored_bytes')).toBe(agent.vault.usage().bytes);
  expect(value('myspinbot_documents_sockets')).toBe(0);
  expect(value('myspinbot_links_moved_bytes_total{link="http",direction="in"}')).toBeGreaterThan(0);
  expect(value('myspinbot_links_moved_bytes_total{link="http",direction="out"}')).toBeGreaterThan(0);
  expect(value('myspinbot_server_refused_total')).toBeGreaterThan(0);
  expect(value('myspinbot_server_requests_total{route="/api/generate",status="2xx"}')).toBeGreaterThan(0);
  expect(value('myspinbot_process_resident_memory_bytes')).toBeGreaterThan(0);
  for (const line of text.split('\n')) if (/^[a-z]/.test(line)) expect(line).toMatch(/^myspinbot_/);
});

test('a name in a header cannot break out of it', () => {
  const header = disposition(true, 'a"; filename="evil.exe\r\nX: y/..\\\ud800 ö');
  expect(header).toMatch(/^[\x20-\x7e]+$/);
  expect(header.match(/filename="([^"]*)"/)?.[1]).toBe('a_; filename=_evil.exe__X: y_..__ _');
});
