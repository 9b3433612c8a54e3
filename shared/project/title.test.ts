import { expect, test } from 'vitest';
import { firstWords, shownTitle } from './title.ts';

test.each([
  ['Hello', 'Hello'],
  ['  two\n lines ', 'two lines'],
  ['', ''],
  ['😀'.repeat(70), `${'😀'.repeat(60)}…`],
  ['😀'.repeat(60), '😀'.repeat(60)],
  [`${'word '.repeat(20)}end`, `${'word '.repeat(11)}word…`],
])('the first words of %j', (words, title) => {
  expect(firstWords(words)).toBe(title);
});

test('a given title goes before the words, and a topic stands for words that are not written yet', () => {
  expect(shownTitle({ title: ' Ada ', mode: 'text', topic: '' }, 'Hello')).toBe('Ada');
  expect(shownTitle({ title: ' ', mode: 'text', topic: 'tea' }, 'Hello')).toBe('Hello');
  expect(shownTitle({ title: '', mode: 'topic', topic: 'tea' }, 'Hello')).toBe('tea');
});
