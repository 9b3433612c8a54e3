import { expect, test } from 'vitest';
import {
  betterLink,
  chooseLink,
  type LinkRecords,
  type LinkSituation,
  linkToReturnTo,
  linkToTry,
} from './choice.ts';
import type { LinkKind } from './link.ts';

const NOW = 1_000_000;
const all: LinkKind[] = ['socket', 'direct', 'http'];
const at = (records: LinkRecords, more: Partial<LinkSituation> = {}): LinkSituation => ({
  possible: all,
  forced: undefined,
  records,
  now: NOW,
  ...more,
});
const speed = (bytesPerSecond: number, ago = 1000) => ({ measured: { bytesPerSecond, at: NOW - ago } });
const failed = (ago: number, times = 1) => ({ failed: { at: NOW - ago, times } });

test.each<[string, LinkSituation, ReturnType<typeof chooseLink>]>([
  ['nothing is known: the socket', at({}), { kind: 'socket' }],
  ['no socket: requests', at({}, { possible: ['http', 'direct'] }), { kind: 'http' }],
  ['neither: direct', at({}, { possible: ['direct'] }), { kind: 'direct' }],
  ['the fastest', at({ socket: speed(50e6), direct: speed(80e6), http: speed(20e6) }), { kind: 'direct' }],
  ['one figure alone says nothing of the others', at({ http: speed(20e6) }), { kind: 'socket' }],
  ['what was measured long ago counts no more', at({ http: speed(20e6, 3_600_000) }), { kind: 'socket' }],
  [
    'a link that just broke is passed over',
    at({ socket: { ...speed(50e6), ...failed(10) } }),
    { kind: 'http' },
  ],
  [
    'and comes after the others when its wait is over',
    at({ socket: { ...speed(50e6), ...failed(300) }, direct: failed(10), http: {} }),
    { kind: 'http' },
  ],
  [
    'all broke: the one whose wait ends first',
    at({ socket: failed(100), direct: failed(10), http: failed(10, 5) }),
    { waitMs: 150 },
  ],
  [
    'all broke long ago: tried again',
    at({ socket: failed(9000, 9), direct: failed(9000), http: failed(9000) }),
    { kind: 'socket' },
  ],
  ['forced, whatever is faster', at({ socket: speed(50e6) }, { forced: 'http' }), { kind: 'http' }],
  ['forced and broken: no other', at({ http: failed(50) }, { forced: 'http' }), { waitMs: 200 }],
  [
    'forced, though nothing says that it can be dialled',
    at({}, { possible: [], forced: 'direct' }),
    { kind: 'direct' },
  ],
])('%s', (_what, situation, choice) => {
  expect(chooseLink(situation)).toEqual(choice);
});

test('the wait doubles with every failure, up to four seconds', () => {
  const waits = [1, 2, 3, 4, 5, 6, 20].map((times) =>
    chooseLink(at({ socket: failed(0, times) }, { possible: ['socket'] })),
  );
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000].map((waitMs) => ({ waitMs })));
});

test('while one is busy, one that was never measured is worth a try, but no direct one', () => {
  expect(linkToTry(at({ socket: speed(50e6) }), 'socket')).toBe('http');
  expect(linkToTry(at({ socket: speed(50e6), http: failed(5000) }), 'socket')).toBeUndefined();
  expect(linkToTry(at({ socket: speed(50e6), http: failed(60_000) }), 'socket')).toBe('http');
  expect(linkToTry(at({ socket: speed(50e6), http: speed(1) }), 'socket')).toBeUndefined();
  expect(linkToTry(at({ direct: speed(50e6) }), 'direct')).toBe('socket');
  expect(linkToTry(at({}, { forced: 'socket' }), 'socket')).toBeUndefined();
});

test('another link is better only when it is clearly faster and did not fail', () => {
  const records = { socket: speed(50e6), direct: speed(60e6), http: speed(70e6) };
  expect(betterLink(at(records), 'socket')).toBe('http');
  expect(betterLink(at({ ...records, http: { ...speed(70e6), ...failed(10) } }), 'socket')).toBeUndefined();
  expect(betterLink(at({ socket: speed(50e6), direct: speed(60e6) }), 'socket')).toBeUndefined();
  expect(betterLink(at({ http: speed(90e6) }), 'socket')).toBeUndefined();
  expect(betterLink(at(records, { forced: 'direct' }), 'socket')).toBe('direct');
  expect(betterLink(at(records, { forced: 'direct' }), 'direct')).toBeUndefined();
});

test('what failed and would be better is tried again beside what took its place, ever more rarely', () => {
  expect(linkToReturnTo(at({ socket: failed(10) }), 'http')).toEqual({ waitMs: 990 });
  expect(linkToReturnTo(at({ socket: failed(1000) }), 'http')).toEqual({ kind: 'socket' });
  expect(linkToReturnTo(at({ socket: failed(1000, 3) }), 'http')).toEqual({ waitMs: 3000 });
  expect(linkToReturnTo(at({ socket: failed(0, 30) }), 'http')).toEqual({ waitMs: 30_000 });
  expect(linkToReturnTo(at({ http: failed(5000) }), 'socket')).toBeUndefined();
  expect(linkToReturnTo(at({}), 'http')).toBeUndefined();
  const measured = { socket: { ...speed(10e6), ...failed(5000) }, http: speed(20e6) };
  expect(linkToReturnTo(at(measured), 'http')).toBeUndefined();
  expect(linkToReturnTo(at({ socket: failed(5000) }, { forced: 'http' }), 'http')).toBeUndefined();
});
