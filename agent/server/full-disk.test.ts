// One device and the disk: what it began and never ended counts as what it brought, and it may end it nonetheless.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { createMemoryStore } from '@myspinbot/shared/transfer/memory-store.ts';
import { createTransferSession } from '@myspinbot/shared/transfer/session.ts';
import { decodePiece } from '@myspinbot/shared/wire/block-frame.ts';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { pairedWith, removeSmallAgents, type SmallAgent, startSmallAgent } from './fixtures/small-agent.ts';

const MB = 1_000_000;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let agent: SmallAgent;
beforeEach(async () => {
  agent = await startSmallAgent({ quota: { totalBytes: 20 * MB, deviceBytes: 5 * MB } });
});
afterEach(() => agent.stop());
afterAll(removeSmallAgents);

/** Offers a file, sends so many blocks of it, and hangs up when the agent has kept them. */
async function offer(
  headers: Record<string, string>,
  file: Uint8Array,
  blocks = Number.POSITIVE_INFINITY,
): Promise<unknown> {
  const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/transfer`, { headers });
  const store = createMemoryStore(sha256);
  const { hash } = store.put(file);
  const session = createTransferSession({
    store,
    send(frame) {
      if (typeof frame !== 'string' && decodePiece(frame)!.index >= blocks) return;
      if (socket.readyState === socket.OPEN) socket.send(frame);
    },
    onEvent(event) {
      if (event.type === 'progress' && event.doneBytes === blocks * BLOCK_BYTES) socket.terminate();
    },
  });
  socket.on('message', (data: Buffer, isBinary) => session.receive(isBinary ? data : data.toString()));
  socket.on('close', () => void session.close());
  socket.on('open', () => session.open());
  await once(socket, 'open');
  const end = await session.offer(hash);
  socket.terminate();
  return end;
}

test('interrupted uploads of a device count, and one of them can be gone on with', async () => {
  const member = await pairedWith(agent, { role: 'member' });
  const own = (await member.headers()) as unknown as Record<string, string>;
  const [first, second] = [randomBytes(4 * BLOCK_BYTES), randomBytes(4 * BLOCK_BYTES)];
  expect(await offer(own, first, 2)).not.toMatchObject({ outcome: 'done' });
  await expect.poll(() => agent.vault.unfinished({ by: member.id })).toBeGreaterThan(BLOCK_BYTES);
  expect(await offer(own, second, 2)).toMatchObject({
    outcome: 'refused',
    why: 'no-space',
    hint: expect.stringMatching(/One device may bring at most 5 MB/),
  });
  // Nothing of it is held against others.
  expect(await offer(agent.headers(), second)).toMatchObject({ outcome: 'done' });
  expect(await offer(own, first)).toMatchObject({ outcome: 'done' });
  await expect.poll(() => agent.vault.unfinished()).toBe(0);
});
