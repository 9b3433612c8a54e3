// What ffmpeg is told when it encodes a portrait: the silent video alone, or the same packets a second time with the sound
// as a film that is watched while it grows. It runs nothing.
import type { PortraitRequest } from './port.ts';

/** A fragment is what a watcher waits for: a second is little, and hardly any of it is header. */
const FRAGMENT_US = 1_000_000;

export interface EncoderOutputs {
  /** Path of the video. */
  video: string;
  /** Path of what is heard in the film, which then comes out of ffmpeg's output; absent = no film. */
  sound: string | undefined;
  frames: number;
  /** One thread that looks a few frames ahead: a third of the memory for some more time. */
  smaller?: boolean;
}

/** The video's bytes are the same with and without a film: its encoder is given the same, and its muxer too. */
export function encoderArguments(
  request: PortraitRequest,
  captions: string | undefined,
  { video, sound, frames, smaller }: EncoderOutputs,
): string[] {
  const colours = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];
  const seconds = String(frames / request.fps);
  const picture = [
    ...['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', request.size, '-r', String(request.fps)],
    ...['-color_range', 'tv', ...colours, '-i', 'pipe:0'],
  ];
  const encoded = [
    ...(captions === undefined ? [] : ['-vf', captions]),
    ...['-c:v', 'libx264', '-profile:v', 'high', '-preset', 'veryfast', '-crf', '20', '-pix_fmt', 'yuv420p'],
    ...['-color_range', 'tv', ...colours, '-g', String(request.fps * 2)],
    ...(smaller === true ? ['-threads', '1', '-rc-lookahead', '8', '-refs', '1'] : []),
  ];
  if (sound === undefined) return [...picture, '-an', ...encoded, '-movflags', '+faststart', video];
  return [
    ...picture,
    ...['-t', seconds, '-i', sound, '-map', '0:v:0', '-map', '1:a:0'],
    // The tee does not say that MP4 wants the parameter sets in its header.
    ...[...encoded, '-flags:v', '+global_header'],
    // As the finished video has it. A sound that ends early must not end the picture, nor the other way round.
    ...['-c:a', 'aac', '-b:a', '160k', '-ar', '48000', '-ac', '2', '-flags:a', '+global_header'],
    ...['-af', `apad=whole_dur=${seconds}`, '-f', 'tee', `${videoSlave(video)}|${FILM_SLAVE}`],
  ];
}

// The header is delayed until the first fragment, so that it can say where both tracks begin.
const FILM_SLAVE = `[f=mp4:onfail=ignore:movflags=+empty_moov+default_base_moof+frag_keyframe+delay_moov:frag_duration=${FRAGMENT_US}:flush_packets=1]pipe:1`;

function videoSlave(video: string): string {
  return `[select=v:f=mp4:movflags=+faststart]${video.replaceAll(/[\\'|]/g, '\\$&')}`;
}
