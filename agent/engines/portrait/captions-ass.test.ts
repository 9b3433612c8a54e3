import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Word } from '@myspinbot/shared/speech/timing.ts';
import { expect, test } from 'vitest';
import { findFfmpeg } from '../../media/ffmpeg.ts';
import { escapeFilterValue } from './captions.ts';
import { captionsAss, escapeAss, groupWords } from './captions-ass.ts';

const say = (text: string, gapAfter: Record<number, number> = {}): Word[] => {
  let at = 0;
  return text.split(' ').map((word, i) => {
    const startMs = at;
    at += 300 + (gapAfter[i] ?? 0);
    return { text: word, startMs, endMs: startMs + 280, endsSentence: /[.!?]$/.test(word) };
  });
};

test('groups end with sentences, at pauses and before they grow too long', () => {
  const groups = groupWords(say('Hello there. I said it once and then again', { 4: 600 }), 18);
  expect(groups.map(({ text }) => text)).toEqual(['Hello there.', 'I said it', 'once and then', 'again']);
  for (let i = 1; i < groups.length; i++)
    expect(groups[i]!.startMs).toBeGreaterThanOrEqual(groups[i - 1]!.endMs);
});

test('text is taken literally: no override blocks, no line breaks, no controls', () => {
  expect(escapeAss('{\\b1}bold\\Nline\n')).toBe('\\{\\\u2060b1\\}bold\\\u2060Nline ');
});

test('right-to-left text keeps its direction when it begins with a number', () => {
  expect(escapeAss('3 مرات')).toMatch(/^\u200f/);
  expect(escapeAss('three times')).toBe('three times');
});

test('the document carries the size, and one line per group with its times', () => {
  const ass = captionsAss(say('Hello there. How are you?'), '720x1280', 700);
  expect(ass).toContain('PlayResX: 720\nPlayResY: 1280');
  expect(ass).toContain('Dialogue: 0,0:00:00.00,0:00:00.60,Words,,0,0,0,,Hello there.');
  expect(captionsAss([], '720x720', 400)).not.toContain('Dialogue');
});

test('words never lie over the mouth: below the chin, else lower, else above the head', () => {
  const style = (chinY: number) =>
    captionsAss([], '720x1280', chinY)
      .match(/^Style: .*,(\d),\d+,\d+,(\d+),-1$/m)!
      .slice(1)
      .map(Number);
  expect(style(800)).toEqual([2, 215]);
  expect(style(1000)).toEqual([2, 1280 - 135 - 1000]);
  expect(style(1150)[0]).toBe(8);
});

test('a path with every awkward character reaches the filter whole', async () => {
  const { ffmpeg } = await findFfmpeg();
  const dir = await mkdtemp(join(tmpdir(), "odd [na'me], a;b:c=d \\ e-"));
  try {
    const path = join(dir, 'captions.ass');
    await writeFile(path, captionsAss(say('Hello there.'), '720x720', 400));
    const filter = `ass=filename=${escapeFilterValue(path)}`;
    await promisify(execFile)(ffmpeg, [
      ...['-loglevel', 'error', '-f', 'lavfi', '-i', 'nullsrc=s=64x64:d=0.04', '-vf', filter],
      ...['-f', 'null', '-'],
    ]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
