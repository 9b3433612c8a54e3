// What every portrait engine must do, whoever writes it. An engine's own test is one call of portraitContract.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faceMeshSchema } from '@myspinbot/shared/puppet/face-mesh.ts';
import drawnFace from '@myspinbot/shared/puppet/fixtures/drawn-face.json' with { type: 'json' };
import { spokenTiming } from '@myspinbot/shared/puppet/fixtures/spoken.ts';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderSamplePortrait } from '../../art/render-portrait.ts';
import { silentLogger } from '../../log/logger.ts';
import { type FfmpegTools, findFfmpeg, probe, runFfmpeg } from '../../media/ffmpeg.ts';
import type { PortraitEngine, PortraitRequest } from './port.ts';

/** The drawn sample portrait with its measured face and a rough matte: a request that needs no other engine. */
export async function drawnRequest(dir: string, seconds: number): Promise<PortraitRequest> {
  const { width, height } = drawnFace;
  const photo = join(dir, 'photo.png');
  const matte = join(dir, 'matte.png');
  await renderSamplePortrait(photo, width);
  const shape = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%"/><g fill="#fff"><ellipse cx="512" cy="440" rx="240" ry="330"/><ellipse cx="512" cy="1010" rx="420" ry="220"/></g></svg>`;
  await sharp(Buffer.from(shape)).blur(3).extractChannel(0).png().toFile(matte);
  return {
    photo,
    matte,
    width,
    height,
    mesh: faceMeshSchema.parse(drawnFace.mesh),
    timing: spokenTiming(seconds, 1),
    size: '720x720',
    fps: 25,
    backdrop: { kind: 'keep' },
    captions: false,
    seed: 1,
  };
}

export function portraitContract(name: string, make: (tools: FfmpegTools) => PortraitEngine): void {
  describe(`portrait engine: ${name}`, () => {
    let tools: FfmpegTools;
    let dir: string;
    let request: PortraitRequest;
    let engine: PortraitEngine;

    beforeAll(async () => {
      tools = await findFfmpeg();
      dir = await mkdtemp(join(tmpdir(), 'portrait-'));
      request = await drawnRequest(dir, 1.5);
      engine = make(tools);
    });
    afterAll(() => rm(dir, { recursive: true, force: true }));

    async function render(changes: Partial<PortraitRequest> = {}, signal = new AbortController().signal) {
      const workDir = await mkdtemp(join(dir, 'work-'));
      const previews: string[] = [];
      const done: number[] = [];
      const result = await engine.render(
        { ...request, ...changes },
        {
          signal,
          log: silentLogger,
          workDir,
          progress: (now) => done.push(now),
          preview: (jpeg) => previews.push(jpeg),
        },
      );
      return { ...result, previews, done };
    }

    /** MD5 of the decoded frames, one line each. */
    async function frameHashes(video: string): Promise<string[]> {
      const out = `${video}.md5`;
      await runFfmpeg(tools, ['-loglevel', 'error', '-i', video, '-f', 'framemd5', out]);
      return (await readFile(out, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    }

    test('it says of itself whether it is ready, and never throws', async () => {
      expect(await engine.probe(new AbortController().signal)).toHaveProperty('ready');
      expect(engine.id).toMatch(/^portrait\//);
    });

    test('the video is H.264 High 4:2:0 in BT.709, as long as the times say, with every frame counted', async () => {
      const { video, frames, encoderShare, done } = await render({ timing: spokenTiming(2.04, 2) });
      const { streams } = await probe(tools, video);
      expect(streams).toHaveLength(1);
      expect(streams[0]).toMatchObject({
        codec_name: 'h264',
        profile: 'High',
        pix_fmt: 'yuv420p',
        width: 720,
        height: 720,
        color_range: 'tv',
        color_space: 'bt709',
        color_primaries: 'bt709',
        color_transfer: 'bt709',
      });
      expect(frames).toBe(51);
      expect(await frameHashes(video)).toHaveLength(51);
      expect(encoderShare).toBeGreaterThanOrEqual(0);
      expect(encoderShare).toBeLessThanOrEqual(1);
      expect(done.at(-1)).toBe(51);
    });

    test('one preview comes, a JPEG of the frame', async () => {
      const { previews } = await render();
      expect(previews).toHaveLength(1);
      expect(await sharp(previews[0]!).metadata()).toMatchObject({ format: 'jpeg', width: 720, height: 720 });
    });

    test('the same seed gives the same frames, another seed others', async () => {
      const [one, two, other] = [await render(), await render(), await render({ seed: 2 })];
      expect(await frameHashes(two.video)).toEqual(await frameHashes(one.video));
      expect(await frameHashes(other.video)).not.toEqual(await frameHashes(one.video));
    });

    test('what the photo and the backdrop say of themselves is neither in the video nor in its preview', async () => {
      const secret = 'at home, 51 30 N';
      const told = async (name: string, image: Sharp) => {
        const path = join(dir, name);
        await image.withExif({ IFD0: { ImageDescription: secret } }).toFile(path);
        expect((await readFile(path)).includes(secret)).toBe(true);
        return path;
      };
      const plain = sharp({ create: { width: 300, height: 200, channels: 3, background: '#224466' } });
      const { video, previews } = await render({
        photo: await told('told-photo.png', sharp(request.photo)),
        backdrop: { kind: 'picture', path: await told('told-backdrop.jpg', plain) },
        timing: spokenTiming(0.4, 1),
      });
      for (const made of [video, previews[0]!]) expect((await readFile(made)).includes(secret)).toBe(false);
    });

    test('every size and backdrop has its picture', async () => {
      const picture = join(dir, 'backdrop.png');
      await sharp({ create: { width: 300, height: 200, channels: 3, background: '#224466' } }).toFile(
        picture,
      );
      const backdrops: Pick<PortraitRequest, 'size' | 'backdrop'>[] = [
        { size: '720x1280', backdrop: { kind: 'blur' } },
        { size: '1280x720', backdrop: { kind: 'scene', scene: 'newsroom' } },
        { size: '1080x1080', backdrop: { kind: 'colour', colour: '#2a7' } },
        { size: '720x720', backdrop: { kind: 'picture', path: picture } },
      ];
      const seen = new Set<string>();
      for (const one of backdrops) {
        const { video } = await render({ ...one, timing: spokenTiming(0.4, 1) });
        const [width, height] = one.size.split('x').map(Number);
        expect((await probe(tools, video)).streams[0]).toMatchObject({ width, height });
        seen.add(
          createHash('sha256')
            .update((await frameHashes(video))[0]!)
            .digest('hex'),
        );
      }
      expect(seen.size).toBe(4);
    });

    test('captions are seen where words are spoken', async () => {
      const plain = await frameHashes((await render()).video);
      const captioned = await frameHashes((await render({ captions: true })).video);
      expect(captioned).toHaveLength(plain.length);
      expect(captioned[20]).not.toBe(plain[20]);
    });

    test('a picture that is none is refused as bad input', async () => {
      const path = join(dir, 'no-picture.png');
      await writeFile(path, 'no picture at all');
      await expect(render({ backdrop: { kind: 'picture', path } })).rejects.toMatchObject({
        code: 'bad-input',
      });
    });

    test('a cancelled render ends with the reason it was cancelled for', async () => {
      const reason = new Error('changed my mind');
      await expect(render({}, AbortSignal.abort(reason))).rejects.toBe(reason);
      const later = new AbortController();
      const workDir = await mkdtemp(join(dir, 'work-'));
      const running = engine.render(
        { ...request, timing: spokenTiming(60, 1) },
        {
          signal: later.signal,
          log: silentLogger,
          workDir,
          progress: (now) => {
            if (now > 3) later.abort(reason);
          },
          preview() {},
        },
      );
      await expect(running).rejects.toBe(reason);
    });
  });
}
