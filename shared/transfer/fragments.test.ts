import { expect, test } from 'vitest';
import type { AssetHash } from '../asset/asset.ts';
import { createFragments } from './fragments.ts';

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)] as [AssetHash, AssetHash];
const fragment = (bytes: number, have = 1) => ({ bytes: new Uint8Array(bytes), have });

test('what was kept is handed over once, and to its own block alone', () => {
  const fragments = createFragments();
  fragments.keep(a, 'block', fragment(10, 4));
  expect(fragments.take(b, 'block')).toBeUndefined();
  expect(fragments.take(a, 'other')).toBeUndefined();
  expect(fragments.take(a, 'block')).toMatchObject({ have: 4 });
  expect(fragments.take(a, 'block')).toBeUndefined();
  expect(fragments.bytes()).toBe(0);
});

test('past its limit the oldest is forgotten', () => {
  const fragments = createFragments(25);
  fragments.keep(a, 'first', fragment(10));
  fragments.keep(a, 'second', fragment(10));
  fragments.keep(a, 'third', fragment(10));
  expect(fragments.bytes()).toBe(20);
  expect(fragments.take(a, 'first')).toBeUndefined();
  expect(fragments.take(a, 'third')).toBeDefined();
  fragments.keep(a, 'huge', fragment(26));
  expect(fragments.take(a, 'huge')).toBeUndefined();
});

test('the same block kept twice counts once', () => {
  const fragments = createFragments();
  fragments.keep(a, 'block', fragment(10, 2));
  fragments.keep(a, 'block', fragment(10, 6));
  expect(fragments.bytes()).toBe(10);
  expect(fragments.take(a, 'block')).toMatchObject({ have: 6 });
});
