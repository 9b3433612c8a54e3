// The text of a recording as the speech engine would say it: the phones in order with what each moment of
// them sounds like. Alignment compares a recording with this.
import type { Language } from '@myspinbot/shared/project/options.ts';
import { cepstra, type Frames, normalize } from '@myspinbot/shared/speech/mel.ts';
import { resample } from '@myspinbot/shared/speech/resample.ts';
import type { Phone, Word } from '@myspinbot/shared/speech/timing.ts';
import { cleanText } from '../speech/clean-text.ts';
import { speakWithEspeak } from '../speech/espeak.ts';
import { splitSentences } from '../speech/sentences.ts';
import { chooseVoice } from '../speech/voices.ts';

/** Rate at which sounds are compared: speech sounds differ below 8 kHz. */
export const COMPARE_HZ = 16_000;

export interface ReferencePhone {
  phone: string;
  stress: Phone['stress'];
  /** Index into `words`. */
  word: number;
}

export interface Reference {
  phones: ReferencePhone[];
  words: Pick<Word, 'text' | 'endsSentence'>[];
  /** Rows of `frames`: which phone each belongs to, or BREAK between two words and at both ends. */
  phoneOfRow: Int32Array;
  frames: Frames;
  /** Length of the spoken parts, s. */
  seconds: number;
}

/** Marks a row where a speaker may rest for any time, or not at all. */
export const BREAK = -1;

/** Speaks the text and cuts its own pauses out. Undefined when nothing of the text can be spoken. */
export async function referenceOf(
  text: string,
  lang: Language,
  pitchHz: number,
  signal: AbortSignal,
): Promise<Reference | undefined> {
  // The recording's own kind of voice compares better, whoever the default voice of the language is.
  const name = chooseVoice(
    lang,
    lang === 'en' ? (pitchHz < 145 ? 'en-us-deep' : 'en-us-bright') : undefined,
    pitchHz,
  );
  if (name === undefined || name.speaks.engine !== 'espeak') return undefined;
  const phones: ReferencePhone[] = [];
  const words: Reference['words'] = [];
  const rows: { values: Float32Array; phone: number }[] = [];
  for (const sentence of splitSentences(cleanText(text).text, lang)) {
    signal.throwIfAborted();
    const spoken = await speakWithEspeak(sentence.text, name.speaks.voice, { stretch: 1, melody: 1 });
    if (spoken === undefined) continue;
    const sound = resample(spoken.samples, spoken.sampleRate, COMPARE_HZ);
    const frames = cepstra(sound, COMPARE_HZ);
    const row = (frame: number) => frames.data.subarray(frame * frames.width, (frame + 1) * frames.width);
    const silence = new Float32Array(frames.width);
    let word = -1;
    for (const phone of spoken.phones) {
      const centre = (phone.startMs + phone.endMs) / 2;
      const at = Math.max(
        0,
        spoken.words.findLastIndex((candidate) => candidate.startMs <= centre),
      );
      if (at !== word) {
        rows.push({ values: silence, phone: BREAK });
        for (let next = word + 1; next <= at; next++)
          words.push({ text: spoken.words[next]!.text, endsSentence: next === spoken.words.length - 1 });
        word = at;
      }
      const first = Math.min(frames.count - 1, Math.round(phone.startMs / 10));
      const last = Math.max(first + 1, Math.min(frames.count, Math.round(phone.endMs / 10)));
      for (let frame = first; frame < last; frame++) rows.push({ values: row(frame), phone: phones.length });
      phones.push({ phone: phone.phone, stress: phone.stress, word: words.length - 1 });
    }
  }
  if (phones.length === 0) return undefined;
  const width = rows[0]!.values.length;
  rows.push({ values: new Float32Array(width), phone: BREAK });
  const data = new Float32Array(rows.length * width);
  const phoneOfRow = new Int32Array(rows.length);
  const counts = new Uint8Array(rows.length);
  rows.forEach(({ values, phone }, index) => {
    data.set(values, index * width);
    phoneOfRow[index] = phone;
    counts[index] = phone === BREAK ? 0 : 1;
  });
  const frames = normalize({ data, width, count: rows.length }, counts);
  return { phones, words, phoneOfRow, frames, seconds: counts.reduce((sum, one) => sum + one, 0) / 100 };
}
