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
const LARGEST_GAIN_DB = 12;
/** The synthetic voices carry nothing above this. */
const HIGHEST_TONE_HZ = 7400;
/** Rate at which pitch and tone are measured. */
const ANALYSIS_HZ = 16_000;

/** Same samples count, new pitch and tone. `workDir` gets two scratch files. */
export async function matchVoice(
  sound: Sound,
  profile: Matched,
  workDir: string,
  signal: AbortSignal,
): Promise<Sound> {
  const tools = await findFfmpeg();
  const plain = resample(sound.samples, sound.sampleRate, ANALYSIS_HZ);
  const voiced = pitchTrack(plain, ANALYSIS_HZ, { hopMs: 20 }).filter((hz) => hz > 0);
  const own = voiced.length < 5 ? profile.pitchHz : percentile(voiced, 0.5);
  const ratio = Math.min(LARGEST_RATIO, Math.max(1 / LARGEST_RATIO, profile.pitchHz / own));
  const before = join(workDir, 'unmatched.wav');
  const after = join(workDir, 'matched.wav');
  await writeWav(before, sound);
  const pitch = `rubberband=pitch=${ratio.toFixed(5)}:formant=preserved:pitchq=quality`;
  const tone = equaliser(profile, toneOf(plain, ANALYSIS_HZ));
  await runFfmpeg(
    tools,
    ['-v', 'error', '-i', before, '-af', `${pitch},${tone}`, '-c:a', 'pcm_s16le', '-bitexact', after],
    { signal, timeoutMs: 180_000, doing: 'match the voice' },
  );
  const bent = await readWav(after);
  // The filters may give a few samples more or less at the end; the clock is the synthetic voice's.
  const samples = new Float32Array(sound.samples.length);
  samples.set(bent.samples.subarray(0, samples.length));
  return { samples, sampleRate: sound.sampleRate };
}

/** A linear-phase equaliser through the difference of both tones; its delay is taken out by ffmpeg. */
function equaliser(profile: Matched, own: readonly [number, number][]): string {
  const centres = toneCentres().filter((hz) => hz <= HIGHEST_TONE_HZ);
  const gains = centres.map((hz) => toneAt(profile.tone, hz) - toneAt(own, hz));
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const points = centres.map((hz, band) => {
    const gain = Math.max(-LARGEST_GAIN_DB, Math.min(LARGEST_GAIN_DB, gains[band]! - mean));
    return `entry(${hz},${gain.toFixed(2)})`;
  });
  return `firequalizer=gain_entry='${points.join(';')}':delay=0.02:zero_phase=on`;
}
