// The built-in timing: the engine's own times when the sound was synthesised, alignment when a recording's
// words are known, and the sound alone otherwise. Loudness is measured for all three.
import { readFile, stat } from 'node:fs/promises';
import type { Readiness } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { MAX_SCRIPT_CHARS } from '@myspinbot/shared/project/options.ts';
import { energyTrack } from '@myspinbot/shared/speech/loudness.ts';
import type { Phone, Timing, Word } from '@myspinbot/shared/speech/timing.ts';
import { decodeWav, durationMsOf, type Sound } from '../../media/sound.ts';
import type { EngineContext } from '../engine.ts';
import { cleanText } from '../speech/clean-text.ts';
import { espeakPath } from '../speech/espeak.ts';
import { guessLanguage } from '../speech/language.ts';
import { alignRecording } from './align.ts';
import { timingBuiltin } from './builtin-id.ts';
import { mouthFromSound } from './mouth.ts';
import type { TimingEngine, TimingRequest } from './port.ts';

export function createBuiltinTiming(): TimingEngine {
  return { ...timingBuiltin, probe, time };
}

async function probe(): Promise<Readiness> {
  try {
    await stat(espeakPath());
    return { ready: true, detail: 'Engine times, alignment by text, mouth by sound' };
  } catch {
    return {
      ready: false,
      reason: 'not-installed',
      hint: 'The speech packages are missing: run npm start, which installs them.',
    };
  }
}

async function time(
  request: TimingRequest,
  context: EngineContext,
): Promise<{ timing: Timing; notes: string[] }> {
  context.signal.throwIfAborted();
  const sound = await readSound(request.wav);
  const durationMs = durationMsOf(sound);
  const energy = energyTrack(sound.samples, sound.sampleRate);
  context.progress(1, 3);
  if (request.known !== undefined) {
    const { phones, words } = request.known;
    context.progress(3, 3);
    return {
      timing: {
        durationMs,
        source: 'engine',
        phones: within(phones, durationMs),
        words: within(words, durationMs),
        energy,
      },
      notes: [],
    };
  }

  const notes: string[] = [];
  if (request.text !== undefined && request.text.trim() !== '') {
    const aligned = await alignText(sound, request, request.text, context, notes);
    context.progress(2, 3);
    if (aligned !== undefined) {
      context.progress(3, 3);
      return { timing: { durationMs, source: 'alignment', ...aligned, energy }, notes };
    }
  }
  context.signal.throwIfAborted();
  const mouth = mouthFromSound(sound);
  context.progress(3, 3);
  return { timing: { durationMs, source: 'regression', phones: [], words: [], energy, mouth }, notes };
}

async function readSound(path: string): Promise<Sound> {
  const sound = decodeWav(await readFile(path));
  if (sound.samples.length === 0) {
    throw new Failure({
      code: 'audio-too-short',
      message: 'The sound is empty.',
      hint: 'Record a whole sentence.',
    });
  }
  return sound;
}

/** Phones and words of a recording; undefined with a note when the text cannot be used. */
async function alignText(
  sound: Sound,
  request: TimingRequest,
  text: string,
  context: EngineContext,
  notes: string[],
): Promise<{ phones: Phone[]; words: Word[] } | undefined> {
  const instead = 'the mouth follows the sound alone, and there are no captions.';
  if (text.length > MAX_SCRIPT_CHARS) {
    notes.push(`The words of the recording are longer than ${MAX_SCRIPT_CHARS} characters; ${instead}`);
    return undefined;
  }
  const lang = request.lang === 'auto' ? guessLanguage(cleanText(text).text)?.lang : request.lang;
  if (lang === undefined) {
    notes.push(`The words of the recording are in a script that cannot be read here; ${instead}`);
    return undefined;
  }
  const alignment = await alignRecording(sound, text, lang, context.signal);
  if (alignment.ok) return { phones: alignment.phones, words: alignment.words };
  context.log.info('timing.alignment-refused', { why: alignment.why, share: alignment.share });
  const why: Record<typeof alignment.why, string> = {
    'no-text': 'Nothing in the words of the recording can be spoken',
    'no-speech': 'Hardly any speech was found in the recording',
    'other-length': 'The words are much longer or shorter than the recording',
    'other-words': 'The words do not seem to be those of the recording',
  };
  notes.push(`${why[alignment.why]}; ${instead}`);
  return undefined;
}

/** Times that another program's rounding put behind the end are cut to it. */
function within<T extends { startMs: number; endMs: number }>(items: readonly T[], durationMs: number): T[] {
  return items
    .filter((item) => item.startMs < durationMs)
    .map((item) => ({ ...item, endMs: Math.min(item.endMs, durationMs) }));
}
