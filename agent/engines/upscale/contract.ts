// What every upscale engine must do, whoever writes it. An engine's own test is one call of upscaleContract.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../log/logger.ts';
import { type FfmpegTools, findFfmpeg, probe, runFfmpeg } from '../../media/ffmpeg.ts';
import type { Upscaled, UpscaleEngine, UpscaleRequest } from './port.ts';

const FRAMES = 13;

/** `sharpness`: how far a colour may be off, of 255. */
export function upscaleContract(
  name: string,
  make: (tools: FfmpegTools) => Promise<UpscaleEngine>,
  limits: { colourOff: number },
): void {
  describe(`upscale engine: ${name}`, () => {
    let tools: FfmpegTools;
    let engine: UpscaleEngine;
    let dir: string;
    let request: UpscaleRequest;
    let upscaled: Upscaled;
    const told: number[] = [];
    const context = async (signal = new AbortController().signal) => ({
      signal,
      log: silentLogger,
      workDir: await mkdtemp(join(dir, 'work-')),
      progress: (done: number, total: number) => void told.push(done / total),
    });

    beforeAll(async () => {
      tools = await findFfmpeg();
      engine = await make(tools);
      dir = await mkdtemp(join(tmpdir(), 'upscale-'));
      const video = join(dir, 'small.mp4');
      // Each frame is a little lighter than the one before: their order can be seen.
      await runFfmpeg(tools, [
        ...['-f', 'lavfi', '-i', `color=0x904020:size=96x64:rate=25:duration=${FRAMES / 25}`],
        ...[
          '-vf',
          'lutyuv=y=val,geq=lum=lum(X\\,Y)+4*N:cb=cb(X\\,Y):cr=cr(X\\,Y)',
          '-c:v',
          'libx264',
          '-crf',
          '4',
        ],
        ...['-pix_fmt', 'yuv420p', '-color_range', 'tv', '-colorspace', 'bt709', '-color_trc', 'bt709'],
        ...['-color_primaries', 'bt709', '-g', '5', video],
      ]);
      request = { video, width: 96, height: 64, frames: FRAMES, fps: 25, to: { width: 144, height: 96 } };
      upscaled = await engine.upscale(request, await context());
      return () => rm(dir, { recursive: true, force: true });
    });

    /** Mean luminance and colours of every frame, 0..255. */
    async function colours(video: string): Promise<number[][]> {
      const out = join(dir, `colours-${Math.random()}.txt`);
      await runFfmpeg(tools, [
        '-i',
        video,
        '-vf',
        `signalstats,metadata=print:file=${out}`,
        '-f',
        'null',
        '-',
      ]);
      const { readFile } = await import('node:fs/promises');
      const text = await readFile(out, 'utf8');
      const all = (key: string) =>
        [...text.matchAll(new RegExp(`signalstats.${key}=([\\d.]+)`, 'g'))].map(([, value]) => Number(value));
      const [y, u, v] = [all('YAVG'), all('UAVG'), all('VAVG')];
      return y.map((luminance, at) => [luminance, u[at]!, v[at]!]);
    }

    test('probes without throwing', async () => {
      expect(await engine.probe(new AbortController().signal)).toHaveProperty('ready');
    });

    test('it has the size that was asked for, every frame, and no sound', async () => {
      const { streams } = await probe(tools, upscaled.video);
      expect(streams).toHaveLength(1);
      expect(streams[0]).toMatchObject({
        ...{ codec_name: 'h264', profile: 'High', pix_fmt: 'yuv420p', width: 144, height: 96 },
        nb_frames: String(FRAMES),
        avg_frame_rate: '25/1',
      });
    });

    test('every frame is in its place, in its own colours', async () => {
      const [before, after] = [await colours(request.video), await colours(upscaled.video)];
      expect(after).toHaveLength(FRAMES);
      for (const [at, frame] of after.entries()) {
        for (const [channel, value] of frame.entries()) {
          expect(Math.abs(value - before[at]![channel]!), `frame ${at}`).toBeLessThanOrEqual(
            limits.colourOff,
          );
        }
      }
    });

    test('progress goes from little to all, and never back', () => {
      expect(told.length).toBeGreaterThan(0);
      expect(told).toEqual([...told].sort((a, b) => a - b));
      expect(told.at(-1)).toBeCloseTo(1);
    });

    test('nothing is left in the work folder but the picture', async () => {
      const own = await context();
      const made = await engine.upscale(request, own);
      expect((await readdir(own.workDir)).map((file) => join(own.workDir, file))).toEqual([made.video]);
    });

    test('with less memory it makes the same picture', async () => {
      const made = await engine.upscale(request, { ...(await context()), smaller: true });
      const [whole, small] = [await colours(upscaled.video), await colours(made.video)];
      for (const [at, frame] of small.entries())
        expect(Math.abs(frame[0]! - whole[at]![0]!)).toBeLessThan(1.5);
    });

    test('an abort is rethrown as it was given', async () => {
      const stop = new AbortController();
      stop.abort('stop now');
      await expect(engine.upscale(request, await context(stop.signal))).rejects.toBe('stop now');
    });

    test('a film with fewer frames than were said is refused, not delivered', async () => {
      const short = { ...request, frames: FRAMES + 9 };
      await expect(engine.upscale(short, await context())).rejects.toMatchObject({ code: 'engine-failed' });
    });
  });
}
