import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCode, fragmentOf, parseCode, parseLink } from './invitation.ts';

const link = { invitation: '07', secret: `${'s'.repeat(21)}Q`, fingerprint: `${'f'.repeat(42)}A` };

test('a link is read whole, as its fragment, and with the blanks of a paste around it', () => {
  const fragment = fragmentOf(link);
  expect(fragment).toBe(`#pair=07.${link.secret}.${link.fingerprint}`);
  for (const text of [
    fragment,
    fragment.slice(1),
    `http://192.168.1.5:7777/${fragment}`,
    `  https://myspinbot.local:7777/trust${fragment}\n`,
  ]) {
    expect(parseLink(text), text).toEqual(link);
  }
});

test.each([
  '',
  '#',
  '#pair=',
  `#pair=7.${link.secret}.${link.fingerprint}`,
  `#pair=07.${link.secret}x.${link.fingerprint}`,
  `#pair=07.${link.secret}.${link.fingerprint}.`,
  `#pair=07.${link.secret}.${link.fingerprint.slice(1)}`,
  // Not canonical: bits that mean nothing.
  `#pair=07.${'s'.repeat(22)}.${link.fingerprint}`,
  `http://evil.example/?pair=07.${link.secret}.${link.fingerprint}`,
  `#x#pair=07.${link.secret}.${link.fingerprint}`,
])('%j is no link', (text) => {
  expect(parseLink(text)).toBeUndefined();
});

test('a code is read however a person groups it', () => {
  const code = formatCode('07', '000345');
  expect(code).toBe('07-000-345');
  for (const text of [code, '07000345', '07 000 345', ' 07–000—345 ', '07.000.345', '0 7 0 0 0 3 4 5']) {
    expect(parseCode(text), text).toEqual({ invitation: '07', digits: '000345' });
  }
});

test.each(['', '0700034', '070003456', '07-000-34a', '٠٧٠٠٠٣٤٥', '07+000345', '-0.7e0003'])(
  '%j is no code',
  (text) => {
    expect(parseCode(text)).toBeUndefined();
  },
);

test('what is written is read, and no text makes a reader throw', () => {
  fc.assert(
    fc.property(fc.nat(99), fc.nat(999_999), (number, digits) => {
      const invitation = String(number).padStart(2, '0');
      const password = String(digits).padStart(6, '0');
      expect(parseCode(formatCode(invitation, password))).toEqual({ invitation, digits: password });
    }),
  );
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), (text) => {
      parseLink(text);
      parseCode(text);
    }),
  );
});
