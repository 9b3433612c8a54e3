// The process that has the WebRTC library: what becomes of links, of the agent and of the next call when it dies, and
// that it is there no longer than it is needed.
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { WORKSPACE_ROOM } from '@myspinbot/shared/document/layout.ts';
import { createFragments } from '@myspinbot/shared/transfer/fragments.ts';
import type { FrameLink } from '@myspinbot/shared/transfer/link.ts';
import { createMemoryStore } from '@myspinbot/shared/transfer/memory-store.ts';
import { createTransferSession, type TransferEvent } from '@myspinbot/shared/transfer/session.ts';
import { noise } from '@myspinbot/shared/transfer/store-contract.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { moduleEntry } from '../process/entry.ts';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { isAlive } from '../queue/fixtures/killable-agent.ts';
import {
  pairedWith,
  removeSmallAgents,
  type SmallAgent,
  startSmallAgent,
} from '../server/fixtures/small-agent.ts';
import { openSignalSocket } from './testing/direct-device.ts';
import { createWebRtc, type WebRtc } from './webrtc.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const agents: SmallAgent[] = [];
const opened: WebRtc[] = [];
afterEach(async () => {
  for (const webrtc of opened.splice(0)) await webrtc.close();
  for (const agent of agents.splice(0)) await agent.stop();
  await removeSmallAgents();
});

/** Resolves when nothing is left of the process. */
const isGone = (pid: number) => expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);

function world(program?: string) {
  const logged: { event: string; fields: Record<string, unknown> | undefined }[] = [];
  const note = (event: string, fields?: Record<string, unknown>) => void logged.push({ event, fields });
  const clock = handClock();
  const webrtc = createWebRtc({
    clock,
    log: { ...silentLogger, info: note, warn: note, error: note },
    ...(program === undefined
      ? {}
      : { entry: moduleEntry(`./fixtures/webrtc-child-${program}.ts`, import.meta.url) }),
  });
  opened.push(webrtc);
  const count = (event: string) => logged.filter((one) => one.event === event).length;
  return { webrtc, clock, logged, count };
}

async function smallAgent() {
  const agent = await startSmallAgent();
  agents.push(agent);
  const started = () => agent.logged.filter(({ event }) => event === 'direct.child-started');
  return { agent, pid: () => started().at(-1)?.fields?.pid as number, starts: () => started().length };
}

describe('when the process dies under a transfer', () => {
  const interrupted = async (direction: 'in' | 'out') => {
    const { agent, pid, starts } = await smallAgent();
    const line = await openSignalSocket(
      agent.url,
      WORKSPACE_ROOM,
      await pairedWith(agent, { role: 'owner' }),
    );
    const store = createMemoryStore(sha256);
    const fragments = createFragments();
    const bytes = noise(8 * BLOCK_BYTES, direction === 'in' ? 1 : 2);
    const { hash } = direction === 'in' ? await agent.vault.put(bytes) : store.put(bytes);
    const over = async (link: FrameLink, onEvent: (event: TransferEvent) => void) => {
      const session = createTransferSession({
        store,
        fragments,
        from: 'killed0000',
        frameBytes: link.frameBytes,
        send: (frame) => link.send(frame),
        onEvent,
      });
      const ended = new Promise<string>((resolve) =>
        link.onClose((why) => {
          void session.close();
          resolve(why);
        }),
      );
      session.open();
      link.onFrame((frame) => session.receive(frame));
      const end = await (direction === 'in' ? session.ask(hash) : session.offer(hash));
      return { end, ended };
    };

    let doneBytes = 0;
    let isKilled = false;
    const first = await over(await line.call(), (event) => {
      if (event.type !== 'progress') return;
      doneBytes = Math.max(doneBytes, event.doneBytes);
      if (isKilled || event.doneBytes < 2 * BLOCK_BYTES) return;
      isKilled = true;
      process.kill(pid(), 'SIGKILL');
    });
    expect(first.end.outcome).toBe('interrupted');
    expect(isKilled).toBe(true);
    expect(await first.ended).not.toBe('');
    const killed = pid();
    await isGone(killed);
    // Its end is told a little later, and a link that was sending may have noticed before.
    await expect
      .poll(() => agent.logged)
      .toContainEqual({
        event: 'direct.child-ended',
        fields: expect.objectContaining({ code: null, signal: 'SIGKILL', wanted: false }),
      });
    expect(agent.logged).toContainEqual({
      event: 'direct.closed',
      fields: expect.objectContaining({ open: 0 }),
    });

    let begunAt: number | undefined;
    const link = await line.call();
    const second = await over(link, (event) => {
      if (event.type === 'progress') begunAt ??= event.doneBytes;
    });
    expect(second.end.outcome).toBe('done');
    expect(begunAt).toBeGreaterThan(0);
    expect(starts()).toBe(2);
    expect(pid()).not.toBe(killed);
    const kept = direction === 'in' ? store.bytes(hash)! : readFileSync(agent.vault.path(hash));
    expect(sha256(kept)).toBe(hash);
    line.close();
    link.close();
  };

  // As in peer-links.test.ts: the machine may make a link fall silent, before anything was killed.
  test('a file on its way to the device goes on over a new call', { retry: 2 }, () => interrupted('in'));
  test('a file on its way to the workstation goes on over a new call', { retry: 2 }, () =>
    interrupted('out'),
  );
});

describe('the process is there no longer than it is needed', () => {
  test('closing the agent ends it, in the middle of a link too', async () => {
    const { agent, pid } = await smallAgent();
    const line = await openSignalSocket(
      agent.url,
      WORKSPACE_ROOM,
      await pairedWith(agent, { role: 'owner' }),
    );
    await line.call();
    const child = pid();
    expect(isAlive(child)).toBe(true);
    line.close();
    await agents.pop()!.stop();
    expect(isAlive(child)).toBe(false);
  });

  test('an agent that is killed outright leaves none behind', async () => {
    const entry = moduleEntry('./fixtures/agent-with-webrtc.ts', import.meta.url);
    const killable = fork(entry.path, { execArgv: entry.execArgv });
    const [child] = (await once(killable, 'message')) as [number];
    expect(isAlive(child)).toBe(true);
    killable.kill('SIGKILL');
    await isGone(child);
  });

  test('one for all peers, and none when the last has been gone for a while', async () => {
    const { webrtc, clock, count } = world();
    expect(webrtc.pid()).toBeUndefined();
    const [make] = await Promise.all([webrtc.load(), webrtc.load()]);
    expect(count('direct.child-started')).toBe(1);
    const pid = webrtc.pid()!;
    const peer = make('calls');
    await new Promise<void>((resolve) => peer.on('signal', () => resolve()));
    clock.advance(3_600_000);
    expect(webrtc.pid()).toBe(pid);
    const closed = new Promise<void>((resolve) => peer.on('close', resolve));
    peer.destroy();
    await closed;
    clock.advance(29_000);
    expect(webrtc.pid()).toBe(pid);
    clock.advance(1000);
    expect(webrtc.pid()).toBeUndefined();
    await isGone(pid);
    await webrtc.load();
    expect(count('direct.child-started')).toBe(2);
  });
});

test.runIf(process.platform === 'linux')('it is told nothing of the agent’s surroundings', async () => {
  process.env.MYSPINBOT_TEST_SECRET = 'shh';
  try {
    const { webrtc } = world();
    await webrtc.load();
    const told = readFileSync(`/proc/${webrtc.pid()}/environ`, 'utf8').split('\0');
    expect(told.filter((one) => /^(HOME|USER|MYSPINBOT)/.test(one))).toEqual([]);
  } finally {
    delete process.env.MYSPINBOT_TEST_SECRET;
  }
});

describe('a process that is of no use', () => {
  test('crashing again and again, it is let be for a minute', async () => {
    const { webrtc, clock, count } = world('that-dies');
    for (let time = 0; time < 3; time++) {
      await expect(webrtc.load()).rejects.toThrow('the WebRTC process ended (SIGSEGV)');
    }
    await expect(webrtc.load()).rejects.toMatchObject({ code: 'too-often', hint: /off for a minute/ });
    expect(count('direct.child-started')).toBe(3);
    clock.advance(60_000);
    await expect(webrtc.load()).rejects.toThrow('SIGSEGV');
    expect(count('direct.child-started')).toBe(4);
  });

  test('crashing now and then, it is started each time', async () => {
    const { webrtc, clock, count } = world('that-dies');
    for (let time = 0; time < 4; time++) {
      await expect(webrtc.load()).rejects.toThrow('SIGSEGV');
      clock.advance(31_000);
    }
    expect(count('direct.child-started')).toBe(4);
  });

  test('silent, it is ended, and whoever waits for it hears so', async () => {
    const { webrtc, clock, logged } = world('that-hangs');
    const loading = webrtc.load();
    const pid = webrtc.pid()!;
    clock.advance(8000);
    await expect(loading).rejects.toThrow('the WebRTC process ended');
    await isGone(pid);
    expect(logged).toContainEqual({ event: 'direct.child-lost', fields: { why: 'it does not answer' } });
  });

  test('talking nonsense, it is ended', async () => {
    const { webrtc, logged } = world('that-raves');
    await expect(webrtc.load()).rejects.toThrow('the WebRTC process ended');
    expect(logged.map(({ event }) => event)).toContain('direct.child-lost');
  });

  test('without a library for the system, it is asked once', async () => {
    const { webrtc, count } = world('without-library');
    for (let time = 0; time < 3; time++) {
      await expect(webrtc.load()).rejects.toThrow('no binary for this system');
    }
    expect(count('direct.child-started')).toBe(1);
    expect(webrtc.pid()).toBeUndefined();
  });
});
