import { expect, test } from 'vitest';
import { cardOf, standOf } from './pair-card.ts';

const invitation = {
  id: '12',
  role: 'member',
  project: null,
  code: '12-345-678',
  trustLinks: ['http://192.168.1.5:7777/', 'http://desk.local:7777/'],
  links: [`https://192.168.1.5:7777/#pair=12.${'A'.repeat(22)}.${'f'.repeat(43)}`],
  expiresInMs: 103_000,
  attemptsLeft: 3,
  state: { state: 'open' as const },
} as const;
const none = { ...invitation, trustLinks: [], links: [] };
const sha256 = Array.from({ length: 32 }, (_, at) => at.toString(16).padStart(2, '0').toUpperCase()).join(
  ':',
);
const card = (columns: number) =>
  cardOf(
    { ...invitation, trustLinks: [...invitation.trustLinks], links: [...invitation.links] },
    { columns, sha256 },
  );

test('both pictures stand side by side in a terminal of the usual size, under what they are for', () => {
  const lines = card(80).split('\n');
  expect(lines[0]).toMatch(/^1\. New here: scan this, and +2\. Pair: scan this, or$/);
  expect(lines[1]).toMatch(/^trust the workstation once +type the code {2}12-345-678$/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  // With the line below it, and the one of the command above.
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(card(80)).toContain('New here, also at http://desk.local:7777/');
});

test('one below the other where they do not fit', () => {
  const lines = card(60).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(lines.findIndex((line) => line.startsWith('2. Pair'))).toBeGreaterThan(10);
});

test('nothing of the secret is written out, and all of the fingerprint is', () => {
  expect(card(80)).not.toContain('#pair');
  const groups = [...card(80).matchAll(/^((?:[0-9A-F]{2}:){7}[0-9A-F]{2})/gm)].map(([, group]) => group);
  expect(groups.join(':')).toBe(sha256);
});

test('what is for this machine alone says so', () => {
  expect(cardOf(none, { columns: 80, sha256: undefined })).toContain('Start it without --local');
});

test.each([
  [103_000, 3, 'Code 12-345-678 for one member: 1:43 left, 3 tries. Ctrl+C ends it.'],
  [1, 1, 'Code 12-345-678 for one member: 0:01 left, one try. Ctrl+C ends it.'],
])('%d ms and %d tries left', (expiresInMs, attemptsLeft, words) => {
  expect(standOf({ ...none, expiresInMs, attemptsLeft })).toBe(words);
});
