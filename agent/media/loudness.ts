// Loudness by ITU-R BS.1770 / EBU R 128, measured and set with ffmpeg: measure, apply one gain with a true-peak
// limiter, measure again, correct once. A plain gain keeps the voice's own dynamics, which loudnorm's dynamic
// mode does not, and lands nearer to the target (single-pass loudnorm ended 1 LU off).
import { rename } from 'node:fs/promises';
import { type FfmpegTools, type RunOptions, runFfmpeg } from './ffmpeg.ts';

export interface Loudness {
  /** Integrated loudness, LUFS; -70 or lower = silence. */
  lufs: number;
  /** dBTP. */
  truePeakDb: number;
}

export const TARGET_LUFS = -16;
/** AAC may overshoot the limiter by a few tenths of a dB; the file must stay under -1.5 dBTP. */
const LIMIT_DB = -2.3;
const TOLERANCE_LU = 0.3;
/** The gate of BS.1770: what is below is not heard. */
const SILENCE_LUFS = -70;
/** A recording this far under the target is noise or a whisper; more gain would only raise the hiss. */
const MAX_GAIN_DB = 30;

/** Measures a stereo file's first sound stream. */
export function measureLoudness(
  tools: FfmpegTools,
  file: string,
  options: RunOptions = {},
): Promise<Loudness> {
  return measure(tools, file, '', options);
}

async function measure(
  tools: FfmpegTools,
  file: string,
  before: string,
  options: RunOptions,
): Promise<Loudness> {
  const { stderr } = await runFfmpeg(
    tools,
    ['-i', file, '-map', '0:a:0', '-af', `${before}ebur128=peak=true:framelog=verbose`, '-f', 'null', '-'],
    { doing: 'measure the loudness', ...options },
  );
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
  return {
    lufs: number(/I:\s+(-?[\d.]+|-inf) LUFS/, summary),
    truePeakDb: number(/Peak:\s+(-?[\d.]+|-inf) dBFS/, summary),
  };
}

/**
 * One channel heard on two loudspeakers: BS.1770 adds the channels' power, which makes it 3 LU louder. The layout is
 * named first, or the resampler of ffmpeg 5 cannot choose one for mono WAVs.
 */
const monoToStereo = 'aformat=channel_layouts=mono,pan=stereo|c0=c0|c1=c0';

/**
 * Writes `output` (48 kHz stereo 16-bit WAV) at -16 LUFS with true peaks under -2.3 dB; returns its loudness. A
 * gain that leaves the peaks under the limit changes both figures by exactly itself, so nothing is measured again;
 * with the limiter at work the result is measured and corrected once.
 */
export async function normaliseLoudness(
  tools: FfmpegTools,
  input: string,
  output: string,
  options: RunOptions = {},
): Promise<Loudness> {
  const before = await measure(tools, input, `${monoToStereo},`, options);
  const partial = `${output}.part.wav`;
  const write = (filters: readonly string[]) =>
    runFfmpeg(
      tools,
      [
        '-i',
        input,
        '-af',
        [monoToStereo, ...filters, 'aformat=sample_fmts=s16'].join(','),
        '-ar',
        '48000',
        partial,
      ],
      { doing: 'set the loudness', ...options },
    );

  // Silence has no loudness to set.
  let gainDb = before.lufs <= SILENCE_LUFS ? 0 : clampGain(TARGET_LUFS - before.lufs);
  let after: Loudness = { lufs: before.lufs + gainDb, truePeakDb: before.truePeakDb + gainDb };
  if (after.truePeakDb <= LIMIT_DB) {
    await write([`volume=${gainDb.toFixed(2)}dB`]);
  } else {
    for (let pass = 0; pass < 2; pass++) {
      await write([`volume=${gainDb.toFixed(2)}dB`, ...truePeakLimiter]);
      after = await measureLoudness(tools, partial, options);
      const error = TARGET_LUFS - after.lufs;
      if (Math.abs(error) <= TOLERANCE_LU) break;
      gainDb = clampGain(gainDb + error);
    }
  }
  await rename(partial, output);
  return after;
}

/** 4x oversampling around the limiter makes it a true-peak one (BS.1770-4, annex 2). */
const truePeakLimiter = [
  'aresample=192000',
  `alimiter=level=disabled:limit=${(10 ** (LIMIT_DB / 20)).toFixed(4)}:attack=2:release=40`,
  'aresample=48000',
];

function clampGain(gainDb: number): number {
  return Math.max(-MAX_GAIN_DB, Math.min(MAX_GAIN_DB, gainDb));
}

function number(pattern: RegExp, text: string): number {
  const match = pattern.exec(text)?.[1];
  return match === undefined || match === '-inf' ? -120 : Number(match);
}
