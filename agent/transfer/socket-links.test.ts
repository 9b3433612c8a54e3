// Transfers over real sockets: a device with a store in memory on one side, the agent's vault on the other.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { jobRequestSchema } from '@myspinbot/shared/job/job.ts';
import { createMemoryStore } from '@myspinbot/shared/transfer/memory-store.ts';
import { createTransferSession, type TransferSession } from '@myspinbot/shared/transfer/session.ts';
import { describeAsset, noise } from '@myspinbot/shared/transfer/store-contract.ts';
import { decodePiece, encodePiece, MAX_PIECE_BYTES } from '@myspinbot/shared/wire/block-frame.ts';
import { encodeTransfer, TRANSFER_VERSION } from '@myspinbot/shared/wire/transfer.ts';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { removeSmallAgents, type SmallAgent, startSmallAgent } from '../server/fixtures/small-agent.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let agent: SmallAgent;
const open: WebSocket[] = [];
beforeEach(async () => {
  agent = await startSmallAgent({ heartbeatMs: 50 });
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.terminate();
  await agent.stop();
});
afterAll(removeSmallAgents);

async function raw(headers: Record<string, string> = agent.headers()): Promise<WebSocket> {
  const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/transfer`, { headers });
  open.push(socket);
  await once(socket, 'open');
  return socket;
}

interface Device {
  session: TransferSession;
  socket: WebSocket;
  sentBlocks(): number;
}

/** A device on a socket; `cutAfter` ends the link abruptly once that many blocks were sent. */
async function device(
  store = createMemoryStore(sha256),
  cutAfter = Number.POSITIVE_INFINITY,
  headers: Record<string, string> = agent.headers(),
): Promise<Device> {
  const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/transfer`, { headers });
  open.push(socket);
  let blocks = 0;
  const session = createTransferSession({
    store,
    send(frame) {
      if (typeof frame !== 'string' && decodePiece(frame)?.offset === 0 && ++blocks > cutAfter) {
        return socket.terminate();
      }
      if (socket.readyState === socket.OPEN) socket.send(frame);
    },
  });
  socket.on('message', (data: Buffer, isBinary) => session.receive(isBinary ? data : data.toString()));
  socket.on('close', () => void session.close());
  // At once: the agent's hello may come with the same packet that ends the handshake.
  socket.on('open', () => session.open());
  await once(socket, 'open');
  return { session, socket, sentBlocks: () => blocks };
}

describe('a device', () => {
  test('sends its photos and gets its videos, several at once', async () => {
    const store = createMemoryStore(sha256);
    const photos = [1, 2, 3, 4, 5, 6].map((seed) => store.put(noise(BLOCK_BYTES * (seed % 3) + seed, seed)));
    const video = await agent.vault.put(noise(5 * BLOCK_BYTES + 99, 77), 'video.mp4');
    const { session } = await device(store);
    const ends = await Promise.all([
      ...photos.map(({ hash }) => session.offer(hash)),
      session.ask(video.hash),
    ]);
    expect(ends.map(({ outcome }) => outcome)).toEqual(ends.map(() => 'done'));
    for (const { hash } of photos) expect(sha256(await readFile(agent.vault.path(hash)))).toBe(hash);
    expect(sha256(store.bytes(video.hash)!)).toBe(video.hash);
  });

  test('goes on where it was after the link broke, and after the agent was started again', async () => {
    const store = createMemoryStore(sha256);
    const ref = store.put(noise(20 * BLOCK_BYTES, 5));
    let sent = 0;
    for (const cut of [3, 5, 4]) {
      const { session, sentBlocks } = await device(store, cut);
      expect((await session.offer(ref.hash)).outcome).toBe('interrupted');
      sent += sentBlocks() - 1; // the last one was never put on the link
    }
    const { dir } = agent;
    await agent.stop();
    agent = await startSmallAgent({ dir });
    const { session, sentBlocks } = await device(store);
    expect((await session.offer(ref.hash)).outcome).toBe('done');
    sent += sentBlocks();
    expect(sha256(await readFile(agent.vault.path(ref.hash)))).toBe(ref.hash);
    // At most the credits of every broken link are sent twice.
    expect(sent).toBeLessThanOrEqual(20 + 3 * 4);
  });

  test('starts a job that waited for its photo', async () => {
    const store = createMemoryStore(sha256);
    const ref = store.put(noise(1000, 9));
    const request = jobRequestSchema.parse({
      id: 'j_0123456789abcdef',
      project: 'p_0123456789abcdef',
      options: { photos: [ref.hash], narration: { kind: 'text', text: 'Hi' } },
      assets: [ref],
      device: 'd1',
      requestedAt: 1,
    });
    expect((await agent.queue.request(request)).state).toBe('waiting-for-assets');
    const succeeded = new Promise<void>((resolve) => {
      agent.queue.on((event) => event.type === 'run' && event.run.state === 'succeeded' && resolve());
    });
    const { session } = await device(store);
    await session.offer(ref.hash);
    await succeeded;
  });

  test('is told that an asset is not here', async () => {
    const { session } = await device();
    const { ref } = describeAsset(noise(7), sha256);
    expect(await session.ask(ref.hash)).toEqual({
      outcome: 'refused',
      why: 'unknown-asset',
      hint: undefined,
    });
  });

  test('that lies about the hash gets nothing kept', async () => {
    const { blocks, block, ref } = describeAsset(noise(2 * BLOCK_BYTES, 3), sha256);
    const lie = { ...ref, hash: sha256(noise(4)) as typeof ref.hash };
    const socket = await raw();
    const said: string[] = [];
    const refused = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        said.push(data.toString());
        if (said.at(-1)?.includes('refuse')) resolve();
      });
    });
    socket.send(encodeTransfer({ type: 'transfer/hello', version: TRANSFER_VERSION }));
    socket.send(encodeTransfer({ type: 'transfer/offer', asset: lie, blocks }));
    // Wait for the want, so that the blocks are within their credit.
    while (!said.some((one) => one.includes('transfer/want'))) await once(socket, 'message');
    for (const index of [0, 1]) {
      for (let offset = 0; offset < BLOCK_BYTES; offset += MAX_PIECE_BYTES) {
        const bytes = block(index).subarray(offset, offset + MAX_PIECE_BYTES);
        socket.send(encodePiece({ hash: lie.hash, index, offset, bytes }));
      }
    }
    await refused;
    expect(said.at(-1)).toContain('"bad-hash"');
    expect(agent.vault.has(lie.hash)).toBe(false);
    expect(agent.vault.usage().assets).toBe(0);
  });
});

describe('a hostile peer', () => {
  test.each<[string, (string | Uint8Array)[], number]>([
    ['speaks out of turn', [encodeTransfer({ type: 'transfer/ask', hash: 'ab'.repeat(32) as never })], 1008],
    ['sends garbage', ['garbage'], 1008],
    ['sends bytes that are no block', [new Uint8Array(100)], 1008],
    ['sends a frame of 3 MiB', [new Uint8Array(3 * BLOCK_BYTES)], 1009],
  ])('that %s is cut off', async (_what, frames, code) => {
    const socket = await raw();
    for (const frame of frames) socket.send(frame);
    expect((await once(socket, 'close'))[0]).toBe(code);
    // Others are not disturbed.
    const store = createMemoryStore(sha256);
    const { session } = await device(store);
    expect((await session.offer(store.put(noise(10)).hash)).outcome).toBe('done');
  });

  test('that asks and never reads is cut off, and memory stays bounded', async () => {
    const { hash } = await agent.vault.put(noise(8 * BLOCK_BYTES, 8));
    const socket = await raw();
    socket.pause();
    socket.send(encodeTransfer({ type: 'transfer/hello', version: TRANSFER_VERSION }));
    socket.send(encodeTransfer({ type: 'transfer/ask', hash }));
    socket.send(encodeTransfer({ type: 'transfer/want', hash, missing: [[0, 8]], credits: 64 }));
    // It reads nothing and answers no ping: the heartbeat ends it.
    const before = process.memoryUsage.rss();
    while (!agent.logged.some(({ event }) => event === 'transfer.closed')) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * BLOCK_BYTES);
  });

  test('gets no socket past the limit', async () => {
    const script = async (name: string) => {
      const { token } = await agent.gate.makeScript(name, 'jobs', { kind: 'local' });
      return { Authorization: `Bearer ${token}` };
    };
    const scripts = await Promise.all(['a', 'b', 'c', 'd'].map(script));
    const each = scripts.flatMap((headers) => Array.from({ length: 16 }, () => headers));
    const sockets = await Promise.all(each.map((headers) => raw(headers)));
    const one = new WebSocket(`${agent.url.replace('http', 'ws')}/transfer`, { headers: agent.headers() });
    expect(String((await once(one, 'error'))[0])).toContain('503');
    expect(sockets).toHaveLength(64);
  });
});
