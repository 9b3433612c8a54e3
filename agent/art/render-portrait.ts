// Renders the sample character to a PNG, at build time and in tests.
import sharp from 'sharp';
import { VIEW } from './portrait/geometry.ts';
import { samplePortraitSvg } from './portrait.ts';

/** Writes a square PNG of `px` pixels a side to `outFile`. */
export async function renderSamplePortrait(outFile: string, px: number): Promise<void> {
  await sharp(Buffer.from(samplePortraitSvg()), { density: (72 * px) / VIEW.side })
    .resize(px, px)
    .flatten({ background: '#f8efdd' })
    .png()
    .toFile(outFile);
}
