// The built-in look engine against its contract, and against every bad picture the product promises to meet
// with one clear sentence. Runs on the drawn character always, on a real photograph where one is at hand.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderSamplePortrait } from '../../art/render-portrait.ts';
import { silentLogger } from '../../log/logger.ts';
import { createBuiltinLook } from './builtin.ts';
import { lookContract } from './contract.ts';
import type { PhotoInspection } from './port.ts';

const astronaut = resolve(import.meta.dirname, '../../../../shared/photos/astronaut.png');
const hasPhoto = existsSync(astronaut);
if (!hasPhoto) console.info('skipped: no real photograph at ../shared/photos/astronaut.png');

const engine = createBuiltinLook();
const folder = await mkdtemp(join(tmpdir(), 'look-builtin-'));
const drawn = join(folder, 'drawn.png');
await renderSamplePortrait(drawn, 640);
afterAll(() => rm(folder, { recursive: true, force: true }));

lookContract('built in, on the drawn character', async () => ({ engine, portrait: drawn }));
describe.skipIf(!hasPhoto)('with a real photograph', () => {
  lookContract('built in, on a photograph', async () => ({ engine, portrait: astronaut }));
});

const sources = [
  { name: 'the drawn character', photo: drawn, run: true },
  { name: 'a photograph', photo: astronaut, run: hasPhoto },
];

describe.each(sources)('pictures as people have them, from $name', ({ photo, run }) => {
  let reference: PhotoInspection;
  let made = 0;
  const inspect = (path: string) => engine.inspect(path, new AbortController().signal);
  const inspectMade = async (make: (image: Sharp) => Sharp, extension = 'png') => {
    const path = join(folder, `made-${made++}-${photo === drawn ? 'd' : 'p'}.${extension}`);
    await make(sharp(photo)).toFile(path);
    return inspect(path);
  };
  /** One usable face at the reference's place, scaled; within 8 % of the face's height. */
  const expectSameFace = (seen: PhotoInspection, scale = 1) => {
    expect(seen.unfit).toBeUndefined();
    expect(seen.faces).toHaveLength(1);
    const want = reference.faces[0]!.box;
    const got = seen.faces[0]!.box;
    const slack = 0.08 * want.height * scale;
    expect(Math.abs(got.x - want.x * scale)).toBeLessThan(slack);
    expect(Math.abs(got.y - want.y * scale)).toBeLessThan(slack);
    expect(Math.abs(got.height - want.height * scale)).toBeLessThan(slack);
  };

  beforeAll(async () => {
    if (run) reference = await inspect(photo);
  });

  it.skipIf(!run)('reads JPEG, WebP, AVIF, TIFF and GIF alike', async () => {
    for (const format of ['jpeg', 'webp', 'avif', 'tiff', 'gif'] as const) {
      expectSameFace(await inspectMade((image) => image.toFormat(format), format));
    }
  });

  it.skipIf(!run)('reads CMYK, 16 bits, grey, 16-bit grey and a dark photo', async () => {
    expectSameFace(await inspectMade((image) => image.toColourspace('cmyk').jpeg(), 'jpg'));
    expectSameFace(await inspectMade((image) => image.toColourspace('rgb16')));
    expectSameFace(await inspectMade((image) => image.greyscale()));
    expectSameFace(await inspectMade((image) => image.greyscale().toColourspace('grey16')));
    expectSameFace(await inspectMade((image) => image.linear(0.3, 0)));
  });

  it.skipIf(!run)('goes by the content, not by the name', async () => {
    expectSameFace(await inspectMade((image) => image.jpeg(), 'png'));
  });

  it.skipIf(!run)("heeds the camera's orientation", async () => {
    // Orientation 6: the camera stored the picture a quarter turn back.
    expectSameFace(
      await inspectMade((image) => image.rotate(270).jpeg().withMetadata({ orientation: 6 }), 'jpg'),
    );
    expectSameFace(
      await inspectMade((image) => image.rotate(90).jpeg().withMetadata({ orientation: 8 }), 'jpg'),
    );
    expectSameFace(
      await inspectMade((image) => image.rotate(180).jpeg().withMetadata({ orientation: 3 }), 'jpg'),
    );
  });

  it.skipIf(!run)('turns a sideways or upside-down photo upright and says so', async () => {
    for (const [degrees, words] of [
      [90, /on its side/],
      [270, /on its side/],
      [180, /upside down/],
    ] as const) {
      const path = join(folder, `turned-${degrees}-${photo === drawn ? 'd' : 'p'}.png`);
      await sharp(photo).rotate(degrees).toFile(path);
      expectSameFace(await inspect(path));
      const workDir = await mkdtemp(join(folder, 'work-'));
      const look = await engine.prepare(
        { photos: [path] },
        { signal: new AbortController().signal, log: silentLogger, workDir, progress() {} },
      );
      expect(look.notes.join(' ')).toMatch(words);
      expect(Math.abs(look.mesh.roll)).toBeLessThan(45);
    }
  });

  it.skipIf(!run)(
    'refuses a blurred photo, a thumbnail and a face that is too small, each with its reason',
    async () => {
      const { width } = await sharp(photo).metadata();
      const blurred = await inspectMade((image) => image.blur((6 * width) / 512));
      expect(blurred.unfit?.code).toBe('face-unclear');
      expect(blurred.unfit?.message).toMatch(/blurred/);
      const tiny = await inspectMade((image) => image.resize(64));
      expect(tiny.unfit?.code).toBe('face-too-small');
      // A face 55 px high: some 22 px between the eyes.
      const side = Math.round((width * 55) / reference.faces[0]!.box.height);
      const small = await inspectMade((image) =>
        image.resize(side).extend({ top: 100, bottom: 100, left: 100, right: 100 }),
      );
      expect(small.unfit?.code).toBe('face-too-small');
    },
  );

  it.skipIf(!run)('refuses half a face', async () => {
    const { box } = reference.faces[0]!;
    const { width, height } = reference;
    const left = Math.round(box.x + box.width / 2);
    const half = await inspectMade((image) => image.extract({ left, top: 0, width: width - left, height }));
    expect(['face-unclear', 'no-face']).toContain(half.unfit?.code);
  });

  it.skipIf(!run)('finds a small face in a large photo', async () => {
    const { box } = reference.faces[0]!;
    // The face becomes 110 px high in 2000 x 1400: a thirteenth of the picture.
    const side = Math.round((reference.width * 118) / box.height);
    const person = await sharp(photo).resize(side, side, { fit: 'fill' }).toBuffer();
    const path = join(folder, `far-${photo === drawn ? 'd' : 'p'}.png`);
    await sharp({ create: { width: 2000, height: 1400, channels: 3, background: '#7788aa' } })
      .composite([{ input: person, left: 2000 - side - 20, top: 1400 - side }])
      .toFile(path);
    const seen = await inspect(path);
    expect(seen.unfit).toBeUndefined();
    expect(seen.faces).toHaveLength(1);
    expect(seen.faces[0]!.box.height).toBeGreaterThan(95);
  });

  it.skipIf(!run)('chooses the sharpest and largest of several photos', async () => {
    const paths = await Promise.all(
      [
        sharp(photo).blur(3),
        sharp(photo),
        sharp(photo)
          .resize({ width: Math.round(reference.width * 0.95) })
          .blur(2),
      ].map(async (image, i) => {
        const path = join(folder, `choice-${i}-${photo === drawn ? 'd' : 'p'}.png`);
        await image.toFile(path);
        return path;
      }),
    );
    const workDir = join(folder, `choice-${photo === drawn ? 'd' : 'p'}`);
    await mkdir(workDir);
    const look = await engine.prepare(
      { photos: paths },
      { signal: new AbortController().signal, log: silentLogger, workDir, progress() {} },
    );
    expect(look.chosen).toBe(1);
    expect(look.notes[0]).toMatch(/Photo 2 of 3 was chosen/);
  });
});
