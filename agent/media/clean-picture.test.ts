// Pictures that say where they were taken, and what is left of that.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripMetadata } from '@myspinbot/shared/asset/strip-metadata.ts';
import sharp, { type Sharp } from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { cleanPicture } from './clean-picture.ts';
import { smallPng } from './testing/small-picture.ts';

const folder = await mkdtemp(join(tmpdir(), 'clean-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const given = async (bytes: Uint8Array) => {
  const path = join(folder, 'photo');
  await writeFile(path, bytes);
  return path;
};

/** Red at the left, blue at the right, both lying down: the camera was turned. */
const scene = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="90" height="60" fill="#0000ff"/><rect width="45" height="60" fill="#ff0000"/></svg>',
);
const secrets = ['ACME Phone 9', 'Anna Private', 'a private comment', 'a hidden file behind the end'];

async function telling(format: 'jpeg' | 'png' | 'webp' | 'tiff' | 'avif'): Promise<Buffer> {
  const bytes = await sharp(scene)
    .flatten()
    .withMetadata({ orientation: 6, icc: 'p3' })
    .withExifMerge({
      IFD0: { Model: secrets[0]!, Artist: secrets[1]!, ImageDescription: secrets[2]! },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1', GPSLongitudeRef: 'W' },
    })
    .toFormat(format)
    .toBuffer();
  return Buffer.concat([bytes, Buffer.from(secrets[3]!)]);
}

test.each(['jpeg', 'png', 'webp', 'tiff', 'avif'] as const)(
  'a %s that says who, where and with what keeps nothing but its pixels, upright',
  async (format) => {
    const before = await telling(format);
    expect(before.includes(secrets[3]!)).toBe(true);
    if (format !== 'tiff') expect((await sharp(before).metadata()).exif?.includes(secrets[0]!)).toBe(true);
    const clean = await cleanPicture(await given(before));
    const kept = Buffer.from(clean.bytes);
    for (const secret of secrets) expect(kept.includes(secret), secret).toBe(false);
    for (const trace of ['Exif', 'GPS', 'http://ns.adobe.com', 'ICC_PROFILE', 'iCCP', 'eXIf']) {
      expect(kept.includes(trace), trace).toBe(false);
    }
    const facts = await sharp(kept).metadata();
    expect(facts).toMatchObject({ width: 60, height: 90, space: 'srgb', hasAlpha: false });
    expect([facts.exif, facts.icc, facts.xmp, facts.iptc, facts.orientation]).toEqual(
      Array(5).fill(undefined),
    );
    expect(clean.type).toBe(format === 'png' ? 'image/png' : 'image/jpeg');
    // A quarter turn clockwise: what was left is now above.
    const { data, info } = await sharp(kept).raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => (y * info.width + x) * info.channels;
    expect(data[at(30, 8)]! - data[at(30, 8) + 2]!).toBeGreaterThan(150);
    expect(data[at(30, 82) + 2]! - data[at(30, 82)]!).toBeGreaterThan(150);
  },
);

test.each(['jpeg', 'png', 'webp'] as const)(
  'what the app takes out of a %s before it sends it: everything but the picture, its colours and its upright',
  async (format) => {
    const before = await telling(format);
    const stripped = stripMetadata(before)!;
    for (const secret of secrets) expect(Buffer.from(stripped).includes(secret), secret).toBe(false);
    const [was, is] = await Promise.all([sharp(before).metadata(), sharp(stripped).metadata()]);
    expect(is).toMatchObject({ width: was.width, height: was.height, orientation: 6 });
    expect(is.icc?.equals(was.icc!)).toBe(true);
    expect(is.exif?.length).toBeLessThan(40);
    expect([is.xmp, is.iptc]).toEqual([undefined, undefined]);
    const pixels = (bytes: Uint8Array) => sharp(bytes, { failOn: 'warning' }).autoOrient().raw().toBuffer();
    expect((await pixels(stripped)).equals(await pixels(before))).toBe(true);
  },
);

test.each([
  ['a progressive JPEG', (image: Sharp) => image.jpeg({ progressive: true })],
  ['a JPEG of four inks', (image: Sharp) => image.toColourspace('cmyk').jpeg()],
  ['an interlaced PNG with a palette', (image: Sharp) => image.png({ progressive: true, palette: true })],
  ['a lossless WebP', (image: Sharp) => image.webp({ lossless: true })],
  ['a GIF', (image: Sharp) => image.gif()],
])('%s looks the same without what it says', async (_what, write) => {
  const before = Buffer.concat([await write(sharp(scene)).toBuffer(), Buffer.from(secrets[3]!)]);
  const stripped = Buffer.from(stripMetadata(before)!);
  expect(stripped.includes(secrets[3]!)).toBe(false);
  const pixels = (bytes: Uint8Array) => sharp(bytes, { failOn: 'warning' }).raw().toBuffer();
  expect((await pixels(stripped)).equals(await pixels(before))).toBe(true);
});

test('colours of a wide space come out as the same colours of sRGB', async () => {
  const grey = { create: { width: 64, height: 64, channels: 3, background: '#b06030' } } as const;
  const wide = await sharp(grey).withIccProfile('p3').png().toBuffer();
  const { bytes } = await cleanPicture(await given(wide));
  const [r, g, b] = await sharp(bytes).raw().toBuffer();
  for (const [got, want] of [
    [r, 0xb0],
    [g, 0x60],
    [b, 0x30],
  ] as const) {
    expect(Math.abs(got! - want)).toBeLessThanOrEqual(3);
  }
});

test('what is too large, too many frames or no picture is refused or reduced before it is kept', async () => {
  const bomb = Buffer.from(smallPng());
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  await expect(cleanPicture(await given(bomb))).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('3600 megapixels'),
  });
  const large = await sharp({ create: { width: 6000, height: 300, channels: 3, background: '#123' } })
    .jpeg()
    .toBuffer();
  expect(await cleanPicture(await given(large))).toMatchObject({ width: 4096, height: 205 });
  const frames = await Promise.all(
    [0x0000ff, 0xff0000].map((seed) => sharp(smallPng(seed)).png().toBuffer()),
  );
  const film = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  const first = await cleanPicture(await given(film));
  expect(first).toMatchObject({
    width: 32,
    height: 32,
    type: 'image/png',
    notes: [expect.stringMatching(/2 frames/)],
  });
  expect((await sharp(first.bytes).metadata()).pages).toBeUndefined();
  await expect(cleanPicture(await given(Buffer.from('<svg/>')))).rejects.toMatchObject({ code: 'bad-input' });
});
