import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FfmpegTools, findFfmpeg, probe, runFfmpeg, spawnFfmpeg } from './ffmpeg.ts';

let tools: FfmpegTools;
let dir: string;
beforeAll(async () => {
  tools = await findFfmpeg();
  dir = mkdtempSync(join(tmpdir(), 'ffmpeg-door-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const failure = (code: string) => expect.objectContaining({ name: 'Failure', code });
/** A tone that takes for ever to encode, so that it can be interrupted. */
const endless = ['-re', '-f', 'lavfi', '-i', 'sine', '-f', 'null', '-'];

describe('running ffmpeg', () => {
  test('makes a file, reports progress in milliseconds and probe agrees', async () => {
    const out = join(dir, 'tone.wav');
    const seen: number[] = [];
    await runFfmpeg(tools, ['-f', 'lavfi', '-i', 'sine=duration=2', out], {
      onProgress: (ms) => seen.push(ms),
    });
    expect(seen.at(-1)).toBeGreaterThan(1900);
    const media = await probe(tools, out);
    expect(Number(media.format.duration)).toBeCloseTo(2, 2);
    expect(media.streams[0]).toMatchObject({ codec_type: 'audio', codec_name: 'pcm_s16le' });
  });

  test('a wrong argument is an engine failure with the tool’s last words', async () => {
    await expect(runFfmpeg(tools, ['-i', join(dir, 'absent.wav'), 'x.wav'])).rejects.toThrow(/No such file/);
  });

  test('a file that is no media is the person’s bad input, not ours', async () => {
    const file = join(dir, 'words.wav');
    writeFileSync(file, 'these are words, not sound');
    await expect(probe(tools, file)).rejects.toEqual(failure('bad-input'));
  });

  test('a playlist cannot make it open an address', async () => {
    const file = join(dir, 'list.m3u8');
    writeFileSync(file, '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n');
    await expect(probe(tools, file)).rejects.toBeInstanceOf(Failure);
  });

  test('an abort ends it and gives the caller’s own reason back', async () => {
    const stop = new AbortController();
    const ended = runFfmpeg(tools, endless, { signal: stop.signal, onProgress: () => stop.abort('enough') });
    await expect(ended).rejects.toBe('enough');
  });

  test('a hung tool is ended at the time limit', async () => {
    await expect(runFfmpeg(tools, endless, { timeoutMs: 300 })).rejects.toEqual(failure('timed-out'));
  });

  test('a full disk is named', async () => {
    const args = ['-f', 'lavfi', '-i', 'sine=duration=1', '-f', 'wav', '/dev/full'];
    await expect(runFfmpeg(tools, args)).rejects.toEqual(failure('disk-full'));
  });

  test('killed from outside while frames are piped in: one failure, no crash on later writes', async () => {
    const run = spawnFfmpeg(tools, [
      '-f',
      'rawvideo',
      '-pix_fmt',
      'gray',
      '-s',
      '64x64',
      '-r',
      '25',
      '-i',
      'pipe:0',
      '-f',
      'null',
      '-',
    ]);
    run.stdin.write(Buffer.alloc(64 * 64));
    run.kill();
    await expect(run.ended).rejects.toEqual(failure('engine-failed'));
    run.stdin.write(Buffer.alloc(64 * 64));
  });

  test('a missing tool says what to install', async () => {
    const missing = { ...tools, ffmpeg: join(dir, 'no-ffmpeg-here') };
    await expect(runFfmpeg(missing, ['-version'])).rejects.toEqual(failure('engine-missing'));
  });
});
