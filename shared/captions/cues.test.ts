import { describe, expect, test } from 'vitest';
import type { Word } from '../speech/timing.ts';
import { cuesOf, toSrt, toVtt } from './cues.ts';

/** Words of 300 ms each, 50 ms apart; "." ends a sentence, "_" is a pause of a second. */
function spoken(text: string): Word[] {
  let at = 150;
  const words: Word[] = [];
  for (const part of text.split(' ')) {
    if (part === '_') {
      at += 1000;
      continue;
    }
    words.push({ text: part, startMs: at, endMs: at + 300, endsSentence: /[.!?]$/.test(part) });
    at += 350;
  }
  return words;
}

describe('cues', () => {
  test('a sentence ends a cue, and the next one starts with its own first word', () => {
    const cues = cuesOf(spoken('Hello there. How are you?'));
    expect(cues.map((cue) => cue.text)).toEqual(['Hello there.', 'How are you?']);
    expect(cues[0]!.endMs).toBeLessThanOrEqual(cues[1]!.startMs);
  });

  test('no cue is longer than its line, and no word is lost', () => {
    const words = spoken(
      'a rather long sentence that never seems to find its end because nobody breathes here',
    );
    const cues = cuesOf(words);
    expect(cues.every((cue) => cue.text.length <= 42)).toBe(true);
    expect(cues.flatMap((cue) => cue.words)).toEqual(words);
  });

  test('a pause ends a cue, and a lonely word lingers long enough to be read', () => {
    const cues = cuesOf(spoken('Wait _ now'));
    expect(cues).toHaveLength(2);
    expect(cues[0]!.endMs - cues[0]!.startMs).toBeGreaterThanOrEqual(700);
  });

  test('one word longer than the line is a cue of its own', () => {
    const cues = cuesOf(spoken(`so ${'x'.repeat(60)} yes`));
    expect(cues.map((cue) => cue.words.length)).toEqual([1, 1, 1]);
  });

  test('no words, no cues, and the files are still valid', () => {
    expect(toVtt(cuesOf([]))).toBe('WEBVTT\n\n');
    expect(toSrt([])).toBe('');
  });

  test('marks that would end a cue or become a tag are made harmless', () => {
    const cues = cuesOf([
      { text: '<b>x-->y\n\n2', startMs: 3_661_005, endMs: 3_662_000, endsSentence: true },
    ]);
    expect(toVtt(cues)).toBe('WEBVTT\n\n1\n01:01:01.005 --> 01:01:02.400\n&lt;b&gt;x-&gt;y 2\n');
    expect(toSrt(cues)).toBe('1\n01:01:01,005 --> 01:01:02,400\n<b>x->y 2\n');
  });
});
