// The short form of the garbage; the long run sends more, with other seeds.
import { expect, test } from 'vitest';
import { fuzzServer } from './testing/fuzz.ts';

test('garbage of every kind is answered or hung up on, and the agent goes on', async () => {
  const seed = Number(process.env.SEED ?? 4711);
  const report = await fuzzServer({ inputs: 2_000, seed });
  console.log(`server fuzz: ${JSON.stringify({ ...report, slowest: undefined })}`);
  // One of them may ask for the exchange of a pairing: some 35 ms of arithmetic.
  expect(report.slowestMs, report.slowest).toBeLessThan(150);
  expect(report.faults).toEqual([]);
  // The changes are neither too mild nor too wild.
  for (const outcome of ['200', '400', 'closed'])
    expect(report.outcomes[outcome], outcome).toBeGreaterThan(0);
  expect(report.jobs).toBeGreaterThan(0);
}, 120_000);
