// Bytes as text and texts as one unambiguous run of bytes, for keys, proofs and what is signed.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** base64url without padding (RFC 4648, section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const word = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const signs = Math.min(bytes.length - at, 3) + 1;
    for (let sign = 0; sign < signs; sign++) text += alphabet[(word >> (18 - 6 * sign)) & 63];
  }
  return text;
}

/** Undefined for anything but canonical base64url: two texts never mean the same bytes. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  for (let at = 0, out = 0; at < text.length; at += 4) {
    let word = 0;
    for (let sign = 0; sign < 4; sign++) {
      word = (word << 6) | (at + sign < text.length ? alphabet.indexOf(text[at + sign]!) : 0);
    }
    for (let byte = 0; byte < 3 && out < bytes.length; byte++) bytes[out++] = (word >> (16 - 8 * byte)) & 255;
  }
  return toBase64Url(bytes) === text ? bytes : undefined;
}

/** UTF-8 of a text. Half surrogates become U+FFFD. */
export function utf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const sign of text) {
    let point = sign.codePointAt(0)!;
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
    else if (point < 0x10000) {
      bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    } else {
      bytes.push(
        0xf0 | (point >> 18),
        0x80 | ((point >> 12) & 63),
        0x80 | ((point >> 6) & 63),
        0x80 | (point & 63),
      );
    }
  }
  return Uint8Array.from(bytes);
}

/**
 * Texts as bytes that no other list of texts makes: each with its length before it (4 bytes, big endian), so that
 * moving a character from one field to the next changes what is signed.
 */
export function joined(parts: readonly string[]): Uint8Array {
  const encoded = parts.map(utf8);
  const bytes = new Uint8Array(encoded.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of encoded) {
    view.setUint32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}
