// What every finish engine must do, whoever writes it. An engine's own test is one call of finishContract.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../log/logger.ts';
import { type FfmpegTools, findFfmpeg, probe, runFfmpeg } from '../../media/ffmpeg.ts';
import { measureLoudness } from '../../media/loudness.ts';
import type { FinishEngine, Finished, FinishRequest } from './port.ts';

const SECONDS = 3;

/** A quiet voice-like sound with one loud knock, and a moving picture of the same length. */
async function fixture(tools: FfmpegTools, dir: string): Promise<FinishRequest> {
  const video = join(dir, 'silent.mp4');
  const wav = join(dir, 'quiet.wav');
  await runFfmpeg(tools, [
    '-f',
    'lavfi',
    '-i',
    `testsrc=size=320x240:rate=25:duration=${SECONDS}`,
    '-c:v',
    'libx264',
    '-pix_fmt',
    'yuv420p',
    '-profile:v',
    'high',
    video,
  ]);
  await runFfmpeg(tools, [
    '-f',
    'lavfi',
    '-i',
    `aevalsrc='0.02*sin(2*PI*180*t)*(1+sin(2*PI*3*t))+if(between(t,1,1.005),0.6,0)':s=48000:d=${SECONDS}`,
    '-ac',
    '1',
    '-c:a',
    'pcm_s16le',
    wav,
  ]);
  return {
    video,
    wav,
    durationMs: SECONDS * 1000,
    fps: 25,
    words: [
      { text: 'Hello', startMs: 200, endMs: 600, endsSentence: false },
      { text: 'there.', startMs: 650, endMs: 1100, endsSentence: true },
    ],
  };
}

export function finishContract(name: string, make: (tools: FfmpegTools) => FinishEngine): void {
  describe(`finish engine: ${name}`, () => {
    let tools: FfmpegTools;
    let dir: string;
    let request: FinishRequest;
    let finished: Finished;
    const work = () => mkdtemp(join(dir, 'work-'));
    const context = async (signal = new AbortController().signal) => ({
      signal,
      log: silentLogger,
      workDir: await work(),
      progress() {},
    });

    beforeAll(async () => {
      tools = await findFfmpeg();
      dir = await mkdtemp(join(tmpdir(), 'finish-'));
      request = await fixture(tools, dir);
      finished = await make(tools).finish(request, await context());
      return () => rm(dir, { recursive: true, force: true });
    });

    test('probes without throwing', async () => {
      const readiness = await make(tools).probe(new AbortController().signal);
      expect(readiness).toHaveProperty('ready');
    });

    test('the file is H.264 High yuv420p with AAC at 48 kHz, as long as the sound', async () => {
      const media = await probe(tools, finished.video);
      const [picture, sound] = [media.streams[0]!, media.streams[1]!];
      expect(picture).toMatchObject({ codec_name: 'h264', profile: 'High', pix_fmt: 'yuv420p' });
      expect(sound).toMatchObject({ codec_name: 'aac', sample_rate: '48000' });
      expect(Math.abs(Number(media.format.duration) - SECONDS)).toBeLessThan(0.085);
      expect(Math.abs(Number(picture.start_time) - Number(sound.start_time))).toBeLessThanOrEqual(0.02);
    });

    test('nothing that the picture and the sound say of themselves is in it, nor their chapters', async () => {
      const chapters = join(dir, 'chapters.txt');
      await writeFile(
        chapters,
        ';FFMETADATA1\ntitle=Private title\nlocation=+51.5000-000.1200/\ncomment=Private comment\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle=Private chapter\n',
      );
      const [video, wav] = [join(dir, 'told.mp4'), join(dir, 'told.wav')];
      const told = ['-i', chapters, '-map_metadata', '1', '-metadata:s', 'handler_name=Private handler'];
      await runFfmpeg(tools, [
        '-i',
        request.video,
        ...told,
        '-metadata:s',
        'language=gle',
        '-c',
        'copy',
        video,
      ]);
      await runFfmpeg(tools, [
        '-i',
        request.wav,
        ...told,
        '-metadata',
        'artist=Private artist',
        '-c',
        'copy',
        wav,
      ]);
      const everything = async (file: string) =>
        (
          await promisify(execFile)(tools.ffprobe, [
            ...[
              '-v',
              'error',
              '-print_format',
              'json',
              '-show_format',
              '-show_streams',
              '-show_chapters',
              file,
            ],
          ])
        ).stdout.replaceAll(file, '');
      const source = await everything(video);
      for (const word of ['title', 'chapter', 'handler']) expect(source).toContain(`Private ${word}`);
      const made = await make(tools).finish({ ...request, video, wav }, await context());
      for (const file of [made.video, made.poster]) {
        expect(await everything(file)).not.toMatch(/Private|51\.5|gle/);
        expect((await readFile(file)).includes('Private')).toBe(false);
      }
      const { format, chapters: none } = JSON.parse(await everything(made.video)) as {
        format: { tags: object };
        chapters: unknown[];
      };
      expect(none).toEqual([]);
      expect(Object.keys(format.tags).sort()).toEqual([
        'comment',
        'compatible_brands',
        'encoder',
        'major_brand',
        'minor_version',
      ]);
    });

    test('playing starts before the whole file is there: the index stands before the bytes', async () => {
      const bytes = await readFile(finished.video);
      expect(bytes.indexOf('moov')).toBeGreaterThan(0);
      expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    });

    test('a quiet sound with a loud knock becomes -16 LUFS within 1, true peak at most -1.5 dB', async () => {
      const measured = await measureLoudness(tools, finished.video);
      expect(Math.abs(measured.lufs + 16)).toBeLessThanOrEqual(1);
      expect(measured.truePeakDb).toBeLessThanOrEqual(-1.5);
      expect(Math.abs(finished.loudness.lufs - measured.lufs)).toBeLessThan(0.3);
    });

    test('a sound without peaks is only made louder, and what it says of itself is what is measured', async () => {
      const even = join(dir, 'even.wav');
      await runFfmpeg(tools, [
        '-f',
        'lavfi',
        '-i',
        `sine=f=300:r=48000:d=${SECONDS},volume=-12dB`,
        '-ac',
        '1',
        even,
      ]);
      const level = await make(tools).finish({ ...request, wav: even }, await context());
      const measured = await measureLoudness(tools, level.video);
      expect(Math.abs(measured.lufs + 16)).toBeLessThanOrEqual(0.3);
      expect(Math.abs(level.loudness.lufs - measured.lufs)).toBeLessThan(0.2);
      expect(Math.abs(level.loudness.truePeakDb - measured.truePeakDb)).toBeLessThan(0.5);
    });

    test('captions lie beside it, and none when there are no words', async () => {
      expect(await readFile(finished.vtt!, 'utf8')).toMatch(
        /^WEBVTT[\s\S]*00:00:00\.200 --> [\s\S]*Hello there\./,
      );
      expect(await readFile(finished.srt!, 'utf8')).toContain('00:00:00,200 --> ');
      const wordless = await make(tools).finish({ ...request, words: [] }, await context());
      expect(wordless).not.toHaveProperty('vtt');
    });

    test('the poster is a picture of the video’s size', async () => {
      const media = await probe(tools, finished.poster);
      expect(media.streams[0]).toMatchObject({ width: 320, height: 240 });
    });

    test('silence stays silence', async () => {
      const silent = join(dir, 'silence.wav');
      await runFfmpeg(tools, [
        '-f',
        'lavfi',
        '-i',
        `anullsrc=r=48000:cl=mono:d=${SECONDS}`,
        '-t',
        String(SECONDS),
        silent,
      ]);
      const quiet = await make(tools).finish({ ...request, wav: silent }, await context());
      expect(quiet.loudness.lufs).toBeLessThan(-60);
    });

    test('an abort is rethrown as it was given', async () => {
      const stop = new AbortController();
      stop.abort('stop now');
      await expect(make(tools).finish(request, await context(stop.signal))).rejects.toBe('stop now');
    });

    test('a picture that is shorter than the sound is refused, not delivered', async () => {
      const short = { ...request, durationMs: 9000 };
      await expect(make(tools).finish(short, await context())).rejects.toMatchObject({
        code: 'engine-failed',
      });
    });
  });
}
