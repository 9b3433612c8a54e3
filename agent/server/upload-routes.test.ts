// Uploads by requests, as a script makes them: announced, put at their offsets, broken off and resumed; lies, damage
// and limits; and what becomes of one whose sender is removed.
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { describeAsset, noise } from '@myspinbot/shared/transfer/store-contract.ts';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { pairedWith, removeSmallAgents, type SmallAgent, startSmallAgent } from './fixtures/small-agent.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const local = { kind: 'local' } as const;
let agent: SmallAgent;
beforeEach(async () => {
  agent = await startSmallAgent({ quota: { totalBytes: 20 * BLOCK_BYTES, deviceBytes: 20 * BLOCK_BYTES } });
});
afterEach(() => agent.stop());
afterAll(removeSmallAgents);

async function say(method: string, path: string, init: { headers?: object; body?: Uint8Array | string }) {
  const answer = await fetch(agent.url + path, {
    method,
    headers: { ...agent.headers(), ...init.headers } as Record<string, string>,
    ...(init.body === undefined ? {} : { body: init.body as string }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const announce = (asset: object, blocks: readonly string[]) =>
  say('POST', '/api/uploads', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ asset, blocks }),
  });
const put = (hash: string, range: string, body: Uint8Array) =>
  say('PUT', `/api/uploads/${hash}`, {
    headers: { 'content-type': 'application/octet-stream', 'content-range': range },
    body,
  });

test('a file is announced, comes in any order and in bodies of several blocks, and is kept', async () => {
  const bytes = noise(4 * BLOCK_BYTES + 9, 1);
  const { ref, blocks } = describeAsset(bytes, sha256);
  const size = bytes.length;
  expect(await announce(ref, blocks)).toEqual({ status: 200, body: { missing: [[0, 5]] } });
  const tail = await put(
    ref.hash,
    `bytes ${3 * BLOCK_BYTES}-${size - 1}/${size}`,
    bytes.subarray(3 * BLOCK_BYTES),
  );
  expect(tail).toEqual({ status: 200, body: { missing: [[0, 3]] } });
  // Broken off: announced anew, it says what is still missing.
  expect((await announce(ref, blocks)).body).toEqual({ missing: [[0, 3]] });
  const head = await put(
    ref.hash,
    `bytes 0-${3 * BLOCK_BYTES - 1}/${size}`,
    bytes.subarray(0, 3 * BLOCK_BYTES),
  );
  expect(head).toMatchObject({ status: 201, body: { missing: [], asset: { hash: ref.hash, bytes: size } } });
  expect(agent.vault.has(ref.hash)).toBe(true);
  const again = await announce(ref, blocks);
  expect(again.body.asset).toMatchObject({ hash: ref.hash });
  const listed = await say('GET', `/api/assets/${ref.hash}/blocks`, {});
  expect(listed.body).toMatchObject({ asset: { hash: ref.hash }, blocks });
});

test('a damaged block is refused alone, with what to do', async () => {
  const bytes = noise(3 * BLOCK_BYTES, 2);
  const { ref, blocks } = describeAsset(bytes, sha256);
  await announce(ref, blocks);
  const bent = bytes.slice();
  bent[BLOCK_BYTES + 7]! ^= 4;
  const answer = await put(ref.hash, `bytes 0-${bytes.length - 1}/${bytes.length}`, bent);
  expect(answer).toMatchObject({ status: 422, body: { code: 'block-damaged', hint: /that block again/ } });
  expect((await announce(ref, blocks)).body).toEqual({ missing: [[1, 2]] });
});

test.each<[string, string]>([
  ['', 'absent'],
  ['bytes 0-99/3145728', 'ends in a block'],
  ['bytes 5-1048575/3145728', 'begins in a block'],
  ['bytes 0-1048575/99', 'another size'],
  ['bytes 1048576-0/3145728', 'backwards'],
  ['bytes 0-4194303/3145728', 'past the end'],
  ['bytes=0-1048575', 'of a request'],
])('the range "%s" (%s) is refused with an example', async (range) => {
  const bytes = noise(3 * BLOCK_BYTES, 3);
  const { ref, blocks } = describeAsset(bytes, sha256);
  await announce(ref, blocks);
  const answer = await put(ref.hash, range, bytes.subarray(0, BLOCK_BYTES));
  expect(answer).toMatchObject({
    status: 400,
    body: { hint: expect.stringContaining('bytes 0-1048575/3145728') },
  });
});

test('a body of another length than its range is refused; its whole blocks are kept', async () => {
  const bytes = noise(3 * BLOCK_BYTES, 4);
  const { ref, blocks } = describeAsset(bytes, sha256);
  await announce(ref, blocks);
  const short = await put(
    ref.hash,
    `bytes 0-${2 * BLOCK_BYTES - 1}/${bytes.length}`,
    bytes.subarray(0, BLOCK_BYTES),
  );
  expect(short.status).toBe(400);
  expect((await announce(ref, blocks)).body).toEqual({ missing: [[1, 2]] });
  const long = await put(
    ref.hash,
    `bytes ${BLOCK_BYTES}-${2 * BLOCK_BYTES - 1}/${bytes.length}`,
    bytes.subarray(BLOCK_BYTES),
  );
  expect(long.status).toBe(400);
});

test('what was not announced, or lies about its hash, is not kept', async () => {
  const bytes = noise(BLOCK_BYTES, 5);
  const { ref, blocks } = describeAsset(bytes, sha256);
  const range = `bytes 0-${BLOCK_BYTES - 1}/${BLOCK_BYTES}`;
  expect(await put(ref.hash, range, bytes)).toMatchObject({ status: 409, body: { hint: /POST/ } });
  const lie = { ...ref, hash: sha256(noise(3)) };
  await announce(lie, blocks);
  expect((await put(lie.hash, range, bytes)).status).toBe(400);
  expect(agent.vault.usage().assets).toBe(0);
  expect((await announce(ref, blocks.slice(1))).status).toBe(400);
});

test('a file there is no room for is refused before its first byte', async () => {
  const blocks = Array.from({ length: 30 }, () => 'ab'.repeat(32));
  const asset = { hash: 'cd'.repeat(32), bytes: 30 * BLOCK_BYTES, type: 'video/mp4' };
  expect(await announce(asset, blocks)).toMatchObject({ status: 507, body: { code: 'no-room' } });
});

test('an upload ends with whoever is removed, in the middle of a body', async () => {
  const device = await pairedWith(agent, { role: 'member' }, 'Gone');
  const { Authorization } = await device.headers();
  const bytes = noise(2 * BLOCK_BYTES, 6);
  const { ref, blocks } = describeAsset(bytes, sha256);
  const opened = await fetch(`${agent.url}/api/uploads`, {
    method: 'POST',
    headers: { Authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ asset: ref, blocks }),
  });
  expect(opened.status).toBe(200);
  const socket = connect(agent.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  let heard = '';
  socket.on('data', (data: Buffer) => {
    heard += data.toString('latin1');
  });
  socket.write(
    `PUT /api/uploads/${ref.hash} HTTP/1.1\r\nHost: 127.0.0.1:${agent.port}\r\nAuthorization: ${Authorization}\r\n` +
      `Content-Type: application/octet-stream\r\nContent-Length: ${bytes.length}\r\n` +
      `Content-Range: bytes 0-${bytes.length - 1}/${bytes.length}\r\nConnection: close\r\n\r\n`,
  );
  socket.write(bytes.subarray(0, 100));
  // Asked afterwards, and answered after that was read.
  await (await fetch(`${agent.url}/health`)).text();
  await agent.gate.removeDevice(device.id!, { erase: false }, local);
  socket.write(bytes.subarray(100));
  await ended;
  expect(heard).not.toMatch(/^HTTP\/1\.1 2/);
  expect(agent.vault.has(ref.hash)).toBe(false);
});
