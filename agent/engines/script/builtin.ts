// The template writer: a topic becomes scene and narration by filling sentences written by people. It knows
// nothing about the topic and does not pretend to; a language model stands behind the same port.
import type { Readiness } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type Random, seededRandom } from '@myspinbot/shared/puppet/seeded-random.ts';
import type { EngineContext } from '../engine.ts';
import { cleanText } from '../speech/clean-text.ts';
import { readableShare } from '../speech/language.ts';
import { languageTitle } from '../speech/voices.ts';
import { scriptBuiltin } from './builtin-id.ts';
import type { Script, ScriptEngine, ScriptRequest } from './port.ts';
import { sceneOf } from './scene-of.ts';
import { type TemplateLang, type TemplateLanguage, templates } from './templates.ts';

/** How fast the built-in voices read, rests included. */
const WORDS_PER_SECOND = 150 / 60;
/** How far the narration may be from the wanted length. */
const TOLERANCE = 0.2;
/** A topic is named, not read out: more than this is cut at a word. */
const LONGEST_TOPIC = 90;
const LONGEST_PERSONA = 60;
/** Drawings of sentences that are compared for length. */
const TRIES = 60;

export function createTemplateScript(): ScriptEngine {
  return { ...scriptBuiltin, probe, write };
}

async function probe(): Promise<Readiness> {
  const langs = (Object.keys(templates) as TemplateLang[]).map(languageTitle).join(', ');
  return { ready: true, detail: `Templates in ${langs}` };
}

async function write(request: ScriptRequest, context: EngineContext): Promise<Script> {
  context.signal.throwIfAborted();
  const { lang, tone } = request;
  if (!(lang in templates)) {
    throw new Failure({
      code: 'language-unknown',
      message: `The built-in writer has no templates in ${languageTitle(lang)}.`,
      hint: 'Write the words yourself, or choose English, German, French or Spanish.',
    });
  }
  const topic = topicOf(request.topic);
  if (topic.text === '') {
    throw new Failure({
      code: 'text-empty',
      message: 'The topic is empty.',
      hint: 'Say in a few words what the bot should talk about.',
    });
  }
  if (readableShare(topic.text, lang) < 0.5) {
    throw new Failure({
      code: 'language-unknown',
      message: `The topic is not written in letters that a voice in ${languageTitle(lang)} can read.`,
      hint: `Write the topic in ${languageTitle(lang)}, or write the words yourself.`,
    });
  }
  const persona = personaOf(request.persona, lang as TemplateLang);
  const random = seededRandom(request.seed);
  const language: TemplateLanguage =
    lang === 'en' ? templates.en[tone] : templates[lang as 'de' | 'fr' | 'es'];
  const wanted = Math.max(5, Math.round(request.seconds * WORDS_PER_SECOND));
  const narration = compose(language, topic, persona, wanted, random);
  context.progress(1, 1);
  const title = `${titleOf(topic.text)}${topic.kind === 'question' ? '?' : ''}`;
  return { title, scene: sceneOf(topic.text, tone, random), narration };
}

interface Topic {
  text: string;
  kind: 'thing' | 'question' | 'request';
}

/** Words after which a capital at the start of a topic was only the start of a sentence. */
const lowered =
  /^(?:The|A|An|My|Our|Your|His|Her|Their|How|Why|What|When|Where|Who|Which|This|That|These|Those|Some|All|Every|Being|Making|Learning|Going|Living|Working)\b/;
const asks =
  /^(?:why|what|who|where|when|how|which|is|are|do|does|did|can|could|should|would|will|warum|was|wer|wo|wann|wie|welche|pourquoi|que|qui|où|quand|comment|quel|por qué|qué|quién|dónde|cuándo|cómo)\b/i;
const orders =
  /^(?:say|tell|introduce|greet|wish|congratulate|invite|thank|sing|read|announce|present|please|sag|sage|erzähl|begrüße|gratuliere|dis|raconte|présente|souhaite|di|cuenta|saluda|felicita|presenta)\b/i;

function topicOf(raw: string): Topic {
  let text = cleanText(raw)
    .text.replace(/[{}<>[\]|\\"“”„«»]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  text = text.replace(
    /^(?:please )?(?:talk|speak|tell (?:me|us|people|everyone)|write|a (?:video|talk|story|script)|something) (?:about|on) /i,
    '',
  );
  const isQuestion = /\?\s*$/.test(text) && asks.test(text.replace(/^[¿\s]+/, ''));
  text = text.replace(/^[¿¡\s]+/, '').replace(/[\s.!?;:,…]+$/u, '');
  // One topic is one line: a second sentence would end up in the middle of ours.
  text = text.replace(/[.!?;]+\s+/g, ', ');
  text = cut(text, LONGEST_TOPIC);
  const kind = isQuestion ? 'question' : orders.test(text) ? 'request' : 'thing';
  if (kind === 'thing' && lowered.test(text)) text = text.charAt(0).toLowerCase() + text.slice(1);
  return { text, kind };
}

function personaOf(raw: string, lang: TemplateLang): string {
  const text = cut(
    cleanText(raw)
      .text.replace(/[{}<>[\]|\\"“”„«»\n]/g, ' ')
      .replace(/\s+/g, ' ')
      .replace(/^(?:i am|i'm|as)\s+/i, '')
      .replace(/[\s.!?;:,]+$/, '')
      .trim(),
    LONGEST_PERSONA,
  );
  if (text === '') return '';
  const isCommon = /^\p{Ll}/u.test(text) && !/^(?:a|an|the|your|my|our|one|some)\b/.test(text);
  if (lang === 'en' && isCommon) return `${/^[aeiou]/.test(text) ? 'an' : 'a'} ${text}`;
  // In the other languages the persona stands alone, as a sentence of its own or after a colon.
  return lang === 'en' ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const head = text.slice(0, longest + 1);
  const space = head.lastIndexOf(' ');
  return head.slice(0, space > 20 ? space : longest).replace(/[\s,;:–-]+$/u, '');
}

function titleOf(topic: string): string {
  const title = cut(topic, 60);
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/** Draws sentences in the order of a talk until the drawing nearest to the wanted length is found. */
function compose(
  language: TemplateLanguage,
  topic: Topic,
  persona: string,
  wanted: number,
  random: Random,
): string {
  const fill = (sentence: string) =>
    sentence.replace('{topic}', () => topic.text).replace('{persona}', () => persona);
  let best = '';
  let bestMiss = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const open = fill(pick(language.open[topic.kind], random));
    const introduce = persona === '' ? '' : fill(pick(language.introduce, random));
    const close = pick(language.close, random);
    let room = wanted - count(open);
    const frame: string[] = [open];
    if (introduce !== '' && (room >= count(introduce) || room > 4)) {
      frame.push(introduce);
      room -= count(introduce);
    }
    const closes = room >= count(close);
    if (closes) room -= count(close);
    // Shares of the remaining room by part: every part speaks before one speaks twice.
    const chosen = language.parts.map((): string[] => []);
    const pools = language.parts.map((part) => shuffled(part, random));
    for (let round = 0; round < 5; round++) {
      for (const part of shuffled(language.parts.keys(), random)) {
        const next = pools[part]!.find((sentence) => count(sentence) <= room + 2);
        if (next === undefined) continue;
        pools[part]!.splice(pools[part]!.indexOf(next), 1);
        chosen[part]!.push(next);
        room -= count(next);
      }
    }
    const text = [...frame, ...chosen.flat(), ...(closes ? [close] : [])].join(' ');
    const miss = Math.abs(count(text) - wanted);
    if (miss < bestMiss) {
      best = text;
      bestMiss = miss;
    }
    // The first good one is taken, so that seeds differ and do not all end at the one perfect length.
    if (miss <= wanted * TOLERANCE * 0.5) break;
  }
  return best;
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)]!;
}

function shuffled<T>(items: Iterable<T>, random: Random): T[] {
  const out = [...items];
  for (let index = out.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [out[index], out[other]] = [out[other]!, out[index]!];
  }
  return out;
}

function count(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}
