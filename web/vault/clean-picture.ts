// A chosen picture before it is named by its hash and leaves this device: the place, the camera and whatever else is
// in the file besides the picture stay behind. Formats whose parts we know lose only that; others are drawn anew
// where the browser can show them. It does not know storage.
import type { AssetType } from '@myspinbot/shared/asset/asset.ts';
import { stripMetadata } from '@myspinbot/shared/asset/strip-metadata.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';

/** The workstation makes pictures anew in the same size; a canvas of Safari has at most 16.7 megapixels. */
const LONGEST_SIDE = 4096;
const QUALITY = 0.95;

/** Draws the picture upright and encodes it as JPEG; rejects when this browser cannot show it. */
export type Redraw = (picture: Blob) => Promise<Blob>;

/** Throws Failure `bad-input` for a damaged picture, and for one whose format this browser cannot show. */
export async function cleanPicture(
  picture: Blob,
  type: AssetType,
  redraw: Redraw = redrawOnCanvas,
): Promise<{ blob: Blob; type: AssetType }> {
  if (['image/jpeg', 'image/png', 'image/webp', 'image/gif'].includes(type)) {
    const clean = stripMetadata(new Uint8Array(await picture.arrayBuffer()));
    if (clean === undefined) {
      throw new Failure({
        code: 'bad-input',
        message: 'The picture is damaged: it ends too early or makes no sense.',
        hint: 'Copy or download it again, or open it and save it anew as JPEG or PNG.',
      });
    }
    return { blob: new Blob([clean], { type }), type };
  }
  try {
    return { blob: await redraw(picture), type: 'image/jpeg' };
  } catch (cause) {
    throw new Failure({
      code: 'bad-input',
      message: `This browser cannot show ${names[type] ?? 'such'} pictures, so where it was taken cannot be taken out.`,
      hint: 'Save or share it as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible) and choose that.',
      cause,
    });
  }
}

const names: Partial<Record<AssetType, string>> = {
  'image/heic': 'HEIC',
  'image/avif': 'AVIF',
  'image/tiff': 'TIFF',
};

async function redrawOnCanvas(picture: Blob): Promise<Blob> {
  const image = await createImageBitmap(picture, { imageOrientation: 'from-image' });
  try {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
    const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)));
    const canvas = new OffscreenCanvas(width!, height!);
    const pen = canvas.getContext('2d');
    if (pen === null) throw new Error('no canvas to draw on');
    // JPEG knows no transparency: the same light paper as on the workstation.
    pen.fillStyle = '#f4f1ea';
    pen.fillRect(0, 0, width!, height!);
    pen.drawImage(image, 0, 0, width!, height!);
    return await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
  } finally {
    image.close();
  }
}
