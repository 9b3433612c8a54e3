import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import fc from 'fast-check';
import { createRoot } from 'solid-js';
import { expect, test } from 'vitest';
import { createHandClock } from '../link/hand-clock.ts';
import { createAssetUrls } from './asset-urls.ts';

const hash = (digit: number) => String(digit).repeat(64) as AssetHash;
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

function shelf() {
  const here = new Map<AssetHash, Blob>();
  const wanted: AssetHash[] = [];
  const waiting = new Map<AssetHash, Set<() => void>>();
  const alive = new Set<string>();
  let made = 0;
  const clock = createHandClock();
  const urls = createAssetUrls({
    store: {
      blob: async (asset) => here.get(asset),
      want: async (hashes) => void wanted.push(...hashes),
    },
    onArrival(asset, arrived) {
      const all = waiting.get(asset) ?? new Set();
      waiting.set(asset, all.add(arrived));
      return () => all.delete(arrived);
    },
    clock,
    urls: {
      create() {
        const url = `blob:${made++}`;
        alive.add(url);
        return url;
      },
      revoke(url) {
        if (!alive.delete(url)) throw new Error(`${url} was revoked twice`);
      },
    },
  });
  const arrive = (asset: AssetHash) => {
    here.set(asset, new Blob(['x']));
    for (const arrived of waiting.get(asset) ?? []) arrived();
  };
  return { urls, here, wanted, waiting, alive, clock, arrive };
}

test('one URL for however many who show it, revoked a while after the last one let go', async () => {
  const { urls, here, alive, clock } = shelf();
  here.set(hash(1), new Blob(['x']));
  const [first, second] = createRoot(() => [urls.take(hash(1)), urls.take(hash(1))]);
  await settled();
  expect(first!.url()).toBe(second!.url());
  expect(alive.size).toBe(1);
  first!.release();
  first!.release();
  clock.turn(60_000);
  expect(alive.size).toBe(1);
  second!.release();
  clock.turn(4000);
  // Drawn anew in time: the same URL goes on.
  const third = urls.take(hash(1));
  clock.turn(60_000);
  expect(third.url()).toBe(first!.url());
  third.release();
  clock.turn(6000);
  expect(alive.size).toBe(0);
});

test('an absent asset is asked for once and appears when it came', async () => {
  const { urls, wanted, alive, waiting, arrive } = shelf();
  const taken = urls.take(hash(2));
  urls.take(hash(2));
  await settled();
  expect(taken.url()).toBeUndefined();
  expect(wanted).toEqual([hash(2)]);
  arrive(hash(2));
  await settled();
  expect(taken.url()).toBe('blob:0');
  expect(alive.size).toBe(1);
  expect(waiting.get(hash(2))?.size).toBe(0);
});

test('whatever is taken, let go and arrives in whatever order, no URL is left behind or revoked twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          what: fc.constantFrom('take', 'release', 'arrive', 'turn', 'settle'),
          which: fc.nat(3),
        }),
        { maxLength: 60 },
      ),
      async (steps) => {
        const { urls, alive, clock, arrive } = shelf();
        const held: { release(): void }[] = [];
        for (const { what, which } of steps) {
          if (what === 'take') held.push(urls.take(hash(which)));
          else if (what === 'release') held.splice(which, 1)[0]?.release();
          else if (what === 'arrive') arrive(hash(which));
          else if (what === 'turn') clock.turn(3000);
          else await settled();
          expect(alive.size).toBeLessThanOrEqual(4);
        }
        for (const taken of held) taken.release();
        await settled();
        clock.turn(10_000);
        await settled();
        expect(alive.size).toBe(0);
        expect(urls.count()).toBe(0);
      },
    ),
    { numRuns: 60 },
  );
}, 30_000);

test('a file that was let go of is shown no more, is not asked for again, and appears when it comes back', async () => {
  const { urls, here, wanted, alive, arrive } = shelf();
  here.set(hash(1), new Blob(['x']));
  const { url } = createRoot(() => urls.take(hash(1)));
  await settled();
  here.delete(hash(1));
  urls.forget(hash(1));
  urls.forget(hash(2));
  await settled();
  expect([url(), alive.size, wanted]).toEqual([undefined, 0, []]);
  arrive(hash(1));
  await settled();
  expect([alive.has(url()!), urls.count()]).toEqual([true, 1]);
});

test('whoever opens a file that was let go of a moment ago asks for it, although its place is still kept', async () => {
  const { urls, here, wanted } = shelf();
  here.set(hash(1), new Blob(['x']));
  const { release } = createRoot(() => urls.take(hash(1)));
  await settled();
  release();
  here.delete(hash(1));
  urls.forget(hash(1));
  createRoot(() => urls.take(hash(1)));
  createRoot(() => urls.take(hash(1)));
  expect(wanted).toEqual([hash(1)]);
});
