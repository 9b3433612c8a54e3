// The built-in finish engine: loudness to -16 LUFS, sound and picture into one MP4 that plays everywhere and
// starts at once, a poster, and captions as files. The picture is copied, never encoded again.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cuesOf, toSrt, toVtt } from '@myspinbot/shared/captions/cues.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type FfmpegTools, type MediaProbe, probe, untold } from '../../media/ffmpeg.ts';
import { transcode } from '../../media/fluent.ts';
import { normaliseLoudness } from '../../media/loudness.ts';
import { finishBuiltin } from './builtin-id.ts';
import type { FinishEngine, FinishRequest } from './port.ts';

/** Where in the video the poster is taken: past the first blink of the opening, in the middle of talking. */
const POSTER_AT = 0.3;

/** `ffmpeg` is asked for at the first use, so that making the engine costs nothing and cannot fail. */
export function createBuiltinFinish(world: { ffmpeg: () => Promise<FfmpegTools> }): FinishEngine {
  return {
    ...finishBuiltin,
    async probe() {
      try {
        return {
          ready: true,
          detail: `Sound level, joining and captions, ffmpeg ${(await world.ffmpeg()).version}`,
        };
      } catch (error) {
        const hint = error instanceof Failure ? error.hint : String(error);
        return { ready: false, reason: 'not-installed', hint };
      }
    },

    async finish(request, context) {
      const tools = await world.ffmpeg();
      const { signal, workDir } = context;
      const sound = join(workDir, 'sound.wav');
      const video = join(workDir, 'video.mp4');
      const poster = join(workDir, 'poster.jpg');

      // The poster needs the picture alone, so it is taken while the sound is measured.
      const [loudness] = await Promise.all([
        normaliseLoudness(tools, request.wav, sound, { signal }),
        takePoster(tools, request, poster, signal),
      ]);
      context.progress(1, 3);
      await transcode(
        tools,
        video,
        (command) =>
          command
            .input(request.video)
            .input(sound)
            .outputOptions(
              ...['-map', '0:v:0', '-map', '1:a:0'],
              ...['-c:v', 'copy', '-c:a', 'aac', '-b:a', '160k', '-ar', '48000', '-ac', '2'],
              ...['-movflags', '+faststart'],
              ...untold,
              // Whoever meets the file later should know what it is.
              ...['-metadata', 'comment=Synthetic video, made with MySpinBot'],
            ),
        { signal, doing: 'join picture and sound' },
      );
      context.progress(2, 3);
      const media = await checkFinished(tools, video, request.durationMs, request.fps, signal);

      const finished = { video, poster, ...media, loudness };
      const cues = cuesOf(request.words);
      if (cues.length === 0) return finished;
      const vtt = join(workDir, 'captions.vtt');
      const srt = join(workDir, 'captions.srt');
      await writeFile(vtt, toVtt(cues));
      await writeFile(srt, toSrt(cues));
      return { ...finished, vtt, srt };
    },
  };
}

async function takePoster(
  tools: FfmpegTools,
  request: FinishRequest,
  poster: string,
  signal: AbortSignal,
): Promise<void> {
  await transcode(
    tools,
    poster,
    (command) =>
      command
        .input(request.video)
        .inputOptions('-ss', ((request.durationMs / 1000) * POSTER_AT).toFixed(3))
        .outputOptions('-frames:v', '1', '-q:v', '3', '-update', '1', ...untold),
    { signal, doing: 'take the poster' },
  );
}

/** Success is an exit code of 0 and a file that ffprobe finds to be what was asked for. */
async function checkFinished(
  tools: FfmpegTools,
  video: string,
  durationMs: number,
  fps: number,
  signal: AbortSignal,
): Promise<{ durationMs: number; width: number; height: number }> {
  const media = await probe(tools, video, { signal });
  const picture = media.streams.find((stream) => stream.codec_type === 'video');
  const sound = media.streams.find((stream) => stream.codec_type === 'audio');
  const seconds = Number(media.format.duration);
  // One frame of the picture and one of AAC (1024 samples) may stick out at the end.
  const slackMs = 1000 / fps + 45;
  const wrong =
    faultOf(picture, sound) ??
    (Math.abs(seconds * 1000 - durationMs) > slackMs
      ? `it lasts ${seconds} s instead of ${(durationMs / 1000).toFixed(2)} s`
      : undefined);
  if (wrong !== undefined) {
    throw new Failure({
      code: 'engine-failed',
      message: `The finished video is not right: ${wrong}.`,
      hint: 'Tap Retry. Everything made before this step is kept.',
      retry: 'soon',
    });
  }
  return { durationMs: Math.round(seconds * 1000), width: picture!.width ?? 0, height: picture!.height ?? 0 };
}

function faultOf(
  picture: MediaProbe['streams'][number] | undefined,
  sound: MediaProbe['streams'][number] | undefined,
): string | undefined {
  if (picture === undefined) return 'it has no picture';
  if (sound === undefined) return 'it has no sound';
  if (picture.codec_name !== 'h264' || picture.pix_fmt !== 'yuv420p') {
    return `its picture is ${picture.codec_name} ${picture.pix_fmt}`;
  }
  if (sound.codec_name !== 'aac' || sound.sample_rate !== '48000') {
    return `its sound is ${sound.codec_name} at ${sound.sample_rate} Hz`;
  }
  return undefined;
}
