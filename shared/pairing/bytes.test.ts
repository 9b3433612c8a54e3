import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64Url, joined, toBase64Url, utf8 } from './bytes.ts';

test('bytes are written as Node writes them, and read back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
    }),
  );
});

test('no two texts mean the same bytes', () => {
  for (const text of ['AB', 'A', 'AA==', 'A+', 'A/', 'AA A', 'AAA=', 'é', 'AAAAA']) {
    expect(fromBase64Url(text), text).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      const bytes = fromBase64Url(text);
      if (bytes !== undefined) expect(toBase64Url(bytes)).toBe(text);
    }),
  );
});

test('a text has the bytes that every other encoder gives it, half signs too', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(utf8(text)).toEqual(new TextEncoder().encode(text));
    }),
  );
  expect(utf8('a\ud800b')).toEqual(new TextEncoder().encode('a\ud800b'));
});

test('no two lists of texts are joined to the same bytes', () => {
  const parts = fc.array(fc.string({ maxLength: 6 }), { maxLength: 4 });
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      const isSame = JSON.stringify(a) === JSON.stringify(b);
      expect(toBase64Url(joined(a)) === toBase64Url(joined(b))).toBe(isSame);
    }),
  );
  expect(joined(['ab', 'c'])).not.toEqual(joined(['a', 'bc']));
});
