// The built-in speech: cleans the text, finds its language and voice, speaks it sentence by sentence with
// rests between, and bends the result towards a matched voice. Times come from the engines themselves.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readiness } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type Language, languages, MAX_SCRIPT_CHARS } from '@myspinbot/shared/project/options.ts';
import { seededRandom } from '@myspinbot/shared/puppet/seeded-random.ts';
import { resample } from '@myspinbot/shared/speech/resample.ts';
import type { Phone, Word } from '@myspinbot/shared/speech/timing.ts';
import { SOUND_HZ, type Sound, writeWav } from '../../media/sound.ts';
import type { EngineContext } from '../engine.ts';
import { speechBuiltin } from './builtin-id.ts';
import { cleanText } from './clean-text.ts';
import { espeakPath, speakWithEspeak } from './espeak.ts';
import { flitePath, releaseFlite, speakWithFlite } from './flite.ts';
import { guessLanguage, readableShare } from './language.ts';
import { matchVoice } from './match.ts';
import type { Speech, SpeechEngine, SpeechRequest } from './port.ts';
import { splitSentences } from './sentences.ts';
import type { Delivery, Utterance } from './utterance.ts';
import { type BuiltinVoice, builtinVoices, chooseVoice, languageTitle, voiceEntries } from './voices.ts';

/** Silence before the first and after the last sound, ms, as the port promises. */
const LEAD_IN_MS = 150;
const TAIL_MS = 300;
/** Kept of a sentence's own edges, so that no onset is cut; faded. */
const EDGE_MS = 20;
const FADE_MS = 6;
/** Loudness of speech before finishing, dB full scale, and how near a peak may come to it. */
const SPEECH_DB = -20;
const PEAK = 0.89;
/** Numbers and signs can be read for very long: what MAX_SCRIPT_CHARS of plain words never reach. */
const LONGEST_SPEECH_MS = 20 * 60_000;
/** A phone the engine gives no time still needs this to be seen. */
const SHORTEST_PHONE_MS = 8;

export function createBuiltinSpeech(): SpeechEngine {
  return {
    ...speechBuiltin,
    probe,
    voices: voiceEntries,
    speak,
  };
}

async function probe(): Promise<Readiness> {
  try {
    await Promise.all([stat(flitePath()), stat(espeakPath())]);
    const count = `${builtinVoices.length} voices in ${languages.length} languages`;
    return { ready: true, detail: `Flite and eSpeak NG: ${count}` };
  } catch {
    return {
      ready: false,
      reason: 'not-installed',
      hint: 'The speech packages are missing: run npm start, which installs them.',
    };
  }
}

async function speak(request: SpeechRequest, context: EngineContext): Promise<Speech> {
  context.signal.throwIfAborted();
  if (request.text.trim() === '') throw emptyText('The text is empty.');
  if (request.text.length > MAX_SCRIPT_CHARS) {
    throw new Failure({
      code: 'text-too-long',
      message: `The text has ${request.text.length} characters; at most ${MAX_SCRIPT_CHARS} can be spoken.`,
      hint: 'Shorten it, or make several videos of its parts.',
    });
  }
  const clean = cleanText(request.text);
  if (!/[\p{L}\p{N}]/u.test(clean.text)) throw emptyText('Nothing in the text can be spoken.');
  const notes = [...clean.notes];
  const { lang, voice } = choose(request, clean.text, notes);
  const sentences = splitSentences(clean.text, lang);
  const random = seededRandom(request.seed);

  const joined = new Timeline();
  for (const [index, sentence] of sentences.entries()) {
    context.signal.throwIfAborted();
    // A reader is never twice equally fast or lively; a question or call is livelier.
    const lively = /[!?؟]["'”’»)]*$/.test(sentence.text) ? 1.2 : 1;
    const delivery: Delivery = {
      stretch: 1 + (random() - 0.5) * 0.06,
      melody: lively * (1 + (random() - 0.5) * 0.2),
    };
    const spoken =
      voice.speaks.engine === 'flite'
        ? await speakWithFlite(sentence.text, voice.speaks.voice, delivery)
        : await speakWithEspeak(sentence.text, voice.speaks.voice, delivery);
    if (spoken !== undefined) joined.add(spoken, sentence.pauseMs);
    if (joined.durationMs > LONGEST_SPEECH_MS) {
      throw new Failure({
        code: 'text-too-long',
        message: `Reading this text takes more than ${LONGEST_SPEECH_MS / 60_000} minutes.`,
        hint: 'Shorten it; long numbers and rows of signs take the most time.',
      });
    }
    context.progress(index + 1, sentences.length + 1);
    // Synthesis runs to its end without yielding: let a cancel in between sentences.
    await new Promise((resolve) => setImmediate(resolve));
  }
  // The next stages need the memory more than the next text needs these 30 ms.
  releaseFlite();
  if (joined.isEmpty) {
    throw new Failure({
      code: 'language-unknown',
      message: `Nothing in the text can be read by a voice in ${languageTitle(lang)}.`,
      hint: 'Choose the language that the text is written in, or let it be found out.',
    });
  }

  const { samples, phones, words } = joined.finish();
  let sound: Sound = { samples, sampleRate: SOUND_HZ };
  if (request.voice.kind === 'matched') {
    sound = await matchVoice(sound, request.voice, context.workDir, context.signal);
  }
  setLoudness(sound.samples);
  silenceEdges(sound.samples);
  const wav = join(context.workDir, 'speech.wav');
  await writeWav(wav, sound);
  context.progress(sentences.length + 1, sentences.length + 1);
  return {
    wav,
    durationMs: (sound.samples.length * 1000) / SOUND_HZ,
    lang,
    voiceName: voice.name,
    phones,
    words,
    notes,
  };
}

function choose(
  request: SpeechRequest,
  text: string,
  notes: string[],
): { lang: Language; voice: BuiltinVoice } {
  const named = request.voiceName === undefined ? undefined : chooseVoice('en', request.voiceName);
  if (request.voiceName !== undefined && named === undefined) {
    throw new Failure({
      code: 'bad-input',
      message: `There is no voice called "${request.voiceName.slice(0, 60)}".`,
      hint: 'Choose one from the list of voices, or leave it to the language.',
    });
  }
  const guess = guessLanguage(text);
  let lang: Language;
  if (request.lang !== 'auto') {
    lang = request.lang;
    if (guess === undefined || readableShare(text, lang) < 0.5) {
      notes.push(
        `The text has letters that a voice in ${languageTitle(lang)} does not know; they may be skipped.`,
      );
    } else if (guess.sure && guess.lang !== lang) {
      notes.push(
        `The text looks like ${languageTitle(guess.lang)}, but it is read as ${languageTitle(lang)}.`,
      );
    }
  } else if (named !== undefined) {
    lang = named.lang;
    if (guess?.sure === true && guess.lang !== lang)
      notes.push(
        `The text looks like ${languageTitle(guess.lang)}, but the chosen voice speaks ${languageTitle(lang)}.`,
      );
  } else {
    if (guess === undefined) {
      throw new Failure({
        code: 'language-unknown',
        message: 'The text is in a script that no built-in voice can read.',
        hint: `Write it in one of these languages: ${languages.map(languageTitle).join(', ')}; or record it yourself.`,
      });
    }
    lang = guess.lang;
    if (lang !== 'en' || !guess.sure) notes.push(`The language was taken for ${languageTitle(lang)}.`);
  }
  if (named !== undefined && named.lang !== lang) {
    notes.push(`The voice "${named.label}" does not speak ${languageTitle(lang)}; another voice reads it.`);
  }
  const wanted = request.voice.kind === 'matched' ? request.voice.pitchHz : undefined;
  const voice = named !== undefined && named.lang === lang ? named : chooseVoice(lang, undefined, wanted);
  if (voice === undefined) {
    throw new Failure({
      code: 'language-unknown',
      message: `There is no voice for the language "${lang}".`,
      hint: 'Choose another language, or record the words yourself.',
    });
  }
  return { lang, voice };
}

function emptyText(message: string): Failure {
  return new Failure({
    code: 'text-empty',
    message,
    hint: 'Write at least one word, or record your voice instead.',
  });
}

/** Sentences laid one after another on the clock of the finished sound. */
class Timeline {
  private readonly parts: Float32Array[] = [];
  private readonly phones: Phone[] = [];
  private readonly words: Word[] = [];
  private length = samplesOf(LEAD_IN_MS);
  private restAfter = 0;

  get isEmpty(): boolean {
    return this.phones.length === 0;
  }

  get durationMs(): number {
    return (this.length * 1000) / SOUND_HZ;
  }

  add(spoken: Utterance, pauseMs: number): void {
    const first = spoken.phones[0]!;
    const last = spoken.phones.at(-1)!;
    if (this.parts.length === 0) this.parts.push(new Float32Array(this.length));
    else this.rest(this.restAfter);
    const rateMs = spoken.sampleRate / 1000;
    const from = Math.max(0, Math.round((first.startMs - EDGE_MS) * rateMs));
    const to = Math.min(spoken.samples.length, Math.round((last.endMs + EDGE_MS) * rateMs));
    const piece = resample(spoken.samples.subarray(from, to), spoken.sampleRate, SOUND_HZ);
    fade(piece);
    // The edge belongs to the rest before: the first phone starts exactly where the rest ends.
    const edge = Math.round((first.startMs * rateMs - from) * (SOUND_HZ / spoken.sampleRate));
    const start = this.length - edge;
    const startMs = (start * 1000) / SOUND_HZ - from / rateMs;
    this.overlay(piece, edge);
    for (const phone of spoken.phones) this.phones.push(shift(phone, startMs));
    spoken.words.forEach((word, index) => {
      this.words.push({ ...shift(word, startMs), endsSentence: index === spoken.words.length - 1 });
    });
    this.restAfter = pauseMs;
  }

  finish(): { samples: Float32Array<ArrayBuffer>; phones: Phone[]; words: Word[] } {
    this.rest(Math.max(TAIL_MS - EDGE_MS, 0));
    const samples = new Float32Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      samples.set(part, at);
      at += part.length;
    }
    return { samples, phones: withSilences(this.phones, (this.length * 1000) / SOUND_HZ), words: this.words };
  }

  private rest(ms: number): void {
    const silence = new Float32Array(samplesOf(ms));
    this.parts.push(silence);
    this.length += silence.length;
  }

  /** Appends `piece`, its first `edge` samples on top of the rest that is already there. */
  private overlay(piece: Float32Array, edge: number): void {
    const before = this.parts.at(-1)!;
    const shared = Math.min(edge, before.length);
    for (let index = 0; index < shared; index++) {
      const at = before.length - shared + index;
      before[at] = before[at]! + piece[edge - shared + index]!;
    }
    const rest = piece.slice(edge);
    this.parts.push(rest);
    this.length += rest.length;
  }
}

function samplesOf(ms: number): number {
  return Math.round((ms * SOUND_HZ) / 1000);
}

function shift<T extends { startMs: number; endMs: number }>(item: T, byMs: number): T {
  return { ...item, startMs: rounded(item.startMs + byMs), endMs: rounded(item.endMs + byMs) };
}

function rounded(ms: number): number {
  return Math.max(0, Math.round(ms * 100) / 100);
}

/** Fills every gap with a '' phone, and takes time from a neighbour for a phone that has none. */
function withSilences(phones: readonly Phone[], durationMs: number): Phone[] {
  const out: Phone[] = [];
  let clock = 0;
  for (const phone of phones) {
    const last = out.at(-1);
    let startMs = Math.max(clock, phone.startMs);
    if (
      phone.endMs - startMs < SHORTEST_PHONE_MS &&
      last !== undefined &&
      last.phone !== '' &&
      startMs <= clock + 1
    ) {
      const give = Math.min((last.endMs - last.startMs) / 3, SHORTEST_PHONE_MS * 3);
      last.endMs = rounded(last.endMs - give);
      startMs = last.endMs;
    } else if (startMs - clock >= SHORTEST_PHONE_MS) {
      out.push({ phone: '', startMs: clock, endMs: startMs, stress: 0 });
    } else {
      startMs = clock;
    }
    const endMs = Math.max(startMs, phone.endMs);
    out.push({ ...phone, startMs, endMs });
    clock = endMs;
  }
  if (durationMs > clock) out.push({ phone: '', startMs: clock, endMs: rounded(durationMs), stress: 0 });
  return out;
}

function fade(samples: Float32Array): void {
  const length = Math.min(samplesOf(FADE_MS), samples.length >> 1);
  for (let index = 0; index < length; index++) {
    const gain = 0.5 - 0.5 * Math.cos((Math.PI * (index + 0.5)) / length);
    samples[index]! *= gain;
    samples[samples.length - 1 - index]! *= gain;
  }
}

/** Brings the speech to one loudness for all voices: RMS of what is above -50 dB, peaks kept below full scale. */
function setLoudness(samples: Float32Array): void {
  let square = 0;
  let count = 0;
  let peak = 0;
  for (const sample of samples) {
    const size = Math.abs(sample);
    peak = Math.max(peak, size);
    if (size > 0.003) {
      square += size * size;
      count++;
    }
  }
  if (count === 0) return;
  const gain = Math.min(10 ** (SPEECH_DB / 20) / Math.sqrt(square / count), PEAK / peak);
  for (let index = 0; index < samples.length; index++) samples[index]! *= gain;
}

/** Filters may ring a little into the silence before and after: it is promised to be silence. */
function silenceEdges(samples: Float32Array): void {
  const lead = samplesOf(LEAD_IN_MS - EDGE_MS - 5);
  const tail = samplesOf(TAIL_MS - EDGE_MS - 40);
  samples.fill(0, 0, lead);
  samples.fill(0, samples.length - tail);
}
