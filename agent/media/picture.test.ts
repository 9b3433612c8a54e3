// Every way a picture file can be hostile, broken or unusual, made here and read back.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { decodePicture, type Picture } from './decode-picture.ts';
import { kindOf, readPicture as readApart, turnPicture } from './picture.ts';
import { areShutIn } from './picture-process.ts';

const folder = await mkdtemp(join(tmpdir(), 'picture-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** As in its own process, without one for each of the many pictures here; what runs apart is tested as such below. */
async function readPicture(path: string, longestSide: number): Promise<Picture> {
  await kindOf(path);
  return await decodePicture(await readFile(path), longestSide);
}

/** Red at the top left, green at the top right, blue below: every turn and mirror can be told apart. */
const flag = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="90" height="60" fill="#0000ff"/><rect width="45" height="30" fill="#ff0000"/><rect x="45" width="45" height="30" fill="#00ff00"/></svg>',
);
const at = (name: string) => join(folder, name);
const given = async (name: string, bytes: Uint8Array | string) => {
  await writeFile(at(name), bytes);
  return at(name);
};
async function refusal(path: string): Promise<Failure> {
  const error = await readPicture(path, 2048).then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw error;
  return error;
}
function colour(picture: { width: number; data: Uint8Array }, x: number, y: number): string {
  const i = (y * picture.width + x) * 3;
  const [r, g, b] = [picture.data[i]!, picture.data[i + 1]!, picture.data[i + 2]!];
  return r > 128 && g > 128 ? 'light' : r > 128 ? 'red' : g > 128 ? 'green' : b > 128 ? 'blue' : 'dark';
}

describe('reading a picture', () => {
  it('turns all eight camera orientations upright, as a browser does', async () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const path = at(`o${orientation}.jpg`);
      await sharp(flag).jpeg({ quality: 98 }).withMetadata({ orientation }).toFile(path);
      const want = await sharp(path).autoOrient().removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const got = await readPicture(path, 2048);
      expect([got.width, got.height], `orientation ${orientation}`).toEqual([
        want.info.width,
        want.info.height,
      ]);
      for (const [x, y] of [
        [8, 8],
        [got.width - 8, 8],
        [8, got.height - 8],
        [got.width - 8, got.height - 8],
      ] as const) {
        expect(colour(got, x, y), `orientation ${orientation} at ${x},${y}`).toBe(
          colour({ width: want.info.width, data: want.data }, x, y),
        );
      }
    }
  });

  it('turns by clockwise quarters', async () => {
    const picture = await readPicture(await given('flag.png', await sharp(flag).png().toBuffer()), 2048);
    const once = await turnPicture(picture, 1);
    expect([once.width, once.height]).toEqual([60, 90]);
    expect(colour(once, 50, 10)).toBe('red');
    expect(colour(await turnPicture(picture, 2), 85, 55)).toBe('red');
    expect(colour(await turnPicture(picture, 3), 5, 85)).toBe('red');
  });

  it('always gives three 8-bit channels: grey, 16 bits, CMYK, palette', async () => {
    const makes = {
      'grey.png': sharp(flag).greyscale().png(),
      'grey16.png': sharp(flag).greyscale().toColourspace('grey16').png(),
      'rgb16.png': sharp(flag).toColourspace('rgb16').png(),
      'cmyk.jpg': sharp(flag).toColourspace('cmyk').jpeg(),
      'cmyk.tiff': sharp(flag).toColourspace('cmyk').tiff(),
      'palette.png': sharp(flag).png({ palette: true }),
    };
    for (const [name, image] of Object.entries(makes)) {
      await image.toFile(at(name));
      const picture = await readPicture(at(name), 2048);
      expect(picture.data.length, name).toBe(90 * 60 * 3);
      if (!name.startsWith('grey')) expect(colour(picture, 10, 10), name).toBe('red');
    }
  });

  it('lays what is see-through on light paper', async () => {
    const path = await given(
      'clear.png',
      await sharp({
        create: { width: 64, height: 64, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
      })
        .png()
        .toBuffer(),
    );
    expect(colour(await readPicture(path, 2048), 30, 30)).toBe('light');
  });

  it('takes the first frame of an animation and says so', async () => {
    const red = await sharp({ create: { width: 48, height: 48, channels: 3, background: '#ff0000' } })
      .png()
      .toBuffer();
    const blue = await sharp({ create: { width: 48, height: 48, channels: 3, background: '#0000ff' } })
      .png()
      .toBuffer();
    for (const format of ['gif', 'webp'] as const) {
      const path = at(`animated.${format}`);
      await sharp([red, blue], { join: { animated: true } })
        .toFormat(format)
        .toFile(path);
      const picture = await readPicture(path, 2048);
      expect(picture.height).toBe(48);
      expect(colour(picture, 20, 20)).toBe('red');
      expect(picture.notes.join()).toMatch(/2 frames/);
    }
  });

  it('shrinks to the asked side and never enlarges', async () => {
    const path = await given('flag2.png', await sharp(flag).png().toBuffer());
    expect((await readPicture(path, 45)).width).toBe(45);
    expect((await readPicture(path, 2048)).width).toBe(90);
  });

  it('refuses files cut short, in every format', async () => {
    const noise = await sharp({
      create: {
        width: 400,
        height: 300,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    })
      .png()
      .toBuffer();
    for (const format of ['jpeg', 'png', 'webp', 'tiff', 'avif', 'gif'] as const) {
      const whole = await sharp(noise).toFormat(format).toBuffer();
      const failure = await refusal(await given(`cut.${format}`, whole.subarray(0, whole.length >> 1)));
      expect(failure.code, format).toBe('bad-input');
      expect(failure.hint, format).not.toBe('');
    }
  });

  it('refuses what only pretends to be a picture', async () => {
    const pretenders: [string, Uint8Array | string][] = [
      ['text.jpg', 'hello'],
      ['zip.png', 'PK\x03\x04rest'],
      ['page.gif', '<!doctype html>'],
      ['head-only.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)],
      ['head-only.png', Buffer.from('89504e470d0a1a0a', 'hex')],
      ['vector.svg', flag],
      ['noise.webp', Buffer.concat([Buffer.from('RIFF\x10\0\0\0WEBP'), Buffer.alloc(40, 7)])],
      ['empty.jpg', ''],
    ];
    for (const [name, bytes] of pretenders) {
      expect((await refusal(await given(name, bytes))).code, name).toBe('bad-input');
    }
    expect((await refusal(folder)).code).toBe('bad-input');
    expect((await refusal(at('absent.jpg'))).code).toBe('not-found');
  });

  it('names HEIC and the way out of it', async () => {
    const head = Buffer.concat([
      Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
      Buffer.alloc(200),
    ]);
    const failure = await refusal(await given('iphone.heic', head));
    expect(failure.message).toMatch(/HEIC/);
    expect(failure.hint).toMatch(/JPEG/);
  });

  it('reads 100 megapixels shrunk, and refuses more before decoding', async () => {
    const large = at('large.png');
    await sharp({
      create: { width: 10_000, height: 10_000, channels: 3, background: '#446688' },
      limitInputPixels: false,
    })
      .png({ compressionLevel: 1 })
      .toFile(large);
    const picture = await readPicture(large, 2048);
    expect([picture.width, picture.height]).toEqual([2048, 2048]);

    // A bomb: the header promises 30000 x 30000, the data are a few bytes.
    const bytes = await readFile(large);
    bytes.writeUInt32BE(30_000, 16);
    bytes.writeUInt32BE(30_000, 20);
    const failure = await refusal(await given('bomb.png', bytes.subarray(0, 4000)));
    expect(failure.code).toBe('bad-input');
    expect(failure.hint).toMatch(/smaller copy|anew/);
  });

  it('refuses what must be in memory whole, before it is', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
    const small = sharp({ create: { width: 64, height: 64, channels: 3, background: '#888', noise } });
    const jpeg = await small.clone().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer();
    // The same file, said to be 10900 x 10900 (SOF2: length, precision, height, width).
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc2]));
    jpeg.writeUInt16BE(10_900, frame + 5);
    jpeg.writeUInt16BE(10_900, frame + 7);
    const failure = await refusal(await given('held.jpg', jpeg));
    expect(failure.message).toMatch(/119 megapixels must be in memory at once/);
    expect(failure.hint).toMatch(/ordinary JPEG/);
    // An ordinary progressive photo is none of that.
    const photo = await small.clone().resize(3000, 2000).jpeg({ progressive: true }).toBuffer();
    expect((await readPicture(await given('web.jpg', photo), 300)).width).toBe(300);
  });

  it('refuses a picture of a few pixels', async () => {
    const path = await given('dot.png', await sharp(flag).resize(12, 8).png().toBuffer());
    expect((await refusal(path)).message).toMatch(/12 x 8/);
  });
});

describe('in a process of its own', () => {
  it('pictures come out the same, one after the other, and what is refused is refused in the same words', async () => {
    const path = await given('apart.png', await sharp(flag).png().toBuffer());
    const cut = await given('cut.png', (await readFile(path)).subarray(0, 200));
    const [here, apart, refused] = await Promise.all([
      readPicture(path, 60),
      readApart(path, 60),
      readApart(cut, 60).catch((cause: unknown) => cause),
    ]);
    expect(apart).toMatchObject({ width: here.width, height: here.height, notes: [] });
    expect(Buffer.compare(apart.data, here.data)).toBe(0);
    expect(refused).toMatchObject((await refusal(cut)).toRecord());
    // In the walls that this machine has, whatever they are, and not beside them.
    expect(areShutIn).toBe(true);
  });
});
