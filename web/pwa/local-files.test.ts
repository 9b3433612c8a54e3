// @vitest-environment node
import 'fake-indexeddb/auto';
import type { AssetHash, AssetType } from '@myspinbot/shared/asset/asset.ts';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAssetStore } from '../vault/assets.ts';
import { openDatabase } from '../vault/database.ts';
import { hashBlob } from '../vault/hashing.ts';
import { answerLocalFile } from './local-files.ts';

const bytes = 5009;
const content = new Uint8Array(bytes).map((_, at) => at * 7 + (at >> 8));
const db = openDatabase();

async function keep(type: AssetType, part: Uint8Array<ArrayBuffer>): Promise<AssetHash> {
  const blob = new Blob([part], { type });
  const { hash, blocks } = await hashBlob(blob);
  await openAssetStore(db, () => 1).keep({ hash, bytes: part.length, type }, blocks, blob);
  return hash;
}
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  answerLocalFile({ request: new Request(`https://myspinbot.local${path}`, { method, headers }) });
const body = async (reply: Response) => new Uint8Array(await reply.arrayBuffer());

let film: AssetHash;
beforeAll(async () => {
  film = await keep('video/mp4', content);
});
afterAll(() => db.close());

test('a film is answered whole, with what a player needs to know to seek in it', async () => {
  const reply = await ask(`/local/${film}`);
  expect(reply.status).toBe(200);
  expect(Object.fromEntries(reply.headers)).toMatchObject({
    'content-type': 'video/mp4',
    'content-length': String(bytes),
    'accept-ranges': 'bytes',
    etag: `"${film}"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  });
  expect(reply.headers.has('content-disposition')).toBe(false);
  expect(await body(reply)).toEqual(content);
});

test.each<[string, number, string, number, number]>([
  ['bytes=0-', 206, `bytes 0-${bytes - 1}/${bytes}`, 0, bytes],
  ['bytes=4000-4001', 206, `bytes 4000-4001/${bytes}`, 4000, 4002],
  ['bytes=-5', 206, `bytes ${bytes - 5}-${bytes - 1}/${bytes}`, bytes - 5, bytes],
  [`bytes=${bytes}-`, 416, `bytes */${bytes}`, 0, 0],
])('%s is answered %i %s', async (range, status, contentRange, start, end) => {
  const reply = await ask(`/local/${film}`, { range });
  expect([reply.status, reply.headers.get('content-range')]).toEqual([status, contentRange]);
  expect(await body(reply)).toEqual(content.subarray(start, end));
});

test('HEAD says the same and sends nothing; a file that is known is not sent again', async () => {
  const head = await ask(`/local/${film}`, {}, 'HEAD');
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes)]);
  expect((await body(head)).length).toBe(0);
  expect((await ask(`/local/${film}`, { 'if-none-match': `"${film}"` })).status).toBe(304);
});

test.each([
  '/local/',
  `/local/${'a'.repeat(64)}`,
  `/local/${'A'.repeat(64)}`,
  `/local/${'a'.repeat(63)}`,
  `/local/${'a'.repeat(64)}/x`,
  '/local/..%2f..%2fapi%2fassets',
])('%s is not found', async (path) => {
  expect((await ask(path)).status).toBe(404);
});

test('nothing but reading is allowed', async () => {
  const reply = await ask(`/local/${film}`, {}, 'DELETE');
  expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('only pictures, sounds and films are shown; anything else is saved', async () => {
  const photo = await ask(`/local/${await keep('image/png', Uint8Array.of(1))}`);
  expect([photo.headers.get('content-type'), photo.headers.has('content-disposition')]).toEqual([
    'image/png',
    false,
  ]);
  for (const [at, type] of (
    ['application/json', 'text/vtt', 'application/octet-stream'] as const
  ).entries()) {
    const { headers } = await ask(`/local/${await keep(type, Uint8Array.of(2, at))}`);
    expect([headers.get('content-type'), headers.get('content-disposition')]).toEqual([
      'application/octet-stream',
      'attachment',
    ]);
  }
  // A record that something else wrote: it names what it likes, and is still only saved.
  for (const [at, type] of ['text/html', 'image/svg+xml', 'video/mp4;x=<script>'].entries()) {
    const hash = await keep('video/mp4', Uint8Array.of(3, at));
    await db.assets.update(hash, { type: type as AssetType });
    expect((await ask(`/local/${hash}`)).headers.get('content-disposition')).toBe('attachment');
  }
});

test('a record that does not fit its bytes is not answered', async () => {
  const hash = await keep('video/mp4', Uint8Array.of(4));
  await db.assets.update(hash, { bytes: 2 });
  expect((await ask(`/local/${hash}`)).status).toBe(404);
  await db.assets.delete(hash);
  expect((await ask(`/local/${hash}`)).status).toBe(404);
});

test('where there is no store nothing is found, and none is made', async () => {
  const empty = new IDBFactory();
  const request = new Request(`https://myspinbot.local/local/${film}`);
  expect((await answerLocalFile({ request, store: empty })).status).toBe(404);
  expect(await empty.databases()).toEqual([]);
});
