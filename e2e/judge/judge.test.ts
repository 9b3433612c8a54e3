// The judge as a command, on two videos made here: a still picture with a tone must miss the limits of life, a
// drawn mouth that opens with the sound must be found in time with it.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isIndexFirst } from './decode.ts';
import type { Row } from './figures.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'judge-'));
  const draw = `import { renderSamplePortrait } from ${JSON.stringify(join(root, 'agent/art/render-portrait.ts'))};
    await renderSamplePortrait(${JSON.stringify(at('face.png'))}, 480);`;
  await writeFile(at('draw.mts'), draw);
  await run(process.execPath, [join(root, 'node_modules/tsx/dist/cli.mjs'), at('draw.mts')]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function judge(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const command = [join(root, 'node_modules/tsx/dist/cli.mjs'), join(root, 'e2e/judge/judge.ts'), ...args];
  return run(process.execPath, command).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      out: error.stdout,
      err: error.stderr,
    }),
  );
}
async function verdict(...args: string[]) {
  const { code, out } = await judge(...args, '--json', at('verdict.json'));
  const answer = JSON.parse(await readFile(at('verdict.json'), 'utf8')) as { name: string; rows: Row[] };
  expect(answer.name).toBe('judge');
  const { rows } = answer;
  const row = (figure: string) => {
    const found = rows.find((one) => one.figure.startsWith(figure));
    if (found === undefined) throw new Error(`no row ${figure}`);
    return found;
  };
  return { code, out, row };
}
const encode = (input: string[], sound: string, out: string, more: string[] = []) =>
  run('ffmpeg', [
    ...['-v', 'error', '-y', ...input, '-f', 'lavfi', '-i', sound, '-shortest'],
    ...[
      '-c:v',
      'libx264',
      '-profile:v',
      'high',
      '-pix_fmt',
      'yuv420p',
      '-preset',
      'veryfast',
      '-c:a',
      'aac',
      '-ar',
      '48000',
    ],
    ...more,
    out,
  ]);

test('bad usage ends with 2 and says what is wrong', async () => {
  expect(await judge()).toMatchObject({ code: 2, err: expect.stringContaining('Name one video') });
  expect(await judge(at('absent.mp4'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('There is no file'),
  });
  expect(await judge('--loud')).toMatchObject({ code: 2 });
  expect(await judge(at('face.png'))).toMatchObject({ code: 2 });
  await writeFile(at('text.mp4'), 'not a video');
  expect(await judge(at('text.mp4'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('cannot be read'),
  });
  expect((await judge('--help')).code).toBe(0);
});

test('a still picture with a tone is no talking video', async () => {
  await encode(
    ['-loop', '1', '-framerate', '10', '-t', '11', '-i', at('face.png')],
    'sine=frequency=440:duration=11',
    at('still.mp4'),
  );
  const { code, out, row } = await verdict(at('still.mp4'), '--photo', at('face.png'));
  expect(code).toBe(1);
  expect(out).toMatch(/MISSED/);
  expect(row('frames without a face')).toMatchObject({ value: 0, pass: true });
  expect(row('frozen frames').pass).toBe(false);
  expect(row('sync_z').pass).toBe(false);
  expect(row('opening range').pass).toBe(false);
  expect(row('blinks')).toMatchObject({ value: 0, pass: false });
  expect(row('video codec')).toMatchObject({ value: 'h264 High yuv420p', pass: true });
  expect(row('index before the media')).toMatchObject({ value: 'no', pass: false });
  // The same picture through the encoder: as sharp as the photo, and very near to it.
  expect(row('mouth sharpness').pass).toBe(true);
  expect(Number(row('nearest frame').value)).toBeGreaterThan(33);
});

test('a mouth that opens with the sound is in time with it; one that opens 200 ms late is found late', async () => {
  // A dark mouth is laid over the drawn lips while a vowel-like buzz sounds, in bursts of uneven length.
  const bursts = [0.4, 1.1, 1.5, 2.3, 2.9, 3.9, 4.3, 5.2, 5.5, 6.4, 7.3, 7.6, 8.5, 9.1, 9.9, 10.4].map(
    (start, i) => [start, start + 0.16 + 0.05 * (i % 4)] as const,
  );
  const during = (time: string) => bursts.map(([from, to]) => `between(${time},${from},${to})`).join('+');
  const buzz = `aevalsrc='(${during('t')})*0.3*(sin(2*PI*720*t)+0.7*sin(2*PI*1200*t)+0.4*sin(2*PI*120*t))':s=48000:d=11`;
  const mouth = 'drawbox=x=224:y=270:w=32:h=22:color=0x3a0d12:t=fill';
  for (const [lateMs, file] of [
    [0, 'now.mp4'],
    [200, 'late.mp4'],
  ] as const) {
    const when = during(`(t-${lateMs / 1000})`);
    const filter = `[0:v]${mouth}:enable='${when}',format=yuv420p[v]`;
    await encode(['-loop', '1', '-framerate', '15', '-t', '11', '-i', at('face.png')], buzz, at(file), [
      '-filter_complex',
      filter,
      '-map',
      '[v]',
      '-map',
      '1:a',
      '-movflags',
      '+faststart',
    ]);
  }
  const now = await verdict(at('now.mp4'), '--text', 'ah '.repeat(16));
  expect(now.row('sync_r').pass).toBe(true);
  expect(now.row('sync_z').pass).toBe(true);
  expect(now.row('lag').pass).toBe(true);
  expect(now.row('index before the media').pass).toBe(true);
  const late = await verdict(at('late.mp4'));
  expect(late.row('lag').pass).toBe(false);
  expect(Math.abs(Number(late.row('lag').value) - 200)).toBeLessThanOrEqual(40);
});

test('a file that is no MP4 has no index first', async () => {
  await writeFile(at('short.bin'), Buffer.alloc(4));
  expect(await isIndexFirst(at('short.bin'))).toBe(false);
  expect(await isIndexFirst(at('face.png'))).toBe(false);
});
