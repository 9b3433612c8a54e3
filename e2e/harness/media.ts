// What a finished file is, asked of ffprobe and ffmpeg: independent of the code that made it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { outFile } from './place.ts';

const run = promisify(execFile);

export interface MediaFacts {
  durationS: number;
  video: { codec: string; width: number; height: number; pixels: string } | undefined;
  audio: { codec: string; rate: number; channels: number } | undefined;
}

interface ProbeAnswer {
  format?: { duration?: string };
  streams?: {
    codec_type?: string;
    codec_name?: string;
    width?: number;
    height?: number;
    pix_fmt?: string;
    sample_rate?: string;
    channels?: number;
  }[];
}

/** Reads a media file. Throws when ffprobe cannot. */
export async function mediaFacts(file: string): Promise<MediaFacts> {
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-print_format',
    'json',
    '-show_format',
    '-show_streams',
    file,
  ]);
  const answer = JSON.parse(stdout) as ProbeAnswer;
  const video = answer.streams?.find((stream) => stream.codec_type === 'video');
  const audio = answer.streams?.find((stream) => stream.codec_type === 'audio');
  return {
    durationS: Number(answer.format?.duration ?? Number.NaN),
    video: video && {
      codec: video.codec_name ?? '',
      width: video.width ?? 0,
      height: video.height ?? 0,
      pixels: video.pix_fmt ?? '',
    },
    audio: audio && {
      codec: audio.codec_name ?? '',
      rate: Number(audio.sample_rate ?? 0),
      channels: audio.channels ?? 0,
    },
  };
}

/** The sound of a media file as a mono 48 kHz 16-bit WAV, which Chromium's fake microphone can play. */
export async function soundOf(file: string, wav: string): Promise<void> {
  await run('ffmpeg', [
    '-v',
    'error',
    '-y',
    '-i',
    file,
    '-vn',
    '-ac',
    '1',
    '-ar',
    '48000',
    '-c:a',
    'pcm_s16le',
    wav,
  ]);
}

/** Runs ffmpeg to make a fixture. */
export async function ffmpeg(args: readonly string[]): Promise<void> {
  await run('ffmpeg', ['-v', 'error', '-y', ...args]);
}

/** The same words, spoken slower: another clip. */
export async function slower(sound: string): Promise<string> {
  const file = outFile('fixtures/slower.wav');
  await run('ffmpeg', ['-v', 'error', '-y', '-i', sound, '-af', 'atempo=0.8', file]);
  return file;
}

/** The picture as in a mirror: another photo of the same person. */
export async function mirrored(picture: string): Promise<string> {
  const file = outFile('fixtures/mirrored.png');
  await run('ffmpeg', ['-v', 'error', '-y', '-i', picture, '-vf', 'hflip', file]);
  return file;
}
