// Every built-in voice: its name, language, and which engine speaks it how. The first of a language is its
// default.
import type { VoiceEntry } from '@myspinbot/shared/document/agent-entry.ts';
import type { Language } from '@myspinbot/shared/project/options.ts';
import type { FliteVoice } from './flite.ts';

export interface BuiltinVoice {
  name: string;
  lang: Language;
  label: string;
  /** Median pitch as it speaks, Hz: who is nearest to a matched voice. */
  pitchHz: number;
  speaks: { engine: 'flite'; voice: FliteVoice } | { engine: 'espeak'; voice: string };
}

/** Measured medians of the two eSpeak timbres used here. */
const DEEP_HZ = 105;
const BRIGHT_HZ = 180;

const espeakCodes: Readonly<Record<Language, { code: string; title: string }>> = {
  en: { code: 'en-us', title: 'English (US)' },
  de: { code: 'de', title: 'German' },
  fr: { code: 'fr', title: 'French' },
  es: { code: 'es', title: 'Spanish' },
  it: { code: 'it', title: 'Italian' },
  pt: { code: 'pt-br', title: 'Portuguese (Brazil)' },
  nl: { code: 'nl', title: 'Dutch' },
  pl: { code: 'pl', title: 'Polish' },
  sv: { code: 'sv', title: 'Swedish' },
  da: { code: 'da', title: 'Danish' },
  nb: { code: 'nb', title: 'Norwegian' },
  fi: { code: 'fi', title: 'Finnish' },
  cs: { code: 'cs', title: 'Czech' },
  tr: { code: 'tr', title: 'Turkish' },
  el: { code: 'el', title: 'Greek' },
  ro: { code: 'ro', title: 'Romanian' },
  hu: { code: 'hu', title: 'Hungarian' },
  ru: { code: 'ru', title: 'Russian' },
  uk: { code: 'uk', title: 'Ukrainian' },
  ar: { code: 'ar', title: 'Arabic' },
  hi: { code: 'hi', title: 'Hindi' },
};

/** The language's name in English, for notes and messages. */
export function languageTitle(lang: Language): string {
  return espeakCodes[lang].title.replace(/ \(.*/, '');
}

function pair(lang: Language, code: string, title: string): BuiltinVoice[] {
  return [
    {
      name: `${code}-bright`,
      lang,
      label: `${title}, bright`,
      pitchHz: BRIGHT_HZ,
      speaks: { engine: 'espeak', voice: `${code}+f2` },
    },
    {
      name: `${code}-deep`,
      lang,
      label: `${title}, deep`,
      pitchHz: DEEP_HZ,
      speaks: { engine: 'espeak', voice: code },
    },
  ];
}

const flite: readonly BuiltinVoice[] = [
  {
    name: 'slt',
    lang: 'en',
    label: 'English (US), Sally',
    pitchHz: 175,
    speaks: { engine: 'flite', voice: 'slt' },
  },
  {
    name: 'rms',
    lang: 'en',
    label: 'English (US), Rob',
    pitchHz: 95,
    speaks: { engine: 'flite', voice: 'rms' },
  },
  {
    name: 'awb',
    lang: 'en',
    label: 'English (Scottish), Alan',
    pitchHz: 130,
    speaks: { engine: 'flite', voice: 'awb' },
  },
  {
    name: 'kal',
    lang: 'en',
    label: 'English (US), Kal, robotic',
    pitchHz: 105,
    speaks: { engine: 'flite', voice: 'kal' },
  },
];

export const builtinVoices: readonly BuiltinVoice[] = [
  ...flite,
  ...(Object.entries(espeakCodes) as [Language, { code: string; title: string }][]).flatMap(
    ([lang, { code, title }]) => pair(lang, code, title),
  ),
  ...pair('en', 'en-gb', 'English (UK)'),
  ...pair('es', 'es-419', 'Spanish (Latin America)'),
  ...pair('pt', 'pt', 'Portuguese (Portugal)'),
];

export function voiceEntries(): VoiceEntry[] {
  return builtinVoices.map(({ name, lang, label }) => ({ name, lang, label }));
}

/** The voice asked for by name, else the language's default, else the one nearest to a wanted pitch. */
export function chooseVoice(lang: Language, name?: string, pitchHz?: number): BuiltinVoice | undefined {
  if (name !== undefined) return builtinVoices.find((voice) => voice.name === name);
  const all = builtinVoices.filter((voice) => voice.lang === lang);
  // English has two kinds of engine; the diphone voice and eSpeak's are there for those who ask for them.
  const natural = all.filter((voice) => voice.speaks.engine === 'flite' && voice.name !== 'kal');
  const candidates = natural.length > 0 ? natural : all;
  if (pitchHz === undefined) return candidates[0];
  const distance = (voice: BuiltinVoice) => Math.abs(Math.log2(voice.pitchHz / pitchHz));
  return [...candidates].sort((a, b) => distance(a) - distance(b))[0];
}
