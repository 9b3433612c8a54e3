// Renders every drawn picture that the app ships into web/public, before the app is built: the sample character
// with its lines, a small picture of each scene, the icons. Generated, never committed.
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { scenes } from '@myspinbot/shared/project/options.ts';
import sharp from 'sharp';
import { renderIcons } from './icons.ts';
import { renderSamplePortrait } from './render-portrait.ts';
import { renderScene } from './scenes.ts';

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const publicDir = from('../../web/public');

/** Pixels a side: a photo as a phone would give it, so that the sample goes the same way as any photo. */
const PORTRAIT_PX = 1024;
/** A scene as a person chooses it: a small stage of 16 to 9, sharp on a dense screen. */
const SCENE_PX = { width: 480, height: 270 };

async function sample(): Promise<void> {
  await mkdir(`${publicDir}/sample`, { recursive: true });
  await renderSamplePortrait(`${publicDir}/sample/portrait.png`, PORTRAIT_PX);
  await copyFile(from('./sample.json'), `${publicDir}/sample/sample.json`);
}

async function stages(): Promise<void> {
  await mkdir(`${publicDir}/art/scenes`, { recursive: true });
  const { width, height } = SCENE_PX;
  for (const scene of scenes) {
    const rgb = await renderScene(scene, width, height);
    await sharp(rgb, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 82, mozjpeg: true })
      .toFile(`${publicDir}/art/scenes/${scene}.jpg`);
  }
}

async function icons(): Promise<void> {
  await renderIcons(`${publicDir}/icons`);
  await copyFile(`${publicDir}/icons/favicon.svg`, `${publicDir}/favicon.svg`);
}

await Promise.all([sample(), stages(), icons()]);
