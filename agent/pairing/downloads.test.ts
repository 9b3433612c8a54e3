import type { AssetHash, AssetType } from '@myspinbot/shared/asset/asset.ts';
import { expect, test } from 'vitest';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { createDownloads } from './downloads.ts';

const anna = { kind: 'device', id: 'd_anna', role: 'member' } as const;
const otto = { kind: 'device', id: 'd_otto', role: 'owner' } as const;
const file = (number: number, type: AssetType = 'video/mp4') => ({
  hash: String(number).padStart(64, '0') as AssetHash,
  type,
});

test('a file that somebody asks for in pieces is noted once an hour, and apart for everybody and every file', () => {
  const clock = handClock();
  const downloads = createDownloads(clock);
  expect(downloads.words(file(1), anna)).toBe('A video');
  clock.advance(3_599_999);
  expect(downloads.words(file(1), anna)).toBeUndefined();
  expect(downloads.words(file(1), otto)).toBe('A video');
  expect(downloads.words(file(2), anna)).toBe('A video');
  clock.advance(1);
  expect(downloads.words(file(1), anna)).toBe('A video');
});

test.each<[AssetType, string]>([
  ['image/jpeg', 'A picture'],
  ['audio/wav', 'A recording'],
  ['text/vtt', 'Captions'],
  ['application/octet-stream', 'A file'],
])('%s is %s', (type, words) => {
  expect(createDownloads(handClock()).words(file(1, type), undefined)).toBe(words);
});
