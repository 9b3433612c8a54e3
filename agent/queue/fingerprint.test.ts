import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, fingerprint, type Recipe } from './fingerprint.ts';

const recipe: Recipe = {
  stage: 'portrait',
  version: '1',
  engines: [{ id: 'portrait/builtin', version: '3' }],
  params: { strength: 2 },
  ingredients: { photo: 'a', seed: 1, timing: { words: [{ text: 'hi', startMs: 0 }] } },
};

test('a fingerprint is the same for the same recipe, in whatever order it was written', () => {
  const turned: Recipe = {
    ingredients: { timing: { words: [{ startMs: 0, text: 'hi' }] }, seed: 1, photo: 'a' },
    params: { strength: 2 },
    engines: [{ version: '3', id: 'portrait/builtin' }],
    version: '1',
    stage: 'portrait',
  };
  expect(fingerprint(turned)).toBe(fingerprint(recipe));
  expect(fingerprint(recipe)).toMatch(/^[0-9a-f]{64}$/);
});

const mutations: [string, Recipe][] = [
  ['the stage', { ...recipe, stage: 'finish' }],
  ["the stage's version", { ...recipe, version: '2' }],
  ["an engine's id", { ...recipe, engines: [{ id: 'portrait/other', version: '3' }] }],
  ["an engine's version", { ...recipe, engines: [{ id: 'portrait/builtin', version: '4' }] }],
  ['one more engine', { ...recipe, engines: [...recipe.engines, { id: 'look/builtin', version: '1' }] }],
  ['a parameter', { ...recipe, params: { strength: 3 } }],
  ['a missing parameter', { ...recipe, params: {} }],
  ['an ingredient', { ...recipe, ingredients: { ...(recipe.ingredients as object), seed: 2 } }],
  [
    'a null where nothing was',
    { ...recipe, ingredients: { ...(recipe.ingredients as object), extra: null } },
  ],
  ['nothing at all', { ...recipe, ingredients: undefined }],
];
test.each(mutations)('%s changes it', (_, mutated) => {
  expect(fingerprint(mutated)).not.toBe(fingerprint(recipe));
});

test('canonical JSON says the same as JSON, and the same again after a round trip', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
  expect(canonicalJson({ b: undefined, a: [undefined, 1] })).toBe('{"a":[null,1]}');
});
