// From hostile bytes to an upright 8-bit sRGB picture: the only place that decodes what a person uploads as
// a photo or a backdrop. It owns formats, limits and the words for what cannot be read; it knows no faces.
import { open, stat } from 'node:fs/promises';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import sharp from 'sharp';

/** Upright, 3 channels, 8 bits, sRGB, row by row without padding. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
  /** Sentences for the person: "The picture is animated; its first frame is used." */
  notes: string[];
}

export const MAX_PICTURE_BYTES = 200 * 1024 * 1024;
/** A 108-megapixel phone photo passes; more would take over half a gigabyte to decode as PNG or TIFF. */
export const MAX_PICTURE_PIXELS = 120_000_000;
/** Under this no face has 40 px between the eyes, and a backdrop is a smear. */
export const MIN_PICTURE_SIDE = 32;
/** Decoding gives up after this: a file made to be slow costs no more. */
const DECODE_SECONDS = 30;

// Every picture is decoded once: libvips' cache of operations would only keep memory.
sharp.cache(false);

/**
 * Decodes a picture at most `longestSide` px long. Throws Failure `bad-input` when the file is no picture, is
 * truncated, too large or in a format that cannot be read here, and `not-found` when it is not there.
 */
export async function readPicture(path: string, longestSide: number): Promise<Picture> {
  await refuseByContent(path);
  const input = { failOn: 'error', limitInputPixels: MAX_PICTURE_PIXELS, pages: 1 } as const;
  const header = await sharp(path, { failOn: 'none', limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw unreadable(cause);
    });
  const { width, height } = header;
  if (width * height > MAX_PICTURE_PIXELS) {
    throw new Failure({
      code: 'bad-input',
      message: `The picture has ${Math.round((width * height) / 1e6)} megapixels; at most ${MAX_PICTURE_PIXELS / 1e6} can be read.`,
      hint: 'Save a smaller copy (4000 pixels on the longer side is plenty) and use that.',
    });
  }
  if (Math.min(width, height) < MIN_PICTURE_SIDE) {
    throw new Failure({
      code: 'bad-input',
      message: `The picture is only ${width} x ${height} pixels.`,
      hint: 'Use the original photo, not a thumbnail: at least 256 pixels on the shorter side.',
    });
  }

  // Shrinking comes before turning: it lets JPEG and WebP decode small, and a 100-megapixel PNG stream
  // through in strips instead of lying in memory whole.
  const shrunk = await sharp(path, input)
    .resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#f4f1ea' })
    .toColourspace('srgb')
    .timeout({ seconds: DECODE_SECONDS })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw unreadable(cause);
    });
  const upright = await turn(
    {
      data: shrunk.data,
      width: shrunk.info.width,
      height: shrunk.info.height,
      channels: shrunk.info.channels,
    },
    header.orientation ?? 1,
  );

  const frames = header.pages ?? 1;
  const notes: string[] = [];
  if (frames > 1 && header.format !== 'heif') {
    notes.push(`The picture has ${frames} frames; the first one is used.`);
  }
  return { ...upright, notes };
}

/** The picture turned clockwise by quarter turns. */
export async function turnPicture(picture: Picture, quarterTurns: 1 | 2 | 3): Promise<Picture> {
  const orientation = { 1: 6, 2: 3, 3: 8 }[quarterTurns];
  const turned = await turn({ ...picture, channels: 3 }, orientation);
  return { ...turned, notes: picture.notes };
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

interface Raster {
  data: Uint8Array;
  width: number;
  height: number;
  channels: number;
}

/** Applies an EXIF orientation (1..8) and brings grey to RGB. */
async function turn(
  raster: Raster,
  orientation: number,
): Promise<{ data: Uint8Array; width: number; height: number }> {
  if (orientation <= 1 && raster.channels === 3) return raster;
  const { width, height } = raster;
  let image = sharp(raster.data, { raw: { width, height, channels: raster.channels as 1 | 2 | 3 | 4 } });
  // EXIF: 2 mirrored, 3 half a turn, 4 flipped, 5 mirrored + 270, 6 quarter turn, 7 mirrored + 90, 8 three quarters.
  if (orientation === 4) image = image.flip();
  else if ([2, 5, 7].includes(orientation)) image = image.flop();
  const degrees = { 3: 180, 5: 270, 6: 90, 7: 90, 8: 270 }[orientation];
  // sharp turns before it mirrors whatever the order of the calls; two steps keep EXIF's order.
  if (degrees !== undefined && (orientation === 5 || orientation === 7)) {
    const mirrored = await image.raw().toBuffer({ resolveWithObject: true });
    image = sharp(mirrored.data, { raw: { width, height, channels: mirrored.info.channels } });
  }
  if (degrees !== undefined) image = image.rotate(degrees);
  const out = await image.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  if (out.info.channels === 3) return { data: out.data, width: out.info.width, height: out.info.height };
  const rgb = new Uint8Array(out.info.width * out.info.height * 3);
  const step = out.info.channels;
  for (let i = 0, o = 0; o < rgb.length; i += step, o += 3) {
    const grey = out.data[i]!;
    rgb[o] = grey;
    rgb[o + 1] = step >= 3 ? out.data[i + 1]! : grey;
    rgb[o + 2] = step >= 3 ? out.data[i + 2]! : grey;
  }
  return { data: rgb, width: out.info.width, height: out.info.height };
}

/** Looks at the first bytes, never at the name. Formats that run code or load other files (SVG, PDF) stay out. */
async function refuseByContent(path: string): Promise<void> {
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
}

/** What the first bytes say a file is, as far as it matters here. */
export function sniff(
  head: Uint8Array,
): 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | 'avif' | 'heic' | 'unknown' {
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

function unreadable(cause?: unknown): Failure {
  const why = cause instanceof Error ? cause.message : '';
  if (/pixel limit/i.test(why)) {
    return new Failure({
      code: 'bad-input',
      message: 'The picture is too large to be read.',
      hint: 'Save a smaller copy (4000 pixels on the longer side is plenty) and use that.',
      cause,
    });
  }
  if (/timeout/i.test(why)) {
    return new Failure({
      code: 'bad-input',
      message: `The picture could not be decoded within ${DECODE_SECONDS} seconds.`,
      hint: 'Save it as JPEG and use that.',
      cause,
    });
  }
  if (cause !== undefined) {
    return new Failure({
      code: 'bad-input',
      message: 'The picture is damaged: its data end too early or make no sense.',
      hint: 'Copy or download it again, or save it anew as JPEG or PNG.',
      cause,
    });
  }
  return new Failure({
    code: 'bad-input',
    message: 'This file is not a picture that can be read here.',
    hint: 'Use a JPEG, PNG, WebP, AVIF, TIFF or GIF photo.',
  });
}
