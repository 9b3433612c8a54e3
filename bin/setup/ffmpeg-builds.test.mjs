import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { firstUsable } from './ffmpeg-builds.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'ffmpeg builds '));
afterAll(() => rmSync(scratch, { recursive: true }));

const everything = { encoders: ['libx264', 'aac'], filters: ['loudnorm', 'aresample', 'rubberband', 'ass'] };

/** A directory with two programs that answer like an ffmpeg of that banner with those parts. */
function build(name, banner, { encoders, filters } = everything) {
  const folder = join(scratch, name);
  mkdirSync(folder);
  const list = (names) => names.map((word) => ` V..... ${word}  words`).join('\n');
  const answers = { '-version': banner, '-encoders': list(encoders), '-filters': list(filters) };
  writeFileSync(
    join(folder, 'ffmpeg'),
    `#!${process.execPath}\nconsole.log((${JSON.stringify(answers)})[process.argv[3]]);\n`,
  );
  writeFileSync(join(folder, 'ffprobe'), `#!${process.execPath}\nconsole.log('ffprobe version 5');\n`);
  chmodSync(join(folder, 'ffmpeg'), 0o755);
  chmodSync(join(folder, 'ffprobe'), 0o755);
  return folder;
}

let asked = 0;
const choose = (...directories) => {
  asked += 1;
  return firstUsable(directories, join(scratch, `verdicts-${asked}.json`));
};

test('a release older than 5 is passed over for a newer one further on', async () => {
  const old = build('four', 'ffmpeg version 4.4.2-0ubuntu0 Copyright (c) 2000-2021 the FFmpeg developers');
  const good = build('five', 'ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers');
  expect(await choose(old, good)).toEqual({ directory: good, missing: [] });
  expect(await choose(old)).toBeUndefined();
});

test('a development build is judged by its year', async () => {
  const then = build(
    'dev-2018',
    'ffmpeg version N-47683-g0e8eb07980-static Copyright (c) 2000-2018 the FFmpeg',
  );
  const now = build('dev-2024', 'ffmpeg version N-114554-g7bf85d2d3a Copyright (c) 2000-2024 the FFmpeg');
  expect(await choose(then)).toBeUndefined();
  expect(await choose(now)).toEqual({ directory: now, missing: [] });
});

test('a build with everything goes before one that lacks a filter; alone, that one is used and told', async () => {
  const banner = 'ffmpeg version n7.0-7-gd38bf5e08e Copyright (c) 2000-2024 the FFmpeg developers';
  const lesser = build('lesser', banner, { ...everything, filters: ['loudnorm', 'aresample', 'ass'] });
  const whole = build('whole', banner);
  expect(await choose(lesser, whole)).toEqual({ directory: whole, missing: [] });
  expect(await choose(lesser)).toEqual({ directory: lesser, missing: ['rubberband'] });
});

test('a build without libx264 is no use', async () => {
  const banner = 'ffmpeg version 6.1 Copyright (c) 2000-2023 the FFmpeg developers';
  expect(await choose(build('no-x264', banner, { ...everything, encoders: ['aac'] }))).toBeUndefined();
});

test('a program that cannot run here is passed over', async () => {
  const broken = join(scratch, 'broken');
  mkdirSync(broken);
  for (const name of ['ffmpeg', 'ffprobe']) {
    writeFileSync(join(broken, name), 'not a program');
    chmodSync(join(broken, name), 0o755);
  }
  expect(await choose(broken)).toBeUndefined();
});
