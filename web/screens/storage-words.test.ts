import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { describe, expect, it } from 'vitest';
import type { StockFile } from '../live/stock.ts';
import { countWords, fileName, fullWords, placeWords } from './storage-words.ts';

const file = (digit: string, more: Partial<StockFile> = {}): StockFile => ({
  ref: { hash: digit.repeat(64) as AssetHash, bytes: 1000, type: 'video/mp4' },
  kind: 'video',
  place: { at: 'both' },
  stays: undefined,
  made: undefined,
  ...more,
});

describe('storage words', () => {
  it('counts by what things are, each file once, and leaves small ones out beside large ones', () => {
    const small = file('3', { kind: 'extra' });
    expect(countWords([file('1'), file('1'), file('2', { kind: 'photo' }), small])).toBe('1 photo, 1 video');
    expect(countWords([small, file('4', { kind: 'extra' })])).toBe('2 small files');
    expect(countWords([])).toBe('');
  });

  it.each<[Partial<StockFile>, RegExp]>([
    [{}, /^Here and on the workstation$/],
    [{ stays: 'shown' }, /Stays: the lists show it/],
    [{ place: { at: 'here-only', left: 1 } }, /^Only here\. Not sent yet$/],
    [
      { place: { at: 'here-only', left: 1, refused: 'The disk is full.' } },
      /^Only here\. The disk is full\.$/,
    ],
    [{ place: { at: 'workstation' } }, /^On the workstation$/],
    [{ place: { at: 'arriving', bytes: 0, trouble: undefined } }, /^Comes from the workstation$/],
    [{ place: { at: 'arriving', bytes: 419, trouble: undefined } }, /^On its way, 41 %$/],
    [{ place: { at: 'arriving', bytes: 419, trouble: 'no-room' } }, /no room here/],
    [{ place: { at: 'arriving', bytes: 0, trouble: 'missing' } }, /does not have it any more/],
    [{ place: { at: 'aside' } }, /another workstation/],
  ])('%j is said as %s', (more, words) => expect(placeWords(file('1', more))).toMatch(words));

  it('calls a file by its name, and what was made by when', () => {
    expect(fileName(file('1', { made: { job: 'j_1' as never, at: 0 } }), 60_000)).toBe('Video, a minute ago');
    expect(fileName(file('1', { kind: 'extra' }), 0)).toBe('Its captions');
    expect(fileName(file('1', { ref: { ...file('1').ref, name: 'Ada.mp4' } }), 0)).toBe('Ada.mp4');
    expect(fileName(file('1', { kind: 'recording' }), 0)).toBe('Recording');
  });

  it('says on every screen what being full means', () => {
    expect(fullWords(undefined)).toBeUndefined();
    expect(fullWords({ what: 'arrivals', files: ['a', 'b'] as AssetHash[] })).toContain('2 files wait');
    expect(fullWords({ what: 'changes' })).toContain('not saved');
    expect(fullWords({ what: 'file' })).toContain('not added');
  });
});
