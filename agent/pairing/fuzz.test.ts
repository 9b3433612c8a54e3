// The short form of the garbage; the long run sends a million with other seeds.
import { expect, test } from 'vitest';
import { fuzzPairing } from './testing/fuzz.ts';

test('garbage of every kind gets an answer or a Failure, and none takes long', async () => {
  const seed = Number(process.env.SEED ?? 4711);
  const { outcomes, slowest, slowestMs, ...counts } = await fuzzPairing({ inputs: 20_000, seed });
  console.log(`pairing fuzz, seed ${seed}: ${JSON.stringify({ ...counts, slowestMs, outcomes })}`);
  expect(slowestMs, slowest).toBeLessThan(50);
  // Every decoder was passed, and every one refused something: the changes are neither too mild nor too wild.
  for (const [target, seen] of Object.entries(outcomes)) {
    expect(seen.answered, target).toBeGreaterThan(0);
    expect(Object.keys(seen).length, target).toBeGreaterThan(1);
  }
}, 120_000);
