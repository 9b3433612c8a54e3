// One sentence as an engine spoke it: sound and times on the sentence's own clock. What both built-in
// engines give, and how a sentence's edges are found.
import type { Phone, Word } from '@myspinbot/shared/speech/timing.ts';

export interface Utterance {
  samples: Float32Array<ArrayBuffer>;
  sampleRate: number;
  phones: Phone[];
  /** One per written word, in order; `endsSentence` is set by the caller, who knows the sentences. */
  words: Omit<Word, 'endsSentence'>[];
}

/** What a voice can be asked beside the words: 1 leaves it as the engine has it. */
export interface Delivery {
  /** Length of the sounds. */
  stretch: number;
  /** Width of the melody. */
  melody: number;
}

/**
 * Splits a sentence into what is shown as words. Marks that stand alone ("-", "!") join the word before, so
 * that every word has a sound.
 */
export function writtenWords(sentence: string): string[] {
  const words: string[] = [];
  for (const part of sentence.split(/\s+/).flatMap(cutLong)) {
    if (part === '') continue;
    const spoken = /[\p{L}\p{N}]/u.test(part) || /^[&%$€£@#+=]+$/u.test(part);
    const last = words.length - 1;
    if (!spoken && last >= 0) words[last] = `${words[last]} ${part}`;
    else if (spoken) words.push(part);
  }
  return words;
}

/** Nobody writes such words, but somebody pastes them; captions and the engines want an end. */
const LONGEST_WORD = 60;

function cutLong(word: string): string[] {
  const letters = [...word];
  if (letters.length <= LONGEST_WORD) return [word];
  const parts: string[] = [];
  for (let at = 0; at < letters.length; at += LONGEST_WORD)
    parts.push(letters.slice(at, at + LONGEST_WORD).join(''));
  return parts;
}
