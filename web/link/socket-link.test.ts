// @vitest-environment node
import { expect, test } from 'vitest';
import { createHandClock } from './hand-clock.ts';
import { openSocketLink, type TransferSocket } from './socket-link.ts';

function socket() {
  const sent: unknown[] = [];
  const one = {
    binaryType: 'blob' as BinaryType,
    bufferedAmount: 0,
    onopen: null as TransferSocket['onopen'],
    onclose: null as TransferSocket['onclose'],
    onmessage: null as TransferSocket['onmessage'],
    send: (frame: unknown) => void sent.push(frame),
    closes: 0,
    close() {
      one.closes++;
    },
  };
  return { one, sent };
}

async function opened() {
  const { one, sent } = socket();
  const clock = createHandClock();
  const opening = openSocketLink(one, clock);
  one.onopen?.();
  const link = await opening;
  const ends: string[] = [];
  link.onClose((why) => void ends.push(why));
  return { one, sent, clock, link, ends };
}

test('a socket that never opens says why', async () => {
  const { one } = socket();
  const opening = openSocketLink(one, createHandClock());
  one.onclose?.({ code: 1006, reason: '' });
  await expect(opening).rejects.toThrow('1006');
});

test('frames arrive whole and in order, also those that came before anybody listened', async () => {
  const { one, link } = await opened();
  one.onmessage?.({ data: 'first' });
  one.onmessage?.({ data: Uint8Array.of(1, 2).buffer });
  const heard: unknown[] = [];
  link.onFrame((frame) => void heard.push(frame));
  one.onmessage?.({ data: 'last' });
  expect(heard).toEqual(['first', Uint8Array.of(1, 2), 'last']);
});

test('three seconds of silence are the end; a beat in time is not', async () => {
  const { one, clock, ends } = await opened();
  for (let beat = 0; beat < 20; beat++) {
    clock.turn(1000);
    one.onmessage?.({ data: '{"type":"transfer/beat"}' });
  }
  expect(ends).toEqual([]);
  clock.turn(3500);
  expect(ends).toEqual(['nothing was heard for three seconds']);
  expect(one.closes).toBe(1);
});

test('a full socket is waited for, until there is room or it ends', async () => {
  const { one, clock, link } = await opened();
  one.bufferedAmount = 10_000_000;
  let hasRoom = false;
  const sending = Promise.resolve(link.send('x')).then(() => {
    hasRoom = true;
  });
  clock.turn(50);
  await Promise.resolve();
  expect(hasRoom).toBe(false);
  one.bufferedAmount = 0;
  clock.turn(5);
  await sending;
  one.bufferedAmount = 10_000_000;
  const never = expect(Promise.resolve(link.send('y'))).rejects.toThrow();
  link.close();
  clock.turn(5);
  await never;
  await expect(link.send('z')).rejects.toThrow();
});
