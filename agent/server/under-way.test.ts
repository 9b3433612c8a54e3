// Whoever is removed, or loses rights, while a request of theirs is under way: it has no effect, and nothing more of its
// answer leaves. Every route that changes something is asked with a body that comes too late.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Principal } from '@myspinbot/shared/access/access.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { smallPng } from '../media/testing/small-picture.ts';
import type { TestDevice } from '../pairing/testing/paired-device.ts';
import { pairedWith, removeSmallAgents, type SmallAgent, startSmallAgent } from './fixtures/small-agent.ts';

const local: Principal = { kind: 'local' };
let agent: SmallAgent;
async function startAnew() {
  await agent?.stop();
  agent = await startSmallAgent();
  // Somebody must stay owner, whoever is demoted below.
  await pairedWith(agent, { role: 'owner' }, 'Stays');
}
beforeAll(startAnew);
afterAll(async () => {
  await agent.stop();
  await removeSmallAgents();
});

interface Parked {
  socket: Socket;
  /** Everything that was answered until the connection ended. */
  answer: Promise<string>;
}

/** A request whose body does not come; resolves when the agent has let it in. */
async function park(
  method: string,
  path: string,
  authorization: string,
  body: string,
  type = 'application/json',
): Promise<Parked> {
  const socket = connect(agent.port, '127.0.0.1');
  socket.on('error', () => undefined);
  let heard = '';
  socket.write(
    `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${agent.port}\r\nAuthorization: ${authorization}\r\n` +
      `Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nExpect: 100-continue\r\n` +
      'Connection: close\r\n\r\n',
  );
  await once(socket, 'data');
  // Said before it was let in: what is asked afterwards is answered after that.
  await (await fetch(`${agent.url}/health`)).text();
  socket.on('data', (piece: Buffer) => {
    heard += piece;
  });
  return { socket, answer: once(socket, 'close').then(() => heard) };
}

const id = `d_${'0'.repeat(24)}`;
const form =
  '--x\r\nContent-Disposition: form-data; name="script"\r\n\r\nFrom the past\r\n--x\r\n' +
  'Content-Disposition: form-data; name="options"\r\n\r\n{"photos":["HASH"]}\r\n--x--\r\n';
/** By route: its path, and a body that would be good. */
const bodies: Record<string, { path?: string; body: string; type?: string }> = {
  'POST /api/generate': { body: form, type: 'multipart/form-data; boundary=x' },
  'POST /api/jobs/:id/cancel': { path: '/api/jobs/j_000000000000/cancel', body: '{}' },
  'POST /api/jobs/:id/pause': { path: '/api/jobs/j_000000000000/pause', body: '{}' },
  'POST /api/jobs/:id/resume': { path: '/api/jobs/j_000000000000/resume', body: '{}' },
  'POST /api/jobs/:id/retry': { path: '/api/jobs/j_000000000000/retry', body: '{}' },
  'POST /api/jobs/:id/again': { path: '/api/jobs/j_000000000000/again', body: '{}' },
  'POST /api/jobs/:id/place': { path: '/api/jobs/j_000000000000/place', body: '{"now":true}' },
  'POST /api/train': { body: '{"photos":["HASH"]}' },
  'PUT /api/queue/rules': { body: '{}' },
  'POST /api/plan': { body: '{"options":{"photos":["HASH"],"narration":{"kind":"text","text":"x"}}}' },
  'POST /api/projects': { body: '{"title":"back door"}' },
  'PATCH /api/projects/:id': { path: '/api/projects/p_000000000000', body: '{"title":"x"}' },
  'DELETE /api/projects/:id': { path: '/api/projects/p_000000000000', body: '{}' },
  'DELETE /api/projects/:id/trained/:fingerprint': {
    path: `/api/projects/p_000000000000/trained/${'ab'.repeat(32)}`,
    body: '{}',
  },
  'POST /api/inspect/photo': { body: '{"hash":"HASH"}' },
  'POST /api/uploads': {
    body: `{"asset":{"hash":"${'ab'.repeat(32)}","bytes":1,"type":"image/png"},"blocks":["${'cd'.repeat(32)}"]}`,
  },
  'PATCH /api/devices/:id': { path: `/api/devices/${id}`, body: '{"role":"owner"}' },
  'DELETE /api/devices/:id': { path: `/api/devices/${id}`, body: '{}' },
  'POST /api/invitations': { body: '{"role":"owner"}' },
  'DELETE /api/invitations/:id': { path: '/api/invitations/00', body: '{}' },
  'POST /api/tokens': { body: '{"name":"back door","scope":"all"}' },
  'DELETE /api/tokens/:id': { path: '/api/tokens/s_0', body: '{}' },
  'POST /api/security/rotate-authority': { body: '{}' },
  'PUT /api/webhook': { body: '{"url":"http://127.0.0.1:9/back-door"}' },
  'DELETE /api/webhook': { body: '{}' },
  'POST /api/housekeeping': { body: '{"what":"gc"}' },
  'DELETE /api/housekeeping/:id': { path: '/api/housekeeping/00', body: '{}' },
};
const open = /^\/(?:api\/(?:pairing|auth)|trust|share)(?:\/|$)/;

test('every route that changes something is asked below', () => {
  const changing = agent.routes
    .filter(({ method, url }) => !['GET', 'HEAD', 'OPTIONS'].includes(method) && !open.test(url))
    .map(({ method, url }) => `${method} ${url}`);
  // Blocks come only to an upload that is open: upload-routes.test.ts asks it.
  const elsewhere = 'PUT /api/uploads/:hash';
  expect(changing.filter((route) => bodies[route] === undefined)).toEqual([elsewhere]);
  expect(Object.keys(bodies).filter((route) => !changing.includes(route))).toEqual([]);
});

/** Everything that could be gained. */
async function gains() {
  const { entries } = (await (
    await fetch(`${agent.url}/api/audit`, { headers: agent.headers() })
  ).json()) as { entries: { kind: string }[] };
  const made = ['invited', 'token-made', 'authority-rotated', 'token-removed'];
  return {
    jobs: agent.queue.jobs().length,
    projects: openWorkspace(agent.hub.workspace, { role: 'agent', id: 'test' }).projectIds().length,
    rules: agent.queue.rules(),
    scripts: agent.gate.scripts().map(({ name }) => name),
    devices: agent.gate.devices().filter(({ removed }) => removed === undefined).length,
    noted: entries.filter(({ kind }) => made.includes(kind)).length,
  };
}

describe.each(Object.entries(bodies))('%s with a body that comes too late', (route, { path, body, type }) => {
  const [method, url] = route.split(' ') as [string, string];
  // One agent does not pair as many devices in as short a time.
  beforeAll(startAnew);
  const send = async (authorization: string, cut: () => Promise<unknown>) => {
    const photo = await agent.vault.put(smallPng(4));
    const filled = body.replace('HASH', photo.hash);
    const parked = await park(method, path ?? url, authorization, filled, type);
    await cut();
    const before = await gains();
    parked.socket.write(filled);
    const answer = await parked.answer;
    expect(await gains()).toEqual(before);
    return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
  };

  test('does nothing for a device that was removed', async () => {
    const device = await pairedWith(agent, { role: 'owner' }, 'Lost');
    const { Authorization } = await device.headers();
    const cut = () => agent.gate.removeDevice(device.id!, { erase: false }, local);
    expect(await send(Authorization, cut)).toBe(401);
  });

  test('does nothing for a script whose token was removed', async () => {
    const { token, record } = await agent.gate.makeScript('script', 'all', local);
    expect(await send(`Bearer ${token}`, () => agent.gate.removeScript(record.id, local))).toBe(401);
  });

  test('does what is left to a device that is a member now', async () => {
    const device = await pairedWith(agent, { role: 'owner' }, 'Demoted');
    const { Authorization } = await device.headers();
    const photo = await agent.vault.put(smallPng(4));
    const filled = body.replace('HASH', photo.hash);
    const parked = await park(method, path ?? url, Authorization, filled, type);
    await agent.gate.changeDevice(device.id!, { role: 'member' }, local);
    parked.socket.write(filled);
    const answer = await parked.answer;
    const mayStill = /generate|jobs|inspect|uploads|train|queue|plan|projects/.test(route);
    const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
    if (mayStill) expect([401, 403]).not.toContain(status);
    else expect(status).toBe(403);
  });
});

test('a device that removes itself hears that it is done', async () => {
  const device = await pairedWith(agent, { role: 'owner' }, 'Goes by itself');
  const headers = await device.headers();
  const answer = await fetch(`${agent.url}/api/devices/${device.id}`, { method: 'DELETE', headers });
  expect(answer.status).toBe(204);
  expect(await device.challenge()).toMatchObject({ state: 'removed' });
});

test('what somebody is being sent ends with their removal, and with the right to it', async () => {
  const whole = 64 * 1024 * 1024;
  const { hash } = await agent.vault.put(Buffer.alloc(whole, 'a'));
  const fetching = async (device: TestDevice) => {
    const { Authorization } = await device.headers();
    const socket = connect({ port: agent.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    socket.write(
      `GET /api/assets/${hash} HTTP/1.1\r\nHost: 127.0.0.1:${agent.port}\r\nAuthorization: ${Authorization}\r\n\r\n`,
    );
    await once(socket, 'readable');
    let bytes = 0;
    const ended = once(socket, 'close');
    return {
      async rest() {
        socket.on('data', (piece: Buffer) => {
          bytes += piece.length;
        });
        await ended;
        return bytes;
      },
    };
  };
  const lost = await pairedWith(agent, { role: 'member' }, 'Lost');
  const demoted = await pairedWith(agent, { role: 'member' }, 'Demoted');
  const renamed = await pairedWith(agent, { role: 'member' }, 'Renamed');
  const downloads = [await fetching(lost), await fetching(demoted)];
  const other = await fetching(renamed);
  await agent.gate.removeDevice(lost.id!, { erase: false }, local);
  await agent.gate.changeDevice(demoted.id!, { role: 'guest', project: 'p_000000000000' as never }, local);
  await agent.gate.changeDevice(renamed.id!, { role: 'owner' }, local);
  // No more than what this end had in its own buffers already.
  for (const download of downloads) expect(await download.rest()).toBeLessThan(8 * 1024 * 1024);
  // Rights that grew take nothing away: the file still comes, and the connection stays.
  void other.rest();
});

test('a socket that does not answer goodbye is ended all the same', async () => {
  const device = await pairedWith(agent, { role: 'member' }, 'Stubborn');
  const { Authorization } = await device.headers();
  const socket = connect(agent.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `GET /sync/workspace HTTP/1.1\r\nHost: 127.0.0.1:${agent.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: ${Authorization}\r\n\r\n`,
  );
  await once(socket, 'data');
  socket.resume();
  const closed = once(socket, 'close');
  await agent.gate.removeDevice(device.id!, { erase: false }, local);
  await closed;
});

test('a proof that was good when it came opens nothing for whoever was removed meanwhile', async () => {
  const device = await pairedWith(agent, { role: 'member' }, 'Too late');
  const protocols = await device.proofProtocols('/sync/workspace');
  await agent.gate.removeDevice(device.id!, { erase: false }, local);
  const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/sync/workspace`, protocols);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(401);
});
