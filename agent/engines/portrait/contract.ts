// What every portrait engine must do, whoever writes it. An engine's own test is one call of portraitContract.
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
import { readFilmHeader } from '../../media/film-header.ts';
import type { GrowingFilm, PortraitEngine, PortraitRequest } from './port.ts';

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

/** A voice that begins and ends with the picture: a tone, `seconds` long. */
export async function drawnVoice(tools: FfmpegTools, dir: string, seconds: number): Promise<string> {
  const wav = join(dir, `voice-${seconds}.wav`);
  const tone = ['-f', 'lavfi', '-i', `sine=frequency=220:sample_rate=22050:duration=${seconds}`];
  await runFfmpeg(tools, ['-loglevel', 'error', ...tone, '-ac', '1', wav]);
  return wav;
}

/** Where the fragments of a film begin. */
function fragments(film: Uint8Array): number[] {
  const view = new DataView(film.buffer, film.byteOffset, film.byteLength);
  const found: number[] = [];
  for (let at = 0; at + 8 <= film.length; at += Math.max(8, view.getUint32(at))) {
    if (Buffer.from(film.subarray(at + 4, at + 8)).toString('latin1') === 'moof') found.push(at);
  }
  return found;
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

    async function render(
      changes: Partial<PortraitRequest> = {},
      signal = new AbortController().signal,
      wav?: string,
      workDir?: string,
    ) {
      workDir ??= await mkdtemp(join(dir, 'work-'));
      const previews: string[] = [];
      const done: number[] = [];
      const growth: (GrowingFilm & { onDisk: number; frames: number })[] = [];
      const grew = (film: GrowingFilm) =>
        growth.push({ ...film, onDisk: statSync(film.file).size, frames: done.at(-1) ?? 0 });
      const result = await engine.render(
        { ...request, ...changes },
        {
          signal,
          log: silentLogger,
          workDir,
          progress: (now) => done.push(now),
          preview: (jpeg) => previews.push(jpeg),
          live: wav === undefined ? undefined : { wav, grew },
        },
      );
      return { ...result, previews, done, growth };
    }

    /** MD5 of the decoded frames, one line each. */
    async function frameHashes(video: string): Promise<string[]> {
      const out = `${video}.md5`;
      await runFfmpeg(tools, ['-loglevel', 'error', '-i', video, '-map', '0:v', '-f', 'framemd5', out]);
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

    describe.skipIf(make({ ffmpeg: '', ffprobe: '', version: '' }).showsLive !== true)('its film', () => {
      const seconds = 3;

      test('grows while frames are still drawn, and what is told of it is on the disk', async () => {
        const wav = await drawnVoice(tools, dir, 8);
        const { growth, frames } = await render({ timing: spokenTiming(8, 1) }, undefined, wav);
        expect(growth.length).toBeGreaterThan(1);
        expect(growth[0]!.frames).toBeLessThan(frames);
        for (const [index, one] of growth.entries()) {
          expect(one.file).toBe(growth[0]!.file);
          expect(one.bytes).toBeGreaterThan(growth[index - 1]?.bytes ?? 0);
          expect(one.onDisk).toBeGreaterThanOrEqual(one.bytes);
        }
        expect(statSync(growth[0]!.file).size).toBe(growth.at(-1)!.bytes);
      });

      test('is H.264 and AAC from 0 to the end in fragments of about a second, and says so first', async () => {
        const wav = await drawnVoice(tools, dir, seconds);
        const { video, growth } = await render({ timing: spokenTiming(seconds, 1) }, undefined, wav);
        const film = growth[0]!.file;
        const { streams } = await probe(tools, film);
        expect(streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac']);
        // What an AAC encoder says before the first sample lies before 0, and is not heard.
        const [picture, sound] = streams.map(({ start_time }) => Number(start_time));
        expect(picture).toBe(0);
        expect(sound).toBeCloseTo(-1024 / 48_000, 3);
        const bytes = await readFile(film);
        expect(readFilmHeader(bytes)).toMatchObject({
          mime: expect.stringMatching(/^video\/mp4; codecs="avc1\.6400[0-9a-f]{2}, mp4a\.40\.2"$/),
          width: 720,
          height: 720,
        });
        expect(fragments(bytes).length).toBeGreaterThanOrEqual(seconds);
        expect(fragments(bytes).length).toBeLessThanOrEqual(seconds + 2);
        // The very frames of the video, and no second encoding of them.
        const pictures = async (file: string) =>
          (await frameHashes(file)).map((line) => line.split(',').at(-1));
        expect(await pictures(film)).toEqual(await pictures(video));
      });

      test('changes no byte of the video', async () => {
        const wav = await drawnVoice(tools, dir, seconds);
        const plain = await readFile((await render()).video);
        // Seen now and then: x264's threads decide a macroblock otherwise, with and without a film.
        let isSame = false;
        for (let times = 0; times < 3 && !isSame; times++) {
          const { video, growth } = await render({}, undefined, wav);
          expect(growth.length).toBeGreaterThan(0);
          isSame = plain.equals(await readFile(video));
        }
        expect(isSame).toBe(true);
      });

      test.each([
        ['shorter than the picture', 0.4],
        ['longer than the picture', 9],
      ])('is as long as the picture when its sound is %s', async (_how, length) => {
        const wav = await drawnVoice(tools, dir, length);
        const { growth, video } = await render({}, undefined, wav);
        const [film, plain] = [await probe(tools, growth[0]!.file), await probe(tools, video)];
        expect(Math.abs(Number(film.format.duration) - Number(plain.format.duration))).toBeLessThan(0.05);
        expect(Math.abs(Number(plain.format.duration) - 1.5)).toBeLessThan(0.05);
      });

      test('is missing when its sound cannot be read, and the video is made all the same', async () => {
        const wav = join(dir, 'no-sound.wav');
        await writeFile(wav, 'no sound at all');
        const { growth, video } = await render({}, undefined, wav);
        expect(growth).toEqual([]);
        expect((await probe(tools, video)).streams).toHaveLength(1);
      });

      test('is made in a folder of any name', async () => {
        const workDir = join(dir, "it's [a] 100 % | odd: \\ one");
        await mkdir(workDir);
        const wav = await drawnVoice(tools, dir, seconds);
        const { growth, video } = await render({}, undefined, wav, workDir);
        expect((await probe(tools, video)).streams).toHaveLength(1);
        expect((await probe(tools, growth[0]!.file)).streams).toHaveLength(2);
      });
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
