import { expect, test } from 'vitest';
import { linkWords } from './link-words.ts';

test.each([
  [undefined, 'Nothing moves now.'],
  [{ kind: 'direct', bytesPerSecond: 62_400_000 }, 'Direct, 62 MB/s'],
  [{ kind: 'socket', bytesPerSecond: undefined }, 'Socket'],
  [{ kind: 'http', bytesPerSecond: 3_450_000 }, 'Requests, 3.5 MB/s'],
] as const)('%j reads %s', (link, words) => {
  expect(linkWords(link)).toBe(words);
});
