// Direct links over a network that loses datagrams, brings them twice and out of order, and at last none at all: files
// arrive whole, and a path that is gone is noticed.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { WORKSPACE_ROOM } from '@myspinbot/shared/document/layout.ts';
import type { FrameLink } from '@myspinbot/shared/transfer/link.ts';
import { createMemoryStore } from '@myspinbot/shared/transfer/memory-store.ts';
import { createTransferSession, type TransferSession } from '@myspinbot/shared/transfer/session.ts';
import { noise } from '@myspinbot/shared/transfer/store-contract.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chanceOf } from '../queue/fixtures/random.ts';
import {
  pairedWith,
  removeSmallAgents,
  type SmallAgent,
  startSmallAgent,
} from '../server/fixtures/small-agent.ts';
import { type DatagramProxy, drawDatagramFaults, startDatagramProxy } from './testing/datagram-proxy.ts';
import { openSignalSocket, type SignalSocket } from './testing/direct-device.ts';

const SEED = Number(process.env.SEED ?? 2026);
const MIB = 2 ** 20;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const faults = drawDatagramFaults(chanceOf(SEED), { drop: 0.01, double: 0.02, delay: 0.05, ms: 20 });

const proxies: DatagramProxy[] = [];
let agent: SmallAgent;
let line: SignalSocket;
beforeAll(async () => {
  console.log(`bad datagrams: seed ${SEED}`);
  agent = await startSmallAgent();
  const device = await pairedWith(agent, { role: 'owner' });
  line = await openSignalSocket(agent.url, WORKSPACE_ROOM, device, agent.webrtc.load, {
    // The agent hears of no address of the device: it answers to where it is called from, which is the proxy.
    toAgent: (message) => (message.type === 'signal/candidate' ? undefined : message),
    async toDevice(message) {
      if (message.type !== 'signal/candidate') return message;
      const [, before, host, port, after] =
        /^(\S+ \d udp \d+) (\d+\.\d+\.\d+\.\d+) (\d+) (typ host.*)$/i.exec(message.candidate) ?? [];
      if (host === undefined) return undefined;
      const proxy = await startDatagramProxy({ to: { host, port: Number(port) }, fault: faults });
      proxies.push(proxy);
      return { ...message, candidate: `${before} 127.0.0.1 ${proxy.port} ${after}` };
    },
  });
});
afterAll(async () => {
  line.close();
  await agent.stop();
  await removeSmallAgents();
  for (const proxy of proxies) await proxy.close();
});

const store = createMemoryStore(sha256);

function over(link: FrameLink): TransferSession {
  const session = createTransferSession({
    store,
    frameBytes: link.frameBytes,
    from: 'datagrams0',
    send: (frame) => link.send(frame),
  });
  link.onClose(() => void session.close());
  session.open();
  link.onFrame((frame) => session.receive(frame));
  return session;
}

/** Both ways at once; whatever ends a link is called again, as the app does, and what came is not sent again. */
async function bothWays(up: AssetHash, down: AssetHash): Promise<number> {
  const left = new Set(['up', 'down']);
  let calls = 0;
  while (left.size > 0) {
    if (++calls > 8) throw new Error(`seed ${SEED}: ${[...left]} never arrived`);
    const session = over(await line.call());
    const ends = await Promise.all([
      left.has('up') ? session.offer(up) : undefined,
      left.has('down') ? session.ask(down) : undefined,
    ]);
    for (const [index, way] of (['up', 'down'] as const).entries()) {
      if (ends[index]?.outcome === 'done') left.delete(way);
    }
    await session.close();
  }
  return calls;
}

test('a file each way arrives whole', async () => {
  const up = store.put(noise(4 * MIB + 5, SEED));
  const film = noise(4 * MIB + 7, SEED + 1);
  const down = await agent.vault.put(film);
  const calls = await bothWays(up.hash, down.hash);
  expect(sha256(await readFile(agent.vault.path(up.hash)))).toBe(up.hash);
  expect(sha256(store.bytes(down.hash)!)).toBe(down.hash);

  const happened = proxies.flatMap((proxy) => proxy.happened);
  const kinds = (kind: string) => happened.filter(({ fault }) => fault.kind === kind).length;
  console.log(
    `bad datagrams: ${kinds('drop')} lost, ${kinds('double')} twice, ${kinds('delay')} late; ${calls} calls`,
  );
  // It was the bad network that they came through.
  expect(Math.min(kinds('drop'), kinds('double'), kinds('delay'))).toBeGreaterThan(10);
});

test('a path that is gone ends the link within seconds, and a new one goes on', async () => {
  const film = noise(6 * MIB, SEED + 2);
  const { hash } = await agent.vault.put(film);
  const link = await line.call();
  const closed = new Promise<void>((resolve) => link.onClose(() => resolve()));
  const asked = over(link).ask(hash);
  for (const proxy of proxies) proxy.silence(true);
  const began = performance.now();
  await closed;
  console.log(`bad datagrams: silence was noticed after ${Math.round(performance.now() - began)} ms`);
  expect((await asked).outcome).toBe('interrupted');
  for (const proxy of proxies) proxy.silence(false);
  const again = over(await line.call());
  expect((await again.ask(hash)).outcome).toBe('done');
  expect(sha256(store.bytes(hash)!)).toBe(hash);
  await again.close();
});
