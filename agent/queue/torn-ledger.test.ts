// A power cut in the middle of a write: the ledger's last record ends at any byte, or garbage follows it. The ledger always
// opens, and what was durable before is there.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { JobRun } from '@myspinbot/shared/job/job.ts';
import { afterAll, expect, test } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { requestFor } from './fixtures/job-requests.ts';
import { chanceOf } from './fixtures/random.ts';
import { openLedger } from './ledger.ts';

const folder = mkdtempSync(join(tmpdir(), 'torn-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const photo: AssetRef = { hash: 'a'.repeat(64) as AssetRef['hash'], bytes: 3, type: 'image/png' };
const queued: JobRun = { state: 'queued', attempt: 0, retry: 0, queuedAt: 5, stages: [] };
const EARLIER = 5;

/** The store's own log, which takes every write first. */
function logOf(dir: string): string {
  const [name] = readdirSync(dir).filter((one) => one.endsWith('.log'));
  if (name === undefined) throw new Error('the store has no log: the test must look elsewhere');
  return join(dir, name);
}

/** A ledger as it lies on the disk after `EARLIER` records and one more, and where in its log the last one begins. */
async function written() {
  const dir = join(folder, 'whole');
  const ledger = await openLedger(dir, silentLogger);
  for (let at = 0; at < EARLIER; at += 1) {
    await ledger.record(requestFor(photo, 'Earlier', { id: `j_${'0'.repeat(11)}${at}` }), queued);
  }
  const from = statSync(logOf(dir)).size;
  await ledger.record(requestFor(photo, 'Last', { id: `j_${'9'.repeat(12)}` }), queued);
  // As the disk has it in this moment: a store that is closed tidies up.
  const copy = join(folder, 'copy');
  cpSync(dir, copy, { recursive: true });
  await ledger.close();
  return { dir: copy, from, log: readFileSync(logOf(copy)) };
}

async function jobsAfter(dir: string, log: Uint8Array): Promise<{ ids: string[]; writes: boolean }> {
  writeFileSync(logOf(dir), log);
  const ledger = await openLedger(dir, silentLogger);
  const ids = ledger.jobs().map(({ request }) => request.id as string);
  await ledger.record(requestFor(photo, 'After', { id: `j_${'8'.repeat(12)}` }), queued);
  await ledger.close();
  const again = await openLedger(dir, silentLogger);
  const writes = again.jobs().length === ids.length + 1;
  await again.close();
  return { ids, writes };
}

test('cut at every byte of the last record, or followed by garbage from there: it opens, and nothing earlier is lost', async () => {
  const seed = Number(process.env.SEED ?? 9);
  console.log(`torn ledger: seed ${seed}`);
  const { number } = chanceOf(seed);
  const { dir, from, log } = await written();
  expect(log.length - from).toBeGreaterThan(300);
  const garbage = () => Uint8Array.from({ length: 1 + Math.floor(number() * 300) }, () => number() * 256);
  let withLast = 0;
  for (let cut = from; cut <= log.length; cut += 1) {
    for (const tail of [new Uint8Array(0), garbage()]) {
      const place = join(folder, 'torn');
      cpSync(dir, place, { recursive: true });
      const { ids, writes } = await jobsAfter(place, Buffer.concat([log.subarray(0, cut), tail]));
      rmSync(place, { recursive: true });
      expect(
        ids.length,
        `cut at ${cut} of ${log.length}, ${tail.length} bytes of garbage`,
      ).toBeGreaterThanOrEqual(EARLIER);
      expect(writes, `written after a cut at ${cut}`).toBe(true);
      if (ids.length > EARLIER) withLast += 1;
      if (cut === log.length) expect(ids).toContain(`j_${'9'.repeat(12)}`);
    }
  }
  expect(withLast).toBe(2);
}, 240_000);
