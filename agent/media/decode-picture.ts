// Decodes a stranger's picture: upright 8-bit sRGB, or one clear Failure. It owns the limits of what is decoded and the
// words for what cannot be. It runs in a process of its own, shut in (picture-process.ts): a picture that takes the
// decoder over, or all of its memory, has got nothing but itself.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import sharp, { type Metadata } from 'sharp';

/** Upright, 3 channels, 8 bits, sRGB, row by row without padding. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
  /** Sentences for the person: "The picture is animated; its first frame is used." */
  notes: string[];
}

/** A 108-megapixel phone photo passes; more would take over half a gigabyte to decode as PNG or TIFF. */
export const MAX_PICTURE_PIXELS = 120_000_000;
/**
 * What a picture may take that can be shown only when all of it was read: a progressive JPEG keeps every coefficient (two
 * bytes per pixel and component), an interlaced PNG every pixel. A file of 2 MB can ask for 700 MB that way.
 */
const MAX_HELD_BYTES = 384 * 1024 * 1024;
/** Under this no face has 40 px between the eyes, and a backdrop is a smear. */
export const MIN_PICTURE_SIDE = 32;
/** Decoding gives up after this: a file made to be slow costs no more. */
export const DECODE_SECONDS = 30;
/** Above this nobody has told a JPEG from its original. */
const QUALITY = 95;

// Every picture is decoded once: libvips' cache of operations would only keep memory.
sharp.cache(false);

/**
 * Decodes a picture at most `longestSide` px long. Throws Failure `bad-input` when it is damaged, truncated
 * or too large.
 */
export async function decodePicture(bytes: Uint8Array, longestSide: number): Promise<Picture> {
  const input = { failOn: 'error', limitInputPixels: MAX_PICTURE_PIXELS, pages: 1 } as const;
  const header = await sharp(bytes, { failOn: 'none', limitInputPixels: false })
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
  const held = heldBytes(header);
  if (held > MAX_HELD_BYTES) {
    throw new Failure({
      code: 'bad-input',
      message: `The picture is stored so that all ${Math.round((width * height) / 1e6)} megapixels must be in memory at once (progressive or interlaced), which is too much.`,
      hint: 'Save it as an ordinary JPEG or PNG, or a smaller copy, and use that.',
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
  const shrunk = await sharp(bytes, input)
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

/** The same, made anew as a file with nothing in it but pixels: what was drawn stays lossless, photos become JPEG. */
export async function recodePicture(
  bytes: Uint8Array,
  longestSide: number,
  isDrawn: boolean,
): Promise<Picture> {
  const picture = await decodePicture(bytes, longestSide);
  const { width, height, notes } = picture;
  const image = sharp(picture.data, { raw: { width, height, channels: 3 } });
  const data = await (isDrawn
    ? image.png({ compressionLevel: 6 })
    : image.jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' })
  ).toBuffer();
  return { data, width, height, notes };
}

function heldBytes({
  width,
  height,
  channels,
  chromaSubsampling,
  format,
  depth,
  isProgressive,
}: Metadata): number {
  if (isProgressive !== true) return 0;
  // Of 4:2:0 two of three components have a quarter of the pixels, of 4:2:2 half.
  const shares: Record<string, number> = { '4:2:0': 1.5, '4:2:2': 2 };
  const components = format === 'jpeg' ? (shares[chromaSubsampling ?? ''] ?? channels) : channels;
  return width * height * components * (format === 'jpeg' || depth === 'ushort' ? 2 : 1);
}

/** The picture turned clockwise by quarter turns. */
export async function turnPicture(picture: Picture, quarterTurns: 1 | 2 | 3): Promise<Picture> {
  const orientation = { 1: 6, 2: 3, 3: 8 }[quarterTurns];
  const turned = await turn({ ...picture, channels: 3 }, orientation);
  return { ...turned, notes: picture.notes };
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

export function unreadable(cause?: unknown): Failure {
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
