import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect, createServer as createRawServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { silentLogger } from '../log/logger.ts';
import { type Door, type DoorOptions, markProved, openDoor, originOf } from './door.ts';

const HERE = '127.0.0.1';
/** A connection to it is not one over the machine's own address: as from the network. */
const NETWORK = '127.0.0.2';

let folder: string;
const certificate = (name: string) => {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=IP:${HERE},IP:${NETWORK}`];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  return { key: readFileSync(key), cert: readFileSync(cert) };
};
let first: ReturnType<typeof certificate>;
let second: ReturnType<typeof certificate>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'door-'));
  first = certificate('first');
  second = certificate('second');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface House {
  door: Door;
  app: Server;
  renew(certificate: typeof first): void;
}

/** Two servers that say who they are and where they think a request is from, behind one door. */
async function house(options: Partial<Omit<DoorOptions, 'tls'>> & { hasTls?: boolean } = {}): Promise<House> {
  let present = first;
  const listeners = new Set<() => void>();
  const { hasTls = true, ...rest } = options;
  const says = (name: string) =>
    createServer((asked, answer) => answer.end(JSON.stringify({ name, ...originOf(asked.socket) })));
  const app = says('app');
  const plain = says('plain');
  const door = await openDoor({
    app,
    plain,
    listen: [NETWORK],
    port: 0,
    tls: hasTls
      ? {
          context: () => present,
          onChange: (listener) => {
            listeners.add(listener);
            return () => listeners.delete(listener);
          },
        }
      : undefined,
    log: silentLogger,
    ...rest,
  });
  closing.push(async () => {
    const closed = door.close();
    for (const server of [app, plain]) server.closeAllConnections();
    await closed;
  });
  return {
    door,
    app,
    renew(next) {
      present = next;
      for (const listener of listeners) listener();
    },
  };
}

interface Answered {
  name: string;
  isOwnMachine: boolean;
  isSecure: boolean;
  address: string;
}
function ask(scheme: 'http' | 'https', host: string, port: number): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const options = { host, port, agent: false as const, rejectUnauthorized: false };
    const asking = (scheme === 'https' ? secureRequest : request)(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve(JSON.parse(text) as Answered));
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** A raw connection; its end counts however it comes. */
function dial(host: string, port: number): Socket & { ended: Promise<string>; open: Promise<unknown> } {
  const socket = connect(port, host);
  let heard = '';
  socket.setEncoding('utf8');
  socket.on('data', (part: string) => {
    heard += part;
  });
  socket.on('error', () => undefined);
  closing.push(() => socket.destroy());
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(heard)));
  const open = new Promise((resolve) => socket.once('connect', resolve));
  return Object.assign(socket, { ended, open });
}

function shownBy(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host, port, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.end();
    });
    socket.on('error', reject);
  });
}

describe('which server a connection belongs to', () => {
  test.each<['http' | 'https', string, Partial<Answered>]>([
    ['http', HERE, { name: 'app', isOwnMachine: true, isSecure: false }],
    ['https', HERE, { name: 'app', isOwnMachine: true, isSecure: true }],
    ['http', NETWORK, { name: 'plain', isOwnMachine: false, isSecure: false }],
    ['https', NETWORK, { name: 'app', isOwnMachine: false, isSecure: true }],
  ])('%s://%s', async (scheme, host, expected) => {
    const { door } = await house();
    expect(await ask(scheme, host, door.port)).toMatchObject({ ...expected, address: HERE });
  });

  test('listening everywhere means the same, and IPv4 is called by its own address', async () => {
    const { door } = await house({ listen: 'all' });
    expect(await ask('http', HERE, door.port)).toMatchObject({
      name: 'app',
      isOwnMachine: true,
      address: HERE,
    });
    expect(await ask('http', NETWORK, door.port)).toMatchObject({ name: 'plain', isOwnMachine: false });
  });

  test('for this machine alone, the network is not listened to and TLS is not spoken', async () => {
    const { door } = await house({ listen: 'loopback', hasTls: false });
    expect(await ask('http', HERE, door.port)).toMatchObject({ name: 'app' });
    await expect(ask('https', HERE, door.port)).rejects.toThrow();
    await expect(ask('http', NETWORK, door.port)).rejects.toThrow(/ECONNREFUSED/);
    expect(door.addresses()).toContain(HERE);
    expect(door.addresses()).not.toContain(NETWORK);
  });

  test('sockets are upgraded over TLS, and never on a plain connection of the network', async () => {
    const { door, app } = await house();
    const sockets = new WebSocketServer({ server: app });
    sockets.on('connection', (socket) => socket.send('welcome'));
    closing.push(() => sockets.close());
    const opened = (url: string) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url, { rejectUnauthorized: false });
        socket.on('message', (data) => {
          resolve(String(data));
          socket.terminate();
        });
        socket.on('error', () => resolve('refused'));
      });
    expect(await opened(`wss://${NETWORK}:${door.port}/`)).toBe('welcome');
    expect(await opened(`ws://${HERE}:${door.port}/`)).toBe('welcome');
    expect(await opened(`ws://${NETWORK}:${door.port}/`)).toBe('refused');
  });

  test('a large body that came with the first byte is not lost, over either protocol', async () => {
    const { door, app } = await house();
    app.removeAllListeners('request');
    app.on('request', async (asked, answer) => {
      let bytes = 0;
      for await (const part of asked) bytes += (part as Buffer).length;
      answer.end(String(bytes));
    });
    const body = Buffer.alloc(3_000_000, 7);
    const head = `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    const plain = dial(HERE, door.port);
    plain.write(Buffer.concat([Buffer.from(head), body]));
    expect(await plain.ended).toMatch(/\r\n3000000$|3000000/);
    const secure = connectTls({ host: NETWORK, port: door.port, rejectUnauthorized: false });
    secure.write(Buffer.concat([Buffer.from(head), body]));
    let heard = '';
    for await (const part of secure) heard += String(part);
    expect(heard).toContain('3000000');
  });
});

describe('what comes to nothing', () => {
  test.each([
    ['bytes of no protocol', Buffer.from([0x00, 0xff, 0x17, 0x03])],
    ['an older TLS greeting', Buffer.from([0x80, 0x2e, 0x01, 0x00, 0x02])],
    ['a letter with no line after it', Buffer.from('G\r\n\r\n')],
    ['TLS that is none', Buffer.concat([Buffer.from([0x16]), Buffer.alloc(600, 0x41)])],
    ['one TLS record that is too long', Buffer.from([0x16, 0x03, 0x01, 0xff, 0xff, 0x01])],
  ])('%s ends, and the next one is served', async (_what, bytes) => {
    const { door } = await house();
    const socket = dial(NETWORK, door.port);
    socket.write(bytes);
    expect(await socket.ended).not.toContain('"app"');
    expect(await ask('https', NETWORK, door.port)).toMatchObject({ name: 'app' });
  });

  test('a client that speaks nothing newer than TLS 1.1', async () => {
    const { door } = await house();
    const old = new Promise((resolve, reject) => {
      const options = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      connectTls({ host: NETWORK, port: door.port, rejectUnauthorized: false, ...options }, () =>
        resolve(1),
      ).on('error', reject);
    });
    await expect(old).rejects.toThrow(/protocol|version/i);
  });

  test('a connection on which nothing is said', async () => {
    const { door } = await house({ silenceMs: 30 });
    expect(await dial(NETWORK, door.port).ended).toBe('');
    expect(await dial(HERE, door.port).ended).toBe('');
  });

  test('a slow one is waited for, byte by byte', async () => {
    const { door } = await house();
    const socket = dial(NETWORK, door.port);
    await socket.open;
    for (const letter of 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n') {
      await new Promise((resolve) => socket.write(letter, resolve));
    }
    expect(await socket.ended).toContain('"plain"');
  });

  test('an address that is not of a house, before a byte is read; this machine is always welcome', async () => {
    const asked: string[] = [];
    const { door } = await house({
      isWelcome: (address) => {
        asked.push(address);
        return false;
      },
    });
    expect(await dial(NETWORK, door.port).ended).toBe('');
    await expect(ask('https', NETWORK, door.port)).rejects.toThrow();
    expect(asked).toEqual([HERE, HERE]);
    expect(await ask('http', HERE, door.port)).toMatchObject({ name: 'app' });
  });

  test('of more than may be open at once: silent ones and half handshakes go, the newcomer is served', async () => {
    const { door } = await house({ limits: { all: 100, each: 8 } });
    const flood = Array.from({ length: 8 }, (_, at) => {
      const socket = dial(NETWORK, door.port);
      if (at % 2 === 0) socket.write(Buffer.from([0x16, 0x03, 0x01]));
      return socket;
    });
    await Promise.all(flood.map(({ open }) => open));
    expect(await ask('https', NETWORK, door.port)).toMatchObject({ name: 'app' });
    expect(await flood[0]!.ended).toBe('');
    expect(flood.slice(2).filter(({ destroyed }) => destroyed)).toEqual([]);
    // Not held against the machine itself.
    expect(await ask('http', HERE, door.port)).toMatchObject({ name: 'app' });
  });

  test('half requests from many addresses neither keep a newcomer out nor push a known one out', async () => {
    const { door, app } = await house({ limits: { all: 12, each: 4 } });
    app.prependListener('request', ({ url, socket }) => {
      if (url === '/known') markProved(socket);
    });
    const own = connectTls({ host: NETWORK, port: door.port, rejectUnauthorized: false });
    closing.push(() => own.destroy());
    const hears = () =>
      new Promise<string>((resolve, reject) => {
        own.once('data', (piece: Buffer) => resolve(String(piece)));
        own.once('close', () => reject(new Error('ended')));
      });
    own.write('GET /known HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await hears()).toContain('"app"');
    const half = async (from: string) => {
      const raw = connect({ host: NETWORK, port: door.port, localAddress: from });
      const socket = connectTls({ socket: raw, rejectUnauthorized: false });
      socket.on('error', () => undefined);
      closing.push(() => socket.destroy());
      await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
      socket.write('POST / HTTP/1.1\r\nHost: x\r\n');
    };
    for (const from of ['127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6', HERE]) {
      for (let at = 0; at < 6; at++) await half(from);
    }
    expect(await ask('https', NETWORK, door.port)).toMatchObject({ name: 'app' });
    own.write('GET /known HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await hears()).toContain('"app"');
  });
});

describe('certificates', () => {
  test('a new one is shown without a restart, and who is connected stays so', async () => {
    const { door, renew } = await house();
    const before = connectTls({ host: NETWORK, port: door.port, rejectUnauthorized: false });
    await new Promise((resolve) => before.once('secureConnect', resolve));
    expect(await shownBy(NETWORK, door.port)).toBe('first');
    renew(second);
    expect(await shownBy(NETWORK, door.port)).toBe('second');
    expect(await shownBy(HERE, door.port)).toBe('second');
    before.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    let heard = '';
    for await (const part of before) heard += String(part);
    expect(heard).toContain('"app"');
  });
});

describe('opening and closing', () => {
  const failing = { hasTls: false };
  test('a port that is taken, on any of the addresses, is told with the next step', async () => {
    const other = createRawServer().listen(0, NETWORK);
    await new Promise((resolve) => other.once('listening', resolve));
    closing.push(() => new Promise((resolve) => other.close(resolve)));
    const { port } = other.address() as { port: number };
    await expect(house({ ...failing, port })).rejects.toMatchObject({
      code: 'bad-input',
      message: `Port ${port} is taken by another program.`,
      hint: expect.stringContaining('--port'),
    });
    // Nothing of the attempt is left open.
    const { door } = await house({ ...failing, port, listen: 'loopback' });
    expect(door.port).toBe(port);
  });

  test('an address that is not this machine’s', async () => {
    await expect(house({ ...failing, listen: ['192.0.2.1'] })).rejects.toMatchObject({
      code: 'bad-input',
      message: '192.0.2.1 is not an address of this machine.',
    });
  });

  test('0.0.0.0 in the list is everywhere, and not the loopback a second time', async () => {
    const { door } = await house({ listen: ['0.0.0.0'] });
    expect(await ask('http', HERE, door.port)).toMatchObject({ name: 'app' });
    expect(await ask('http', NETWORK, door.port)).toMatchObject({ name: 'plain' });
  });

  test('closing ends who has said nothing and who is in the middle of a handshake', async () => {
    const { door } = await house();
    const silent = dial(NETWORK, door.port);
    const half = dial(NETWORK, door.port);
    await Promise.all([silent.open, half.open]);
    half.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    // The door has taken both in when it has answered a third.
    await ask('https', NETWORK, door.port);
    await door.close();
    expect(await Promise.all([silent.ended, half.ended])).toEqual(['', '']);
    await expect(ask('http', HERE, door.port)).rejects.toThrow(/ECONNREFUSED/);
  });
});
