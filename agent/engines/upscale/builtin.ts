// The built-in upscale engine: Lanczos and a little sharpening. It makes a picture larger, not finer, and says so.
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type FfmpegTools, runFfmpeg, untold } from '../../media/ffmpeg.ts';
import { upscaleBuiltin } from './builtin-id.ts';
import { encoded, mustBeWhole } from './encoding.ts';
import type { UpscaleEngine } from './port.ts';

/** An hour of 1080p on two slow cores. */
const LIMIT_MS = 4 * 3600_000;
/** A radius of two pixels, a third of what it could take: no halo around hair. */
const SHARPEN = 'unsharp=5:5:0.35:5:5:0';

export function createBuiltinUpscale(world: { ffmpeg: () => Promise<FfmpegTools> }): UpscaleEngine {
  return {
    ...upscaleBuiltin,
    async probe() {
      try {
        return {
          ready: true,
          detail: `Enlarging without new detail, ffmpeg ${(await world.ffmpeg()).version}`,
        };
      } catch (error) {
        const hint = error instanceof Failure ? error.hint : String(error);
        return { ready: false, reason: 'not-installed', hint };
      }
    },

    async upscale(request, { signal, workDir, smaller, progress }) {
      const tools = await world.ffmpeg();
      const { width, height } = request.to;
      const video = join(workDir, 'upscaled.mp4');
      const scale = `scale=${width}:${height}:flags=lanczos+accurate_rnd`;
      await runFfmpeg(
        tools,
        ['-i', request.video, '-vf', `${scale},${SHARPEN}`, ...encoded(request, smaller), ...untold, video],
        {
          signal,
          timeoutMs: LIMIT_MS,
          doing: 'enlarge the picture',
          onProgress: (outMs) =>
            progress(Math.min(request.frames, (outMs / 1000) * request.fps), request.frames),
        },
      );
      await mustBeWhole(tools, video, request, signal);
      progress(request.frames, request.frames);
      return {
        video,
        notes: ['The picture was enlarged without new detail; an upscale model on a GPU adds some.'],
      };
    },
  };
}
