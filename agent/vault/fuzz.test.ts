// The short form of the garbage; the long run sends a million with other seeds.
import { expect, test } from 'vitest';
import { fuzzVault } from './testing/fuzz.ts';

test('garbage in files, records and uploads gets an answer, and none takes long', async () => {
  const seed = Number(process.env.SEED ?? 4711);
  const report = await fuzzVault({ inputs: 20_000, seed });
  console.log(`vault fuzz: ${JSON.stringify(report)}`);
  expect(report.slowestMs, report.slowest).toBeLessThan(50);
  // The changes are neither too mild nor too wild.
  expect(Object.keys(report.outcomes.sniff).length).toBeGreaterThan(12);
  for (const outcome of ['record', 'none'])
    expect(report.outcomes.record[outcome], outcome).toBeGreaterThan(0);
  for (const outcome of ['whole', 'damaged, then whole']) {
    expect(report.outcomes.partial[outcome], outcome).toBeGreaterThan(0);
  }
}, 120_000);
