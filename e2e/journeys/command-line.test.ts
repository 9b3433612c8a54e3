// A person who never opens the app: photo and words in, video out, and clear answers to what cannot be done.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type CommandResult, myspinbot } from '../harness/command-line.ts';
import { ffmpeg, mediaFacts } from '../harness/media.ts';
import { drawnPortrait } from '../harness/place.ts';
import { spokenRecording } from '../harness/recordings.ts';
import { scratchFolder } from '../harness/scratch.ts';

const folder = scratchFolder('command-line');
const inFolder = (name: string) => join(folder, name);

beforeAll(async () => {
  await ffmpeg(['-f', 'lavfi', '-i', 'color=0x44aa77:s=900x900', '-frames:v', '1', inFolder('meadow.png')]);
  await ffmpeg(['-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=mono', '-t', '3', inFolder('silence.wav')]);
  writeFileSync(inFolder('notes.jpg'), 'These are notes, whatever the name says.\n');
  writeFileSync(inFolder('empty.txt'), '  \n');
});

/** A refusal is sentences for a person: no stack, nothing but words. */
function expectSentences(result: CommandResult, code: number): void {
  expect(result.stderr.trim()).not.toBe('');
  expect(result.stderr).not.toMatch(/\n\s+at |Error:|undefined|\[object/);
  expect(result.code).toBe(code);
}

test('a photo and a sentence become a video with its captions beside it', async () => {
  const out = inFolder('bot.mp4');
  const words = 'Hello there. This is my own photo, and it can talk now.';
  const result = await myspinbot([
    'render',
    '--photo',
    drawnPortrait(),
    '--say',
    words,
    '--out',
    out,
    '--json',
  ]);
  expect(result.stderr).toBe('');
  expect(result.code).toBe(0);

  const facts = await mediaFacts(out);
  expect(facts.durationS).toBeGreaterThan(2);
  expect(facts.video).toEqual({ codec: 'h264', width: 720, height: 720, pixels: 'yuv420p' });
  expect(facts.audio).toMatchObject({ codec: 'aac', rate: 48_000 });
  expect(readFileSync(inFolder('bot.vtt'), 'utf8')).toMatch(/^WEBVTT[\s\S]*Hello/);
  expect(readFileSync(inFolder('bot.srt'), 'utf8')).toContain('-->');

  expect(result.stdout.trim().split('\n').length, 'every line of --json is JSON').toBe(result.events.length);
  const finished = result.events.filter(({ event, state }) => event === 'stage' && state !== 'running');
  expect(finished.map(({ stage }) => stage)).toEqual(
    expect.arrayContaining(['look', 'speech', 'timing', 'portrait', 'finish']),
  );
  expect(result.events.at(-1)).toMatchObject({ event: 'done', video: out, width: 720, height: 720 });
});

test('the same seed gives the same picture, another size gives that size', async () => {
  const render = (name: string, ...more: string[]) =>
    myspinbot(['render', '--photo', drawnPortrait(), '--say', 'Hello.', '--out', inFolder(name), ...more]);
  expect((await render('one.mp4', '--seed', '7')).code).toBe(0);
  expect((await render('two.mp4', '--seed', '7')).code).toBe(0);
  expect(readFileSync(inFolder('one.mp4')).equals(readFileSync(inFolder('two.mp4')))).toBe(true);

  expect((await render('wide.mp4', '--size', '1280x720', '--background', 'studio')).code).toBe(0);
  expect((await mediaFacts(inFolder('wide.mp4'))).video).toMatchObject({ width: 1280, height: 720 });
});

test('a recording is spoken as it is: the video is as long as the recording', async () => {
  const recording = await spokenRecording();
  const out = inFolder('spoken.mp4');
  const result = await myspinbot([
    'render',
    ...['--photo', drawnPortrait(), '--narration', recording, '--out', out, '--captions', 'off'],
  ]);
  expect(result.code, result.stderr).toBe(0);
  const [spoken, made] = [await mediaFacts(recording), await mediaFacts(out)];
  expect(Math.abs(made.durationS - spoken.durationS)).toBeLessThan(0.12);
});

test('without a terminal the progress is plain lines', async () => {
  const out = inFolder('plain.mp4');
  const result = await myspinbot(['render', '--photo', drawnPortrait(), '--say', 'Hi.', '--out', out]);
  expect(result.code).toBe(0);
  expect(`${result.stdout}${result.stderr}`).not.toContain('\r');
  expect(`${result.stdout}${result.stderr}`).toContain(out);
});

test.each([
  ['no photo', ['render', '--say', 'Hi'], /--photo/],
  ['no words', ['render', '--photo', drawnPortrait()], /--say/],
  ['an unknown option', ['render', '--photo', drawnPortrait(), '--say', 'Hi', '--loud'], /--loud/],
  ['a size that is none', ['render', '--photo', drawnPortrait(), '--say', 'Hi', '--size', '3x3'], /--size/],
  ['an unknown command', ['dance'], /dance/],
])('%s is bad usage: exit code 2 and what to write instead', async (_, args, names) => {
  const result = await myspinbot(args);
  expectSentences(result, 2);
  expect(result.stderr).toMatch(names);
});

test.each([
  ['a photo that is not there', () => ['--photo', inFolder('nobody.jpg'), '--say', 'Hi']],
  ['a photo that is no picture', () => ['--photo', inFolder('notes.jpg'), '--say', 'Hi']],
  ['a picture without a face', () => ['--photo', inFolder('meadow.png'), '--say', 'Hi']],
  ['a script without words', () => ['--photo', drawnPortrait(), '--script', inFolder('empty.txt')]],
  ['words that are only spaces', () => ['--photo', drawnPortrait(), '--say', '   ']],
  ['a silent recording', () => ['--photo', drawnPortrait(), '--narration', inFolder('silence.wav')]],
])('%s is refused with exit code 2 before anything is made', async (_, args) => {
  const out = inFolder('refused.mp4');
  const result = await myspinbot(['render', ...args(), '--out', out]);
  expectSentences(result, 2);
  expect(existsSync(out)).toBe(false);
});

test('a machine without ffmpeg is told so, with what to install', async () => {
  const result = await myspinbot(
    ['render', '--photo', drawnPortrait(), '--say', 'Hi', '--out', inFolder('none.mp4')],
    { env: { PATH: folder } },
  );
  expectSentences(result, 1);
  expect(result.stderr).toMatch(/ffmpeg/);
});

test('every command explains itself', async () => {
  for (const args of [['--help'], ['render', '--help'], ['start', '--help']]) {
    const result = await myspinbot(args);
    expect(result.code, args.join(' ')).toBe(0);
    expect(result.stdout).toContain('myspinbot');
  }
});
