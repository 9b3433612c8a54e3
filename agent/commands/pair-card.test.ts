import { expect, test } from 'vitest';
import { cardOf, standOf } from './pair-card.ts';

const invitation = {
  id: '12',
  role: 'member',
  project: null,
  code: '12-345-678',
  trustLinks: ['http://192.168.1.5:7777/', 'http://desk.local:7777/'],
  links: [`https://192.168.1.5:7777/#pair=12.${'A'.repeat(22)}.${'f'.repeat(42)}A`],
  expiresInMs: 103_000,
  attemptsLeft: 3,
  state: { state: 'open' as const },
} as const;
const none = { ...invitation, trustLinks: [], links: [] };
const sha256 = Array.from({ length: 32 }, (_, at) => at.toString(16).padStart(2, '0').toUpperCase()).join(
  ':',
);
const card = (columns: number, look = { isColoured: false, rows: 24 }) =>
  cardOf(
    { ...invitation, trustLinks: [...invitation.trustLinks], links: [...invitation.links] },
    { columns, sha256, ...look },
  );

test('both pictures stand side by side in a terminal of the usual size, under what they are for', () => {
  const lines = card(80).split('\n');
  expect(lines[0]).toMatch(/^1\. New here: scan this, and +2\. Pair: scan this, or$/);
  expect(lines[1]).toMatch(/^trust the workstation once +type the code {2}12-345-678$/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  // With the line below it, and the one of the command above.
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(card(80)).toContain('New here, also at http://desk.local:7777/');
  // As the app shows it, to be compared.
  expect(lines.at(-1)).toMatch(/^Its key begins with ffff ffff\./);
});

test('one below the other where they do not fit', () => {
  const lines = card(60).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(lines.findIndex((line) => line.startsWith('2. Pair'))).toBeGreaterThan(10);
});

const ESC = String.fromCharCode(27);
const plain = (text: string) => text.replaceAll(`${ESC}[38;5;231;48;5;16m`, '').replaceAll(`${ESC}[0m`, '');

test.each([24, 40])(
  'with colours the pictures are black on white whatever the terminal’s own are, side by side, in %d lines too',
  (rows) => {
    const lines = card(80, { isColoured: true, rows }).split('\n');
    const shown = lines.map(plain);
    expect(shown.join('')).not.toContain(ESC);
    expect(Math.max(...shown.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.length).toBeLessThan(rows);
    const drawn = lines.filter((line) => /[█▀▄]/.test(line));
    expect(drawn.length).toBeGreaterThan(15);
    for (const line of drawn) {
      const parts = line.split(ESC).filter((part) => !part.startsWith('[38;5;231;48;5;16m'));
      expect(parts.join('')).not.toMatch(/[█▀▄]/);
    }
    // White above and beside the picture: of three modules where there is room, of one in 24 lines.
    const white = /^█+/.exec(/[█▀▄ ]+/.exec(plain(drawn[3]!))![0])![0].length;
    expect(white).toBeGreaterThanOrEqual(rows > 24 ? 3 : 1);
  },
);

test('without colours nothing but letters is written', () => {
  expect(card(80)).not.toContain(ESC);
});

test('nothing of the secret is written out, and all of the fingerprint is', () => {
  expect(card(80)).not.toContain('#pair');
  const groups = [...card(80).matchAll(/^((?:[0-9A-F]{2}:){7}[0-9A-F]{2})/gm)].map(([, group]) => group);
  expect(groups.join(':')).toBe(sha256);
});

test('what is for this machine alone says so', () => {
  expect(cardOf(none, { columns: 80, rows: 24, isColoured: false, sha256: undefined })).toContain(
    'Start it without --local',
  );
});

test.each([
  [103_000, 3, 'Code 12-345-678 for one member: 1:43 left, 3 tries. Ctrl+C ends it.'],
  [1, 1, 'Code 12-345-678 for one member: 0:01 left, one try. Ctrl+C ends it.'],
])('%d ms and %d tries left', (expiresInMs, attemptsLeft, words) => {
  expect(standOf({ ...none, expiresInMs, attemptsLeft })).toBe(words);
});
