// Starts the pump on this device's own store, with this device's own proof: what the bytes worker of a page and the
// service worker have in common. Whoever starts it holds the lock, so that only one of all pages and workers moves.
import { openHttpLink } from '@myspinbot/shared/transfer/http-link.ts';
import type { FrameLink } from '@myspinbot/shared/transfer/link.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { openIdentity } from '../identity/identity.ts';
import { provenSocket } from '../identity/proven-socket.ts';
import { createSession } from '../identity/session.ts';
import { openAssetStore } from '../vault/assets.ts';
import type { BlockHasher } from '../vault/block-hasher.ts';
import type { AppDatabase } from '../vault/database.ts';
import type { Clock } from './clock.ts';
import { httpRequest } from './http-request.ts';
import type { LinkState } from './link-line.ts';
import type { LiveReceiver } from './live-receiver.ts';
import { openSocketLink, type TransferSocket } from './socket-link.ts';
import { watchTransferLists } from './transfer-lists.ts';
import { createTransferPump, type TransferPump } from './transfer-pump.ts';
import { watchTransferWishes } from './transfer-wishes.ts';

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
  /** Where blocks that come are hashed; default: here. */
  hasher?: BlockHasher;
  /** Opens a data channel to the workstation, where there is a page that can. */
  openDirect?(): Promise<FrameLink>;
  clock: Clock;
  /** `out`: only what lies in the outbox moves. `nothing`: the link is for films alone. */
  moves: 'both' | 'out' | 'nothing';
  /** What watches films travels on the same link. */
  live?: Pick<LiveReceiver, 'link'>;
  onLink?(state: LinkState): void;
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
    store: openAssetStore(db, clock.now, world.hasher),
    lists: {
      wanted: world.moves === 'both' ? lists.wanted : nothing,
      // A guest brings nothing, whatever this device still had to send.
      outbox(changed) {
        if (world.moves === 'nothing') return nothing();
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
    dials: {
      socket: () => openSocketLink(new ProvenSocket(url) as unknown as TransferSocket, clock),
      ...(world.openDirect === undefined ? {} : { direct: world.openDirect }),
      http: async () => openHttpLink(httpRequest(session.fetch, clock)),
    },
    clock,
    from: newSender(),
    ...(world.live === undefined ? {} : { live: world.live }),
    ...(world.onLink === undefined ? {} : { onLink: world.onLink }),
    onTrouble,
  });
  // Nothing is opened before it is known what the person wishes: a link they ruled out must not be used for a moment.
  let here = false;
  let isTold = false;
  const begin = () => {
    if (isTold) return;
    isTold = true;
    pump.reach(here);
  };
  const stopWishes = watchTransferWishes(
    db,
    ({ link, isPaused }) => {
      pump.force(link);
      pump.pause(isPaused);
      begin();
    },
    (cause) => {
      onTrouble('wishes', cause);
      begin();
    },
  );
  return {
    ...pump,
    reach(is) {
      here = is;
      if (isTold) pump.reach(is);
    },
    lookAgain: session.lookAgain,
    close() {
      stopWishes();
      return pump.close();
    },
  };
}

const nothing = () => () => undefined;

/** Another one for every worker: the workstation lets a new link of the same one take over from the old. */
function newSender(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
