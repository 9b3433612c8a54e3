// A person's picture made anew: upright, sRGB, a photo's size, and nothing in it but what is seen. It does not know
// where pictures are kept. Decoding and its limits are picture.ts.
import { open } from 'node:fs/promises';
import sharp from 'sharp';
import { readPicture, sniff } from './picture.ts';

export interface CleanPicture {
  bytes: Uint8Array;
  type: 'image/jpeg' | 'image/png';
  width: number;
  height: number;
  /** Sentences for the person: "The picture has 3 frames; the first one is used." */
  notes: string[];
}

/** Twice what the look works with: room to come nearer to a face, and 50 MB of memory at most. */
export const CLEAN_SIDE = 4096;
/** Above this nobody has told a JPEG from its original. */
const QUALITY = 95;

/**
 * The picture at `path` without EXIF, location, XMP, IPTC, ICC, comments or bytes behind its end, because none of
 * them is copied: only pixels are. What was drawn (PNG, GIF) stays lossless, photos become JPEG. Throws Failure
 * `bad-input` and `not-found` as readPicture does.
 */
export async function cleanPicture(path: string): Promise<CleanPicture> {
  const { data, width, height, notes } = await readPicture(path, CLEAN_SIDE);
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  const isDrawn = ['png', 'gif'].includes(await kindOf(path));
  const bytes = await (isDrawn
    ? image.png({ compressionLevel: 6 })
    : image.jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' })
  ).toBuffer();
  return { bytes, type: isDrawn ? 'image/png' : 'image/jpeg', width, height, notes };
}

async function kindOf(path: string): Promise<ReturnType<typeof sniff>> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(64);
    await file.read(head, 0, head.length, 0);
    return sniff(head);
  } finally {
    await file.close();
  }
}
