// The transfer conversation over WebSockets of its own, so that bulk never holds up the documents. One session
// per socket on the vault. Who may connect is decided before `accept`.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TransferEvent, TransferSession } from '@myspinbot/shared/transfer/session.ts';
import { createTransferSession } from '@myspinbot/shared/transfer/session.ts';
import { MAX_BLOCK_FRAME } from '@myspinbot/shared/wire/block-frame.ts';
import { MAX_TRANSFER_TEXT } from '@myspinbot/shared/wire/transfer.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '../log/logger.ts';
import type { Vault } from '../vault/port.ts';

/** Between pings; a peer that misses three is gone. Longer than the hub's: a phone that reads a file is busy. */
const HEARTBEAT_MS = 5000;
/** What a peer that does not read may have waiting before it is cut off: the credits of a few assets. */
const MAX_BACKLOG_BYTES = 64 * 1024 * 1024;
const MAX_SOCKETS = 64;

export type LinkEvent = TransferEvent | { type: 'sockets'; open: number };

export interface TransferLink {
  /** Takes over an upgrade request; the caller has checked who asks. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  on(listener: (event: LinkEvent) => void): () => void;
  close(): Promise<void>;
}

export function createTransferLink(options: {
  vault: Vault;
  log: Logger;
  heartbeatMs?: number;
}): TransferLink {
  const { vault, log } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: Math.max(MAX_BLOCK_FRAME, MAX_TRANSFER_TEXT),
    perMessageDeflate: false,
  });
  const sessions = new Map<WebSocket, { session: TransferSession; missed: number }>();
  const listeners = new Set<(event: LinkEvent) => void>();
  const emit = (event: LinkEvent) => {
    for (const listener of listeners) listener(event);
  };

  const heartbeat = setInterval(() => {
    for (const [socket, state] of sessions) {
      if (state.missed >= 3) socket.terminate();
      else {
        state.missed++;
        socket.ping();
      }
    }
  }, options.heartbeatMs ?? HEARTBEAT_MS);
  heartbeat.unref();

  const connect = (socket: WebSocket) => {
    const session = createTransferSession({
      store: vault,
      send(frame) {
        if (socket.readyState !== socket.OPEN) return;
        if (socket.bufferedAmount > MAX_BACKLOG_BYTES) return socket.terminate();
        if (typeof frame === 'string') return socket.send(frame);
        // Resolves when the kernel has it, failed or not: the session hears of a break by `close`.
        return new Promise<void>((resolve) => socket.send(frame, () => resolve()));
      },
      onEvent(event) {
        emit(event);
        if (event.type === 'violation') {
          log.warn('transfer.violation', { why: event.why });
          socket.close(1008, event.why.slice(0, 120));
        } else if (event.type === 'store-failed') {
          log.error('transfer.store-failed', { hash: event.hash, error: String(event.cause) });
        } else if (event.type === 'ended') {
          log.info('transfer.ended', {
            direction: event.direction,
            hash: event.hash,
            outcome: event.end.outcome,
          });
        }
      },
    });
    const state = { session, missed: 0 };
    sessions.set(socket, state);
    emit({ type: 'sockets', open: sessions.size });
    socket.on('pong', () => {
      state.missed = 0;
    });
    socket.on('message', (data: Buffer, isBinary) => {
      state.missed = 0;
      session.receive(isBinary ? data : data.toString('utf8'));
    });
    socket.on('error', (error) => log.warn('transfer.socket-error', { error: error.message }));
    socket.on('close', () => {
      sessions.delete(socket);
      log.info('transfer.closed', { open: sessions.size });
      emit({ type: 'sockets', open: sessions.size });
      void session.close();
    });
    session.open();
  };

  return {
    accept(request, socket, head) {
      if (sessions.size >= MAX_SOCKETS) {
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, connect);
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      clearInterval(heartbeat);
      const open = [...sessions];
      await Promise.all(
        open.map(async ([socket, { session }]) => {
          socket.terminate();
          await session.close();
        }),
      );
    },
  };
}
