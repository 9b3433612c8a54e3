// The engine for every language: eSpeak NG, compiled to JavaScript. It tells words and IPA phones with their
// times while it speaks. One instance per process, loaded at the first sentence (about 0.15 s, 60 MB).
import { createRequire } from 'node:module';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { isVowel, segments, stressOf } from '@myspinbot/shared/speech/ipa.ts';
import type { Phone } from '@myspinbot/shared/speech/timing.ts';
import { spelledOut } from './abbreviations.ts';
import { type Delivery, type Utterance, writtenWords } from './utterance.ts';

interface EspeakEvent {
  type: string;
  /** In code points from 1, for words. */
  text_position: number;
  word_length: number;
  /** Milliseconds. */
  audio_position: number;
  id?: string | number;
}

interface EspeakWorker {
  /** 0 when the voice is there. */
  set_voice(name: string): number;
  set_rate(wordsPerMinute: number): void;
  set_range(range: number): void;
  get_samplerate(): number;
  synthesize(text: string, heard: (samples: Int16Array, events: EspeakEvent[]) => boolean): void;
}

const PACKAGE = '@echogarden/espeak-ng-emscripten';
/** Words a minute: eSpeak's own 175 is hurried for a face that is to be watched. */
const RATE = 160;
/** eSpeak's middle of the melody's width, and where it stops sounding like speech. */
const RANGE = 60;
/** A consonant's closure lies between the word's start and its first phone's; a longer gap is a pause. */
const LONGEST_CLOSURE_MS = 90;

let loaded: Promise<EspeakWorker> | undefined;

function loadEspeak(): Promise<EspeakWorker> {
  loaded ??= import(PACKAGE)
    .then(async (package_: { default: () => Promise<{ eSpeakNGWorker: new () => EspeakWorker }> }) => {
      const module = await package_.default();
      return new module.eSpeakNGWorker();
    })
    .catch((error) => {
      loaded = undefined;
      throw error;
    });
  return loaded;
}

/** Throws when the package is not installed. */
export function espeakPath(): string {
  return createRequire(import.meta.url).resolve(PACKAGE);
}

/**
 * Speaks one sentence with an eSpeak voice ("de", "en-us+f2"). Undefined when there is nothing in it to say.
 * Not re-entrant by itself, and need not be: it runs to its end without yielding.
 */
export async function speakWithEspeak(
  sentence: string,
  voice: string,
  delivery: Delivery,
): Promise<Utterance | undefined> {
  const words = writtenWords(sentence);
  if (words.length === 0) return undefined;
  const espeak = await loadEspeak();
  if (espeak.set_voice(voice) !== 0) {
    throw new Failure({
      code: 'engine-failed',
      message: `The voice "${voice}" is not in the speech engine.`,
      hint: 'Choose another voice for this language.',
    });
  }
  espeak.set_rate(Math.round(RATE / delivery.stretch));
  espeak.set_range(Math.round(Math.min(95, RANGE * delivery.melody)));
  const code = voice.split(/[-+]/)[0]!;
  const said = words.map((word) => harmless(spelledOut(word, code)));
  const chunks: Int16Array[] = [];
  const events: EspeakEvent[] = [];
  espeak.synthesize(said.join(' '), (samples, told) => {
    chunks.push(samples);
    events.push(...told);
    return false;
  });
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const samples = new Float32Array(length);
  let at = 0;
  for (const chunk of chunks) {
    for (let index = 0; index < chunk.length; index++) samples[at + index] = chunk[index]! / 32_768;
    at += chunk.length;
  }
  const sampleRate = espeak.get_samplerate();
  const { phones, starts } = readEvents(events, said, (length * 1000) / sampleRate);
  if (phones.length === 0) return undefined;
  return { samples, sampleRate, phones, words: wordSpans(words, starts, phones) };
}

/** `[[ ]]` would be read as phoneme codes; the rest is the engine's business. Length in letters is kept. */
function harmless(word: string): string {
  return word.replace(/\[\[/g, '((').replace(/\]\]/g, '))');
}

/** Phones, and for every written word the indices of the phones that begin a spoken word of it. */
function readEvents(
  events: readonly EspeakEvent[],
  words: readonly string[],
  soundMs: number,
): { phones: Phone[]; starts: { word: number; phone: number }[] } {
  // Where each written word ends in the text, in code points from 1, its trailing space included.
  const ends: number[] = [];
  let position = 1;
  for (const word of words) {
    position += [...word].length + 1;
    ends.push(position);
  }
  const phones: Phone[] = [];
  const starts: { word: number; phone: number }[] = [];
  let wordMs = 0;
  let isFirst = false;
  let open: { ipa: string; startMs: number } | undefined;
  const close = (endMs: number) => {
    if (open === undefined) return;
    const parts = segments(open.ipa);
    const stress = stressOf(open.ipa);
    const length = Math.max(0, endMs - open.startMs);
    parts.forEach((phone, index) => {
      // The first part of a diphthong is its longer one; an affricate's stop is its shorter one.
      const first = isVowel(parts[0]!) ? 0.6 : 0.4;
      const from = parts.length === 2 ? (index === 0 ? 0 : first) : index / parts.length;
      const to = parts.length === 2 ? (index === 0 ? first : 1) : (index + 1) / parts.length;
      phones.push({
        phone,
        startMs: open!.startMs + length * from,
        endMs: open!.startMs + length * to,
        stress: isVowel(phone) ? stress : 0,
      });
    });
    open = undefined;
  };
  for (const event of events) {
    const ms = Math.min(soundMs, event.audio_position);
    if (event.type === 'word') {
      close(ms);
      wordMs = ms;
      isFirst = true;
      const word = ends.findIndex((end) => event.text_position < end);
      starts.push({ word: word < 0 ? words.length - 1 : word, phone: phones.length });
    } else if (event.type === 'phoneme') {
      const ipa = String(event.id ?? '');
      if (ipa.startsWith('(')) continue; // "(en)": the language changes inside the sentence
      close(ms);
      if (segments(ipa).length === 0) continue;
      open = { ipa, startMs: isFirst && ms - wordMs <= LONGEST_CLOSURE_MS ? wordMs : ms };
      isFirst = false;
    } else if (event.type === 'end') {
      close(ms);
    }
  }
  close(soundMs);
  return { phones, starts };
}

/** Spans of the written words. One that got no event of its own ("and" read together with "at") shares. */
function wordSpans(
  words: readonly string[],
  starts: readonly { word: number; phone: number }[],
  phones: readonly Phone[],
): Utterance['words'] {
  const first = new Map<number, number>();
  for (const { word, phone } of starts) if (!first.has(word) && phone < phones.length) first.set(word, phone);
  const spans: Utterance['words'] = [];
  for (let word = 0; word < words.length; ) {
    let next = word + 1;
    while (next < words.length && !first.has(next)) next++;
    const from = word === 0 ? 0 : first.get(word)!;
    const to = next < words.length ? first.get(next)! : phones.length;
    const startMs = phones[Math.min(from, phones.length - 1)]!.startMs;
    const endMs = Math.max(startMs, phones[Math.max(from, to - 1)]!.endMs);
    const letters = words.slice(word, next).map((text) => text.length);
    const total = letters.reduce((sum, count) => sum + count, 0);
    let at = startMs;
    for (let index = word; index < next; index++) {
      const end = at + ((endMs - startMs) * letters[index - word]!) / total;
      spans.push({ text: words[index]!, startMs: at, endMs: index === next - 1 ? endMs : end });
      at = end;
    }
    word = next;
  }
  return spans;
}
