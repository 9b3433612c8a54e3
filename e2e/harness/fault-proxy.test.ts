// The bad network itself: each fault does what it says and nothing else, and the same faults come out of the same seed.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chanceOf } from './chance.ts';
import { drawFault, type Fault, type FaultProxy, replayed, startFaultProxy } from './fault-proxy.ts';

/** A workstation that answers with what it is sent. */
let echo: Server;
const accepted: Socket[] = [];
const proxies: FaultProxy[] = [];
beforeEach(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
});
afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.close();
  for (const socket of accepted.splice(0)) socket.destroy();
  echo.close();
});

async function through(...faults: Fault[][]): Promise<FaultProxy> {
  const { port } = echo.address() as AddressInfo;
  const proxy = await startFaultProxy({ to: { port }, faults: replayed(faults) });
  proxies.push(proxy);
  return proxy;
}

/** Sends it all, says that this is all, and waits for the end of the answer. */
async function said(proxy: FaultProxy, bytes: Uint8Array): Promise<{ answer: Buffer; error?: string }> {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  const pieces: Buffer[] = [];
  let error: string | undefined;
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  socket.on('error', (cause: NodeJS.ErrnoException) => {
    error = cause.code ?? cause.message;
  });
  socket.end(bytes);
  await closed(socket);
  const answer = Buffer.concat(pieces);
  return error === undefined ? { answer } : { answer, error };
}

/** Whether or not with an error, which `once` would throw. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

const some = chanceOf(7).bytes(300_000);

describe('a bad network', () => {
  test('without faults carries everything, unchanged, and counts it', async () => {
    const proxy = await through();
    const { answer, error } = await said(proxy, some);
    expect(error).toBeUndefined();
    expect(answer.equals(some)).toBe(true);
    expect(proxy.bytes()).toEqual({ up: some.length, down: some.length });
    expect(proxy.passages.map(({ isOpen }) => isOpen)).toEqual([false]);
  });

  test('cuts a connection exactly where it was told to, by a reset or by an end', async () => {
    const proxy = await through(
      [{ kind: 'cut', direction: 'down', at: 1234, how: 'end' }],
      [{ kind: 'cut', direction: 'up', at: 99_999, how: 'reset' }],
    );
    const ended = await said(proxy, some);
    expect(ended.answer.equals(some.subarray(0, 1234))).toBe(true);
    expect(proxy.passages[0]!.bytes.down).toBe(1234);
    const reset = await said(proxy, some);
    expect(reset.error).toMatch(/ECONNRESET|EPIPE/);
    expect(proxy.passages[1]!.bytes.up).toBe(99_999);
    expect(proxy.passages[1]!.happened).toEqual(proxy.passages[1]!.faults);
  });

  test('flips one bit and no other', async () => {
    const proxy = await through([{ kind: 'flip', direction: 'up', at: 70_001, bit: 3 }]);
    const { answer } = await said(proxy, some);
    const expected = Buffer.from(some);
    expected[70_001]! ^= 8;
    expect(answer.equals(expected)).toBe(true);
  });

  test('loses bytes in the middle and carries those behind them', async () => {
    const proxy = await through([{ kind: 'lose', direction: 'down', at: 10, bytes: 100_000 }]);
    const { answer } = await said(proxy, some);
    expect(answer.equals(Buffer.concat([some.subarray(0, 10), some.subarray(100_010)]))).toBe(true);
    expect(proxy.bytes().down).toBe(some.length);
  });

  test('a delay and a limit change nothing of what arrives', async () => {
    const proxy = await through([
      { kind: 'delay', direction: 'up', at: 5000, ms: 20 },
      { kind: 'limit', direction: 'down', bytesPerSecond: 20_000_000 },
    ]);
    expect((await said(proxy, some)).answer.equals(some)).toBe(true);
    expect(proxy.passages[0]!.happened).toEqual([{ kind: 'delay', direction: 'up', at: 5000, ms: 20 }]);
  });

  test('falls silent: neither side hears anything, nor of an end, until it is cut', async () => {
    const proxy = await through([{ kind: 'silence', direction: 'up', at: 3 }]);
    const socket = connect({ port: proxy.port, host: '127.0.0.1' });
    const heard: Buffer[] = [];
    socket.on('data', (piece: Buffer) => heard.push(piece));
    socket.write('abc');
    await once(socket, 'data');
    socket.write('def');
    const other = await said(proxy, some.subarray(0, 1000));
    expect(other.answer).toHaveLength(1000);
    expect(Buffer.concat(heard).toString()).toBe('abc');
    expect(proxy.passages[0]!.isOpen).toBe(true);
    socket.on('error', () => undefined);
    const gone = closed(socket);
    expect(proxy.cut()).toBe(1);
    await gone;
  });

  test('refuses everything, or only WebSockets', async () => {
    const proxy = await through(
      [{ kind: 'refuse', what: 'all' }],
      [{ kind: 'refuse', what: 'sockets' }],
      [{ kind: 'refuse', what: 'sockets' }],
    );
    expect((await said(proxy, some)).error).toBeDefined();
    const upgrade = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n');
    expect((await said(proxy, upgrade)).error).toBeDefined();
    const get = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect((await said(proxy, get)).answer.equals(get)).toBe(true);
    expect(accepted.length).toBeLessThanOrEqual(2);
  });

  test('can be out of reach for a while', async () => {
    const proxy = await through();
    proxy.set('refusing');
    expect((await said(proxy, some)).error).toBeDefined();
    proxy.set('carrying');
    expect((await said(proxy, some)).answer.equals(some)).toBe(true);
  });

  test('an end of one side is passed on, an answer after it, too', async () => {
    const proxy = await through();
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end('last words');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toBe('last words');
    await once(socket, 'end');
    socket.destroy();
  });
});

describe('chance', () => {
  test('draws the same faults and bytes for the same seed, and others for another', () => {
    const draw = (seed: number) => {
      const chance = chanceOf(seed);
      return Array.from({ length: 50 }, () =>
        drawFault(chance, {
          kinds: ['cut', 'flip', 'lose', 'delay', 'silence'],
          direction: 'up',
          from: 100,
          bytes: 1000,
        }),
      );
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(new Set(draw(1).map(({ kind }) => kind)).size).toBe(5);
    for (const fault of draw(3)) expect('at' in fault && fault.at).toSatisfy((at) => at >= 100 && at < 1100);
    expect(chanceOf(4).bytes(10_003)).toEqual(chanceOf(4).bytes(10_003));
  });
});
