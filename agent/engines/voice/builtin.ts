// The built-in voice: measures a clip's pitch and tone, so that synthetic speech can be matched to them. It
// is matching, never cloning: nothing of the person's sound is kept but these few numbers.
import { join } from 'node:path';
import type { Readiness } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { levels, speechActivity } from '@myspinbot/shared/speech/loudness.ts';
import { pitchTrack, summarizePitch } from '@myspinbot/shared/speech/pitch.ts';
import { resample } from '@myspinbot/shared/speech/resample.ts';
import { TRACK_HZ } from '@myspinbot/shared/speech/timing.ts';
import { toneOf } from '@myspinbot/shared/speech/tone.ts';
import { findFfmpeg } from '../../media/ffmpeg.ts';
import { importSound, readWav, type Sound } from '../../media/sound.ts';
import type { EngineContext } from '../engine.ts';
import { voiceBuiltin } from './builtin-id.ts';
import type { VoiceEngine, VoiceProfile } from './port.ts';

const SHORTEST_SPEECH_S = 2;
/** More speech than this changes pitch and tone by less than they vary between sentences. */
const ENOUGH_SPEECH_S = 40;
const ANALYSIS_HZ = 16_000;
/** Speech is voiced for a third to two thirds of its time; music and noise are not, or hardly. */
const LEAST_VOICED = 0.08;

export function createBuiltinVoice(): VoiceEngine {
  return { ...voiceBuiltin, probe, profile };
}

async function probe(): Promise<Readiness> {
  try {
    const { version } = await findFfmpeg();
    return { ready: true, detail: `Pitch and tone matching, ffmpeg ${version}` };
  } catch (error) {
    const hint = error instanceof Failure ? error.hint : 'Install ffmpeg 5 or newer.';
    return { ready: false, reason: 'not-installed', hint };
  }
}

async function profile(clip: string, context: EngineContext): Promise<VoiceProfile & { notes?: string[] }> {
  const wav = join(context.workDir, 'voice.wav');
  const report = await importSound(clip, wav, { signal: context.signal }).catch((error: unknown) => {
    if (!(error instanceof Failure) || error.code !== 'audio-too-long') throw error;
    throw new Failure({
      code: error.code,
      message: error.message,
      hint: 'Use ten to sixty seconds in which one person speaks.',
      cause: error,
    });
  });
  context.progress(1, 3);
  const speechSeconds = report.speechMs / 1000;
  if (speechSeconds < SHORTEST_SPEECH_S) {
    throw new Failure({
      code: 'audio-too-short',
      message: `The voice clip has ${speechSeconds.toFixed(1)} seconds of speech; at least ${SHORTEST_SPEECH_S} are needed.`,
      hint: 'Record two or three sentences in your normal voice.',
    });
  }
  const speech = onlySpeech(await readWav(wav));
  const plain = resample(speech.samples, speech.sampleRate, ANALYSIS_HZ);
  const pitch = summarizePitch(pitchTrack(plain, ANALYSIS_HZ));
  context.signal.throwIfAborted();
  context.progress(2, 3);
  if (pitch === undefined || pitch.voiced < LEAST_VOICED) {
    throw new Failure({
      code: 'audio-silent',
      message: 'No voice can be heard in the clip: it has sound, but no pitch like a speaker’s.',
      hint: 'Record yourself speaking two or three sentences, without music.',
    });
  }
  const tone = toneOf(plain, ANALYSIS_HZ);
  context.progress(3, 3);
  return {
    kind: 'matched',
    pitchHz: Math.round(pitch.medianHz * 10) / 10,
    pitchSpread: Math.round(pitch.spreadSemitones * 100) / 100,
    tone,
    seconds: Math.round((plain.length / ANALYSIS_HZ) * 100) / 100,
    ...(report.notes.length === 0 ? {} : { notes: report.notes }),
  };
}

/** The parts where somebody speaks, one after another, up to ENOUGH_SPEECH_S. */
function onlySpeech(sound: Sound): Sound {
  const { active } = speechActivity(levels(sound.samples, sound.sampleRate));
  const hop = sound.sampleRate / TRACK_HZ;
  const frames = Math.min(
    ENOUGH_SPEECH_S * TRACK_HZ,
    active.reduce((sum, value) => sum + value, 0),
  );
  const samples = new Float32Array(Math.round(frames * hop));
  let at = 0;
  for (let frame = 0; frame < active.length && at < samples.length; frame++) {
    if (active[frame] === 0) continue;
    const piece = sound.samples.subarray(Math.round(frame * hop), Math.round((frame + 1) * hop));
    samples.set(piece.subarray(0, samples.length - at), at);
    at += piece.length;
  }
  return { samples, sampleRate: sound.sampleRate };
}
