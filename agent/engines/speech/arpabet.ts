// From the phone names of the American English engine (ARPABET, lower case) to IPA segments. Diphthongs and
// affricates become two segments, with the share of time the first one takes.

/** ARPABET after the CMU Pronouncing Dictionary; pau is flite's silence. */
const table: Readonly<Record<string, readonly [string] | readonly [string, string, number]>> = {
  aa: ['ɑ'],
  ae: ['æ'],
  ah: ['ʌ'],
  ao: ['ɔ'],
  ax: ['ə'],
  axr: ['ɚ'],
  eh: ['ɛ'],
  er: ['ɝ'],
  ih: ['ɪ'],
  ix: ['ɨ'],
  iy: ['i'],
  uh: ['ʊ'],
  uw: ['u'],
  ux: ['u'],
  // The first part of a diphthong is the longer one: the glide fills about the last two fifths.
  aw: ['a', 'ʊ', 0.6],
  ay: ['a', 'ɪ', 0.6],
  ey: ['e', 'ɪ', 0.6],
  ow: ['o', 'ʊ', 0.6],
  oy: ['ɔ', 'ɪ', 0.6],
  b: ['b'],
  ch: ['t', 'ʃ', 0.4],
  d: ['d'],
  dh: ['ð'],
  dx: ['ɾ'],
  el: ['l̩'],
  em: ['m̩'],
  en: ['n̩'],
  f: ['f'],
  g: ['g'],
  hh: ['h'],
  hv: ['h'],
  jh: ['d', 'ʒ', 0.4],
  k: ['k'],
  l: ['l'],
  m: ['m'],
  n: ['n'],
  ng: ['ŋ'],
  nx: ['n'],
  p: ['p'],
  q: ['ʔ'],
  r: ['ɹ'],
  s: ['s'],
  sh: ['ʃ'],
  t: ['t'],
  th: ['θ'],
  v: ['v'],
  w: ['w'],
  y: ['j'],
  z: ['z'],
  zh: ['ʒ'],
};

/** IPA segments of an ARPABET name with their shares of its time (sum 1); none for silence. */
export function arpabetToIpa(name: string): { phone: string; share: number }[] {
  const entry = table[name];
  if (entry === undefined) return [];
  return entry.length === 1
    ? [{ phone: entry[0], share: 1 }]
    : [
        { phone: entry[0], share: entry[2] },
        { phone: entry[1], share: 1 - entry[2] },
      ];
}
