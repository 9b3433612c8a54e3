// From hostile bytes to an upright 8-bit sRGB picture: the only door for what a person uploads as a photo or a backdrop.
// It looks at size and kind and knows the words for files; what is in them is decoded in a process of its own. It knows
// no faces.
import { open, stat } from 'node:fs/promises';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import sharp from 'sharp';
import { type Picture, unreadable } from './decode-picture.ts';
import { inPictureProcess } from './picture-process.ts';

export { MAX_PICTURE_PIXELS, MIN_PICTURE_SIDE, type Picture, turnPicture } from './decode-picture.ts';

export const MAX_PICTURE_BYTES = 200 * 1024 * 1024;

/**
 * Decodes a picture at most `longestSide` px long. Throws Failure `bad-input` when the file is no picture, is
 * truncated, too large or in a format that cannot be read here, and `not-found` when it is not there.
 */
export async function readPicture(path: string, longestSide: number): Promise<Picture> {
  await kindOf(path);
  return await inPictureProcess(path, { longestSide, into: 'pixels' });
}

/** Writes a picture as PNG; fast compression, since it lives in a work directory. */
export async function writePicture(picture: Picture, path: string): Promise<void> {
  await sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels: 3 } })
    .png({ compressionLevel: 3 })
    .toFile(path);
}

/** Writes one 8-bit channel as a grey PNG. */
export async function writeGrey(
  grey: { width: number; height: number; data: Uint8Array },
  path: string,
): Promise<void> {
  await sharp(grey.data, { raw: { width: grey.width, height: grey.height, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 3 })
    .toFile(path);
}

/** What a file is by its first bytes, never by its name. Formats that run code or load other files (SVG, PDF) stay out. */
export async function kindOf(path: string): Promise<Exclude<Kind, 'heic' | 'unknown'>> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw new Failure({
      code: 'not-found',
      message: 'The photo is not there.',
      hint: 'Check the name of the file and that it can be read.',
      cause,
    });
  });
  if (!facts.isFile()) {
    throw new Failure({
      code: 'bad-input',
      message: 'A photo must be a file.',
      hint: 'Name one picture file.',
    });
  }
  if (facts.size === 0) {
    throw new Failure({
      code: 'bad-input',
      message: 'The photo file is empty.',
      hint: 'Copy or download it again.',
    });
  }
  if (facts.size > MAX_PICTURE_BYTES) {
    throw new Failure({
      code: 'bad-input',
      message: `The photo file has ${Math.round(facts.size / 1048576)} MB; at most ${MAX_PICTURE_BYTES / 1048576} MB can be read.`,
      hint: 'Save it as JPEG and use that.',
    });
  }
  const file = await open(path, 'r');
  const head = Buffer.alloc(64);
  try {
    await file.read(head, 0, head.length, 0);
  } finally {
    await file.close();
  }
  const kind = sniff(head);
  if (kind === 'heic') {
    throw new Failure({
      code: 'bad-input',
      message: 'HEIC photos cannot be read here.',
      hint: 'Share or export the photo as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible) and use that.',
    });
  }
  if (kind === 'unknown') throw unreadable();
  return kind;
}

type Kind = 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | 'avif' | 'heic' | 'unknown';

/** What the first bytes say a file is, as far as it matters here. */
export function sniff(head: Uint8Array): Kind {
  const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to));
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg';
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return 'gif';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(text(0, 4))) return 'tiff';
  if (text(4, 8) === 'ftyp') {
    // The brands are a list of four-letter words; AVIF may come second, after "mif1".
    const brands = text(8, head.length);
    if (brands.includes('avif') || brands.includes('avis')) return 'avif';
    if (/hei[cmsx]|hev[cmsx]|mif1|msf1/.test(brands)) return 'heic';
  }
  return 'unknown';
}
