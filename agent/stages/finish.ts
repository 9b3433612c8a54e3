// Finish: picture and sound become the file a person watches, with captions beside it and a poster.
import {
  type FinishOutput,
  portraitOutputSchema,
  speechOutputSchema,
  timingOutputSchema,
  upscaleOutputSchema,
} from './outputs.ts';
import type { Earlier, Stage } from './stage.ts';

function inputs(earlier: Earlier) {
  return {
    // A pipeline may enlarge the picture first.
    video:
      earlier.upscale === undefined
        ? portraitOutputSchema.parse(earlier.portrait).video
        : upscaleOutputSchema.parse(earlier.upscale).video,
    wav: speechOutputSchema.parse(earlier.speech).wav,
    timing: timingOutputSchema.parse(earlier.timing).timing,
  };
}

export const finishStage: Stage<'finish'> = {
  name: 'finish',
  version: '1',
  needs: ['finish'],
  uses: () => ['finish'],

  ingredients({ fps }, earlier) {
    const { video, wav, timing } = inputs(earlier);
    return { video: video.hash, wav: wav.hash, words: timing.words, durationMs: timing.durationMs, fps };
  },

  async run(
    { fps },
    earlier,
    { engines, assets, work, signal, log, smaller, progress },
  ): Promise<FinishOutput> {
    const { video, wav, timing } = inputs(earlier);
    const finished = await engines.finish.finish(
      {
        video: assets.path(video.hash),
        wav: assets.path(wav.hash),
        words: timing.words,
        durationMs: timing.durationMs,
        fps,
      },
      { signal, log, workDir: work.path, smaller, progress },
    );
    const { durationMs, width, height, loudness } = finished;
    return {
      video: await work.keep(finished.video, 'video/mp4', 'talking.mp4'),
      poster: await work.keep(finished.poster, 'image/jpeg', 'poster.jpg'),
      vtt: finished.vtt === undefined ? null : await work.keep(finished.vtt, 'text/vtt', 'captions.vtt'),
      srt:
        finished.srt === undefined
          ? null
          : await work.keep(finished.srt, 'application/x-subrip', 'captions.srt'),
      durationMs,
      width,
      height,
      loudness,
      notes: [],
    };
  },
};
