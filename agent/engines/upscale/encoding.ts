// How an enlarged picture is written, whoever enlarged it: as the finish takes it, and what proves that it is whole.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type FfmpegTools, probe } from '../../media/ffmpeg.ts';
import type { UpscaleRequest } from './port.ts';

const bt709 = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];

/** Output arguments. `smaller`: one thread that looks less far ahead. */
export function encoded({ fps }: Pick<UpscaleRequest, 'fps'>, smaller: boolean | undefined): string[] {
  return [
    ...[
      '-an',
      '-c:v',
      'libx264',
      '-profile:v',
      'high',
      '-preset',
      'veryfast',
      '-crf',
      '18',
      '-pix_fmt',
      'yuv420p',
    ],
    ...['-color_range', 'tv', ...bt709, '-g', String(fps * 2), '-movflags', '+faststart'],
    ...(smaller === true ? ['-threads', '1', '-rc-lookahead', '8', '-refs', '1'] : []),
  ];
}

/** An exit code of 0 is not enough. Throws Failure `engine-failed` unless every frame is there in the size asked for. */
export async function mustBeWhole(
  tools: FfmpegTools,
  video: string,
  { to, frames }: Pick<UpscaleRequest, 'to' | 'frames'>,
  signal: AbortSignal,
): Promise<void> {
  const picture = (await probe(tools, video, { signal })).streams.find((one) => one.codec_type === 'video');
  const [width, height, there] = [picture?.width, picture?.height, Number(picture?.nb_frames)];
  if (width === to.width && height === to.height && there === frames) return;
  throw new Failure({
    code: 'engine-failed',
    message: `The enlarged picture is not right: ${there} frames of ${width}x${height} instead of ${frames} of ${to.width}x${to.height}.`,
    hint: 'Tap Retry. Everything made before this step is kept.',
    retry: 'soon',
  });
}
