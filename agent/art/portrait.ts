// The sample character, drawn by us: a stagehand of a very small theatre. One square SVG, put
// together from its parts, back to front. It is the app's first cast member and the fixture of the tests.
import { backdrop } from './portrait/backdrop.ts';
import { clothes } from './portrait/clothes.ts';
import { eyes } from './portrait/eyes.ts';
import { face, nose } from './portrait/face.ts';
import { VIEW } from './portrait/geometry.ts';
import { hairBefore, hairBehind } from './portrait/hair.ts';
import { mouth } from './portrait/mouth.ts';

const blur = (units: number) =>
  `<filter id="soft${units}" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="${units}"/></filter>`;

/** The whole picture as SVG text. */
export function samplePortraitSvg(): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${VIEW.x} ${VIEW.y} ${VIEW.side} ${VIEW.side}" width="${VIEW.side}" height="${VIEW.side}">
  <defs>${[2, 4, 8, 12, 24].map(blur).join('')}</defs>
  ${backdrop}${hairBehind}${clothes}${face}${nose}${mouth}${eyes}${hairBefore}
</svg>`;
}
