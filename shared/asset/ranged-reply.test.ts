import { expect, test } from 'vitest';
import type { AssetHash } from './asset.ts';
import { type RangedAsk, rangedReply } from './ranged-reply.ts';

const hash = 'a'.repeat(64) as AssetHash;
const etag = `"${hash}"`;

test.each<[string, RangedAsk, number, number, string | undefined, string | undefined]>([
  ['nothing asked: the whole', {}, 200, 10, undefined, '10'],
  ['an open range', { range: 'bytes=4-' }, 206, 6, 'bytes 4-9/10', '6'],
  ['a closed range', { range: 'bytes=0-0' }, 206, 1, 'bytes 0-0/10', '1'],
  ['the last bytes', { range: 'bytes=-3' }, 206, 3, 'bytes 7-9/10', '3'],
  ['a range that ends too late is cut', { range: 'bytes=8-99' }, 206, 2, 'bytes 8-9/10', '2'],
  ['a range past the end', { range: 'bytes=10-' }, 416, 0, 'bytes */10', undefined],
  ['several ranges: the whole', { range: 'bytes=0-1,4-5' }, 200, 10, undefined, '10'],
  ['nonsense: the whole', { range: 'lines=1-2' }, 200, 10, undefined, '10'],
  ['If-Range of this file', { range: 'bytes=1-2', ifRange: etag }, 206, 2, 'bytes 1-2/10', '2'],
  ['If-Range of another', { range: 'bytes=1-2', ifRange: '"b"' }, 200, 10, undefined, '10'],
  ['known already', { ifNoneMatch: etag, range: 'bytes=1-2' }, 304, 0, undefined, undefined],
])('%s', (_name, ask, status, length, contentRange, contentLength) => {
  const reply = rangedReply(ask, { hash, bytes: 10 });
  expect(reply.status).toBe(status);
  expect(reply.end - reply.start).toBe(length);
  expect(reply.headers).toEqual({
    'Accept-Ranges': 'bytes',
    ETag: etag,
    ...(contentRange === undefined ? {} : { 'Content-Range': contentRange }),
    ...(contentLength === undefined ? {} : { 'Content-Length': contentLength }),
  });
});

test('an empty file has no range', () => {
  expect(rangedReply({ range: 'bytes=0-' }, { hash, bytes: 0 }).status).toBe(416);
  expect(rangedReply({}, { hash, bytes: 0 })).toMatchObject({ status: 200, start: 0, end: 0 });
});
