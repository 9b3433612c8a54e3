// Reads a finished video with ffmpeg and ffprobe: its facts, its frames at full rate, its sound, its loudness.
// It runs the tools itself, so that it shares nothing with the code that made the video.
import { execFile, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { SOUND_HZ } from './spectrum.ts';

const run = promisify(execFile);
const LARGE = 1 << 28;

export interface VideoFacts {
  width: number;
  height: number;
  fps: number;
  videoCodec: string;
  profile: string;
  pixels: string;
  audioCodec: string;
  audioHz: number;
  /** Seconds; NaN where the file does not say. */
  videoStart: number;
  audioStart: number;
  videoDuration: number;
  audioDuration: number;
  /** True when the index stands before the media: the file plays before it is loaded. */
  indexFirst: boolean;
}

/** Throws an Error with one sentence when the file cannot be read or has no picture or no sound. */
export async function readFacts(file: string): Promise<VideoFacts> {
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-of',
    'json',
    '-show_streams',
    '-show_format',
    file,
  ]).catch((cause: Error) => {
    throw new Error(
      `${file} cannot be read as a video: ${cause.message.split('\n').at(-2) ?? cause.message}`,
    );
  });
  const { streams = [] } = JSON.parse(stdout) as { streams?: Record<string, string | number>[] };
  const video = streams.find((stream) => stream.codec_type === 'video');
  const audio = streams.find((stream) => stream.codec_type === 'audio');
  if (video === undefined) throw new Error(`${file} has no picture.`);
  if (audio === undefined) throw new Error(`${file} has no sound.`);
  const [over, under] = String(video.avg_frame_rate).split('/').map(Number) as [number, number];
  const number = (value: string | number | undefined) => (value === undefined ? Number.NaN : Number(value));
  return {
    width: number(video.width),
    height: number(video.height),
    fps: over / under,
    videoCodec: String(video.codec_name),
    profile: String(video.profile),
    pixels: String(video.pix_fmt),
    audioCodec: String(audio.codec_name),
    audioHz: number(audio.sample_rate),
    videoStart: number(video.start_time),
    audioStart: number(audio.start_time),
    videoDuration: number(video.duration),
    audioDuration: number(audio.duration),
    indexFirst: await isIndexFirst(file),
  };
}

/** Walks the boxes of an MP4: is `moov` before `mdat`? False for anything that is no MP4. */
export async function isIndexFirst(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(16);
    for (let at = 0; at + 8 <= size; ) {
      await handle.read(head, 0, 16, at);
      const kind = head.toString('latin1', 4, 8);
      if (kind === 'moov') return true;
      if (kind === 'mdat') return false;
      const short = head.readUInt32BE(0);
      const length = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
      if (length < 8) return false;
      at += length;
    }
    return false;
  } finally {
    await handle.close();
  }
}

/** The sound as mono -1..1 at SOUND_HZ, starting with the file's time 0. */
export async function soundSamples(file: string): Promise<Float32Array> {
  const { stdout } = await run(
    'ffmpeg',
    // Without aresample's first_pts a late audio start would silently become an early one.
    [
      '-v',
      'error',
      '-i',
      file,
      '-map',
      'a:0',
      '-af',
      'aresample=async=1:first_pts=0',
      '-ac',
      '1',
      '-ar',
      String(SOUND_HZ),
      '-f',
      'f32le',
      '-',
    ],
    { encoding: 'buffer', maxBuffer: LARGE },
  );
  const bytes = Uint8Array.from(stdout);
  return new Float32Array(bytes.buffer, 0, bytes.length >> 2);
}

/** Integrated loudness in LUFS and true peak in dB of full scale (EBU R 128). */
export async function readLoudness(file: string): Promise<{ lufs: number; truePeakDb: number }> {
  const { stderr } = await run(
    'ffmpeg',
    [
      '-hide_banner',
      '-nostats',
      '-i',
      file,
      '-map',
      'a:0',
      '-af',
      'ebur128=peak=true:framelog=verbose',
      '-f',
      'null',
      '-',
    ],
    { maxBuffer: LARGE },
  );
  const last = (pattern: RegExp) => Number([...stderr.matchAll(pattern)].at(-1)?.[1] ?? Number.NaN);
  return {
    lufs: last(/^\s+I:\s+(-?[\d.]+|-inf) LUFS/gm),
    truePeakDb: last(/^\s+Peak:\s+(-?[\d.]+|-inf) dBFS/gm),
  };
}

export interface Frame {
  index: number;
  width: number;
  height: number;
  /** RGB; valid during the call only. */
  data: Uint8Array;
}

/** Hands every frame, one after the other, to `see`; returns how many there were. */
export async function eachFrame(
  file: string,
  { width, height }: Pick<VideoFacts, 'width' | 'height'>,
  see: (frame: Frame) => Promise<void>,
): Promise<number> {
  const child = spawn(
    'ffmpeg',
    [
      '-v',
      'error',
      '-i',
      file,
      '-map',
      'v:0',
      '-fps_mode',
      'passthrough',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgb24',
      '-',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-2000);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const bytes = width * height * 3;
  const data = new Uint8Array(bytes);
  let filled = 0;
  let index = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    for (let from = 0; from < chunk.length; ) {
      const take = Math.min(bytes - filled, chunk.length - from);
      data.set(chunk.subarray(from, from + take), filled);
      filled += take;
      from += take;
      if (filled === bytes) {
        await see({ index: index++, width, height, data });
        filled = 0;
      }
    }
  }
  const code = await ended;
  if (code !== 0) throw new Error(`ffmpeg could not decode ${file} (exit ${code}): ${words.trim()}`);
  return index;
}

/** One picture file as RGB. ffmpeg heeds the camera's orientation. */
export async function decodeStill(
  file: string,
): Promise<{ width: number; height: number; data: Uint8Array }> {
  const { stdout } = await run(
    'ffmpeg',
    [
      '-v',
      'error',
      '-i',
      file,
      '-frames:v',
      '1',
      '-f',
      'image2pipe',
      '-c:v',
      'ppm',
      '-pix_fmt',
      'rgb24',
      '-',
    ],
    {
      encoding: 'buffer',
      maxBuffer: LARGE,
    },
  ).catch((cause: Error) => {
    throw new Error(
      `${file} cannot be read as a picture: ${cause.message.split('\n').at(-2) ?? cause.message}`,
    );
  });
  // PPM: "P6 WIDTH HEIGHT 255" and one white space, then the pixels.
  const head = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(stdout.toString('latin1', 0, 64));
  if (head === null) throw new Error(`${file} cannot be read as a picture.`);
  return {
    width: Number(head[1]),
    height: Number(head[2]),
    data: Uint8Array.from(stdout.subarray(head[0].length)),
  };
}

/** Writes the sound as a mono 16-bit WAV of 48 kHz. */
export async function writeSound(file: string, wav: string): Promise<void> {
  const sound = ['-map', 'a:0', '-af', 'aresample=async=1:first_pts=0', '-ac', '1', '-ar', '48000'];
  await run('ffmpeg', ['-v', 'error', '-y', '-i', file, ...sound, '-c:a', 'pcm_s16le', wav]);
}
