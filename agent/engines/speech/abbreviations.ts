// Abbreviations that eSpeak would spell letter by letter, or take for the end of a sentence, as they are read
// aloud. By eSpeak's language code; English is left out, since its engine knows them.

const table: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  de: {
    'dr.': 'Doktor',
    'prof.': 'Professor',
    'hr.': 'Herr',
    'fr.': 'Frau',
    'nr.': 'Nummer',
    'str.': 'Straße',
    'usw.': 'und so weiter',
    'z.b.': 'zum Beispiel',
    'd.h.': 'das heißt',
    'bzw.': 'beziehungsweise',
    'ca.': 'circa',
    'evtl.': 'eventuell',
    'st.': 'Sankt',
    'inkl.': 'inklusive',
    'ggf.': 'gegebenenfalls',
  },
  fr: {
    'm.': 'monsieur',
    mme: 'madame',
    mlle: 'mademoiselle',
    dr: 'docteur',
    'dr.': 'docteur',
    'etc.': 'et cétéra',
  },
  es: {
    'sr.': 'señor',
    'sra.': 'señora',
    'dr.': 'doctor',
    'dra.': 'doctora',
    'ud.': 'usted',
    'uds.': 'ustedes',
    'etc.': 'etcétera',
  },
  it: { 'sig.': 'signor', 'dott.': 'dottor', 'dr.': 'dottor', 'ecc.': 'eccetera', 'prof.': 'professor' },
  pt: { 'sr.': 'senhor', 'sra.': 'senhora', 'dr.': 'doutor', 'dra.': 'doutora', 'etc.': 'etcétera' },
  nl: {
    'dr.': 'dokter',
    'dhr.': 'de heer',
    'mevr.': 'mevrouw',
    'bijv.': 'bijvoorbeeld',
    'enz.': 'enzovoort',
  },
  pl: { dr: 'doktor', 'np.': 'na przykład', 'itd.': 'i tak dalej', 'ul.': 'ulica', 'prof.': 'profesor' },
};

/** The word as it is read aloud; itself when it is no known abbreviation. Marks around it are kept. */
export function spelledOut(word: string, code: string): string {
  const known = table[code];
  if (known === undefined) return word;
  const [, before = '', core = '', after = ''] = /^(["'“„«(]*)(.*?)([,;:!?)"'”“»]*)$/u.exec(word) ?? [];
  const full = known[core.toLowerCase()];
  return full === undefined ? word : `${before}${full}${after}`;
}
