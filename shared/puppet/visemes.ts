// From an IPA phone to what the mouth does for it. Vowels by height, backness and rounding; consonants by
// place and manner; anything unknown falls back to its nearest features, so every language gets a mouth.

/** Targets 0..1 and how strongly the phone insists on each (its neighbours win where it does not care). */
export interface Viseme {
  jaw: number;
  wide: number;
  round: number;
  close: number;
  tuck: number;
  upper: number;
  /** Insistence on the jaw and on the lips' width and rounding, 0..1. */
  holdJaw: number;
  holdLips: number;
}

const NEUTRAL: Viseme = {
  jaw: 0.3,
  wide: 0.1,
  round: 0,
  close: 0,
  tuck: 0,
  upper: 0.1,
  holdJaw: 0.25,
  holdLips: 0.1,
};

const make = (fields: Partial<Viseme>): Viseme => ({ ...NEUTRAL, ...fields });

/** Openness by height: 0 close .. 6 open. */
const jawOfHeight = [0.2, 0.3, 0.42, 0.55, 0.72, 0.9, 1] as const;

function vowel(height: number, front: number, rounded: boolean): Viseme {
  const open = jawOfHeight[height]!;
  if (rounded)
    return make({ jaw: open * 0.8, wide: 0, round: 1 - open * 0.45, upper: 0, holdJaw: 0.8, holdLips: 1 });
  return make({
    jaw: open,
    wide: front * (1 - 0.45 * open),
    round: front < 0.2 ? 0.12 : 0,
    upper: 0.25 + 0.25 * front,
    holdJaw: 0.9,
    holdLips: 0.35 + 0.6 * front,
  });
}

const vowels: Record<string, Viseme> = {
  i: vowel(0, 1, false),
  y: vowel(0, 1, true),
  ɨ: vowel(0, 0.5, false),
  ʉ: vowel(0, 0.5, true),
  ɯ: vowel(0, 0.3, false),
  u: vowel(0, 0, true),
  ɪ: vowel(1, 0.8, false),
  ʏ: vowel(1, 0.8, true),
  ʊ: vowel(1, 0, true),
  e: vowel(2, 0.95, false),
  ø: vowel(2, 0.9, true),
  ɘ: vowel(2, 0.5, false),
  ɵ: vowel(2, 0.5, true),
  ɤ: vowel(2, 0.2, false),
  o: vowel(2, 0, true),
  ə: make({ jaw: 0.36, wide: 0.2, upper: 0.2, holdJaw: 0.45, holdLips: 0.2 }),
  ɚ: make({ jaw: 0.34, wide: 0, round: 0.4, holdJaw: 0.5, holdLips: 0.6 }),
  ɝ: make({ jaw: 0.4, wide: 0, round: 0.45, holdJaw: 0.6, holdLips: 0.7 }),
  ᵻ: vowel(1, 0.5, false),
  ɛ: vowel(4, 0.85, false),
  œ: vowel(4, 0.7, true),
  ɜ: vowel(3, 0.35, false),
  ɞ: vowel(4, 0.4, true),
  ʌ: vowel(4, 0.25, false),
  ɔ: vowel(4, 0, true),
  æ: vowel(5, 0.8, false),
  ɐ: vowel(5, 0.35, false),
  a: vowel(6, 0.5, false),
  ɶ: vowel(6, 0.6, true),
  ɑ: vowel(6, 0.15, false),
  ɒ: vowel(5, 0, true),
};

const bilabial = make({ jaw: 0.05, close: 1, wide: 0.1, upper: 0, holdJaw: 0.7, holdLips: 0.12 });
const labiodental = make({ jaw: 0.12, tuck: 1, wide: 0.2, upper: 0.45, holdJaw: 0.7, holdLips: 0.3 });
const dental = make({ jaw: 0.24, wide: 0.2, upper: 0.3, holdJaw: 0.5, holdLips: 0.2 });
const alveolar = make({ jaw: 0.2, wide: 0.25, upper: 0.2, holdJaw: 0.5, holdLips: 0.18 });
const sibilant = make({ jaw: 0.08, wide: 0.5, upper: 0.3, holdJaw: 0.85, holdLips: 0.45 });
const hushing = make({ jaw: 0.12, wide: 0, round: 0.6, upper: 0.35, holdJaw: 0.8, holdLips: 0.75 });
const lateral = make({ jaw: 0.3, wide: 0.25, upper: 0.25, holdJaw: 0.4, holdLips: 0.2 });
const rhotic = make({ jaw: 0.24, wide: 0, round: 0.45, holdJaw: 0.4, holdLips: 0.55 });
const tap = make({ jaw: 0.26, wide: 0.2, holdJaw: 0.35, holdLips: 0.15 });
const palatal = make({ jaw: 0.2, wide: 0.65, upper: 0.25, holdJaw: 0.5, holdLips: 0.6 });
const velar = make({ jaw: 0.3, wide: 0.12, holdJaw: 0.3, holdLips: 0.08 });
const glottal = make({ jaw: 0.35, wide: 0.1, holdJaw: 0.12, holdLips: 0.04 });
const labialVelar = make({ jaw: 0.14, wide: 0, round: 1, close: 0.25, upper: 0, holdJaw: 0.7, holdLips: 1 });

const consonantFamilies: readonly (readonly [string, Viseme])[] = [
  ['pbmʙɓ', bilabial],
  ['ɸβ', make({ ...bilabial, close: 0.75 })],
  ['fvɱʋⱱ', labiodental],
  ['θð', dental],
  ['tdnɗ', alveolar],
  ['szɬɮ', sibilant],
  ['ʃʒʂʐɕʑ', hushing],
  ['lɫɭɺ', lateral],
  ['ɹɻ', rhotic],
  ['rɾɽ', tap],
  ['jcɟɲʎʝçʄ', palatal],
  ['kɡgŋxɣɰʟɠ', velar],
  ['qɢɴχʁʀʛ', make({ ...velar, jaw: 0.36 })],
  ['hɦħʕʔʡʜʢ', glottal],
  ['wʍɥ', labialVelar],
  ['ʈɖɳ', make({ ...alveolar, round: 0.15 })],
];

const consonants: Record<string, Viseme> = {};
for (const [letters, viseme] of consonantFamilies) for (const letter of letters) consonants[letter] = viseme;

/**
 * The mouth shapes of one phone in order, each with its share of the phone's time. A diphthong or affricate
 * has two; silence ('') has none.
 */
export function visemesOf(phone: string): readonly { viseme: Viseme; share: number }[] {
  const letters = [...phone.normalize('NFD')];
  const found: Viseme[] = [];
  let known = false;
  for (const letter of letters) {
    const vowelShape = vowels[letter];
    const shape = vowelShape ?? consonants[letter];
    if (shape !== undefined) {
      known = true;
      found.push(shape);
    } else if (letter === 'ʷ' && found.length > 0) {
      const last = found[found.length - 1]!;
      found[found.length - 1] = { ...last, round: Math.max(last.round, 0.6), wide: 0, holdLips: 0.8 };
    } else if (letter === 'ʲ' && found.length > 0) {
      const last = found[found.length - 1]!;
      found[found.length - 1] = { ...last, wide: Math.max(last.wide, 0.4) };
    }
  }
  if (phone === '') return [];
  if (!known) return [{ viseme: NEUTRAL, share: 1 }];
  if (found.length === 1) return [{ viseme: found[0]!, share: 1 }];
  // The first element of a diphthong is the longer one; a closure before its release is the shorter one.
  const first = vowels[letters[0]!] !== undefined ? 0.58 : 0.4;
  return [
    { viseme: found[0]!, share: first },
    { viseme: found[found.length - 1]!, share: 1 - first },
  ];
}
