// Somebody in the network, and somebody with a page elsewhere: everything they try against a running agent, from
// outside, with what comes back. Over plain HTTP that is the way to the page about trust (302), and nothing else.
import { readFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import { myspinbot } from '../harness/command-line.ts';
import { askForJob } from '../harness/job.ts';
import { drawnPortrait } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

const NETWORK = '127.0.0.2';
const data = join(scratchFolder('strangers'), 'data');
let agent: RunningAgent;
let ca: string;
let reader: string;
beforeAll(async () => {
  agent = await startAgent({ data, listen: [NETWORK] });
  ca = readFileSync(join(data, 'certificates', 'authority.pem'), 'utf8');
  const made = await myspinbot(['token', '--name', 'backup', '--scope', 'read', '--data', data]);
  reader = made.stdout.trim();
  // Something worth stealing is there.
  await askForJob(agent, { photo: drawnPortrait(), script: 'Mina keeps a secret.' });
});
afterAll(async () => {
  await agent.stop();
});

/** Says these bytes and returns everything that comes back until the connection ends, or has nothing more to say. */
function say(where: 'plain loopback' | 'plain network' | 'tls', lines: readonly string[]): Promise<Buffer> {
  return new Promise((resolve) => {
    const { port } = agent;
    const host = where === 'plain loopback' ? '127.0.0.1' : NETWORK;
    const socket = where === 'tls' ? connectTls({ host, port, ca }) : connectPlain({ host, port });
    const heard: Buffer[] = [];
    const filled = lines.map((line) => line.replaceAll('PORT', String(port)).replaceAll('READER', reader));
    socket.on(where === 'tls' ? 'secureConnect' : 'connect', () =>
      socket.write(`${filled.join('\r\n')}\r\n\r\n`),
    );
    socket.on('data', (piece: Buffer) => heard.push(piece));
    socket.setTimeout(1500, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(heard)));
  });
}

const get = (path: string, host: string, ...more: string[]) => [
  `GET ${path} HTTP/1.1`,
  `Host: ${host}:PORT`,
  'Connection: close',
  ...more,
];
const upgrade = (path: string, host: string, ...more: string[]) => [
  `GET ${path} HTTP/1.1`,
  `Host: ${host}:PORT`,
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ...more,
];
const forged = `Sec-WebSocket-Protocol: myspinbot, proof.d_${'0'.repeat(24)}.${'A'.repeat(22)}.${'A'.repeat(86)}`;

test.each<[string, Parameters<typeof say>[0], string[], number]>([
  ['a device of the network, no token', 'tls', get('/api/jobs', NETWORK), 401],
  ['the same, for the documents of the API', 'tls', get('/api/devices', NETWORK), 401],
  ['the same, for the figures', 'tls', get('/metrics', NETWORK), 401],
  ['the same, without encryption', 'plain network', get('/api/jobs', NETWORK), 302],
  [
    'the same, with a token, without encryption',
    'plain network',
    get('/api/jobs', NETWORK, 'Authorization: Bearer READER'),
    302,
  ],
  ['another account on the workstation', 'plain loopback', get('/api/jobs', '127.0.0.1'), 401],
  ['a name pointed at the workstation', 'plain loopback', get('/api/jobs', 'evil.example'), 403],
  ['the same, over TLS', 'tls', get('/', 'evil.example'), 403],
  [
    'a page elsewhere',
    'tls',
    get('/api/jobs', NETWORK, 'Origin: https://evil.example', 'Authorization: Bearer READER'),
    403,
  ],
  [
    'a page of plain HTTP',
    'tls',
    get('/api/jobs', NETWORK, `Origin: http://${NETWORK}:PORT`, 'Authorization: Bearer READER'),
    403,
  ],
  ['a script that reads', 'tls', get('/api/jobs', NETWORK, 'Authorization: Bearer READER'), 200],
  [
    'a script that reads, for the devices',
    'tls',
    get('/api/devices', NETWORK, 'Authorization: Bearer READER'),
    403,
  ],
  ['an upgrade of a stranger', 'tls', upgrade('/sync/workspace', NETWORK), 401],
  ['the same, with a forged proof', 'tls', upgrade('/sync/workspace', NETWORK, forged), 401],
  ['the same, for files', 'tls', upgrade('/transfer', NETWORK, forged), 401],
  ['the same, without encryption', 'plain network', upgrade('/sync/workspace', NETWORK), 403],
  [
    'an upgrade from a page elsewhere',
    'plain loopback',
    upgrade('/sync/workspace', '127.0.0.1', 'Origin: https://evil.example'),
    403,
  ],
  [
    'an upgrade under another name',
    'plain loopback',
    upgrade('/sync/workspace', 'evil.example', 'Authorization: Bearer READER'),
    403,
  ],
  ['a device that asks what to trust, without encryption', 'plain network', get('/trust', NETWORK), 200],
])('%s (%s)', async (_who, where, lines, status) => {
  const answer = (await say(where, lines)).toString('latin1');
  expect(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])).toBe(status);
  // Neither a title nor an id of what is there.
  if (status !== 200) expect(answer).not.toMatch(/Mina|[pj]_[0-9a-z]{12}/);
});

test('what is answered without encryption holds nothing of an invitation that is open', async () => {
  const { stdout } = await myspinbot(['pair', '--json', '--no-wait', '--data', data]);
  const { code, links, trustLinks } = JSON.parse(stdout) as Record<'links' | 'trustLinks', string[]> & {
    code: string;
  };
  expect(trustLinks[0]).toBe(`http://${NETWORK}:${agent.port}/`);
  const secret = /\.([\w-]{22})\./.exec(links[0]!)![1]!;
  for (const path of ['/', '/trust', '/trust/ca.mobileconfig', '/trust/check', '/api/invitations']) {
    const answer = (await say('plain network', get(path, NETWORK))).toString('latin1');
    expect(answer).not.toContain(secret);
    expect(answer).not.toContain(code);
  }
});
