// The short form of the garbage; the long run sends a million with other seeds.
import { expect, test } from 'vitest';
import { fuzzTransfer } from './testing/fuzz.ts';

test('garbage in a transfer is answered, refused or ends it', async () => {
  const seed = Number(process.env.SEED ?? 4711);
  const report = await fuzzTransfer({ inputs: 2_000, seed });
  console.log(`transfer fuzz: ${JSON.stringify({ ...report, slowest: undefined })}`);
  expect(report.slowestMs, report.slowest).toBeLessThan(50);
  // The changes are neither too mild nor too wild.
  for (const outcome of ['transfer/done', 'transfer/refuse', 'not a transfer message']) {
    expect(report.outcomes[outcome], outcome).toBeGreaterThan(0);
  }
}, 60_000);
