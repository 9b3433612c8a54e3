// Nothing depends on being found: what goes wrong is a line in the log, and a stop is not held up. Nothing is announced
// for real: a test has no business in the network it runs in.
import { expect, test } from 'vitest';
import type { Logger } from '../log/logger.ts';
import { announce } from './announce.ts';

function world(addresses: readonly string[]) {
  const said: string[] = [];
  const note = (event: string) => void said.push(event);
  const log: Logger = { debug: note, info: note, warn: note, error: note, child: () => log };
  const options = { port: 40_000, machineName: 'desk', id: 'a_test', version: '0.0.1', log, onName() {} };
  return { said, announced: announce({ ...options, addresses }) };
}

test('without an address nothing is announced', async () => {
  const { announced, said } = world([]);
  await announced.close();
  await announced.close();
  expect(said).toEqual([]);
});

test('an address that is not here turns it off, and the agent goes on', async () => {
  const { announced, said } = world(['10.255.255.254']);
  announced.refresh(['10.255.255.253']);
  await announced.close();
  expect(said.every((event) => event === 'nearby.off')).toBe(true);
});
