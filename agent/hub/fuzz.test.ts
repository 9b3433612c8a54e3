// The short form of the garbage; the long run sends a million with other seeds.
import { expect, test } from 'vitest';
import { fuzzHub } from './testing/fuzz.ts';

test('garbage in the sync protocol is answered or cut off, and the document stays whole', () => {
  const seed = Number(process.env.SEED ?? 4711);
  const report = fuzzHub({ inputs: 2_000, seed });
  console.log(`hub fuzz: ${JSON.stringify({ ...report, slowest: undefined })}`);
  expect(report.slowestMs, report.slowest).toBeLessThan(50);
  // The changes are neither too mild nor too wild.
  expect(report.applied).toBeGreaterThan(report.inputs / 20);
  expect(Object.keys(report.cut).length).toBeGreaterThan(4);
}, 60_000);
