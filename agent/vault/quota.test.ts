import type { Principal } from '@myspinbot/shared/access/access.ts';
import { expect, test } from 'vitest';
import { openQuota } from './quota.ts';

const device = (id: string): Principal => ({ kind: 'device', id, role: 'member' });

function world() {
  const state = {
    kept: 0,
    documents: 0,
    lying: new Map<string, number>(),
    brought: new Map<string, number>(),
  };
  const quota = openQuota({
    limits: { totalBytes: 1000, deviceBytes: 400 },
    vault: {
      usage: () => ({ assets: 1, bytes: state.kept }),
      // What lies there is of the asset that is called like its owner.
      unfinished: ({ by, except } = {}) =>
        [...state.lying].reduce(
          (sum, [owner, bytes]) =>
            sum + ((by === undefined || by === owner) && except !== (owner as never) ? bytes : 0),
          0,
        ),
    },
    documents: () => state.documents,
    broughtBy: (id) => state.brought.get(id) ?? 0,
  });
  return { state, quota };
}

test('what is promised to several uploads at once cannot overrun what there is', () => {
  const { quota, state } = world();
  const first = quota.promise(device('d_1'), 300);
  expect(() => quota.promise(device('d_1'), 200)).toThrow(/One device may bring at most/);
  quota.promise(device('d_2'), 400);
  quota.promise(device('d_3'), 300);
  expect(() => quota.promise(device('d_4'), 1)).toThrow(/keeps at most 1 kB, and 0 kB are left/);
  // It arrived: it counts by itself, and not twice.
  state.kept = 300;
  state.brought.set('d_1', 300);
  first.done();
  first.done();
  expect(() => quota.check(device('d_1'), 101)).toThrow();
  expect(quota.usage()).toEqual({
    usedBytes: 300,
    unfinishedBytes: 0,
    documentBytes: 0,
    totalBytes: 1000,
    deviceBytes: 400,
  });
});

test('what lies there of interrupted uploads counts, but not twice when it is gone on with', () => {
  const { quota, state } = world();
  state.lying.set('d_1', 300);
  state.documents = 10;
  expect(() => quota.promise(device('d_1'), 101)).toThrow(/One device may bring at most/);
  quota.promise(device('d_1'), 400, 'd_1' as never).done();
  quota.promise(device('d_2'), 400);
  quota.promise(device('d_3'), 290);
  expect(() => quota.promise(device('d_4'), 1)).toThrow(/and 0 kB are left/);
  expect(quota.usage()).toMatchObject({ usedBytes: 310, unfinishedBytes: 300, documentBytes: 10 });
});

test('documents have room of their own, per device and in all, and files that fill the rest leave it', () => {
  const { quota, state } = world();
  state.kept = 1000;
  expect(quota.mayWrite(device('d_1'), 20)).toBe(true);
  quota.wrote(device('d_1'), 15);
  expect([quota.mayWrite(device('d_1'), 5), quota.mayWrite(device('d_1'), 6)]).toEqual([true, false]);
  expect(quota.mayWrite(device('d_2'), 20)).toBe(true);
  state.documents = 45;
  expect([quota.mayWrite(device('d_2'), 6), quota.mayWrite({ kind: 'local' }, 6)]).toEqual([false, false]);
  expect(quota.mayWrite({ kind: 'local' }, 5)).toBe(true);
});

test('uploads that do not say how large they are count piece by piece, all together', () => {
  const { quota } = world();
  const [first, second] = [quota.promise(device('d_1'), 0), quota.promise(device('d_1'), 0)];
  for (let at = 0; at < 2; at++) {
    first.grow(100);
    second.grow(100);
  }
  expect(() => first.grow(1)).toThrow(/One device may bring at most/);
  second.done();
  first.grow(200);
  first.done();
  first.done();
  quota.promise(device('d_1'), 400);
});

test('scripts and the workstation itself count to the whole alone; a guest brings nothing', () => {
  const { quota } = world();
  quota.check({ kind: 'local' }, 1000);
  quota.check({ kind: 'script', id: 's_1', scope: 'jobs' }, 1000);
  expect(() => quota.check({ kind: 'local' }, 1001)).toThrow(
    expect.objectContaining({ code: 'no-room', hint: expect.stringContaining('quota in config.json') }),
  );
  const guest: Principal = { kind: 'device', id: 'd_g', role: 'guest', project: 'p_0123456789ab' as never };
  expect(() => quota.check(guest, 0)).toThrow(/A guest looks/);
});
