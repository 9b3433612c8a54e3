// Upscale: the picture of the performance becomes half as large again.
import { sizePixels } from '@myspinbot/shared/project/options.ts';
import { portraitOutputSchema, type UpscaleOutput } from './outputs.ts';
import type { Stage } from './stage.ts';

/** 720p becomes 1080p; sides stay even, as the encoder wants them. */
const SCALE = 1.5;

export const upscaleStage: Stage<'upscale'> = {
  name: 'upscale',
  version: '1',
  needs: ['upscale'],
  uses: () => ['upscale'],

  ingredients({ size, fps }, earlier) {
    const { video, frames } = portraitOutputSchema.parse(earlier.portrait);
    return { video: video.hash, frames, size, fps, scale: SCALE };
  },

  async run(
    { size, fps },
    earlier,
    { engines, assets, work, signal, log, smaller, progress },
  ): Promise<UpscaleOutput> {
    const { video, frames } = portraitOutputSchema.parse(earlier.portrait);
    const { width, height } = sizePixels(size);
    const to = { width: width * SCALE, height: height * SCALE };
    const upscaled = await engines.upscale.upscale(
      { video: assets.path(video.hash), width, height, frames, fps, to },
      { signal, log, workDir: work.path, smaller, progress },
    );
    return {
      video: await work.keep(upscaled.video, 'video/mp4', 'upscaled.mp4'),
      ...to,
      notes: [...upscaled.notes],
    };
  },
};
