// Ids that never meet: 20 characters of base 36 are 103 bits.
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
const LENGTH = 20;

/** `p_`, `j_` or `d_` and 20 characters. Works on plain HTTP too, where `crypto.randomUUID` does not exist. */
export function newId(prefix: 'p' | 'j' | 'd'): string {
  let id = '';
  while (id.length < LENGTH) {
    for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH))) {
      // 252 = 7 * 36: larger bytes would make the first letters likelier.
      if (byte < 252 && id.length < LENGTH) id += ALPHABET[byte % 36];
    }
  }
  return `${prefix}_${id}`;
}
