// The short form of the garbage; the long run sends more with other seeds.
import { expect, test } from 'vitest';
import { fuzzPictures } from './testing/fuzz.ts';

test('damaged pictures come out clean or not at all, and what opens them stays alive', async () => {
  const seed = Number(process.env.SEED ?? 4711);
  const report = await fuzzPictures({ inputs: 600, seed });
  console.log(`picture fuzz: ${JSON.stringify(report)}`);
  for (const [format, seen] of Object.entries(report.outcomes)) {
    expect(seen.clean, format).toBeGreaterThan(0);
    expect(Object.keys(seen).length, format).toBeGreaterThan(1);
  }
  expect(Object.keys(report.outcomes)).toHaveLength(9);
  expect(report.stripped.kept).toBeGreaterThan(100);
  expect(report.stripped.refused).toBeGreaterThan(50);
  // The decoder gives up after 30 s; nothing this small may come near.
  expect(report.slowestMs, report.slowest).toBeLessThan(10_000);
  expect(report.rssMiB.most).toBeLessThan(1500);
}, 120_000);
