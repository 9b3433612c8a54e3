// The card of an invitation, as it stands in a terminal.
import type { Invitation } from '@myspinbot/shared/wire/pairing.ts';
import { expect, test } from 'vitest';
import { cardOf } from './pair-card.ts';

const fingerprint = `AXt5NAid${'x'.repeat(34)}A`;
const invitation: Invitation = {
  id: '12',
  role: 'owner',
  project: null,
  code: '12-345-678',
  trustLinks: ['http://192.168.178.123:7777/'],
  links: [`https://192.168.178.123:7777/#pair=12.${'a'.repeat(21)}A.${fingerprint}`],
  expiresInMs: 120_000,
  attemptsLeft: 3,
  state: { state: 'open' },
};
const card = (isColoured: boolean, columns = 80) =>
  cardOf(invitation, { columns, isColoured, sha256: 'AB:CD' }).split('\n');
const ESC = String.fromCharCode(27);
/** What is on the screen: colours take no room. */
const shown = (line: string) =>
  line
    .split(ESC)
    .map((part, at) => (at === 0 ? part : part.replace(/^\[[\d;]*m/, '')))
    .join('');

test('the key is shown as the app shows it, to be compared', () => {
  expect(card(false)).toContain('Its key begins with  AXt5 NAid');
});

test('in a terminal with colours the pictures are black on white whatever its own colours are, side by side in 80', () => {
  const lines = card(true);
  expect(Math.max(...lines.map((line) => shown(line).length))).toBeLessThanOrEqual(80);
  const drawn = lines.filter((line) => /[█▀▄]/.test(line));
  expect(drawn.length).toBeGreaterThan(15);
  for (const line of drawn) {
    // Nothing of a picture stands outside of its colours, and nothing else inside.
    const parts = line.split(ESC);
    const inside = parts.filter((part) => part.startsWith('[38;5;231;48;5;16m'));
    const outside = parts.filter((part) => !inside.includes(part));
    expect(inside.join('')).toMatch(/^[[\d;m█▀▄ ]+$/);
    expect(outside.join('')).not.toMatch(/[█▀▄]/);
  }
  // The white around it, above too: three modules are one and a half lines.
  const [first] = drawn;
  expect(/[█▀▄ ]+/.exec(shown(first!))?.[0]).toMatch(/^█{3,}/);
});

test('where there are no colours nothing but letters is written', () => {
  expect(card(false).join('')).not.toContain('\x1b');
  // In a narrow terminal one stands below the other.
  expect(card(true, 60).length).toBeGreaterThan(card(true).length + 10);
});
