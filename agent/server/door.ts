// The doors: one port for HTTP and HTTPS, told apart by the first byte, on the loopback and on the addresses of the
// network. It decides which server a connection belongs to and whether it may be made at all; it reads nothing of what
// is said on it.
//
//   plain, from this machine over the loopback   the app's server
//   plain, from the network                      the plain server, which has one page
//   TLS (first byte 0x16, RFC 8446, 5.1)         the app's server, after the handshake
import type { Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createServer as createTlsServer, TLSSocket, type Server as TlsServer } from 'node:tls';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Certificates } from '../certificates/port.ts';
import { isPrivateAddress } from '../certificates/private-address.ts';
import type { Listen } from '../config.ts';
import type { Logger } from '../log/logger.ts';
import type { Origin } from '../pairing/port.ts';

const TLS_HANDSHAKE = 0x16;
/** A browser speaks at once. Some open a connection to spare, and use it within some seconds or not at all. */
const SILENCE_MS = 20_000;
const HANDSHAKE_MS = 10_000;
/** Connections of the network: a house has a few devices, each with a handful. */
const MAX_CONNECTIONS = 512;
const MAX_CONNECTIONS_EACH = 96;
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
  /** For tests: which addresses may connect, and how long somebody may say nothing. */
  isWelcome?(address: string): boolean;
  silenceMs?: number;
}

export interface Door {
  readonly port: number;
  /** Lets nobody in any more; resolves when every connection has ended, which is other people's business. */
  close(): Promise<void>;
}

/** Throws Failure `bad-input` when the port is taken, not allowed, or an address is not this machine's. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { app, plain, log, isWelcome = isPrivateAddress, silenceMs = SILENCE_MS } = options;
  const waiting = new Set<Socket>();
  const counts = new Map<string, number>();
  let open = 0;

  let tls: TlsServer | undefined;
  if (options.tls !== undefined) {
    const certificates = options.tls;
    tls = createTlsServer({
      ...certificates.context(),
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: HANDSHAKE_MS,
    });
    tls.on('secureConnection', (socket) => app.emit('connection', socket));
    // Mostly devices that do not trust the certificate yet.
    tls.on('tlsClientError', (error, socket) => {
      log.debug('door.handshake-failed', { error: error.message });
      socket.destroy();
    });
  }
  const stopRenewing = options.tls?.onChange(() => tls?.setSecureContext(options.tls!.context()));

  const decide = (socket: Socket, first: Buffer | null) => {
    socket.setTimeout(0);
    waiting.delete(socket);
    if (first === null) return socket.destroy();
    socket.unshift(first);
    if (first[0] === TLS_HANDSHAKE) {
      if (tls === undefined) return socket.destroy();
      return tls.emit('connection', socket);
    }
    return (originOf(socket).isOwnMachine ? app : plain).emit('connection', socket);
  };
  const connected = (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    const { address, isOwnMachine } = originOf(socket);
    const own = counts.get(address) ?? 0;
    if (!isWelcome(address)) {
      log.warn('door.not-private', { address });
      return socket.destroy();
    }
    if (!isOwnMachine && (open >= MAX_CONNECTIONS || own >= MAX_CONNECTIONS_EACH)) return socket.destroy();
    if (!isOwnMachine) {
      open += 1;
      counts.set(address, own + 1);
      socket.once('close', () => {
        open -= 1;
        const left = (counts.get(address) ?? 1) - 1;
        if (left > 0) counts.set(address, left);
        else counts.delete(address);
      });
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

  const { port, servers } = await listenOnAll(addressesOf(options.listen), options.port, connected);
  return {
    port,
    async close() {
      stopRenewing?.();
      for (const socket of waiting) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** Where a connection comes from. Over the loopback's own addresses is this machine; any other is the network. */
export function originOf(socket: Socket | TLSSocket): Origin & { isSecure: boolean } {
  const address = socket.remoteAddress ?? '';
  const isOwnMachine = isOwn(address) && isOwn(socket.localAddress ?? '');
  return { address, isOwnMachine, isSecure: socket instanceof TLSSocket };
}

function isOwn(address: string): boolean {
  return ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(address);
}

/** The first is the one that must be there. */
function addressesOf(listen: Listen): readonly string[] {
  if (listen === 'all') return hasIPv6() ? ['::'] : ['0.0.0.0'];
  const loopback = ['127.0.0.1', ...(hasIPv6Loopback() ? ['::1'] : [])];
  return listen === 'loopback' ? loopback : [...new Set([...loopback, ...listen])];
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
