// A person's picture made anew: upright, sRGB, a photo's size, and nothing in it but what is seen. It does not know
// where pictures are kept. Decoding and its limits are decode-picture.ts.
import { kindOf } from './picture.ts';
import { inPictureProcess } from './picture-process.ts';

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

/**
 * The picture at `path` without EXIF, location, XMP, IPTC, ICC, comments or bytes behind its end, because none of
 * them is copied: only pixels are. What was drawn (PNG, GIF) stays lossless, photos become JPEG. Throws Failure
 * `bad-input` and `not-found` as readPicture does.
 */
export async function cleanPicture(path: string): Promise<CleanPicture> {
  const isDrawn = ['png', 'gif'].includes(await kindOf(path));
  const into = isDrawn ? 'png' : 'jpeg';
  const { data, width, height, notes } = await inPictureProcess(path, { longestSide: CLEAN_SIDE, into });
  return { bytes: data, type: `image/${into}`, width, height, notes };
}
