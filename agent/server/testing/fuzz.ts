// Garbage for the real server: whole requests of every kind the API takes, changed byte by byte, sent over bare
// sockets. Each must be answered or its connection ended, soon, and the agent goes on as before. The same seed sends
// the same changes.
import { connect } from 'node:net';
import { smallPng } from '../../media/testing/small-picture.ts';
import { type Chance, chanceOf } from '../../queue/fixtures/random.ts';
import { removeSmallAgents, type SmallAgent, startSmallAgent } from '../fixtures/small-agent.ts';

export interface ServerFuzzReport {
  seed: number;
  inputs: number;
  /** How often by the first line of the answer: "400", "closed" for none. */
  outcomes: Record<string, number>;
  /** Processor time of the slowest input, both ends together, in ms; one beyond SLOW_MS is sent three times. */
  slowestMs: number;
  slowest: string;
  /** What the agent said of faults of its own: there must be none. */
  faults: string[];
  /** Jobs that came of it: more than none, or the changes are too wild to get anywhere. */
  jobs: number;
}

const SLOW_MS = 50;
/** Messages on their way at once. */
const TOGETHER = 20;
/** A request that waits for more is ended by us after this much; its answer has come by then or never will. */
const PATIENCE_MS = 40;

/** Throws when the server dies or does not answer a sound request afterwards. */
export async function fuzzServer({
  inputs,
  seed,
}: {
  inputs: number;
  seed: number;
}): Promise<ServerFuzzReport> {
  const agent = await startSmallAgent();
  const { hash } = await agent.vault.put(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1));
  const chance = chanceOf(seed);
  const report: ServerFuzzReport = {
    seed,
    inputs,
    outcomes: {},
    slowestMs: 0,
    slowest: '',
    faults: [],
    jobs: 0,
  };
  try {
    for (let count = 0; count < inputs; count += TOGETHER) {
      const messages = Array.from({ length: Math.min(TOGETHER, inputs - count) }, () =>
        garbled(chance.pick(kinds)(agent, hash), chance),
      );
      const before = process.cpuUsage();
      const outcomes = await Promise.all(messages.map((bytes) => send(agent.port, bytes)));
      const together = msSince(before);
      for (const outcome of outcomes) report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1;
      // None of them can have taken longer than all of them: only then is each looked at by itself.
      if (together <= Math.max(SLOW_MS, report.slowestMs)) continue;
      for (const bytes of messages) {
        let ms = Number.POSITIVE_INFINITY;
        // A collection of garbage or a busy machine is not slow three times in a row.
        for (let times = 0; times < 3 && ms > SLOW_MS; times++) {
          const alone = process.cpuUsage();
          await send(agent.port, bytes);
          ms = Math.min(ms, msSince(alone));
        }
        if (ms <= report.slowestMs) continue;
        report.slowestMs = ms;
        report.slowest = bytes.toString('latin1', 0, 300);
      }
    }
    report.faults = agent.logged
      .filter(({ event }) => event === 'server.failed')
      .map(({ fields }) => String(fields?.stack ?? fields?.error).slice(0, 600));
    const health = await fetch(`${agent.url}/health`);
    const jobs = await fetch(`${agent.url}/api/jobs`, { headers: agent.headers() });
    if (health.status !== 200 || jobs.status !== 200)
      throw new Error(`seed ${seed}: it does not answer any more`);
    report.jobs = ((await jobs.json()) as { total: number }).total;
    return report;
  } finally {
    await agent.stop();
    await removeSmallAgents();
  }
}

function msSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const BOUNDARY = 'xYzZY';
/** `photo` is the hash of a picture that is there. */
const kinds: readonly ((agent: SmallAgent, photo: string) => Buffer)[] = [
  (agent) =>
    json(agent, 'POST', '/api/pairing/start', { version: 1, invitation: '12', device: {}, share: 'A' }),
  (agent) =>
    json(agent, 'POST', '/api/auth/challenge', { device: `d_${'0'.repeat(24)}`, nonce: 'A'.repeat(22) }),
  (agent) => json(agent, 'POST', '/api/inspect/photo', { hash: 'ab'.repeat(32) }),
  (agent) => json(agent, 'POST', '/api/invitations', { role: 'guest', project: 'p_0123456789abcdef' }),
  (agent) => json(agent, 'PATCH', `/api/devices/d_${'0'.repeat(24)}`, { name: 'x', role: 'owner' }),
  (agent) => request(agent, 'GET', '/api/jobs?limit=5&offset=0', {}, ''),
  (agent) =>
    request(agent, 'GET', '/api/jobs?state=queued,failed&order=line&project=p_0123456789abcdef', {}, ''),
  (agent, photo) =>
    json(agent, 'POST', '/api/projects', { title: 'x', script: 'Hi', size: '720x720', photos: [photo] }),
  (agent) => json(agent, 'PATCH', '/api/projects/p_0123456789abcdef', { seed: 1, voiceClip: null }),
  (agent, photo) =>
    json(agent, 'POST', '/api/generate', {
      options: { photos: [photo], narration: { kind: 'text', text: 'Hello' } },
    }),
  (agent, photo) =>
    json(agent, 'POST', '/api/plan', {
      options: { photos: [photo], narration: { kind: 'topic', topic: 'x' } },
    }),
  (agent) => json(agent, 'POST', '/api/jobs/j_0123456789ab/place', { before: 'j_0123456789ac' }),
  (agent) => json(agent, 'POST', '/api/jobs/j_0123456789ab/retry', { from: 'look' }),
  (agent) => json(agent, 'PUT', '/api/queue/rules', { paused: false, quiet: { from: '22:00', to: '07:00' } }),
  (agent) => request(agent, 'GET', '/api/assets/00?download', { Range: 'bytes=0-9,20-' }, ''),
  (agent, photo) =>
    form(agent, [
      ['script', 'Hello'],
      ['options', JSON.stringify({ size: '720x720', photos: [photo] })],
    ]),
  (agent) =>
    form(agent, [
      ['script', 'Hello'],
      ['photo"; filename="a.png', Buffer.from(smallPng()).toString('latin1')],
    ]),
  (agent) =>
    request(
      agent,
      'GET',
      '/sync/workspace',
      {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'Sec-WebSocket-Protocol': 'myspinbot, proof.d_0.A.A',
      },
      '',
    ),
];

function json(agent: SmallAgent, method: string, path: string, body: object): Buffer {
  return request(agent, method, path, { 'Content-Type': 'application/json' }, JSON.stringify(body));
}

function form(agent: SmallAgent, fields: readonly (readonly [string, string])[]): Buffer {
  const parts = fields.map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const body = `${parts.join('')}--${BOUNDARY}--\r\n`;
  return request(
    agent,
    'POST',
    '/api/generate',
    { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` },
    body,
  );
}

function request(
  agent: SmallAgent,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string,
): Buffer {
  const all = {
    Host: `127.0.0.1:${agent.port}`,
    Authorization: agent.headers().authorization,
    Connection: 'close',
    ...(body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body, 'latin1')) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}

const nasty = [
  '\0',
  '\r\n',
  '\r\n\r\n',
  '%00',
  '../',
  '%2e%2e%2f',
  '{'.repeat(2000),
  '['.repeat(2000),
  '"__proto__":{"a":1},',
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: 99999999999\r\n',
  'ffffffffffffffff\r\n',
  `--${BOUNDARY}\r\n`,
  `--${BOUNDARY}--`,
  "filename*=UTF-8''%ff%00",
  '\ud800',
  'A'.repeat(20_000),
];

/** None to three things wrong, in the head or the body. */
function garbled(bytes: Buffer, chance: Chance): Buffer {
  let text = bytes.toString('latin1');
  const changes = Math.floor(chance.number() * 4);
  for (let count = 0; count < changes; count++) {
    const at = Math.floor(chance.number() * (text.length + 1));
    const how = Math.floor(chance.number() * 5);
    if (how === 0) text = text.slice(0, at);
    else if (how === 1) text = text.slice(0, at) + chance.pick(nasty) + text.slice(at);
    else if (how === 2) text = text.slice(0, at) + text.slice(at + 1 + Math.floor(chance.number() * 9));
    else if (how === 3) {
      const letter = String.fromCharCode(Math.floor(chance.number() * 256));
      text = text.slice(0, at) + letter + text.slice(at + 1);
    } else text += text.slice(at);
  }
  return Buffer.from(text, 'latin1');
}

/** The status of the first answer, or "closed". Ends the connection when nothing more is to come. */
function send(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const end = () => {
      clearTimeout(patience);
      socket.destroy();
      resolve(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'closed');
    };
    const patience = setTimeout(end, PATIENCE_MS);
    socket.on('data', (data: Buffer) => {
      answer += data.toString('latin1', 0, 40);
      if (answer.length > 12) end();
    });
    socket.on('error', end);
    socket.on('close', end);
  });
}
