import { afterEach, expect, test, vi } from 'vitest';
import { makeTally } from './tally.mjs';

let printed = '';
const capture = () => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
};
afterEach(() => vi.restoreAllMocks());

test('the last line sums all steps, a yes or no counting as one', async () => {
  capture();
  const tally = makeTally();
  await tally.add('lint', async () => true);
  await tally.add('unit', async () => ({ passed: 40, failed: 0, skipped: 2 }));
  expect(tally.print()).toBe(0);
  expect(printed.trimEnd().split('\n').at(-1)).toBe('41 passed, 0 failed');
});

test('one failure anywhere is a failed run', async () => {
  capture();
  const tally = makeTally();
  await tally.add('lint', async () => false);
  await tally.add('unit', async () => ({ passed: 40, failed: 2 }));
  expect(tally.print()).toBe(1);
  expect(printed.trimEnd().split('\n').at(-1)).toBe('40 passed, 3 failed');
});

test('what failed is named near the end, where it is seen', async () => {
  capture();
  const tally = makeTally();
  await tally.add('unit', async () => ({
    passed: 40,
    failed: 1,
    failures: ['a.test.ts > adds: 3 is not 4'],
  }));
  tally.print();
  expect(printed).toContain('failed: a.test.ts > adds: 3 is not 4\n');
});

test('a run in which nothing passed is no success', () => {
  capture();
  expect(makeTally().print()).toBe(1);
});
