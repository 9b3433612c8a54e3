import { expect, test } from 'vitest';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { addressOf, createLimit, within } from './limits.ts';

const at = (address: string) => ({ address, isOwnMachine: false });
const own = { address: '127.0.0.1', isOwnMachine: true };

test('a bucket gives its burst at once and then as much as flows in', () => {
  const clock = handClock();
  const limit = createLimit(clock, { burst: 3, perSecond: 2 });
  expect([1, 2, 3, 4].map(() => limit.take(at('a')))).toEqual([0, 0, 0, 500]);
  expect(limit.take(at('b'))).toBe(0);
  clock.advance(499);
  expect(limit.take(at('a'))).toBe(1);
  clock.advance(1);
  expect([limit.wait(at('a')), limit.take(at('a')), limit.take(at('a'))]).toEqual([0, 0, 500]);
  clock.advance(3_600_000);
  expect([1, 2, 3, 4].map(() => limit.take(at('a')) === 0)).toEqual([true, true, true, false]);
});

test('what one address may not do takes nothing away from the others, and the own machine has its own', () => {
  const limit = createLimit(handClock(), { burst: 2, perSecond: 1 }, { burst: 4, perSecond: 1 });
  for (let tries = 0; tries < 50; tries++) limit.take(at('a'));
  expect([limit.take(at('b')), limit.take(at('b'))]).toEqual([0, 0]);
  expect(limit.take(at('c'))).toBeGreaterThan(0);
  expect([limit.take(own), limit.take(own)]).toEqual([0, 0]);
  expect(limit.take(own)).toBeGreaterThan(0);
});

test('a clock that was set back makes nobody wait for a day', () => {
  const clock = handClock();
  const limit = createLimit(clock, { burst: 1, perSecond: 1 });
  limit.take(at('a'));
  clock.advance(-86_400_000);
  expect(limit.take(at('a'))).toBe(1000);
  clock.advance(1000);
  expect(limit.take(at('a'))).toBe(0);
});

test('one address is one, however it is written', () => {
  expect(['::ffff:10.0.0.3', '::FFFF:10.0.0.3', '10.0.0.3'].map((address) => addressOf(at(address)))).toEqual(
    Array(3).fill('10.0.0.3'),
  );
  expect(addressOf(at('fe80::1%eth0'))).toBe('fe80::1');
  expect(addressOf(at('x'.repeat(100)))).toHaveLength(60);
});

test('who is too fast is told when to come again', () => {
  const clock = handClock();
  const limit = createLimit(clock, { burst: 1, perSecond: 1 / 90 });
  within(limit, at('a'), 'Pairing');
  expect(() => within(limit, at('a'), 'Pairing')).toThrow(
    expect.objectContaining({ code: 'too-often', hint: 'Try again in 90 seconds.' }),
  );
});
