// Upgrades to sockets: who asks is proved before the handshake ends, so a stranger gets not one byte of a document.
// Which room somebody may open is the hub's to say, which files the transfer's.
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isRoom } from '@myspinbot/shared/document/layout.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { SocketHub } from '../hub/hub.ts';
import type { Logger } from '../log/logger.ts';
import type { Gate } from '../pairing/port.ts';
import type { SocketLinks } from '../transfer/socket-links.ts';
import { type AdmissionWorld, turnAway } from './admission.ts';
import type { Connected } from './connected.ts';
import { markProved, originOf } from './door.ts';
import type { EventsSocket } from './events-socket.ts';

export interface UpgradeWorld {
  gate: Pick<Gate, 'identifySocket' | 'standing' | 'seen'>;
  hub: Pick<SocketHub, 'accept'>;
  sockets: Pick<SocketLinks, 'accept'>;
  events: Pick<EventsSocket, 'accept'>;
  admission: AdmissionWorld;
  connected: Pick<Connected, 'enter'>;
  log: Logger;
}

export function acceptUpgrades(server: HttpServer, world: UpgradeWorld): void {
  const { gate, hub, sockets, events, log } = world;
  const accept = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (turnAway(request, world.admission) !== undefined) return end(socket, '403 Forbidden');
    const path = (request.url ?? '').split('?', 1)[0]!;
    const room = roomOf(path);
    const isEvents = path === endpoints.events;
    if (path !== endpoints.transfer && !isEvents && room === undefined) return end(socket, '404 Not Found');
    const { 'sec-websocket-protocol': protocols, authorization } = request.headers;
    const who = await gate.identifySocket({ protocols, authorization, path }, originOf(request.socket));
    if (who === undefined) {
      world.admission.refused();
      return end(socket, '401 Unauthorized');
    }
    if (socket.destroyed) return;
    // Removed while this line was reached: nobody would cut a socket that is not open yet.
    if (gate.standing(who) === undefined) return end(socket, '401 Unauthorized');
    gate.seen(who);
    markProved(request.socket);
    world.connected.enter(who, socket);
    if (isEvents) events.accept(request, socket, head, who);
    else if (room === undefined) sockets.accept(request, socket, head, who);
    else await hub.accept(request, socket, head, room, who);
  };

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    accept(request, socket, head).catch((cause: unknown) => {
      log.error('server.accept-failed', { error: String(cause) });
      socket.destroy();
    });
  });
}

function end(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** The room a sync address names; undefined for anything else. */
function roomOf(path: string): string | undefined {
  const prefix = `${endpoints.sync}/`;
  if (!path.startsWith(prefix)) return undefined;
  try {
    const room = decodeURIComponent(path.slice(prefix.length));
    return isRoom(room) ? room : undefined;
  } catch {
    return undefined;
  }
}
