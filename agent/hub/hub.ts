// The hub: rooms loaded while somebody is in them, their storage, and the WebSockets of y-websocket clients.
// Who somebody is was proved before `accept`; here it decides which rooms open to them. What is in a document is the
// business of those who read it.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import { guestRoomProject, isRoom, WORKSPACE_ROOM } from '@myspinbot/shared/document/layout.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { REMOVED_CLOSE, SOCKET_PROTOCOL } from '@myspinbot/shared/wire/pairing.ts';
import type { Presence } from '@myspinbot/shared/wire/presence.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import * as Y from 'yjs';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import type { Quota } from '../vault/quota.ts';
import { type DocumentStore, openDocumentStore } from './document-store.ts';
import { guardWorkspace } from './guard.ts';
import { guardEntries } from './guard-entries.ts';
import { followWorkspace } from './guest-document.ts';
import type { Hub } from './port.ts';
import { rightsIn } from './rights.ts';
import { createRoom, MAX_MESSAGE_BYTES, type Peer, type Room, signalMessage } from './room.ts';

/** How long a socket that is cut may take to say goodbye. */
const GOODBYE_MS = 300;
/** Between pings; a peer that misses two is gone. */
const HEARTBEAT_MS = 2000;
/** Something is heard in every room every so many heartbeats (10 s): clients give up after 30 s of silence. */
const MURMUR_BEATS = 5;
/** Least time between two presences. */
const PRESENT_MS = 250;
/** What a slow reader may have waiting before it is cut off; it syncs again when it comes back. */
const MAX_BACKLOG_BYTES = 32 * 1024 * 1024;
/** Stored bytes of one document. A workspace of 10 000 jobs has 3 MB. */
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;
const MAX_SOCKETS = 256;
/** A device has one socket per open document and tab; one that opens more must not shut out the others. */
const MAX_SOCKETS_EACH = 64;

export type HubEvent =
  | { type: 'sockets'; open: number }
  | { type: 'moved'; direction: 'in' | 'out'; bytes: number }
  /** A document was edited; it is on its way to the disk. */
  | { type: 'updated' }
  /** A peer was cut off for what it sent. */
  | { type: 'cut'; why: string }
  /** Keys that a peer had no business with, or whose values do not fit, and that were put back. */
  | { type: 'restored'; count: number };

export interface SocketHub extends Hub {
  /** Takes over an upgrade request for a room; the caller knows who asks. Answers 403 where the room is not theirs. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, room: string, who: Principal): Promise<void>;
  /** Ends every socket of this principal at once. */
  cut(id: string): void;
  /** Looks at a document from inside the agent. */
  read<T>(room: string, look: (doc: Y.Doc) => T): Promise<T>;
  /** Changes a document from inside the agent, loaded for as long as that takes; resolves when durable. */
  edit(room: string, change: (doc: Y.Doc) => void): Promise<void>;
  /** Every room of which something is stored. */
  rooms(): Promise<string[]>;
  /** Of all documents, on the disk and on their way there. */
  bytes(): number;
  on(listener: (event: HubEvent) => void): () => void;
}

export interface HubOptions {
  /** Folder of the document store; made when absent. */
  dir: string;
  log: Logger;
  clock: Clock;
  heartbeatMs?: number;
  /** What a paired device is called; shown to the others whatever it says of itself. */
  nameOf?(device: string): string | undefined;
  /** Takes what somebody says about direct links, and how to answer them; false = that was none. */
  signals?(from: { who: Principal; send(text: string): void }, text: string): boolean;
  /** How much somebody may write, and who is told what they wrote. */
  quota?: Pick<Quota, 'mayWrite' | 'wrote'>;
}

export async function createHub(options: HubOptions): Promise<SocketHub> {
  const { log, clock } = options;
  const heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
  const store: DocumentStore = await openDocumentStore(options.dir, log);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES + 64,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  });
  const listeners = new Set<(event: HubEvent) => void>();
  const rooms = new Map<string, Promise<Room>>();
  /** Users of a room that keep it loaded: sockets on their way in and edits from inside. */
  const holds = new Map<string, number>();
  const missedPings = new Map<WebSocket, number>();
  const owners = new Map<WebSocket, { who: Principal; leave(): void }>();
  /** Sockets whose room is being loaded: somebody may be removed meanwhile. */
  const entering = new Set<{ id: string; isCut: boolean }>();
  /** Rooms of guests that are loaded, and how to let go of them. */
  const guestViews = new Map<string, { project: ProjectId; room: Room; stop(): void }>();
  let closed = false;

  const emit = (event: HubEvent) => {
    for (const listener of listeners) listener(event);
  };

  const load = async (name: string): Promise<Room> => {
    const doc = new Y.Doc();
    await store.load(name, doc);
    const room = createRoom(doc, { bytes: () => store.bytes(name), maxBytes: MAX_DOCUMENT_BYTES, clock });
    doc.on('update', (update: Uint8Array) => {
      store.append(name, update, doc);
      emit({ type: 'updated' });
    });
    if (name === WORKSPACE_ROOM) {
      guardWorkspace(doc, room.isPeer, (count) => {
        log.warn('hub.restored', { count });
        emit({ type: 'restored', count });
      });
    }
    guardEntries(doc, name, room.isPeer, (count, why) => {
      log.warn('hub.restored', { room: name, count, why });
      emit({ type: 'restored', count });
    });
    const guestsOf = guestRoomProject(name);
    if (guestsOf !== undefined) {
      const { doc: whole } = await hold(WORKSPACE_ROOM);
      const stop = followWorkspace(whole, doc, guestsOf);
      guestViews.set(name, { project: guestsOf, room, stop });
      presentToGuests(name);
    }
    return room;
  };
  const hold = (name: string): Promise<Room> => {
    holds.set(name, (holds.get(name) ?? 0) + 1);
    let room = rooms.get(name);
    if (room === undefined) {
      room = load(name);
      rooms.set(name, room);
      room.catch(() => rooms.delete(name));
    }
    return room;
  };
  const release = async (name: string): Promise<void> => {
    const left = (holds.get(name) ?? 1) - 1;
    if (left > 0) return void holds.set(name, left);
    holds.delete(name);
    const room = rooms.get(name);
    rooms.delete(name);
    const view = guestViews.get(name);
    if (view !== undefined) {
      view.stop();
      guestViews.delete(name);
      await release(WORKSPACE_ROOM);
    }
    // What it wrote is queued in the store; the next load waits for that queue.
    (await room?.catch(() => undefined))?.destroy();
  };

  const workspace = await hold(WORKSPACE_ROOM);
  const agentClient = workspace.doc.clientID;
  const reader = openWorkspace(workspace.doc, { role: 'agent', id: 'guests' });
  let presence: Presence | undefined;
  let stopThrottle: (() => void) | undefined;
  let presentAgain = false;
  const sendPresence = () => {
    if (presence === undefined) return;
    workspace.broadcastAwareness(workspace.awareness.present(agentClient, { presence }));
    for (const name of guestViews.keys()) presentToGuests(name);
  };
  /** Guests of a project see of the agent's work what is done for that project. */
  function presentToGuests(name: string): void {
    const view = guestViews.get(name);
    if (view === undefined || presence?.kind !== 'agent') return;
    const { project, room } = view;
    const jobs = presence.jobs.filter(({ job }) => reader.job(job)?.request.project === project);
    room.broadcastAwareness(room.awareness.present(room.doc.clientID, { presence: { ...presence, jobs } }));
  }
  const throttle = () => {
    stopThrottle = clock.after(PRESENT_MS, () => {
      stopThrottle = undefined;
      if (!presentAgain) return;
      presentAgain = false;
      sendPresence();
      throttle();
    });
  };

  const heartbeat = setInterval(() => {
    for (const [socket, missed] of missedPings) {
      if (missed >= 2) socket.terminate();
      else {
        missedPings.set(socket, missed + 1);
        socket.ping();
      }
    }
  }, heartbeatMs);
  const murmur = setInterval(() => {
    sendPresence();
    for (const [name, loading] of rooms) {
      if (name === WORKSPACE_ROOM && presence !== undefined) continue;
      loading.then(
        (room) => room.murmur(),
        () => {}, // Whoever asked for the room was told.
      );
    }
  }, heartbeatMs * MURMUR_BEATS);
  heartbeat.unref();
  murmur.unref();

  const connect = (socket: WebSocket, name: string, room: Room, who: Principal, mayWrite: boolean) => {
    const id = principalId(who);
    const peer: Peer = {
      mayWrite,
      seesDevices: !(who.kind === 'device' && who.role === 'guest'),
      shownAs: { id, name: options.nameOf?.(id) },
      mayBring: (bytes) => options.quota?.mayWrite(who, bytes) ?? true,
      brought: (bytes) => options.quota?.wrote(who, bytes),
      send(message) {
        if (socket.readyState !== socket.OPEN) return;
        if (socket.bufferedAmount > MAX_BACKLOG_BYTES) return socket.terminate();
        socket.send(message);
        emit({ type: 'moved', direction: 'out', bytes: message.length });
      },
      cut(why) {
        log.warn('hub.cut', { room: name, why });
        emit({ type: 'cut', why });
        room.leave(peer);
        socket.close(1008, why);
      },
    };
    const { signals } = options;
    if (signals !== undefined && (name === WORKSPACE_ROOM || guestRoomProject(name) !== undefined)) {
      const from = { who, send: (text: string) => peer.send(signalMessage(text)) };
      peer.signal = (text) => signals(from, text);
    }
    missedPings.set(socket, 0);
    owners.set(socket, { who, leave: () => room.leave(peer) });
    emit({ type: 'sockets', open: missedPings.size });
    socket.on('pong', () => missedPings.has(socket) && missedPings.set(socket, 0));
    socket.on('error', (error) => log.warn('hub.socket-error', { room: name, error: error.message }));
    socket.on('close', () => {
      missedPings.delete(socket);
      owners.delete(socket);
      room.leave(peer);
      emit({ type: 'sockets', open: missedPings.size });
      void release(name);
    });
    socket.on('message', (data: Buffer, isBinary) => {
      if (socket.readyState !== socket.OPEN) return; // cut off: what was still on its way counts no more
      emit({ type: 'moved', direction: 'in', bytes: data.length });
      if (!isBinary) return peer.cut('a text frame');
      room.receive(peer, data);
    });
    room.join(peer);
  };

  return {
    workspace: workspace.doc,
    present(next) {
      presence = next;
      if (stopThrottle !== undefined) {
        presentAgain = true;
        return;
      }
      sendPresence();
      throttle();
    },
    flush: () => store.flush(),
    rooms: () => store.rooms(),
    bytes: () => store.bytesInAll(),
    async accept(request, socket, head, name, who) {
      const answer = (status: string) =>
        void socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      if (!isRoom(name)) return answer('404 Not Found');
      const rights = rightsIn(name, who);
      if (rights === undefined) return answer('403 Forbidden');
      const id = principalId(who);
      const own = [...owners.values()].filter(({ who: one }) => principalId(one) === id).length;
      if (closed || missedPings.size >= MAX_SOCKETS || own >= MAX_SOCKETS_EACH) {
        return answer('503 Service Unavailable');
      }
      // Loaded before the handshake ends, so that no message comes before there is a room for it.
      let room: Room;
      const entry = { id, isCut: false };
      entering.add(entry);
      try {
        room = await hold(name);
      } catch (cause) {
        log.error('hub.load-failed', { room: name, error: String(cause) });
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
        return release(name);
      } finally {
        entering.delete(entry);
      }
      if (entry.isCut) {
        answer('403 Forbidden');
        return release(name);
      }
      if (closed || socket.destroyed) {
        socket.destroy();
        return release(name);
      }
      let upgraded = false;
      sockets.handleUpgrade(request, socket, head, (websocket) => {
        upgraded = true;
        connect(websocket, name, room, who, rights === 'write');
      });
      // A malformed handshake is answered by ws itself and never reaches the callback.
      if (!upgraded) await release(name);
    },
    cut(id) {
      for (const entry of entering) if (entry.id === id) entry.isCut = true;
      for (const [socket, { who, leave }] of owners) {
        if (principalId(who) !== id) continue;
        // Not there any more for the others, and deaf, whether or not it answers.
        leave();
        socket.close(REMOVED_CLOSE, 'removed');
        clock.after(GOODBYE_MS, () => socket.terminate());
      }
    },
    async read(name, look) {
      if (!isRoom(name)) throw new Error(`${name} is not a room`);
      try {
        return look((await hold(name)).doc);
      } finally {
        await release(name);
      }
    },
    async edit(name, change) {
      if (!isRoom(name)) throw new Error(`${name} is not a room`);
      const room = await hold(name);
      try {
        change(room.doc);
        await store.flush();
      } finally {
        await release(name);
      }
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(heartbeat);
      clearInterval(murmur);
      stopThrottle?.();
      const leaving = [...missedPings.keys()].map(
        (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
      );
      // The word "going away" first; whoever does not answer is not waited for.
      for (const socket of missedPings.keys()) socket.close(1001, 'the agent stops');
      const impatience = setTimeout(() => {
        for (const socket of missedPings.keys()) socket.terminate();
      }, 500);
      await Promise.all(leaving);
      clearTimeout(impatience);
      for (const room of rooms.values()) (await room.catch(() => undefined))?.destroy();
      await store.close();
    },
  };
}
