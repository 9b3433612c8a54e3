// Bends a synthetic voice towards a measured one: pitch with the formants kept, then tone by an equaliser.
// It matches, it does not clone: who speaks stays the synthetic voice. Length and times stay as they are.
import { join } from 'node:path';
import { percentile } from '@myspinbot/shared/speech/loudness.ts';
import { pitchTrack } from '@myspinbot/shared/speech/pitch.ts';
import { resample } from '@myspinbot/shared/speech/resample.ts';
import { toneAt, toneCentres, toneOf } from '@myspinbot/shared/speech/tone.ts';
import { findFfmpeg, runFfmpeg } from '../../media/ffmpeg.ts';
import { readWav, type Sound, writeWav } from '../../media/sound.ts';
import type { VoiceProfile } from '../voice/port.ts';

type Matched = Extract<VoiceProfile, { kind: 'matched' }>;

/** Beyond an octave the pitch shifter is heard more than the voice. */
const LARGEST_RATIO = 2;
/** A band is raised or lowered by at most this: more lifts noise instead of tone. */
const LARGEST_GAIN_DB = 16;
/** A shift below a twentieth of a semitone is not heard. */
const NO_SHIFT = 0.004;
/** Taken off before the filters and given back after: raised bands must not clip the 16 bits between. */
const HEADROOM_DB = 12;
const EQUALISER_DELAY_S = 0.02;
const LONGEST_DELAY_MS = 25;
/** The synthetic voices carry nothing above this. */
const HIGHEST_TONE_HZ = 7400;
/** Rate at which pitch and tone are measured. */
const ANALYSIS_HZ = 16_000;

/** The same number of samples and the same times, with new pitch and tone. `workDir` gets scratch files. */
export async function matchVoice(
  sound: Sound,
  profile: Matched,
  workDir: string,
  signal: AbortSignal,
): Promise<Sound> {
  const plain = resample(sound.samples, sound.sampleRate, ANALYSIS_HZ);
  const voiced = pitchTrack(plain, ANALYSIS_HZ, { hopMs: 20 }).filter((hz) => hz > 0);
  const own = voiced.length < 5 ? profile.pitchHz : percentile(voiced, 0.5);
  const ratio = Math.min(LARGEST_RATIO, Math.max(1 / LARGEST_RATIO, profile.pitchHz / own));
  let bent = sound;
  if (Math.abs(Math.log2(ratio)) > NO_SHIFT) {
    const shifted = await filter(
      sound,
      `rubberband=pitch=${ratio.toFixed(5)}:formant=preserved`,
      workDir,
      signal,
    );
    // The shifter moves everything by up to 10 ms, differently for each ratio.
    bent = moved(shifted, sound.samples.length, delayOf(sound, shifted));
  }
  // Measured after the shift: other harmonics give another average spectrum.
  const tone = toneOf(resample(bent.samples, bent.sampleRate, ANALYSIS_HZ), ANALYSIS_HZ);
  const equalised = await filter(bent, equaliser(profile, tone), workDir, signal);
  return moved(equalised, sound.samples.length, Math.round(EQUALISER_DELAY_S * sound.sampleRate));
}

async function filter(sound: Sound, graph: string, workDir: string, signal: AbortSignal): Promise<Sound> {
  const before = join(workDir, 'match-in.wav');
  const after = join(workDir, 'match-out.wav');
  await writeWav(before, sound);
  await runFfmpeg(
    await findFfmpeg(),
    [
      '-v',
      'error',
      '-i',
      before,
      '-af',
      `volume=-${HEADROOM_DB}dB,${graph}`,
      '-c:a',
      'pcm_s16le',
      '-bitexact',
      after,
    ],
    { signal, timeoutMs: 180_000, doing: 'match the voice' },
  );
  const filtered = await readWav(after);
  const gain = 10 ** (HEADROOM_DB / 20);
  for (let index = 0; index < filtered.samples.length; index++) filtered.samples[index]! *= gain;
  return filtered;
}

/** A linear-phase equaliser through the difference of both tones; it delays by EQUALISER_DELAY_S. */
function equaliser(profile: Matched, own: readonly [number, number][]): string {
  const centres = toneCentres().filter((hz) => hz <= HIGHEST_TONE_HZ);
  const gains = centres.map((hz) => toneAt(profile.tone, hz) - toneAt(own, hz));
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const points = centres.map((hz, band) => {
    const gain = Math.max(-LARGEST_GAIN_DB, Math.min(LARGEST_GAIN_DB, gains[band]! - mean));
    return `entry(${hz},${gain.toFixed(2)})`;
  });
  return `firequalizer=gain_entry='${points.join(';')}':delay=${EQUALISER_DELAY_S}`;
}

/** `length` samples of `sound` from `start` on (before its begin: silence). */
function moved(sound: Sound, length: number, start: number): Sound {
  const samples = new Float32Array(length);
  const from = Math.max(0, start);
  samples.set(sound.samples.subarray(from, Math.min(sound.samples.length, start + length)), from - start);
  return { samples, sampleRate: sound.sampleRate };
}

/** By how many samples `later` lags behind `sound`: where their loudness curves agree best. */
function delayOf(sound: Sound, later: Sound): number {
  const step = Math.round(sound.sampleRate / 1000);
  const a = loudnessCurve(sound.samples, step);
  const b = loudnessCurve(later.samples, step);
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let lag = -LONGEST_DELAY_MS; lag <= LONGEST_DELAY_MS; lag++) {
    let sum = 0;
    for (let index = 0; index < a.length; index++) sum += a[index]! * (b[index + lag] ?? 0);
    if (sum > highest) {
      highest = sum;
      best = lag;
    }
  }
  return best * step;
}

/** Amplitude per millisecond over 11 ms, around its own mean. */
function loudnessCurve(samples: Float32Array, step: number): Float32Array {
  const count = Math.floor(samples.length / step);
  const raw = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    let sum = 0;
    for (let n = index * step; n < (index + 1) * step; n++) sum += Math.abs(samples[n]!);
    raw[index] = sum / step;
  }
  const smooth = raw.map((_, index) => {
    let sum = 0;
    for (let n = -5; n <= 5; n++) sum += raw[index + n] ?? 0;
    return sum / 11;
  });
  const mean = smooth.reduce((sum, value) => sum + value, 0) / Math.max(1, count);
  return smooth.map((value) => value - mean);
}
