// Shares that reach the agent: they are led to the app, and nothing of them is read or kept.
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSmallApp, removeSmallAgents, type SmallAgent, startSmallAgent } from './fixtures/small-agent.ts';

let agent: SmallAgent;
beforeAll(async () => {
  agent = await startSmallAgent({ webDir: await makeSmallApp() });
});
afterAll(async () => {
  await agent.stop();
  await removeSmallAgents();
});

const photo = () => {
  const form = new FormData();
  form.set('files', new Blob([new Uint8Array(3 * 1024 * 1024)], { type: 'image/jpeg' }), 'me.jpg');
  return form;
};
const share = (init: RequestInit) =>
  fetch(`${agent.url}/share`, { method: 'POST', redirect: 'manual', ...init });

test.each<[string, Record<string, string>]>([
  ['the system', { origin: 'null', 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
  ['a page of the app', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
  ['a program', {}],
])('a share by %s is led to the app', async (_who, headers) => {
  const answer = await share({ body: photo(), headers });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/share?problem=not-ready']);
  const shown = await fetch(`${agent.url}/share?problem=not-ready`, { headers: { accept: 'text/html' } });
  expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining('<title>Small</title>')]);
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json', 'no type at all'])(
  'a body of %s is not looked at',
  async (type) => {
    const answer = await share({ body: '{"not', headers: { 'content-type': type } });
    expect(answer.status).toBe(303);
  },
);

test.each<[string, Record<string, string>]>([
  ['no page', { origin: 'null', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ['nowhere, by an old browser', { origin: 'null' }],
  ['a page elsewhere', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['a page elsewhere that says it is none', { origin: 'https://evil.example', 'sec-fetch-site': 'none' }],
])('a share from %s is refused', async (_who, headers) => {
  expect((await share({ body: photo(), headers })).status).toBe(403);
});

test('only the share address itself may come from no page', async () => {
  const headers = { origin: 'null', 'sec-fetch-site': 'none' };
  for (const path of ['/share/', '/share?x=/share', '/api/generate', '/']) {
    const answer = await fetch(agent.url + path, { method: 'POST', headers, redirect: 'manual' });
    expect([path, answer.status]).toEqual([path, 403]);
  }
});

test('whoever goes on sending for ever is hung up on', async () => {
  const socket = connect(agent.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(`POST /share HTTP/1.1\r\nHost: 127.0.0.1:${agent.port}\r\nContent-Length: 1000000000\r\n\r\n`);
  const piece = new Uint8Array(1024 * 1024);
  const more = (failed?: Error | null) => {
    if (failed || socket.destroyed) return;
    socket.write(piece, more);
  };
  more();
  await closed;
});
