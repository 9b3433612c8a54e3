// Starts the pump on this device's own store, with this device's own proof: what the bytes worker of a page and the
// service worker have in common. Whoever starts it holds the lock, so that only one of all pages and workers moves.
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { openIdentity } from '../identity/identity.ts';
import { provenSocket } from '../identity/proven-socket.ts';
import { createSession } from '../identity/session.ts';
import { openAssetStore } from '../vault/assets.ts';
import type { AppDatabase } from '../vault/database.ts';
import type { Clock } from './clock.ts';
import { watchTransferLists } from './transfer-lists.ts';
import { createTransferPump, type TransferPump, type TransferSocket } from './transfer-pump.ts';

/** The Web Lock of whoever moves assets. */
export const TRANSFER_LOCK = 'myspinbot/transfer';

export interface StartedPump extends TransferPump {
  /** A device that was turned away asks once more. */
  lookAgain(): void;
}

export function startPump(world: {
  db: AppDatabase;
  /** The page's or worker's own address. */
  href: string;
  fetch: typeof fetch;
  socket: typeof WebSocket;
  clock: Clock;
  /** `out`: only what lies in the outbox moves. */
  moves: 'both' | 'out';
  onTrouble(what: string, cause: unknown): void;
}): StartedPump {
  const { db, clock, onTrouble } = world;
  // What this device is lies in the store, and what a page says of it is not needed.
  const identity = openIdentity(db);
  const session = createSession({ identity, fetch: world.fetch, clock });
  const ProvenSocket = provenSocket({ session, socket: world.socket });
  const lists = watchTransferLists(db, (cause) => onTrouble('lists', cause));
  const url = new URL(endpoints.transfer, world.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const pump = createTransferPump({
    store: openAssetStore(db, clock.now),
    lists: {
      wanted: world.moves === 'both' ? lists.wanted : () => () => undefined,
      // A guest brings nothing, whatever this device still had to send.
      outbox(changed) {
        let stopped = false;
        const stop = lists.outbox((hashes) => {
          identity.read().then(
            (standing) => {
              if (!stopped) changed(standing?.role === 'guest' ? [] : hashes);
            },
            (cause: unknown) => onTrouble('lists', cause),
          );
        });
        return () => {
          stopped = true;
          stop();
        };
      },
    },
    connect: () => new ProvenSocket(url) as unknown as TransferSocket,
    clock,
    onTrouble,
  });
  return { ...pump, lookAgain: session.lookAgain };
}
