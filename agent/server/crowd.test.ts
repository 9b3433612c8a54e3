import { expect, test } from 'vitest';
import { createCrowd, type Visitor } from './crowd.ts';

function crowd(strangers = { all: 6, each: 3 }, known = { all: 3, each: 2 }) {
  const gone: string[] = [];
  const one = createCrowd({ strangers, known });
  const comes = (name: string): Visitor => {
    const visitor = { address: name[0]!, end: () => void gone.push(name) };
    one.enter(visitor);
    return visitor;
  };
  return { ...one, gone, comes };
}

test('a newcomer is let in, and the oldest stranger of the same address goes', () => {
  const { comes, gone } = crowd();
  for (const name of ['a1', 'a2', 'a3', 'b1', 'a4', 'a5']) comes(name);
  expect(gone).toEqual(['a1', 'a2']);
});

test('who only holds a connection open goes before who was answered', () => {
  const { comes, answered, gone } = crowd();
  const [first, second] = ['a1', 'a2'].map(comes);
  answered(first!);
  answered(second!);
  for (const name of ['a3', 'a4']) comes(name);
  expect(gone).toEqual(['a3']);
  answered(comes('a5'));
  expect(gone).toEqual(['a3', 'a4']);
  comes('a6');
  expect(gone).toEqual(['a3', 'a4', 'a1']);
});

test('when all is full, the address that takes the most room makes room', () => {
  const { comes, gone, counts } = crowd();
  for (const name of ['b1', 'a1', 'a2', 'a3', 'c1', 'd1', 'e1', 'f1']) comes(name);
  expect(gone).toEqual(['a1', 'a2']);
  expect(counts()).toEqual({ strangers: 6, known: 0 });
});

test('whoever proved who they are is not pushed out by any number of strangers', () => {
  const { comes, proved, gone, counts } = crowd();
  const own = comes('a1');
  proved(own);
  for (let at = 0; at < 40; at++) comes(`${'abcdefgh'[at % 8]}${at}`);
  expect(gone).not.toContain('a1');
  expect(counts()).toEqual({ strangers: 6, known: 1 });
});

test('the known are bounded by themselves, and one that left makes room', () => {
  const { comes, proved, left, gone, counts } = crowd();
  const [first] = ['a1', 'a2', 'a3'].map((name) => {
    const visitor = comes(name);
    proved(visitor);
    return visitor;
  });
  expect(gone).toEqual(['a3']);
  left(first!);
  proved(comes('a4'));
  expect(gone).toEqual(['a3']);
  for (const name of ['b1', 'c1']) proved(comes(name));
  expect(gone).toEqual(['a3', 'c1']);
  expect(counts()).toEqual({ strangers: 0, known: 3 });
});
