import { describe, expect, it } from 'vitest';
import { contrast, luminance, type Oklch, parseOklch } from './contrast.ts';
import css from './tokens.css?raw';

function block(opening: string): Map<string, string> {
  const start = css.indexOf(opening);
  expect(start, opening).toBeGreaterThan(-1);
  const body = css.slice(css.indexOf('{', start) + 1, css.indexOf('}', start));
  return new Map([...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((match) => [match[1]!, match[2]!]));
}

const light = block(':root {');
const darkBySystem = block(':root:not([data-theme="light"])');
const darkByChoice = block(':root[data-theme="dark"]');

const themes = [
  ['light', light],
  ['dark', darkBySystem],
] as const;

/** Text that must read on each ground at AA (4.5). */
const text: readonly [string, readonly string[]][] = [
  ['ink', ['paper', 'sheet', 'sunken', 'curtain-wash', 'spotlight-wash', 'leaf-wash', 'sky-wash']],
  ['ink-soft', ['paper', 'sheet', 'sunken', 'curtain-wash', 'spotlight-wash', 'leaf-wash', 'sky-wash']],
  ['ink-faint', ['paper', 'sheet', 'sunken']],
  ['curtain-ink', ['paper', 'sheet', 'sunken', 'curtain-wash']],
  ['spotlight-ink', ['paper', 'sheet', 'sunken', 'spotlight-wash']],
  ['leaf-ink', ['paper', 'sheet', 'sunken', 'leaf-wash']],
  ['sky-ink', ['paper', 'sheet', 'sunken', 'sky-wash']],
  ['on-curtain', ['curtain', 'curtain-pressed']],
  ['on-spotlight', ['spotlight']],
  ['on-house', ['house', 'house-soft']],
  ['on-house-soft', ['house', 'house-soft']],
  ['ink', ['cast-rose', 'cast-straw', 'cast-mint', 'cast-sky', 'cast-plum']],
];

/** Shapes that carry meaning (3.0): control borders, the ring on its track, marks. */
const shapes: readonly [string, readonly string[]][] = [
  ['line-strong', ['paper', 'sheet']],
  ['spotlight', ['track', 'house']],
  ['curtain', ['paper', 'sheet']],
  ['leaf', ['paper', 'sheet']],
  ['sky', ['paper', 'sheet']],
];

describe('contrast', () => {
  it('agrees with the known end points', () => {
    const white = parseOklch('oklch(1 0 0)')!;
    const black = parseOklch('oklch(0 0 0)')!;
    expect(contrast(white, black)).toBeCloseTo(21, 1);
    expect(luminance(parseOklch('oklch(0.627955 0.257683 29.2339)')!)).toBeCloseTo(0.2126, 2); // sRGB red
  });

  it('keeps both ways into the dark theme the same', () => {
    expect(Object.fromEntries(darkByChoice)).toEqual(Object.fromEntries(darkBySystem));
  });

  for (const [theme, tokens] of themes) {
    const colour = (name: string): Oklch => {
      const parsed = parseOklch(tokens.get(name) ?? '');
      expect(parsed, `${theme} ${name}`).toBeDefined();
      return parsed!;
    };
    for (const [least, pairs] of [
      [4.5, text],
      [3, shapes],
    ] as const) {
      for (const [above, grounds] of pairs) {
        it.each(grounds)(`${theme}: ${above} reads on %s at ${least}`, (ground) => {
          expect(contrast(colour(above), colour(ground))).toBeGreaterThanOrEqual(least);
        });
      }
    }
  }
});
