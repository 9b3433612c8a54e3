// The doors: one port for HTTP and HTTPS, told apart by the first byte, on the loopback and on the addresses of the
// network. It decides which server a connection belongs to and whether it may be made at all; it reads nothing of what
// is said on it. Who has to go where there are too many is crowd.ts.
//
//   plain, from this machine over the loopback   the app's server
//   plain, from the network                      the plain server, which has one page
//   TLS (first byte 0x16, RFC 8446, 5.1)         the app's server, after the handshake
import type { EventEmitter } from 'node:events';
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, isIPv4, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Certificates } from '../certificates/port.ts';
import { isPrivateAddress } from '../certificates/private-address.ts';
import type { Listen } from '../config.ts';
import type { Logger } from '../log/logger.ts';
import type { Origin } from '../pairing/port.ts';
import { createCrowd, type Visitor } from './crowd.ts';

const TLS_HANDSHAKE = 0x16;
/** A browser speaks at once. Some open a connection to spare, and open another when that one is gone. */
const SILENCE_MS = 10_000;
const HANDSHAKE_MS = 10_000;
/** Connections of the network, of strangers and of the known each: a house has a few devices, each with a handful. */
const LIMITS = { all: 256, each: 64 };
/** Said on a connection by whoever found out who is on it. */
const PROVED = Symbol('proved');
/** How often another free port is tried for all addresses together. */
const TRIES = 20;

export interface DoorOptions {
  /** Its 'connection's come from here; it never listens itself. */
  app: HttpServer;
  plain: HttpServer;
  /** Besides the loopback. */
  listen: Listen;
  /** 0 = any free one. */
  port: number;
  /** Absent = no TLS is spoken. */
  tls: Pick<Certificates, 'context' | 'onChange'> | undefined;
  log: Logger;
  /** For tests: which addresses of the network may connect, how many times, and how long one may say nothing. */
  isWelcome?(address: string): boolean;
  limits?: { all: number; each: number };
  silenceMs?: number;
}

export interface Door {
  readonly port: number;
  /** Where it listens: "127.0.0.1", "::" for everywhere. */
  addresses(): readonly string[];
  /**
   * Lets nobody in any more, and ends connections that belong to no server yet. Resolves when the others have ended too,
   * which is the servers' business.
   */
  close(): Promise<void>;
}

/** Throws Failure `bad-input` when the port is taken, not allowed, or an address is not this machine's. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { app, plain, log, isWelcome = isPrivateAddress, limits = LIMITS, silenceMs = SILENCE_MS } = options;
  /** Connections that belong to no server yet: nothing was said on them, or the handshake is not done. */
  const waiting = new Set<Socket>();
  const shakingHands = new Map<string, Socket>();
  const crowd = createCrowd({ strangers: limits, known: limits });
  /** Connections of the network, before and after their handshake. */
  const visitors = new WeakMap<Socket, Visitor>();
  let hasWarned = false;

  const tls = options.tls === undefined ? undefined : createTlsServer(tlsOptions(options.tls));
  tls?.on('secureConnection', (socket) => {
    const path = pathOf(socket);
    const line = shakingHands.get(path);
    if (line !== undefined) lines.set(socket, line);
    const visitor = visitors.get(line ?? socket);
    shakingHands.delete(path);
    if (visitor !== undefined) {
      visitors.set(socket, visitor);
      (socket as EventEmitter).once(PROVED, () => crowd.proved(visitor));
    }
    app.emit('connection', socket);
  });
  // Mostly devices that do not trust the certificate yet.
  tls?.on('tlsClientError', (error, socket) => {
    log.debug('door.handshake-failed', { error: error.message });
    socket.destroy();
  });
  // Whoever is connected stays so; the next handshake shows the new certificate.
  const stopRenewing = options.tls?.onChange(() => tls?.setSecureContext(tlsOptions(options.tls!)));

  const decide = (socket: Socket, first: Buffer | null) => {
    socket.setTimeout(0);
    waiting.delete(socket);
    if (first === null) return socket.destroy();
    socket.unshift(first);
    if (first[0] !== TLS_HANDSHAKE) {
      return (originOf(socket).isOwnMachine ? app : plain).emit('connection', socket);
    }
    if (tls === undefined) return socket.destroy();
    const path = pathOf(socket);
    shakingHands.set(path, socket);
    socket.once('close', () => {
      if (shakingHands.get(path) === socket) shakingHands.delete(path);
    });
    return tls.emit('connection', socket);
  };
  const answered = ({ socket }: IncomingMessage, answer: ServerResponse) => {
    const visitor = visitors.get(socket);
    if (visitor !== undefined) answer.once('finish', () => crowd.answered(visitor));
  };
  for (const server of [app, plain]) server.on('request', answered);
  const connected = (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    const { address, isOwnMachine } = originOf(socket);
    if (!isOwnMachine) {
      if (!isWelcome(address)) {
        // Told once: on a public address somebody knocks all the time.
        log[hasWarned ? 'debug' : 'warn']('door.not-private', { address });
        hasWarned = true;
        return socket.destroy();
      }
      const visitor: Visitor = {
        address,
        end() {
          log.debug('door.full', { address, ...crowd.counts() });
          socket.destroy();
        },
      };
      visitors.set(socket, visitor);
      socket.once('close', () => crowd.left(visitor));
      crowd.enter(visitor);
    }
    waiting.add(socket);
    socket.once('close', () => waiting.delete(socket));
    socket.setTimeout(silenceMs, () => {
      if (waiting.has(socket)) socket.destroy();
    });
    // Paused until somebody reads: nothing is taken off the line but what is given back.
    socket.once('readable', () => {
      if (waiting.has(socket)) decide(socket, socket.read() as Buffer | null);
    });
  };

  const addresses = addressesOf(options.listen);
  const { port, servers } = await listenOnAll(addresses, options.port, connected);
  for (const server of servers) {
    // Too many open files, an address that went away with its network: the other doors stay open.
    server.on('error', (error) => log.warn('door.trouble', { error: error.message }));
  }
  return {
    port,
    addresses: () => addresses,
    async close() {
      stopRenewing?.();
      for (const server of [app, plain]) server.off('request', answered);
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      for (const socket of [...waiting, ...shakingHands.values()]) socket.destroy();
      await Promise.all(closed);
    },
  };
}

function tlsOptions(certificates: Pick<Certificates, 'context'>): TlsOptions {
  return {
    ...certificates.context(),
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: HANDSHAKE_MS,
  };
}

/** The same for a connection before and after its handshake: no two have it at the same time. */
function pathOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}

/** Whoever is on this connection proved who they are: it is not counted with the strangers any more. */
export function markProved(socket: EventEmitter): void {
  socket.emit(PROVED);
}

/** Of connections over TLS, the ones beneath. */
const lines = new WeakMap<Socket, Socket>();

/** Ends a connection at once: what waits to be sent, also in the system's buffers, is not sent any more. */
export function hangUp(socket: Socket): void {
  const line = lines.get(socket) ?? socket;
  if (!(line instanceof TLSSocket)) line.resetAndDestroy();
  socket.destroy();
}

/** Where a connection comes from. Over the loopback's own addresses is this machine; any other is the network. */
export function originOf(socket: Socket | TLSSocket): Origin & { isSecure: boolean } {
  const address = unmapped(socket.remoteAddress);
  const isOwnMachine = isOwn(address) && isOwn(unmapped(socket.localAddress));
  return { address, isOwnMachine, isSecure: socket instanceof TLSSocket };
}

/** On a door for both kinds of addresses, IPv4 comes in IPv6 clothes. */
function unmapped(address = ''): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

function isOwn(address: string): boolean {
  return address === '127.0.0.1' || address === '::1';
}

/** The first is the one that must be there. */
function addressesOf(listen: Listen): readonly string[] {
  if (listen === 'all') return hasIPv6() ? ['::'] : ['0.0.0.0'];
  const loopback = ['127.0.0.1', ...(hasIPv6Loopback() ? ['::1'] : [])];
  if (listen === 'loopback') return loopback;
  // "Everywhere" is the loopback, too, which then cannot be opened a second time.
  if (listen.includes('::')) return ['::'];
  const others = [...loopback, ...listen];
  const isAllIPv4 = listen.includes('0.0.0.0');
  return [...new Set(isAllIPv4 ? ['0.0.0.0', ...others.filter((one) => !isIPv4(one))] : others)];
}

function hasIPv6(): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some(({ family }) => family === 'IPv6'));
}

function hasIPv6Loopback(): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
}

async function listenOnAll(
  addresses: readonly string[],
  port: number,
  connected: (socket: Socket) => void,
): Promise<{ port: number; servers: Server[] }> {
  for (let tries = 1; ; tries++) {
    const servers: Server[] = [];
    try {
      for (const address of addresses) {
        const chosen = servers[0] === undefined ? port : portOf(servers[0]);
        servers.push(await listenOn(address, chosen, connected));
      }
      return { port: portOf(servers[0]!), servers };
    } catch (cause) {
      for (const server of servers) server.close();
      // A port that is free on one address may be taken on another.
      const isTaken =
        cause instanceof Failure && cause.cause instanceof Error && codeOf(cause.cause) === 'EADDRINUSE';
      if (port !== 0 || !isTaken || tries >= TRIES) throw cause;
    }
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a server without a port');
  return address.port;
}

function listenOn(address: string, port: number, connected: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ pauseOnConnect: false, noDelay: true }, connected);
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(explained(cause, address, port)));
    server.listen({ host: address, port, ipv6Only: false }, () => resolve(server));
  });
}

function codeOf(cause: Error): string | undefined {
  return (cause as NodeJS.ErrnoException).code;
}

function explained(cause: Error, address: string, port: number): unknown {
  switch (codeOf(cause)) {
    case 'EADDRINUSE':
      return new Failure({
        code: 'bad-input',
        message: `Port ${port} is taken by another program.`,
        hint: 'Start with --port 0 to take any free port, or name another with --port N.',
        cause,
      });
    case 'EACCES':
      return new Failure({
        code: 'bad-input',
        message: `Port ${port} may not be opened by this user.`,
        hint: 'Start with --port 0 to take any free port, or name another with --port N.',
        cause,
      });
    case 'EADDRNOTAVAIL':
      return new Failure({
        code: 'bad-input',
        message: `${address} is not an address of this machine.`,
        hint: 'Leave --address away to listen on all of them, or use --local for this machine alone.',
        cause,
      });
    default:
      return cause;
  }
}
