import { PassThrough } from 'node:stream';
import type { Principal } from '@myspinbot/shared/access/access.ts';
import { expect, test } from 'vitest';
import { createConnected } from './connected.ts';

const phone: Principal = { kind: 'device', id: `d_${'1'.repeat(24)}`, role: 'member' };
const closed = (socket: PassThrough) =>
  new Promise((done) => {
    socket.once('close', done);
    socket.destroy();
  });

function world() {
  const seen: string[] = [];
  let isWelcome = true;
  const connected = createConnected({
    seen: (who) => void seen.push(who.kind),
    standing: (who) => (isWelcome ? who : undefined),
  });
  return { connected, seen, remove: () => (isWelcome = false) };
}

test('a device is here while one of its sockets is open, and was seen when the last one closed', async () => {
  const { connected, seen } = world();
  const [one, other] = [new PassThrough(), new PassThrough()];
  connected.enter(phone, one);
  connected.enter(phone, other);
  await closed(one);
  expect([connected.has(phone.id), seen]).toEqual([true, []]);
  await closed(other);
  expect([connected.has(phone.id), seen]).toEqual([false, ['device']]);
});

test('a device whose connection ends because it was removed was not seen by that', async () => {
  const { connected, seen, remove } = world();
  const socket = new PassThrough();
  connected.enter(phone, socket);
  remove();
  await closed(socket);
  expect(seen).toEqual([]);
});

test('when the workstation stops, whoever is here was seen then, and nothing is noted any more', async () => {
  const { connected, seen } = world();
  const socket = new PassThrough();
  connected.enter(phone, socket);
  connected.close();
  expect(seen).toEqual(['device']);
  await closed(socket);
  expect(seen).toEqual(['device']);
});
