// Who is connected right now: everybody with a socket open, and when the last of them closed. A peer that is gone without
// a word is found out by whoever beats on its socket (hub, transfer); here only their end is heard.
import type { Duplex } from 'node:stream';
import { type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import type { Gate } from '../pairing/port.ts';

export interface Connected {
  /** From now until this socket closes. */
  enter(who: Principal, socket: Duplex): void;
  has(id: string): boolean;
  /** Whoever is here was seen now, and nothing is noted afterwards. */
  close(): void;
}

export function createConnected(gate: Pick<Gate, 'seen' | 'standing'>): Connected {
  const here = new Map<string, { who: Principal; sockets: Set<Duplex> }>();
  let isOver = false;
  const seen = (who: Principal) => {
    // Of one that was removed it is not news that its connection ended.
    if (!isOver && gate.standing(who) !== undefined) gate.seen(who);
  };

  return {
    enter(who, socket) {
      const id = principalId(who);
      const { sockets } = here.get(id) ?? { sockets: new Set<Duplex>() };
      here.set(id, { who, sockets: sockets.add(socket) });
      socket.once('close', () => {
        sockets.delete(socket);
        if (sockets.size > 0) return;
        here.delete(id);
        seen(who);
      });
    },
    has: (id) => here.has(id),
    close() {
      for (const { who } of here.values()) seen(who);
      isOver = true;
    },
  };
}
