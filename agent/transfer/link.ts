// The transfer conversation over WebSockets of its own, so that bulk never holds up the documents. One session
// per socket on the vault. Who somebody is was proved before `accept`; here it decides what they may bring and fetch.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { may, type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import type { TransferEvent, TransferSession } from '@myspinbot/shared/transfer/session.ts';
import { createTransferSession } from '@myspinbot/shared/transfer/session.ts';
import type { TransferStore } from '@myspinbot/shared/transfer/store.ts';
import { MAX_BLOCK_FRAME } from '@myspinbot/shared/wire/block-frame.ts';
import { REMOVED_CLOSE, SOCKET_PROTOCOL } from '@myspinbot/shared/wire/pairing.ts';
import { MAX_TRANSFER_TEXT } from '@myspinbot/shared/wire/transfer.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '../log/logger.ts';
import type { Vault } from '../vault/port.ts';
import type { Promised, Quota } from '../vault/quota.ts';

/** Between pings; a peer that misses three is gone. Longer than the hub's: a phone that reads a file is busy. */
const HEARTBEAT_MS = 5000;
/** What a peer that does not read may have waiting before it is cut off: the credits of a few assets. */
const MAX_BACKLOG_BYTES = 64 * 1024 * 1024;
const MAX_SOCKETS = 64;
/** One device has a socket per tab; one that opens more must not shut out the others. */
const MAX_SOCKETS_EACH = 16;

export type LinkEvent = ({ who: Principal } & TransferEvent) | { type: 'sockets'; open: number };

export interface TransferLink {
  /** Takes over an upgrade request; the caller knows who asks. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, who: Principal): void;
  /** Ends every socket of this principal at once. */
  cut(id: string): void;
  on(listener: (event: LinkEvent) => void): () => void;
  close(): Promise<void>;
}

export function createTransferLink(options: {
  vault: Vault;
  quota: Quota;
  /** Somebody brought a file of so many bytes that was not here before. */
  brought(who: Principal, bytes: number): void;
  /** The files a project names: all that its guests may fetch. */
  assetsOf(project: ProjectId): Promise<ReadonlySet<AssetHash>>;
  log: Logger;
  heartbeatMs?: number;
}): TransferLink {
  const { vault, quota, log } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: Math.max(MAX_BLOCK_FRAME, MAX_TRANSFER_TEXT),
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  });
  const sessions = new Map<WebSocket, { session: TransferSession; missed: number; who: Principal }>();
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

  const connect = (socket: WebSocket, who: Principal) => {
    /** What is on its way in, and the room that is kept for it. */
    const promised = new Map<AssetHash, Promised>();
    const session = createTransferSession({
      store: storeFor(who, vault, options.assetsOf),
      admit(ref) {
        if (!may(who, { on: 'assets', may: 'write' })) {
          return { why: 'not-allowed', hint: 'Whoever is connected here may look and bring nothing.' };
        }
        // What is here already takes no more room.
        if (vault.has(ref.hash)) return undefined;
        try {
          promised.set(ref.hash, quota.promise(who, ref.bytes, ref.hash));
          return undefined;
        } catch (cause) {
          if (!(cause instanceof Failure)) throw cause;
          return { why: 'no-space', hint: `${cause.message} ${cause.hint}` };
        }
      },
      send(frame) {
        if (socket.readyState !== socket.OPEN) return;
        if (socket.bufferedAmount > MAX_BACKLOG_BYTES) return socket.terminate();
        if (typeof frame === 'string') return socket.send(frame);
        // Resolves when the kernel has it, failed or not: the session hears of a break by `close`.
        return new Promise<void>((resolve) => socket.send(frame, () => resolve()));
      },
      onEvent(event) {
        emit({ ...event, who });
        if (event.type === 'ended' && event.direction === 'in') {
          const room = promised.get(event.hash);
          promised.delete(event.hash);
          room?.done();
          if (room !== undefined && event.end.outcome === 'done') options.brought(who, event.end.ref.bytes);
        }
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
    const state = { session, missed: 0, who };
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
    accept(request, socket, head, who) {
      const own = [...sessions.values()].filter((one) => principalId(one.who) === principalId(who));
      if (sessions.size >= MAX_SOCKETS || own.length >= MAX_SOCKETS_EACH) {
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, (websocket) => connect(websocket, who));
    },
    cut(id) {
      for (const [socket, { session, who }] of sessions) {
        if (principalId(who) !== id) continue;
        socket.close(REMOVED_CLOSE, 'removed');
        void session.close();
      }
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

/** A guest's store has the files of its project and no others: of those it is told what is told of no file at all. */
function storeFor(
  who: Principal,
  vault: Vault,
  assetsOf: (project: ProjectId) => Promise<ReadonlySet<AssetHash>>,
): TransferStore {
  if (who.kind !== 'device' || who.role !== 'guest') {
    return { ...vault, receive: (ref, blocks) => vault.receive(ref, blocks, principalId(who)) };
  }
  const { project } = who;
  const hidden = (hash: AssetHash): never => {
    throw new Error(`${hash} is not of ${project}`);
  };
  const isIts = async (hash: AssetHash) => (await assetsOf(project)).has(hash);
  return {
    ref: async (hash): Promise<AssetRef | undefined> => ((await isIts(hash)) ? vault.ref(hash) : undefined),
    blocks: async (hash) => ((await isIts(hash)) ? vault.blocks(hash) : hidden(hash)),
    readBlock: async (hash, index) => ((await isIts(hash)) ? vault.readBlock(hash, index) : hidden(hash)),
    receive: async ({ hash }) => hidden(hash),
  };
}
