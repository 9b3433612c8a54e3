// IPA as this product writes it: one segment per phone (a base letter with its diacritics and length mark),
// no stress marks, '' for silence. Diphthongs and affricates are two phones.

const vowels = new Set('aeiouyæɐɑɒɔəɘɚɛɜɝɞɤɨɪɵøœɶʊʉʌʏɯᵻ');
/** Letters that belong to the base letter before them: length, rhoticity, aspiration, palatalisation, ... */
const modifier = /\p{Mn}|[ːˑʰʲʷˠˤ˞ⁿˡ]/u;
const ignored = /\u0361|\u035c|['ˈˌ.\-|‖_!?;,0-9()*^~"]/u;

export function isVowel(phone: string): boolean {
  const base = [...phone.normalize('NFD')][0];
  return base !== undefined && vowels.has(base);
}

/** Splits an engine's IPA ("ˈaɪ", "tʃ", "ɑ̃ː") into segments; '' when nothing of it is a letter. */
export function segments(ipa: string): string[] {
  const out: string[] = [];
  for (const letter of ipa.normalize('NFD')) {
    if (ignored.test(letter)) continue;
    if (modifier.test(letter)) {
      const last = out.pop();
      if (last !== undefined) out.push((last + letter).length <= 8 ? last + letter : last);
    } else if (/\p{L}/u.test(letter)) {
      out.push(letter === 'ɡ' ? 'g' : letter);
    }
  }
  return out.map((segment) => segment.normalize('NFC'));
}

/** 2 for primary, 1 for secondary, 0 for no stress mark. */
export function stressOf(ipa: string): 0 | 1 | 2 {
  return ipa.includes('ˈ') ? 2 : ipa.includes('ˌ') ? 1 : 0;
}
