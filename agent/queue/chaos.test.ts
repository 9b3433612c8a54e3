import { expect, test } from 'vitest';
import { broken, queueChaos } from './fixtures/chaos.ts';

// The short form; the long one is `npm run chaos -- queue --long --seed N`.
test('killed twenty times at random moments, the queue loses nothing and makes nothing twice', async () => {
  const seed = Number(process.env.SEED ?? 4711);
  const counts = await queueChaos({ seed, kills: 20 });
  console.log(`queue chaos, seed ${seed}: ${JSON.stringify(counts)}`);
  expect(counts.jobs).toBeGreaterThan(5);
  expect(broken(counts)).toEqual([]);
}, 180_000);
