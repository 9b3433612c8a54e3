import type { Refusal } from '@myspinbot/shared/transfer/session.ts';
import { describe, expect, it } from 'vitest';
import type { Sending } from '../live/sending.ts';
import { refusedWords, sendingWords } from './sending-words.ts';

const sending: Sending = { files: 2, leftBytes: 12_000_000, refused: [], goesOn: false };
const here = { state: 'here', agent: undefined } as const;

describe('what is told while something is on its way', () => {
  it('says to keep the app open, and how much is left', () => {
    expect(sendingWords(sending, here, false)).toEqual({
      title: 'Sending 2 files: 12 MB left',
      next: 'Keep the app open until this is sent.',
    });
  });

  it.each([
    [true, true, true],
    [true, false, false],
    [false, true, false],
    [false, false, false],
  ])('promises the background only where it is so: supported %s, installed %s', (goesOn, isInstalled, is) => {
    const words = sendingWords({ ...sending, goesOn }, here, isInstalled);
    expect(words?.next.includes('goes on in the background')).toBe(is);
    expect(words?.next.includes('Keep the app open')).toBe(!is);
  });

  it('never promises it while the workstation is out of reach', () => {
    for (const state of ['away', 'looking'] as const) {
      const words = sendingWords({ ...sending, goesOn: true }, { state, since: 0 }, true);
      expect(words?.title).toBe('2 files wait: 12 MB left');
      expect(words?.next).toContain('out of reach');
      expect(words?.next).not.toContain('background');
    }
  });

  it('is silent when nothing is on its way, and where nothing may leave', () => {
    expect(sendingWords({ ...sending, files: 0 }, here, true)).toBeUndefined();
    expect(sendingWords(sending, { state: 'unpaired' }, true)).toBeUndefined();
  });

  it('counts the last file to its end', () => {
    expect(sendingWords({ ...sending, files: 1, leftBytes: 0 }, here, false)?.title).toBe(
      'Sending a file: almost there',
    );
    expect(sendingWords({ ...sending, files: 1 }, { state: 'away', since: 0 }, false)?.title).toBe(
      'A file waits: 12 MB left',
    );
  });
});

describe('a file that was not taken', () => {
  const all: Record<Refusal, true> = {
    'unknown-asset': true,
    'no-space': true,
    'too-large': true,
    'bad-hash': true,
    busy: true,
    'not-allowed': true,
  };
  it.each(Object.keys(all) as Refusal[])('is named with the reason and the next step: %s', (why) => {
    const words = refusedWords({ name: 'me.jpg', why, hint: undefined });
    expect(words.title).toMatch(/me\.jpg.*\.$/);
    expect(words.next).toMatch(/^[A-Z].*\.$/);
    expect(refusedWords({ name: undefined, why, hint: 'The disk is full. Free some.' }).next).toContain(
      'The disk is full. Free some.',
    );
  });
});
