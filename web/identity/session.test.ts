import 'fake-indexeddb/auto';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { afterEach, expect, test } from 'vitest';
import { createHandClock } from '../link/hand-clock.ts';
import { AppDatabase } from '../vault/database.ts';
import { createFakeAgent, type FakeAgent } from './fake-agent.ts';
import { openIdentity } from './identity.ts';
import { makeDeviceKey } from './keys.ts';
import { provenSocket } from './proven-socket.ts';
import { createSession, type Word } from './session.ts';

let databases = 0;
const open: AppDatabase[] = [];
afterEach(() => {
  for (const db of open.splice(0)) db.close();
});

async function world(options: Parameters<typeof createFakeAgent>[0] = {}, before?: FakeAgent) {
  const clock = createHandClock();
  const agent = await createFakeAgent({ now: clock.now, ...options });
  const db = new AppDatabase(`session-${databases++}`);
  open.push(db);
  const identity = openIdentity(db);
  const { standing, key } = await (before ?? agent).adopt('Phone');
  const { state: _, ...record } = standing;
  await identity.pair(record, key);
  const words: Word[] = [];
  const session = createSession({ identity, fetch: agent.fetch, clock, onWord: (word) => words.push(word) });
  const challenges = () => agent.asked.filter((path) => path === endpoints.challenge).length;
  return { agent, clock, identity, session, words, challenges, device: standing.device };
}

test('one token serves many requests, asked for once however many want it at the same time', async () => {
  const { session, agent, challenges } = await world({ rest: async () => new Response('yes') });
  const answers = await Promise.all([1, 2, 3].map(() => session.fetch('/api/jobs')));
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['yes', 'yes', 'yes']);
  expect(challenges()).toBe(1);
  expect(agent.asked.filter((path) => path === endpoints.token)).toHaveLength(1);
});

test('a token is renewed before it ends', async () => {
  const { session, clock, challenges } = await world();
  await session.fetch('/api/jobs');
  clock.turn(500_000);
  await session.fetch('/api/jobs');
  expect(challenges()).toBe(1);
  clock.turn(90_000);
  expect((await session.fetch('/api/jobs')).status).toBe(200);
  expect(challenges()).toBe(2);
});

test('a token that the workstation forgot is replaced, once', async () => {
  const { session, agent, challenges } = await world();
  await session.fetch('/api/jobs');
  agent.forgetTokens();
  expect((await session.fetch('/api/jobs')).status).toBe(200);
  expect(challenges()).toBe(2);
});

test('an answer that stays 401 is handed on, and not asked for without end', async () => {
  const { session, agent } = await world({ rest: async () => new Response(null, { status: 401 }) });
  expect((await session.fetch('/api/jobs')).status).toBe(401);
  expect(agent.asked.filter((path) => path === '/api/jobs')).toHaveLength(2);
});

test('a challenge with another key is not answered', async () => {
  const mallory = await makeDeviceKey();
  const { session, words, agent, device } = await world({
    tamper: (path, answer) =>
      path === endpoints.challenge ? { ...answer, signature: mallory.publicKey.slice(0, 86) } : answer,
  });
  await expect(session.prove('token')).rejects.toMatchObject({ code: 'unpaired' });
  expect(words).toEqual([{ state: 'another', device }]);
  expect(agent.asked).toEqual([endpoints.challenge]);
  // And it is not asked again.
  await expect(session.fetch('/api/jobs')).rejects.toMatchObject({ code: 'unpaired' });
  expect(agent.asked).toEqual([endpoints.challenge]);
});

test('being removed is believed only when it is signed, and "erase" is part of what is signed', async () => {
  const removed = await world();
  removed.agent.remove(removed.device, true);
  await expect(removed.session.prove('token')).rejects.toMatchObject({ code: 'unpaired' });
  expect(removed.words).toEqual([{ state: 'removed', device: removed.device, erase: true }]);

  const forged = await world({
    tamper: (path, answer) => (path === endpoints.challenge ? { ...answer, erase: true } : answer),
  });
  forged.agent.remove(forged.device, false);
  await expect(forged.session.prove('token')).rejects.toMatchObject({ code: 'unpaired' });
  expect(forged.words).toEqual([{ state: 'another', device: forged.device }]);
});

test('a workstation that does not know this device is asked again only on purpose', async () => {
  const { session, agent, words, challenges, device } = await world();
  agent.forget(device);
  await expect(session.prove('token')).rejects.toMatchObject({ code: 'unpaired' });
  await expect(session.prove('token')).rejects.toMatchObject({ code: 'unpaired' });
  expect(challenges()).toBe(1);
  session.lookAgain();
  await expect(session.prove('token')).rejects.toMatchObject({ code: 'unpaired' });
  expect(challenges()).toBe(2);
  expect(words.map((word) => word.state)).toEqual(['unknown', 'unknown']);
});

test('a workstation that is asked too often is there all the same, and is asked again', async () => {
  let isBusy = true;
  const { session, words, agent } = await world();
  const clock = createHandClock();
  const busy = createSession({
    identity: {
      credentials: () => agent.adopt('Phone'),
    },
    fetch: async () =>
      isBusy
        ? Response.json({ code: 'too-often', message: 'Too often.', hint: 'Wait.' }, { status: 429 })
        : Response.error(),
    clock,
    onWord: (word) => words.push(word),
  });
  await expect(busy.prove('token')).rejects.toMatchObject({ code: 'too-often' });
  isBusy = false;
  await expect(busy.prove('token')).rejects.toMatchObject({ code: 'engine-missing' });
  expect(words.map((word) => word.state)).toEqual(['busy']);
  await session.prove('token');
});

test('another workstation at the same address is told from one that forgot', async () => {
  const before = await createFakeAgent({ id: 'agent-before' });
  const { session, words } = await world({ id: 'agent-after' }, before);
  await expect(session.prove('token')).rejects.toMatchObject({ code: 'unpaired' });
  expect(words.map((word) => word.state)).toEqual(['another']);
});

test('a page that another tab paired anew does not speak with the new key', async () => {
  const { agent, identity, clock } = await world();
  const session = createSession({ identity, fetch: agent.fetch, clock, speaksAs: () => 'd_before' });
  await expect(session.prove('token')).rejects.toMatchObject({ code: 'unpaired' });
  expect(agent.asked).toEqual([]);
});

test('no pairing, no challenge', async () => {
  const agent = await createFakeAgent();
  const db = new AppDatabase(`session-${databases++}`);
  open.push(db);
  const session = createSession({
    identity: openIdentity(db),
    fetch: agent.fetch,
    clock: createHandClock(),
  });
  await expect(session.prove('socket /sync/workspace')).rejects.toMatchObject({ code: 'unpaired' });
  expect(agent.asked).toEqual([]);
});

/** Sockets as a browser has them, opened by the test. */
function lines() {
  const made: (WebSocket & { url: string; protocols: string[]; closed: number })[] = [];
  class Line {
    onopen: unknown = null;
    onclose: unknown = null;
    onmessage: unknown = null;
    onerror: unknown = null;
    binaryType = 'blob';
    closed = 0;
    readonly url: string;
    readonly protocols: string[];
    constructor(url: string, protocols: string[]) {
      this.url = url;
      this.protocols = protocols;
      made.push(this as never);
    }
    send(): void {}
    close(): void {
      this.closed++;
    }
  }
  return { made, socket: Line as unknown as typeof WebSocket };
}
const ended = (socket: WebSocket) =>
  new Promise<CloseEvent>((resolve) => {
    socket.onclose = resolve;
  });
const turn = async (what: () => boolean) => {
  for (let at = 0; at < 500 && !what(); at++) await new Promise((resolve) => setTimeout(resolve, 0));
  expect(what()).toBe(true);
};

test('a socket opens with a proof for its own path, room encoded as it is sent, and for no other', async () => {
  const { session, agent, device } = await world();
  const { made, socket } = lines();
  const Socket = provenSocket({ session, socket });
  const url = 'wss://192.168.1.5:7777/sync/project%2Fp_1?x=1';
  const opened = new Socket(url);
  opened.binaryType = 'arraybuffer';
  await turn(() => made.length === 1);
  expect(opened.readyState).toBe(0);
  expect(made[0]!.binaryType).toBe('arraybuffer');
  expect(await agent.admits(url.replace('p_1', 'p_2'), made[0]!.protocols)).toBeUndefined();

  new Socket(url);
  await turn(() => made.length === 2);
  expect(await agent.admits(url, made[1]!.protocols)).toBe(device);
  // Good once.
  expect(await agent.admits(url, made[1]!.protocols)).toBeUndefined();
});

test('a socket without a proof closes as one that never opened, and none is made', async () => {
  const { session, agent, device } = await world();
  agent.remove(device, false);
  const { made, socket } = lines();
  const Socket = provenSocket({ session, socket });
  expect((await ended(new Socket('ws://127.0.0.1/sync/workspace'))).code).toBe(1006);
  expect(made).toEqual([]);
});

test('a socket that is closed while it proves itself is never opened', async () => {
  const { session } = await world();
  const { made, socket } = lines();
  const closing = new (provenSocket({ session, socket }))('ws://127.0.0.1/sync/workspace');
  const end = ended(closing);
  closing.close();
  await end;
  expect(closing.readyState).toBe(3);
  expect(made).toEqual([]);
});
