import type { Job, JobId } from '@myspinbot/shared/job/job.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareTurns, moveTo, type Turn, turnOf } from './line.ts';

const id = (n: number) => `j_${String(n).padStart(20, '0')}` as JobId;
const waits = (n: number, rank: number, isNow = false): Turn => ({ id: id(n), isHeld: false, isNow, rank });
const applied = (line: readonly Turn[], moves: ReturnType<typeof moveTo>) =>
  line
    .map((turn) => {
      const move = moves.find((one) => one.id === turn.id);
      return move === undefined ? turn : { ...turn, rank: move.place, isNow: move.now === true };
    })
    .sort(compareTurns)
    .map((turn) => turn.id);

test('a move writes one place between its neighbours', () => {
  const line = [waits(1, 100), waits(2, 200), waits(3, 300)];
  expect(moveTo(line, id(3), 1)).toEqual([{ id: id(3), place: 150 }]);
  expect(moveTo(line, id(3), 0)[0]?.place).toBeLessThan(100);
  expect(moveTo(line, id(1), 2)[0]?.place).toBeGreaterThan(300);
  expect(moveTo(line, id(2), 1)).toEqual([]);
});

test('whoever is put before one that goes next goes next, and is in no hurry when put behind it', () => {
  const line = [waits(1, 500, true), waits(2, 200), waits(3, 300)];
  expect(moveTo(line, id(3), 0)).toEqual([{ id: id(3), place: 500 - 1024, now: true }]);
  const back = moveTo(line, id(1), 2);
  expect(back[0]?.now).toBeUndefined();
  expect(applied(line, back)).toEqual([id(2), id(3), id(1)]);
});

test('wherever and however often somebody is put, that is where they stand', () => {
  const move = fc.record({ who: fc.nat(5), to: fc.nat(5) });
  fc.assert(
    fc.property(
      fc.array(fc.record({ rank: fc.nat(3), isNow: fc.boolean() }), { minLength: 6, maxLength: 6 }),
      fc.array(move, { maxLength: 120 }),
      (start, moves) => {
        let line = start.map(({ rank, isNow }, n) => waits(n, rank, isNow)).sort(compareTurns);
        for (const { who, to } of moves) {
          const wished = line.filter((turn) => turn.id !== id(who));
          wished.splice(to, 0, line.find((turn) => turn.id === id(who))!);
          const writes = moveTo(line, id(who), to);
          expect(applied(line, writes)).toEqual(wished.map((turn) => turn.id));
          line = line
            .map((turn) => {
              const write = writes.find((one) => one.id === turn.id);
              return write === undefined ? turn : { ...turn, rank: write.place, isNow: write.now === true };
            })
            .sort(compareTurns);
        }
      },
    ),
  );
});

test('without a wish the rank is when it was asked for, and a clock that runs ahead puts nobody last', () => {
  const job = (run: Partial<NonNullable<Job['run']>> | undefined, wish: Partial<Job['wish']> = {}) =>
    ({ request: { id: id(1), requestedAt: 500 }, wish, run }) as unknown as Job;
  expect(turnOf(job(undefined)).rank).toBe(500);
  expect(turnOf(job({ state: 'queued', retry: 0, queuedAt: 400 })).rank).toBe(400);
  expect(turnOf(job({ state: 'queued', retry: 1, queuedAt: 900 })).rank).toBe(900);
  expect(turnOf(job({ state: 'running', retry: 0, queuedAt: 900 }, { place: 7 }))).toMatchObject({
    rank: 7,
    isHeld: true,
  });
});
