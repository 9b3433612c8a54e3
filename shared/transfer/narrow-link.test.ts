// Narrow links in memory held to the contract of all links, and what a link keeps for a listener that never comes.
import { describe, expect, test } from 'vitest';
import { linkContract } from './link-contract.ts';
import { MAX_WAITING_BYTES } from './link-inbox.ts';
import { createNarrowLinks } from './narrow-link.ts';

describe('every link', () => {
  const open = async () => {
    const { here, there, cut } = createNarrowLinks();
    return { here, there, end: async () => cut() };
  };
  for (const { name, run } of linkContract('in memory', open)) test(name, run);
});

test('a link on which nobody listens is given up before it fills the memory', async () => {
  const { here, there } = createNarrowLinks();
  let sent = 0;
  await expect(
    (async () => {
      for (; sent < 4 * MAX_WAITING_BYTES; sent += 64 * 1024) await here.send(new Uint8Array(64 * 1024));
    })(),
  ).rejects.toThrow('The link is gone');
  expect(sent).toBeLessThanOrEqual(MAX_WAITING_BYTES + 64 * 1024);
  expect(await new Promise((resolve) => there.onClose(resolve))).toBe('nobody listens');
});

test('empty frames for nobody are bounded too', async () => {
  const { here } = createNarrowLinks();
  await expect(
    (async () => {
      for (let at = 0; at < 1_000_000; at++) {
        await here.send('');
        await Promise.resolve();
      }
    })(),
  ).rejects.toThrow('The link is gone');
});
