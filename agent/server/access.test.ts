// Every route and socket, asked as everybody: what the access table says is what the server does. And proofs and
// tokens that were stolen, changed, used before or made for something else are nobody's.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { SOCKET_PROTOCOL } from '@myspinbot/shared/wire/pairing.ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { smallPng } from '../media/testing/small-picture.ts';
import type { TestDevice } from '../pairing/testing/paired-device.ts';
import { pairedWith, removeSmallAgents, type SmallAgent, startSmallAgent } from './fixtures/small-agent.ts';

const local = { kind: 'local' } as const;
const askers = ['owner', 'member', 'guest', 'read', 'jobs', 'all', 'local', 'nobody'] as const;
type Asker = (typeof askers)[number];

let agent: SmallAgent;
let devices: Record<'owner' | 'member' | 'guest', TestDevice>;
let headers: Record<Asker, Record<string, string>>;
/** What stands for `:…` in the paths below: of the guest's project, and of another. */
let names: Record<string, string>;

beforeAll(async () => {
  agent = await startSmallAgent();
  const { gate } = agent;
  const [mine, other] = [await madeJob(1), await madeJob(2)];
  names = {
    job: mine.job,
    otherJob: other.job,
    asset: mine.video,
    otherAsset: other.video,
    project: mine.project,
    otherProject: other.project,
    room: `project%2F${mine.project}`,
    otherRoom: `project%2F${other.project}`,
    guestRoom: `guest%2F${mine.project}`,
    otherGuestRoom: `guest%2F${other.project}`,
  };
  devices = {
    owner: await pairedWith(agent, { role: 'owner' }),
    member: await pairedWith(agent, { role: 'member' }),
    guest: await pairedWith(agent, { role: 'guest', project: mine.project }),
  };
  const script = async (scope: 'read' | 'jobs' | 'all') => ({
    authorization: `Bearer ${(await gate.makeScript(scope, scope, local)).token}`,
  });
  const device = async (one: TestDevice) => ({ authorization: (await one.headers()).Authorization });
  headers = {
    owner: await device(devices.owner),
    member: await device(devices.member),
    guest: await device(devices.guest),
    read: await script('read'),
    jobs: await script('jobs'),
    all: await script('all'),
    local: agent.headers(),
    nobody: {},
  };
});
afterAll(async () => {
  await agent.stop();
  await removeSmallAgents();
});

async function madeJob(seed: number): Promise<{ job: string; project: ProjectId; video: string }> {
  const form = new FormData();
  form.set('photo', new Blob([smallPng(seed)]));
  form.set('script', `Hello ${seed}`);
  const answer = await fetch(`${agent.url}/api/generate`, {
    method: 'POST',
    body: form,
    headers: agent.headers(),
  });
  const { jobId, projectId } = (await answer.json()) as { jobId: JobId; projectId: ProjectId };
  return await new Promise((resolve) => {
    const look = () => {
      const result = agent.queue.job(jobId)?.run.result;
      if (result === undefined) return;
      stop();
      resolve({ job: jobId, project: projectId, video: result.video.hash });
    };
    const stop = agent.queue.on(look);
    look();
  });
}

const filled = (path: string) => path.replace(/:(\w+)/g, (_, name: string) => names[name] ?? name);

async function status(method: string, path: string, who: Record<string, string>): Promise<number> {
  // Bodies that are refused later on: what is asked here is who gets so far.
  const body = ['POST', 'PATCH', 'PUT'].includes(method) ? { body: '{"no":"such field"}' } : {};
  const answer = await fetch(agent.url + filled(path), {
    method,
    ...body,
    headers: {
      ...who,
      ...(['GET', 'DELETE', 'HEAD'].includes(method)
        ? {}
        : {
            'content-type': path.startsWith('/api/uploads/')
              ? 'application/octet-stream'
              : 'application/json',
          }),
    },
  });
  await answer.arrayBuffer();
  return answer.status;
}

const everybodyKnown = ['owner', 'member', 'read', 'jobs', 'all', 'local'] as const;
const makers = ['owner', 'member', 'jobs', 'all', 'local'] as const;
/** Of documents as they stand. */
const writers = ['owner', 'member', 'all', 'local'] as const;
const owners = ['owner', 'all', 'local'] as const;
const withGuest = [...everybodyKnown, 'guest'] as const;

const routes: [method: string, path: string, who: readonly Asker[]][] = [
  ['GET', '/', askers],
  ['GET', '/health', askers],
  ['GET', '/metrics', askers],
  ['GET', '/api/capabilities', everybodyKnown],
  ['GET', '/api/monitor', everybodyKnown],
  ['GET', '/api/jobs', everybodyKnown],
  ['GET', '/api/jobs/:job', withGuest],
  ['GET', '/api/jobs/:otherJob', everybodyKnown],
  ['GET', '/api/jobs/j_000000000000', everybodyKnown],
  ['GET', '/api/status/:job', withGuest],
  ['GET', '/api/status/:otherJob', everybodyKnown],
  ['GET', '/api/jobs/:job/result', withGuest],
  ['HEAD', '/api/jobs/:otherJob/result', everybodyKnown],
  ['GET', '/api/jobs/:otherJob/result', everybodyKnown],
  ['GET', '/api/jobs?project=:project', withGuest],
  ['GET', '/api/jobs?project=:otherProject', everybodyKnown],
  ['GET', '/api/jobs/:job/artifacts', withGuest],
  ['GET', '/api/jobs/:otherJob/artifacts', everybodyKnown],
  ['POST', '/api/jobs/:job/cancel', makers],
  ['POST', '/api/jobs/:job/pause', makers],
  ['POST', '/api/jobs/:job/resume', makers],
  ['POST', '/api/jobs/:job/retry', makers],
  ['POST', '/api/jobs/:job/again', makers],
  ['POST', '/api/jobs/:job/place', makers],
  ['POST', '/api/generate', makers],
  ['POST', '/api/train', makers],
  ['POST', '/api/plan', everybodyKnown],
  ['GET', '/api/queue', everybodyKnown],
  ['GET', '/api/queue/rules', everybodyKnown],
  ['PUT', '/api/queue/rules', makers],
  ['GET', '/api/projects', everybodyKnown],
  ['POST', '/api/projects', makers],
  ['GET', '/api/projects/:project', withGuest],
  ['GET', '/api/projects/:otherProject', everybodyKnown],
  ['PATCH', '/api/projects/:project', writers],
  ['DELETE', '/api/projects/p_000000000000', writers],
  ['GET', '/api/projects/:project/trained', withGuest],
  ['GET', '/api/projects/:otherProject/trained', everybodyKnown],
  ['DELETE', '/api/projects/:project/trained/00', makers],
  ['GET', '/api/openapi.json', askers],
  ['GET', '/api/webhook', owners],
  ['PUT', '/api/webhook', owners],
  ['DELETE', '/api/webhook?as=nothing', owners],
  ['GET', '/api/assets/:asset', withGuest],
  ['GET', '/api/assets/:asset/blocks', withGuest],
  ['GET', '/api/assets/:otherAsset/blocks', withGuest],
  ['POST', '/api/uploads', makers],
  ['PUT', `/api/uploads/${'ab'.repeat(32)}`, makers],
  ['POST', '/api/inspect/photo', makers],
  ['POST', '/api/pairing/start', askers],
  ['POST', '/api/pairing/finish', askers],
  ['POST', '/api/auth/challenge', askers],
  ['POST', '/api/auth/token', askers],
  ['GET', '/api/auth/own-machine', askers],
  ['POST', '/share', askers],
  ['GET', '/api/devices', owners],
  ['PATCH', `/api/devices/d_${'0'.repeat(24)}`, owners],
  ['DELETE', `/api/devices/d_${'0'.repeat(24)}`, owners],
  ['POST', '/api/invitations', owners],
  ['GET', '/api/invitations/00', owners],
  ['DELETE', '/api/invitations/00', owners],
  ['GET', '/api/tokens', owners],
  ['POST', '/api/tokens', owners],
  ['DELETE', '/api/tokens/s_0', owners],
  ['GET', '/api/audit', owners],
  ['GET', '/api/security', owners],
  ['POST', '/api/security/rotate-authority', owners],
  ['POST', '/api/housekeeping', owners],
  ['GET', '/api/housekeeping/00', owners],
  ['DELETE', '/api/housekeeping/00', owners],
];

describe('requests', () => {
  test.each(routes)('%s %s is for those it is for', async (method, path, who) => {
    const let_in: Asker[] = [];
    for (const asker of askers) {
      const got = await status(method, path, headers[asker]);
      if (got !== 401 && got !== 403) let_in.push(asker);
      else expect([asker, got]).toEqual([asker, asker === 'nobody' ? 401 : 403]);
    }
    expect(let_in.sort()).toEqual([...who].sort());
  });

  test('every route of the API is in the table above', async () => {
    const asked = new Set(
      routes.map(
        ([method, path]) =>
          `${method} ${path.replace(/\?.*/, '').replace(/\/(:\w+|[djps]_0+|00|(?:ab){32})\b/g, '/:one')}`,
      ),
    );
    const isAsked = (method: string, url: string) =>
      [...asked].some((one) => one === `${method} ${url.replace(/\/:\w+/g, '/:one')}`);
    const missing = agent.routes.filter(
      ({ method, url }) => method !== 'HEAD' && url !== '/*' && !isAsked(method, url),
    );
    expect(missing).toEqual([]);
    expect(agent.routes.length).toBeGreaterThan(25);
  });

  test('a guest is told of files of other projects what is told of no file', async () => {
    const gone = async (hash: string) => {
      const answer = await fetch(`${agent.url}/api/assets/${hash}`, { headers: headers.guest });
      return [answer.status, await answer.text()];
    };
    expect(await gone(names.otherAsset!)).toEqual(await gone('ab'.repeat(32)));
    expect(await gone(`${names.otherAsset}/blocks`)).toEqual(await gone(`${'ab'.repeat(32)}/blocks`));
    expect((await gone(names.otherAsset!))[0]).toBe(404);
  });

  test.each<[string, () => Record<string, string>]>([
    ['no word', () => ({ authorization: '' })],
    ['another scheme', () => ({ authorization: headers.owner.authorization!.replace('Bearer', 'Basic') })],
    ['a token cut short', () => ({ authorization: headers.owner.authorization!.slice(0, -1) })],
    ['a token with a letter changed', () => ({ authorization: changed(headers.all.authorization!) })],
    [
      'the local token with a letter changed',
      () => ({ authorization: changed(headers.local.authorization!) }),
    ],
    ['two tokens', () => ({ authorization: `${headers.owner.authorization}, ${headers.all.authorization}` })],
    ['a very long word', () => ({ authorization: `Bearer ${'a'.repeat(10_000)}` })],
    ['a device’s id', () => ({ authorization: `Bearer ${devices.owner.id}` })],
    ['a cookie', () => ({ cookie: `token=${headers.owner.authorization!.slice(7)}` })],
    ['a token in the address', () => ({})],
  ])('%s is nobody', async (what, said) => {
    const query = what === 'a token in the address' ? `?token=${headers.owner.authorization!.slice(7)}` : '';
    expect(await status('GET', `/api/jobs${query}`, said())).toBe(401);
  });

  test.each([
    ['/api/devices', 'GET', 'read', '--scope all'],
    ['/api/generate', 'POST', 'read', '--scope jobs'],
  ] as const)(
    'a token that is not good for %s is told which one would be',
    async (path, method, who, scope) => {
      const answer = await fetch(agent.url + path, { method, headers: headers[who] });
      expect(await answer.json()).toMatchObject({ code: 'refused', hint: expect.stringContaining(scope) });
    },
  );

  test('whoever sends something large without being known hears why', async () => {
    const answer = await fetch(`${agent.url}/api/generate`, {
      method: 'POST',
      body: new Uint8Array(8 * 1024 * 1024),
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(await answer.json()).toMatchObject({ code: 'unpaired', hint: expect.stringMatching(/\w/) });
  });

  test('and is hung up on when they go on all the same', async () => {
    const socket = connect(agent.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(
      `POST /api/generate HTTP/1.1\r\nHost: 127.0.0.1:${agent.port}\r\nContent-Length: 1000000000\r\n\r\n`,
    );
    const piece = new Uint8Array(1024 * 1024);
    // A write that failed is the last one, whether or not the socket has noticed what that means.
    const more = (failed?: Error | null) => {
      if (failed == null && !socket.destroyed) socket.write(piece, more);
    };
    more();
    await closed;
    expect(socket.bytesWritten).toBeLessThan(100 * 1024 * 1024);
  });
});

function changed(word: string): string {
  const last = word.at(-2) === 'A' ? 'B' : 'A';
  return `${word.slice(0, -2)}${last}${word.at(-1)}`;
}

interface Ended {
  opened: boolean;
  /** HTTP status of the refusal, or the close code. */
  code: number;
  bytes: number;
}

/** Opens a socket and says how that went; an opened one is closed after its first message, or at once. */
function open(path: string, by: { protocols?: string[]; headers?: Record<string, string> }): Promise<Ended> {
  return new Promise((resolve) => {
    const socket = new WebSocket(agent.url.replace('http', 'ws') + path, by.protocols ?? [], {
      headers: by.headers ?? {},
    });
    let bytes = 0;
    socket.on('message', (data: Buffer) => {
      bytes += data.length;
    });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      response.on('data', (data: Buffer) => {
        bytes += data.length;
      });
      response.on('end', () => resolve({ opened: false, code: response.statusCode ?? 0, bytes }));
    });
    socket.on('open', () => {
      resolve({ opened: true, code: 0, bytes });
      socket.terminate();
    });
    socket.on('error', () => resolve({ opened: false, code: 0, bytes }));
  });
}

test('a guest is invited to a project that is there, and to no other', async () => {
  const ask = async (project: string) => {
    const answer = await fetch(`${agent.url}/api/invitations`, {
      method: 'POST',
      headers: { ...agent.headers(), 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'guest', project }),
    });
    return [answer.status, ((await answer.json()) as { message?: string }).message];
  };
  expect(await ask('p_0000000000000000')).toEqual([
    404,
    'There is no project p_0000000000000000 on this workstation.',
  ]);
  expect(await ask(decodeURIComponent(names.room!).replace('project/', ''))).toEqual([201, undefined]);
});

test('a device is told to be connected for as long as a socket of it is open', async () => {
  const isHere = async () => {
    const answer = await fetch(`${agent.url}/api/devices`, { headers: agent.headers() });
    const { devices: list } = (await answer.json()) as { devices: { id: string; isConnected: boolean }[] };
    return list.filter(({ isConnected }) => isConnected).map(({ id }) => id);
  };
  expect(await isHere()).toEqual([]);
  const socket = new WebSocket(
    `${agent.url.replace('http', 'ws')}/sync/workspace`,
    await devices.member.proofProtocols('/sync/workspace'),
  );
  await once(socket, 'open');
  expect(await isHere()).toEqual([devices.member.id]);
  socket.close();
  await vi.waitFor(async () => expect(await isHere()).toEqual([]));
});

const sockets: [path: string, who: readonly Asker[]][] = [
  ['/sync/workspace', everybodyKnown],
  ['/sync/:room', withGuest],
  ['/sync/:otherRoom', everybodyKnown],
  ['/sync/:guestRoom', withGuest],
  ['/sync/:otherGuestRoom', everybodyKnown],
  ['/transfer', withGuest],
  ['/ws', withGuest],
];

describe('sockets', () => {
  test.each(sockets)('%s opens for those it is for', async (path, who) => {
    const opened: Asker[] = [];
    for (const asker of askers) {
      const ended = await open(filled(path), { headers: headers[asker] });
      if (ended.opened) opened.push(asker);
      else
        expect([asker, ended]).toEqual([
          asker,
          { opened: false, code: asker === 'nobody' ? 401 : 403, bytes: 0 },
        ]);
    }
    expect(opened.sort()).toEqual([...who].sort());
  });

  test('a device’s proof opens the socket it was made for, once', async () => {
    const { owner } = devices;
    const protocols = await owner.proofProtocols('/sync/workspace');
    expect(await open('/sync/workspace', { protocols })).toMatchObject({ opened: true });
    expect(await open('/sync/workspace', { protocols })).toEqual({ opened: false, code: 401, bytes: 0 });
    const forTransfer = await owner.proofProtocols('/transfer');
    expect(await open('/sync/workspace', { protocols: forTransfer })).toMatchObject({ code: 401 });
    expect(await open('/transfer', { protocols: forTransfer })).toMatchObject({ code: 401 });
  });

  test.each<[string, (proof: { device: string; nonce: string; signature: string }) => object]>([
    ['another device', (proof) => ({ ...proof, device: devices.member.id })],
    ['another number', (proof) => ({ ...proof, nonce: changed(proof.nonce) })],
    ['another signature', (proof) => ({ ...proof, signature: changed(proof.signature) })],
    ['an unknown device', (proof) => ({ ...proof, device: `d_${'0'.repeat(24)}` })],
  ])('a proof with %s is nobody’s', async (_what, change) => {
    const proof = await devices.owner.prove('socket /sync/workspace');
    const { device, nonce, signature } = change(proof) as typeof proof;
    const protocols = [SOCKET_PROTOCOL, `proof.${device}.${nonce}.${signature}`];
    expect(await open('/sync/workspace', { protocols })).toEqual({ opened: false, code: 401, bytes: 0 });
  });

  test('a removed device is cut off at once, and what it asks next is refused', async () => {
    const device = await pairedWith(agent, { role: 'member' }, 'Lost phone');
    const said = await device.headers();
    const unused = await device.proofProtocols('/transfer');
    const live = await Promise.all(
      ['/sync/workspace', `/sync/${names.room}`, '/transfer'].map(async (path) => {
        const socket = new WebSocket(
          agent.url.replace('http', 'ws') + path,
          await device.proofProtocols(path),
        );
        await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
        expect(socket.protocol).toBe(SOCKET_PROTOCOL);
        return socket;
      }),
    );
    const closed = live.map((socket) => new Promise<number>((resolve) => socket.once('close', resolve)));
    const answer = await fetch(`${agent.url}/api/devices/${device.id}?erase=true`, {
      method: 'DELETE',
      headers: headers.owner,
    });
    expect(answer.status).toBe(204);
    expect(await Promise.all(closed)).toEqual([4003, 4003, 4003]);
    expect(await status('GET', '/api/jobs', { authorization: said.Authorization })).toBe(401);
    expect(await open('/transfer', { protocols: unused })).toMatchObject({ opened: false, code: 401 });
    expect(await device.challenge()).toMatchObject({ state: 'removed', erase: true });
    const log = await (await fetch(`${agent.url}/api/audit`, { headers: headers.owner })).json();
    expect(JSON.stringify(log)).toContain('Lost phone was removed');
  });
});

test('an upload of somebody who is removed meanwhile makes no job', async () => {
  const device = await pairedWith(agent, { role: 'member' }, 'In a hurry');
  const { Authorization } = await device.headers();
  const before = agent.queue.jobs().length;
  const part = (name: string, more = '') =>
    `--x\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const photo = Buffer.from(smallPng(9));
  const socket = connect(agent.port, '127.0.0.1');
  const heard = async () => String((await once(socket, 'data'))[0]);
  const chunk = (bytes: Buffer | string) => {
    socket.write(`${Buffer.byteLength(bytes).toString(16)}\r\n`);
    socket.write(bytes);
    socket.write('\r\n');
  };
  socket.write(
    `POST /api/generate HTTP/1.1\r\nHost: 127.0.0.1:${agent.port}\r\nAuthorization: ${Authorization}\r\n` +
      'Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n' +
      'Expect: 100-continue\r\n\r\n',
  );
  // It was let in; what is asked afterwards is answered after that.
  expect(await heard()).toMatch(/^HTTP\/1\.1 100 /);
  chunk(`${part('script')}Hello\r\n${part('photo', '; filename="a.png"')}`);
  chunk(photo.subarray(0, 40));
  expect(await status('GET', '/health', {})).toBe(200);
  // It hears why at once, whether or not the rest of it comes.
  const answered = heard();
  await agent.gate.removeDevice(device.id!, { erase: false }, local);
  const answer = await answered;
  socket.on('error', () => undefined);
  chunk(photo.subarray(40));
  chunk('\r\n--x--\r\n');
  socket.write('0\r\n\r\n');
  socket.destroy();
  expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  expect(agent.queue.jobs().length).toBe(before);
});

test('a route that does not say who may use it cannot be added', async () => {
  const { default: fastify } = await import('fastify');
  const { admitOnly } = await import('./admission.ts');
  const app = fastify();
  admitOnly(app, { gate: agent.gate, hosts: () => new Set(), port: () => 1, log: agent.log, refused() {} });
  expect(() => app.get('/api/forgotten', () => 'open to all')).toThrow(/does not say who/);
});
