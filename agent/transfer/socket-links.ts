// Transfer links over WebSockets of their own, so that bulk never holds up the documents. It owns the sockets, their
// number and whether anybody is still there; what is said over them is given to it.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Principal } from '@myspinbot/shared/access/access.ts';
import { principalId } from '@myspinbot/shared/access/access.ts';
import type { FrameLink } from '@myspinbot/shared/transfer/link.ts';
import { MAX_PIECE_FRAME } from '@myspinbot/shared/wire/block-frame.ts';
import { REMOVED_CLOSE, SOCKET_PROTOCOL } from '@myspinbot/shared/wire/pairing.ts';
import { MAX_TRANSFER_TEXT } from '@myspinbot/shared/wire/transfer.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '../log/logger.ts';
import { REMOVED, type Transfers } from './transfers.ts';

/** Between pings; browsers answer them by themselves, so a peer that misses two is gone: within three seconds. */
const HEARTBEAT_MS = 1000;
const MISSED = 2;
/** What may wait in our memory before the sender is told to wait: keeps the kernel busy, and urgent things soon out. */
const HIGH_WATER_BYTES = 1024 * 1024;
/** What a peer that does not read may have waiting before it is cut off: the credits of a few assets. */
const MAX_BACKLOG_BYTES = 64 * 1024 * 1024;
/** From the word that a socket ends to its end. */
const LEAVE_MS = 300;
const MAX_SOCKETS = 64;
/** One device has a socket per tab; one that opens more must not shut out the others. */
const MAX_SOCKETS_EACH = 16;

export interface SocketLinks {
  /** Takes over an upgrade request; the caller knows who asks. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, who: Principal): void;
  close(): void;
}

export function createSocketLinks(options: {
  transfers: Pick<Transfers, 'take'>;
  log: Logger;
  heartbeatMs?: number;
}): SocketLinks {
  const { log } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: Math.max(MAX_PIECE_FRAME, MAX_TRANSFER_TEXT),
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  });
  const open = new Map<WebSocket, { missed: number; readBytes: number; id: string; line: Duplex }>();

  const heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
  let lookedAt = performance.now();
  const heartbeat = setInterval(() => {
    const now = performance.now();
    // We were away ourselves (a busy processor, a machine that slept): what is silent may be waiting to be read.
    const isLate = now - lookedAt > heartbeatMs * 1.5;
    lookedAt = now;
    for (const [socket, state] of open) {
      // A large frame on a slow network is no silence: what counts is that bytes come.
      const readBytes = (state.line as { bytesRead?: number }).bytesRead ?? 0;
      if (readBytes !== state.readBytes || isLate) state.missed = 0;
      state.readBytes = readBytes;
      if (state.missed >= MISSED) socket.terminate();
      else {
        state.missed++;
        socket.ping();
      }
    }
  }, heartbeatMs);
  heartbeat.unref();

  const connect = (socket: WebSocket, line: Duplex, who: Principal) => {
    open.set(socket, { missed: 0, readBytes: -1, id: principalId(who), line });
    socket.on('error', (error) => log.warn('transfer.socket-error', { error: error.message }));
    socket.on('close', () => open.delete(socket));
    options.transfers.take(socketLink(socket), who);
  };

  return {
    accept(request, socket, head, who) {
      const id = principalId(who);
      const own = [...open.values()].filter((one) => one.id === id);
      if (open.size >= MAX_SOCKETS || own.length >= MAX_SOCKETS_EACH) {
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, (websocket) => connect(websocket, socket, who));
    },
    close() {
      clearInterval(heartbeat);
      for (const socket of open.keys()) socket.terminate();
    },
  };
}

/** An open `ws` socket as a link. */
export function socketLink(socket: WebSocket): FrameLink {
  let listener: ((frame: string | Uint8Array) => void) | undefined;
  let early: (string | Uint8Array)[] = [];
  let closed: string | undefined;
  const ends: ((why: string) => void)[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    const frame = isBinary ? data : data.toString('utf8');
    if (listener === undefined) early.push(frame);
    else listener(frame);
  });
  socket.on('close', (code, reason) => {
    closed ??= `${code} ${reason.toString('utf8')}`.trim();
    for (const end of ends.splice(0)) end(closed);
  });
  return {
    kind: 'socket',
    frameBytes: MAX_PIECE_FRAME,
    send(frame, free) {
      if (socket.readyState !== socket.OPEN) return Promise.reject(new Error('the socket is not open'));
      if (socket.bufferedAmount > MAX_BACKLOG_BYTES) {
        socket.terminate();
        return Promise.reject(new Error('the peer does not read'));
      }
      if (typeof frame === 'string' || socket.bufferedAmount < HIGH_WATER_BYTES) {
        return socket.send(frame, () => free?.());
      }
      // Resolves when the kernel has it.
      return new Promise<void>((resolve, reject) =>
        socket.send(frame, (error) => {
          free?.();
          if (error) reject(error);
          else resolve();
        }),
      );
    },
    onFrame(next) {
      listener = next;
      const frames = early;
      early = [];
      for (const frame of frames) next(frame);
    },
    onClose(then) {
      if (closed !== undefined) then(closed);
      else ends.push(then);
    },
    close(why) {
      if (why === undefined) socket.close(1000);
      else if (why === REMOVED) socket.close(REMOVED_CLOSE, why);
      else socket.close(1008, why.slice(0, 120));
      // Whoever does not answer is not waited for, and gets nothing more of what was on its way.
      setTimeout(() => socket.terminate(), LEAVE_MS).unref();
    },
  };
}
