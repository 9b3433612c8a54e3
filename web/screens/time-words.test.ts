import { describe, expect, it } from 'vitest';
import { agoWords, bytesWords, leftWords, lengthWords, tookWords } from './time-words.ts';

describe('time words', () => {
  it.each([
    [300, '1 s'],
    [4_400, '4 s'],
    [59_600, '59 s'],
    [60_000, '1 min'],
    [80_000, '1 min 20 s'],
    [600_000, '10 min'],
  ])('a length of %i ms is %s', (ms, words) => expect(lengthWords(ms)).toBe(words));

  it.each([
    [0, 'at once'],
    [420, '0.4 s'],
    [9_940, '9.9 s'],
    [12_000, '12 s'],
  ])('a stage of %i ms took %s', (ms, words) => expect(tookWords(ms)).toBe(words));

  it.each([
    [900, 'a few seconds left'],
    [9_000, 'about 10 seconds left'],
    [58_000, 'about 1 minute left'],
    [200_000, 'about 3 minutes left'],
    [7_300_000, 'about 2 hours left'],
  ])('%i ms to go is "%s", never an exact number', (ms, words) => expect(leftWords(ms)).toBe(words));

  it('speaks of the past as people do', () => {
    const now = new Date(2026, 5, 10, 12, 0).getTime();
    expect(agoWords(now - 20_000, now)).toBe('just now');
    expect(agoWords(now + 5_000, now)).toBe('just now');
    expect(agoWords(now - 60_000, now)).toBe('a minute ago');
    expect(agoWords(now - 3 * 3_600_000, now)).toBe('3 hours ago');
    expect(agoWords(new Date(2026, 5, 9, 23, 50).getTime(), now)).toBe('yesterday');
    expect(agoWords(new Date(2026, 5, 7).getTime(), now)).toBe('3 days ago');
    expect(agoWords(new Date(2026, 1, 3).getTime(), now)).toBe('3 February');
    expect(agoWords(new Date(2024, 1, 3).getTime(), now)).toBe('3 February 2024');
  });

  it.each([
    [12, '12 bytes'],
    [640_000, '640 KB'],
    [3_400_000, '3.4 MB'],
    [48_000_000, '48 MB'],
    [12_000_000_000, '12 GB'],
  ])('%i bytes are %s', (bytes, words) => expect(bytesWords(bytes)).toBe(words));
});
