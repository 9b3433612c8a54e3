import type { JobId } from '@myspinbot/shared/job/job.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLine, MAX_OVERTAKEN, type Waiting } from './line.ts';

const one = (id: string, rank: number, change: Partial<Waiting> = {}): Waiting => ({
  id: `j_${id.padEnd(12, '0')}` as JobId,
  rank,
  now: false,
  notBefore: 0,
  overtaken: 0,
  ...change,
});
const awake = { now: 0, resting: false };

test('lower ranks go first, a hurry before all, and the same rank by id', () => {
  const line = createLine<Waiting>();
  const [late, early, hurried, twin] = [one('a', 9), one('b', 1), one('c', 50, { now: true }), one('d', 1)];
  for (const each of [late, twin, hurried, early]) line.add(each);
  expect(line.all()).toEqual([hurried, early, twin, late]);
  expect(line.next(awake)).toBe(hurried);
  line.remove(hurried);
  line.remove(hurried);
  expect(line.next(awake)).toBe(early);
});

test('while the queue rests only what is in a hurry is taken', () => {
  const line = createLine<Waiting>();
  line.add(one('a', 1));
  expect(line.next({ now: 0, resting: true })).toBeUndefined();
  const hurried = one('b', 2, { now: true });
  line.add(hurried);
  expect(line.next({ now: 0, resting: true })).toBe(hurried);
});

test('what was put off lets others by until its time comes', () => {
  const line = createLine<Waiting>();
  const putOff = one('a', 1, { notBefore: 100 });
  const other = one('b', 2);
  line.add(putOff);
  expect(line.next(awake)).toBeUndefined();
  expect(line.nextDue(0)).toBe(100);
  line.add(other);
  expect(line.next({ now: 99, resting: false })).toBe(other);
  expect(line.next({ now: 100, resting: false })).toBe(putOff);
  expect(line.nextDue(100)).toBeUndefined();
});

test('a job that goes well with what is loaded is taken first, but nobody is overtaken for ever', () => {
  const line = createLine<Waiting>();
  const first = one('a', 1);
  line.add(first);
  const others = Array.from({ length: 6 }, (_, index) => one(`b${index}`, 2 + index));
  for (const other of others) line.add(other);
  const goesWell = (each: Waiting) => each !== first;
  const taken: Waiting[] = [];
  for (;;) {
    const next = line.next({ ...awake, goesWell });
    if (next === undefined) break;
    taken.push(next);
    line.remove(next);
  }
  expect(taken.indexOf(first)).toBe(MAX_OVERTAKEN);
  expect(taken).toHaveLength(7);
});

test('whatever is added, moved and removed, the line stays in order and loses nobody', () => {
  const step = fc.record({
    what: fc.constantFrom('add', 'remove', 'move'),
    which: fc.nat(9),
    rank: fc.integer({ min: 0, max: 5 }),
    now: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const line = createLine<Waiting>();
      const all = Array.from({ length: 10 }, (_, index) => one(`x${index}`, 0));
      const inside = new Set<Waiting>();
      for (const { what, which, rank, now } of steps) {
        const each = all[which]!;
        if (what === 'add' && inside.has(each)) continue;
        line.remove(each);
        inside.delete(each);
        if (what === 'remove') continue;
        Object.assign(each, { rank, now });
        line.add(each);
        inside.add(each);
      }
      expect(new Set(line.all())).toEqual(inside);
      expect(line.size).toBe(inside.size);
      const sorted = [...inside].sort(
        (a, b) => Number(b.now) - Number(a.now) || a.rank - b.rank || (a.id < b.id ? -1 : 1),
      );
      expect(line.all()).toEqual(sorted);
    }),
  );
});
