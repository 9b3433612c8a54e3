// The bad network for datagrams: each fault does what it says, and the same list does the same again.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chanceOf } from '../queue/fixtures/random.ts';
import {
  type DatagramFault,
  type DatagramProxy,
  drawDatagramFaults,
  replayedDatagrams,
  startDatagramProxy,
} from './testing/datagram-proxy.ts';

/** A workstation that answers each datagram with itself. */
let echo: Socket;
let device: Socket;
let proxy: DatagramProxy | undefined;
beforeEach(async () => {
  echo = createSocket('udp4');
  echo.on('message', (datagram, from) => echo.send(datagram, from.port, from.address));
  echo.bind(0, '127.0.0.1');
  device = createSocket('udp4');
  device.bind(0, '127.0.0.1');
  await Promise.all([once(echo, 'listening'), once(device, 'listening')]);
});
afterEach(async () => {
  await proxy?.close();
  proxy = undefined;
  echo.close();
  device.close();
});

/** Sends the words and collects what comes until `last` comes. */
async function heard(words: readonly string[], last: string): Promise<string[]> {
  const answers: string[] = [];
  const done = new Promise<void>((resolve) => {
    device.on('message', (datagram) => {
      answers.push(datagram.toString());
      if (datagram.toString() === last) resolve();
    });
  });
  for (const word of words) device.send(word, proxy!.port, '127.0.0.1');
  await done;
  return answers;
}

async function through(fault: (number: number) => DatagramFault | undefined, held: (() => void)[] = []) {
  proxy = await startDatagramProxy({
    to: { port: echo.address().port },
    fault: (direction, number) => (direction === 'up' ? fault(number) : undefined),
    after: (_ms, then) => held.push(then),
  });
  return proxy;
}

test('without faults everything passes, both ways', async () => {
  const { counts } = await through(() => undefined);
  expect(await heard(['a', 'b', 'c'], 'c')).toEqual(['a', 'b', 'c']);
  expect(counts()).toEqual({ up: { datagrams: 3, bytes: 3 }, down: { datagrams: 3, bytes: 3 } });
});

test('a datagram is dropped, another comes twice', async () => {
  const { happened } = await through((number) => ([{ kind: 'drop' }, { kind: 'double' }] as const)[number]);
  expect(await heard(['a', 'b', 'c'], 'c')).toEqual(['b', 'b', 'c']);
  expect(happened.map(({ number, fault }) => [number, fault.kind])).toEqual([
    [0, 'drop'],
    [1, 'double'],
  ]);
});

test('a delayed datagram is overtaken', async () => {
  const held: (() => void)[] = [];
  await through((number) => (number === 0 ? { kind: 'delay', ms: 5 } : undefined), held);
  expect(await heard(['late', 'early'], 'early')).toEqual(['early']);
  for (const then of held) then();
  expect(await heard([], 'late')).toEqual(['late']);
});

test('two devices get their own answers', async () => {
  await through(() => undefined);
  const other = createSocket('udp4');
  other.send('for the other', proxy!.port, '127.0.0.1');
  const answer = once(other, 'message') as Promise<[Buffer]>;
  expect(await heard(['for me'], 'for me')).toEqual(['for me']);
  expect((await answer)[0].toString()).toBe('for the other');
  other.close();
});

test('what is silent passes nothing, and is a path again afterwards', async () => {
  const { silence, counts } = await through(() => undefined);
  silence(true);
  device.send('lost', proxy!.port, '127.0.0.1');
  await expect.poll(() => counts().up.datagrams).toBe(1);
  silence(false);
  expect(await heard(['found'], 'found')).toEqual(['found']);
});

test('what was drawn once happens again to the same datagrams', () => {
  const odds = { drop: 0.1, double: 0.1, delay: 0.3, ms: 20 };
  const draw = drawDatagramFaults(chanceOf(5), odds);
  const list = Array.from({ length: 200 }, (_, number) => ({
    direction: 'up' as const,
    number,
    fault: draw('up', number),
  }));
  const again = drawDatagramFaults(chanceOf(5), odds);
  expect(list.map(({ number }) => again('up', number))).toEqual(list.map(({ fault }) => fault));
  const done = list.flatMap((one) => (one.fault === undefined ? [] : [{ ...one, fault: one.fault }]));
  expect(new Set(done.map(({ fault }) => fault.kind)).size).toBe(3);
  const replay = replayedDatagrams(done);
  expect(list.map(({ number }) => replay('up', number))).toEqual(list.map(({ fault }) => fault));
  expect(replay('down', 0)).toBeUndefined();
});
