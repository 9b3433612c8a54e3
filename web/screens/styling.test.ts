// No screen styles itself: screens place parts with the utilities that tokens allow; parts draw with tokens only.
import { describe, expect, it } from 'vitest';

const screens = import.meta.glob<string>(['./*.ts', './*.tsx', '!./*.test.*'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const parts = import.meta.glob<string>(['../parts/*.tsx', '../parts/*.css', '!../parts/*.test.*'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Colours a person may choose for a video are data, not this app's look. */
const dataOfVideos = './staging-words.ts';

const rules: readonly [string, RegExp][] = [
  ['a raw colour', /#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|color-mix)\(/i],
  ['a length in pixels', /\b\d+(?:\.\d+)?(?:px|rem|em)\b/],
  ['a style attribute', /\bstyle=/],
  ['an arbitrary utility', /class="[^"]*-\[[^\]]*\]/],
  ['a style sheet of its own', /import '\.\/[^']*\.css'/],
];

const withoutComments = (source: string) => source.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '');

describe('no screen styles itself', () => {
  it('finds the screens', () => {
    expect(Object.keys(screens).length).toBeGreaterThan(12);
    expect(Object.keys(parts).length).toBeGreaterThan(30);
  });

  it.each(Object.keys(screens).filter((file) => file !== dataOfVideos))('%s', (file) => {
    const source = withoutComments(screens[file] ?? '');
    for (const [what, pattern] of rules) {
      expect(pattern.exec(source)?.[0], `${what} in ${file}`).toBeUndefined();
    }
  });
});

describe('parts draw with tokens', () => {
  it.each(Object.keys(parts))('%s', (file) => {
    const source = withoutComments(parts[file] ?? '');
    const raw = /#[0-9a-f]{6}\b|\b(?:rgba?|hsla?)\(|\boklch\((?!from var\()/i.exec(source)?.[0];
    expect(raw, `a raw colour in ${file}`).toBeUndefined();
  });
});

it('the code is drawn alike whichever sheet is loaded last', () => {
  expect(parts['../parts/field.css']).toMatch(/^ {2}\.entry \{/m);
  expect(parts['../parts/code-field.css']).toMatch(/^ {2}\.entry\.code-entry \{/m);
  expect(parts['../parts/code-field.css']).not.toMatch(/^ {2}\.code-entry\b/m);
});
