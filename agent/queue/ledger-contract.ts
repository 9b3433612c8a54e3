// What every ledger must do, whatever it is made of: durable at once, one claim at a time, nothing forgotten.
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { JobRun } from '@myspinbot/shared/job/job.ts';
import { describe, expect, test } from 'vitest';
import { requestFor } from './fixtures/job-requests.ts';
import { type Artifact, type Ledger, PACES_KEPT } from './ledger.ts';

const photo: AssetRef = { hash: 'a'.repeat(64) as AssetRef['hash'], bytes: 3, type: 'image/png' };
const queued: JobRun = { state: 'queued', attempt: 0, retry: 0, queuedAt: 5, stages: [] };
const running: JobRun = { ...queued, state: 'running', attempt: 1, startedAt: 6 };
const print = (digit: string) => digit.repeat(64);

function artifact(change: Partial<Artifact> = {}): Artifact {
  return {
    fingerprint: print('1'),
    stage: 'look',
    engine: 'look/small',
    recipe: { version: '1', engines: [{ id: 'look/small', version: '1' }] },
    output: { photo, notes: ['a note'] },
    assets: [photo],
    ms: 12,
    madeAt: 99,
    fence: 0,
    ...change,
  };
}

/**
 * `open` opens the ledger of one place; opening again what was closed finds the same. The first call of a test
 * finds an empty one.
 */
export function ledgerContract(name: string, world: () => Promise<{ open: () => Promise<Ledger> }>): void {
  describe(`${name} keeps the ledger's promises`, () => {
    test('jobs, runs, artifacts and paces are found again after a restart', async () => {
      const { open } = await world();
      const first = await open();
      expect(first.jobs()).toEqual([]);
      const request = requestFor(photo, 'Hello');
      await first.record(request, queued);
      const claim = await first.claim(request, running, 6);
      await first.start(claim, 'look', print('1'), 7, running);
      await first.commit(claim, 'look', artifact(), { units: 1, ms: 12 }, running);
      await first.close();

      const second = await open();
      expect(second.jobs()).toEqual([{ request, run: running }]);
      expect(second.malformed).toBe(0);
      expect(await second.artifact(print('1'))).toEqual(artifact());
      expect(await second.artifact(print('2'))).toBeUndefined();
      expect(second.paces('look', 'look/small')).toEqual([{ units: 1, ms: 12 }]);
      expect(second.paces('look', null)).toEqual([]);
      await second.close();
    });

    test('a claim is void as soon as another one is granted, and every write under it is refused', async () => {
      const { open } = await world();
      const ledger = await open();
      const request = requestFor(photo, 'Hello');
      await ledger.record(request, queued);
      const old = await ledger.claim(request, running, 1);
      const fresh = await ledger.claim(request, { ...running, attempt: 2 }, 2);
      expect(fresh.fence).toBeGreaterThan(old.fence);
      expect(ledger.holds(old)).toBe(false);
      expect(ledger.holds(fresh)).toBe(true);
      const writes = [
        () => ledger.advance(old, running),
        () => ledger.start(old, 'look', print('1'), 1, running),
        () => ledger.commit(old, 'look', artifact(), undefined, running),
        () => ledger.end(old, running),
      ];
      for (const write of writes) await expect(write()).rejects.toMatchObject({ code: 'fenced' });
      expect(await ledger.artifact(print('1'))).toBeUndefined();
      expect(ledger.jobs()[0]?.run.attempt).toBe(2);
      await ledger.close();
    });

    test('a claim ends with its job, and with a record that needs none', async () => {
      const { open } = await world();
      const ledger = await open();
      const request = requestFor(photo, 'Hello');
      const ended = await ledger.claim(request, running, 1);
      await ledger.end(ended, { ...running, state: 'succeeded' });
      await expect(ledger.advance(ended, running)).rejects.toMatchObject({ code: 'fenced' });
      const interrupted = await ledger.claim(request, running, 2);
      await ledger.record(request, queued);
      await expect(ledger.advance(interrupted, running)).rejects.toMatchObject({ code: 'fenced' });
      await ledger.close();
    });

    test('a fence is never given twice, not even after a restart', async () => {
      const { open } = await world();
      const fences = new Set<number>();
      for (let round = 0; round < 3; round += 1) {
        const ledger = await open();
        for (let index = 0; index < 4; index += 1) {
          const request = requestFor(photo, 'Hello');
          const claim = await ledger.claim(request, running, 1);
          fences.add(claim.fence);
          if (index % 2 === 0) await ledger.end(claim, { ...running, state: 'succeeded' });
        }
        await ledger.close();
      }
      expect(fences.size).toBe(12);
    });

    test('it counts how often a stage was started with the same fingerprint without an end', async () => {
      const { open } = await world();
      let ledger = await open();
      const request = requestFor(photo, 'Hello');
      for (const starts of [1, 2, 3]) {
        const claim = await ledger.claim(request, running, 1);
        expect(await ledger.start(claim, 'look', print('1'), 1, running)).toMatchObject({ starts });
        await ledger.close();
        ledger = await open();
      }
      const claim = await ledger.claim(request, running, 1);
      expect(await ledger.start(claim, 'look', print('2'), 1, running)).toMatchObject({ starts: 1 });
      await ledger.commit(claim, 'look', artifact({ fingerprint: print('2') }), undefined, running);
      expect(await ledger.start(claim, 'look', print('2'), 1, running)).toMatchObject({ starts: 1 });
      await ledger.close();
    });

    test('only the last measurements are kept', async () => {
      const { open } = await world();
      const ledger = await open();
      const request = requestFor(photo, 'Hello');
      const claim = await ledger.claim(request, running, 1);
      for (let ms = 0; ms < PACES_KEPT + 5; ms += 1)
        await ledger.commit(claim, 'look', artifact(), { units: 1, ms }, running);
      const paces = ledger.paces('look', 'look/small');
      expect(paces).toHaveLength(PACES_KEPT);
      expect(paces.at(-1)).toEqual({ units: 1, ms: PACES_KEPT + 4 });
      await ledger.close();
    });

    test('writes that are made together all arrive, the last one of a job last', async () => {
      const { open } = await world();
      const ledger = await open();
      const requests = Array.from({ length: 50 }, (_, index) => requestFor(photo, `Hello ${index}`));
      await Promise.all(
        requests.flatMap((request) => [1, 2, 3].map((retry) => ledger.record(request, { ...queued, retry }))),
      );
      await ledger.close();
      const again = await open();
      expect(again.jobs()).toHaveLength(50);
      expect(new Set(again.jobs().map(({ run }) => run.retry))).toEqual(new Set([3]));
      await again.close();
    });
  });
}
