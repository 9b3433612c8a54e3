import { defaultRules, type QueueRules } from '@myspinbot/shared/job/rules.ts';
import { expect, test } from 'vitest';
import { handClock } from './fixtures/hand-clock.ts';
import { createIdleWatch } from './idle.ts';
import { createResting } from './resting.ts';

function resting(
  change: Partial<QueueRules>,
  world: { copiedAt?: number; busy?: boolean; minute?: number } = {},
) {
  const clock = handClock(1_000_040_000);
  return createResting({
    rules: () => ({ ...defaultRules, ...change }),
    copiedAt: () => world.copiedAt,
    isBusy: () => world.busy === true,
    clock,
    minuteOfDay: () => world.minute ?? 12 * 60,
  });
}

test('without rules it works, whatever the hour and however busy the machine', () => {
  expect(resting({}, { busy: true, minute: 3 * 60 }).now(false)).toBeUndefined();
});

test('a pause goes before everything', () => {
  const all = resting({ paused: true, quiet: { from: '00:00', to: '23:59' } }, { busy: true, copiedAt: 5 });
  expect(all.now(false)).toEqual({ why: 'paused' });
  expect(all.askAgainMs({ why: 'paused' })).toBeUndefined();
});

test('quiet hours say when they end, to the minute, and are asked about then', () => {
  const quiet = resting({ quiet: { from: '22:00', to: '07:00' } }, { minute: 6 * 60 + 30 });
  // It is 20 s past the full minute.
  expect(quiet.now(false)).toEqual({
    why: 'quiet-hours',
    until: 1_000_020_000 + 30 * 60_000,
  });
  expect(quiet.askAgainMs(quiet.now(false))).toBe(30 * 60_000 - 20_000);
});

test('a copied folder rests until somebody lets it go on after it was found', () => {
  expect(resting({}, { copiedAt: 50 }).now(false)).toEqual({ why: 'restored' });
  expect(resting({ goOnAt: 49 }, { copiedAt: 50 }).now(false)).toEqual({ why: 'restored' });
  expect(resting({ goOnAt: 50 }, { copiedAt: 50 }).now(false)).toBeUndefined();
});

test('a busy machine is waited for only when asked, and never because of our own work', () => {
  const idle = resting({ onlyWhenIdle: true }, { busy: true });
  expect(idle.now(false)).toEqual({ why: 'machine-busy' });
  expect(idle.askAgainMs(idle.now(false))).toBe(15_000);
  expect(idle.now(true)).toBeUndefined();
  expect(resting({ onlyWhenIdle: true }).now(false)).toBeUndefined();
});

test('the machine counts as busy until it has been seen idle for some seconds', () => {
  const clock = handClock();
  let idle = 0;
  let total = 0;
  const isBusy = createIdleWatch(clock, () => ({ idle, total }));
  const pass = (seconds: number, share: number) => {
    clock.advance(seconds * 1000);
    total += seconds * 2000;
    idle += seconds * 2000 * (1 - share);
  };
  expect(isBusy()).toBe(true);
  pass(6, 0.1);
  expect(isBusy()).toBe(false);
  pass(6, 0.9);
  expect(isBusy()).toBe(true);
  pass(1, 0);
  expect(isBusy()).toBe(true);
  pass(6, 0.05);
  expect(isBusy()).toBe(false);
  // Nobody asked for long: what was seen then says nothing of now.
  pass(600, 0.05);
  expect(isBusy()).toBe(true);
});
