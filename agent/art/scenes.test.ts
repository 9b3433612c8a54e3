import { scenes, sizePixels, sizes } from '@myspinbot/shared/project/options.ts';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { renderScene, sceneSvg } from './scenes.ts';

describe('the drawn scenes', () => {
  test.each(scenes)(
    '%s is painted at every size, edge to edge, and is not one flat colour',
    async (scene) => {
      for (const size of sizes) {
        const { width, height } = sizePixels(size);
        const rgb = await renderScene(scene, width / 4, height / 4);
        expect(rgb.length).toBe((width / 4) * (height / 4) * 3);
        const { channels } = await sharp(rgb, {
          raw: { width: width / 4, height: height / 4, channels: 3 },
        }).stats();
        expect(Math.max(...channels.map((channel) => channel.stdev))).toBeGreaterThan(6);
      }
    },
  );

  test('the same scene is the same picture every time: it is part of a fingerprint', async () => {
    const [a, b] = await Promise.all([renderScene('space', 320, 180), renderScene('space', 320, 180)]);
    expect(a.equals(b)).toBe(true);
  });

  test('no two scenes are the same drawing', () => {
    expect(new Set(scenes.map((scene) => sceneSvg(scene, 320, 180))).size).toBe(scenes.length);
  });
});
