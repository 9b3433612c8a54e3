// The drawn backdrops that ship with the product, rendered from vectors at the size that is needed.
// It knows pictures only; who stands in front of them is the portrait engine's matter.
import type { Scene } from '@myspinbot/shared/project/options.ts';
import sharp from 'sharp';
import { classroom, newsroom, plain, studio, theatre } from './scenes/indoors.ts';
import { meadow, nightCity, space } from './scenes/outdoors.ts';
import { type Stage, stageOf, svg } from './scenes/paint.ts';

const painters: Readonly<Record<Scene, (stage: Stage) => string>> = {
  studio,
  newsroom,
  stage: theatre,
  'night-city': nightCity,
  meadow,
  classroom,
  space,
  plain,
};

/** The scene as SVG source for a picture of `width` x `height` pixels. */
export function sceneSvg(scene: Scene, width: number, height: number): string {
  const stage = stageOf(width, height);
  return svg(stage, painters[scene](stage));
}

/** The scene as raw RGB, three bytes a pixel, row by row. */
export async function renderScene(scene: Scene, width: number, height: number): Promise<Buffer> {
  const rgb = await sharp(Buffer.from(sceneSvg(scene, width, height)))
    .resize(width, height, { fit: 'fill' })
    .flatten({ background: '#000000' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return paperGrain(rgb);
}

/** A grey level or two of noise, the same every time: large gradients would band once they are video. */
function paperGrain(rgb: Buffer): Buffer {
  let state = 1;
  for (let i = 0; i + 2 < rgb.length; i += 3) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const grain = (state >>> 29) - 3; // -3..4
    rgb[i] = Math.max(0, Math.min(255, rgb[i]! + grain));
    rgb[i + 1] = Math.max(0, Math.min(255, rgb[i + 1]! + grain));
    rgb[i + 2] = Math.max(0, Math.min(255, rgb[i + 2]! + grain));
  }
  return rgb;
}
