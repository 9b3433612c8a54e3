import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { JobRun } from '@myspinbot/shared/job/job.ts';
import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { requestFor } from './fixtures/job-requests.ts';
import { openLedger } from './ledger.ts';
import { takeTenure } from './tenure.ts';

const folders: string[] = [];
afterEach(() => {
  for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true });
});
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tenure-'));
  folders.push(made);
  return made;
}
const photo: AssetRef = { hash: 'a'.repeat(64) as AssetRef['hash'], bytes: 3, type: 'image/png' };
const run: JobRun = { state: 'claimed', attempt: 1, retry: 0, queuedAt: 5, stages: [] };

test('every opening has a term of its own, and the last one alone holds', async () => {
  const dir = folder();
  const first = await takeTenure(dir, 1);
  expect(first.holds()).toBe(true);
  const second = await takeTenure(dir, 2);
  expect(second.term).toBe(first.term + 1);
  expect([first.holds(), second.holds()]).toEqual([false, true]);
  expect(second.copiedAt).toBeUndefined();
});

test('a folder that was copied is known for one, from then on', async () => {
  const dir = folder();
  await takeTenure(dir, 1);
  const copy = join(folder(), 'copy');
  cpSync(dir, copy, { recursive: true });
  expect((await takeTenure(copy, 77)).copiedAt).toBe(77);
  expect((await takeTenure(copy, 99)).copiedAt).toBe(77);
  expect((await takeTenure(dir, 99)).copiedAt).toBeUndefined();
});

test.each(['', '{', '{"term":-1,"id":"x"}', 'null'])('a holder that reads %j begins anew', async (text) => {
  const dir = folder();
  await takeTenure(dir, 1);
  writeFileSync(join(dir, 'holder'), text);
  const tenure = await takeTenure(dir, 2);
  expect(tenure.holds()).toBe(true);
  expect(JSON.parse(readFileSync(join(dir, 'holder'), 'utf8'))).toMatchObject({ term: 1 });
});

test('two ledgers over one folder: the older one can neither claim nor commit, and no fence is given twice', async () => {
  const dir = folder();
  const take = () => takeTenure(dir, 1);
  const older = await openLedger(join(dir, 'ledger-a'), silentLogger, take);
  const request = requestFor(photo, 'Hello');
  const claim = await older.claim(request, run, 1);
  expect(older.holds(claim)).toBe(true);

  // As after a backup was put in its place while the first process was frozen.
  const newer = await openLedger(join(dir, 'ledger-b'), silentLogger, take);
  expect(older.holds(claim)).toBe(false);
  const refused = { code: 'fenced' };
  await expect(older.advance(claim, run)).rejects.toMatchObject(refused);
  await expect(older.start(claim, 'look', '1'.repeat(64), 1, run)).rejects.toMatchObject(refused);
  await expect(older.end(claim, run)).rejects.toMatchObject(refused);
  await expect(older.record(requestFor(photo, 'Late'), run)).rejects.toMatchObject(refused);
  await expect(older.setRules({ ...older.rules(), paused: true })).rejects.toMatchObject(refused);
  await expect(older.forgetJobs([request.id])).rejects.toMatchObject(refused);
  await expect(older.forgetArtifacts(['1'.repeat(64)])).rejects.toMatchObject(refused);
  expect(older.rules().paused).toBe(false);
  expect(() => older.grant(request, run, 2)).toThrow(expect.objectContaining(refused));
  const after = await newer.claim(request, run, 2);
  expect(after.fence).toBeGreaterThan(claim.fence);
  expect(newer.holds(after)).toBe(true);
  await older.close();
  await newer.close();
});
