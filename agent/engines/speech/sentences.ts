// Where a text breaks: sentences for the engine, and how long a speaker rests after each. It does not know
// any engine.
import type { Language } from '@myspinbot/shared/project/options.ts';

export interface Sentence {
  text: string;
  /** Rest after it, ms. */
  pauseMs: number;
}

/** After these a full stop does not end a sentence. Lower case, without the stop. */
const abbreviations = new Set(
  (
    'mr mrs ms dr prof st jr sr vs etc inc ltd fig vol dept approx ca bzw usw nr str hr fr bspw evtl ggf inkl ' +
    'sra srta ud uds ee art pág núm mme mlle av bd cf env ing dott sig avv geom tel min max św ul np tzn itd ' +
    'др проф ул стр гг jan feb apr aug sept oct nov dec'
  ).split(' '),
);

/** Rests a calm reader makes, ms: enough for the eye to see the mouth close. */
const rest = { paragraph: 700, ellipsis: 520, question: 430, stop: 400, clause: 260, none: 200 };

/** Longer sentences are cut at a comma, so that progress and cancelling stay quick. */
const LONGEST_SENTENCE = 380;

/**
 * Splits clean text into sentences with the rest after each; the last one's is 0. By Unicode's rules (UAX 29)
 * with titles and initials joined again, which the rules alone cut.
 */
export function splitSentences(text: string, lang: Language): Sentence[] {
  const segmenter = new Intl.Segmenter(lang, { granularity: 'sentence' });
  const out: Sentence[] = [];
  for (const paragraph of text.split(/\n+/)) {
    const joined: string[] = [];
    for (const { segment } of segmenter.segment(paragraph)) {
      const last = joined.length - 1;
      if (last >= 0 && continues(joined[last]!)) joined[last] += segment;
      else joined.push(segment);
    }
    const parts = joined
      .flatMap((sentence) => cutLong(sentence.trim()))
      .filter((part) => /[\p{L}\p{N}]/u.test(part));
    parts.forEach((part, index) => {
      const pauseMs = index === parts.length - 1 ? rest.paragraph : restAfter(part);
      out.push({ text: part, pauseMs });
    });
  }
  const last = out.at(-1);
  if (last !== undefined) last.pauseMs = 0;
  return out;
}

function continues(sentence: string): boolean {
  const word = /(?:^|[\s("'])([\p{L}.]+)\.\s*$/u.exec(sentence)?.[1]?.toLowerCase();
  if (word === undefined) return false;
  return abbreviations.has(word) || /^\p{L}$/u.test(word) || /^(?:\p{L}\.)+\p{L}$/u.test(word);
}

function restAfter(sentence: string): number {
  const end = /[\p{P}]+["'”’»)]*$/u.exec(sentence)?.[0] ?? '';
  if (/…|\.\.\./.test(end)) return rest.ellipsis;
  if (/[?؟;？]/.test(end) && !/^;/.test(end)) return rest.question;
  if (/[.!।。]/.test(end)) return rest.stop;
  if (/[,;:،]/.test(end)) return rest.clause;
  return rest.none;
}

function cutLong(sentence: string): string[] {
  if (sentence.length <= LONGEST_SENTENCE) return [sentence];
  const half = sentence.slice(0, LONGEST_SENTENCE);
  const comma = Math.max(...[', ', '; ', ': ', '، ', ' – ', ' — '].map((mark) => half.lastIndexOf(mark)));
  const at = comma > 80 ? comma + 1 : half.lastIndexOf(' ');
  const cut = at > 0 ? at : LONGEST_SENTENCE;
  return [sentence.slice(0, cut).trim(), ...cutLong(sentence.slice(cut).trim())];
}
