// The worker that has all heavy bytes: it hashes files and moves assets over its own socket, so that neither ever
// holds up the page. One tab's worker at a time moves assets (a Web Lock decides); every worker hashes.

import { type HttpRequest, openHttpLink } from '@myspinbot/shared/transfer/http-link.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { config } from 'zod';
import { openIdentity } from '../identity/identity.ts';
import { provenSocket } from '../identity/proven-socket.ts';
import { createSession } from '../identity/session.ts';
import { openAssetStore } from '../vault/assets.ts';
import { openDatabase } from '../vault/database.ts';
import { hashBlob } from '../vault/hashing.ts';
import type { FromBytesWorker, ToBytesWorker } from './bytes-messages.ts';
import { systemClock } from './clock.ts';
import { openLinkStates } from './link-states.ts';
import { openPeerLink } from './peer-port.ts';
import { openSocketLink, type TransferSocket } from './socket-link.ts';
import { watchTransferLists } from './transfer-lists.ts';
import { createTransferPump, type TransferPump } from './transfer-pump.ts';
import { watchTransferWishes } from './transfer-wishes.ts';

declare const self: DedicatedWorkerGlobalScope;

// As in the page: its policy forbids compiling strings.
config({ jitless: true });

const TRANSFER_LOCK = 'myspinbot/transfer';
const db = openDatabase();
// This worker proves itself: what this device is lies in the store, and what the page says of it is not needed.
const identity = openIdentity(db);
const session = createSession({
  identity,
  fetch: (input, init) => fetch(input, init),
  clock: systemClock,
});
const ProvenSocket = provenSocket({ session, socket: WebSocket });
/** A guest brings nothing, whatever this device still had to send. */
const isGuest = async () => (await identity.read())?.role === 'guest';
let pump: TransferPump | undefined;
let here = false;

const tell = (message: FromBytesWorker) => self.postMessage(message);
const trouble = (what: string, cause: unknown) =>
  tell({ type: 'trouble', what, message: cause instanceof Error ? cause.message : String(cause) });

function startMoving(): void {
  const lists = watchTransferLists(db, (cause) => trouble('lists', cause));
  const url = new URL(endpoints.transfer, self.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  pump = createTransferPump({
    store: openAssetStore(db, systemClock.now),
    lists: {
      wanted: lists.wanted,
      outbox(changed) {
        let stopped = false;
        const stop = lists.outbox((hashes) => {
          isGuest().then(
            (is) => {
              if (!stopped) changed(is ? [] : hashes);
            },
            (cause: unknown) => trouble('lists', cause),
          );
        });
        return () => {
          stopped = true;
          stop();
        };
      },
    },
    dials: {
      direct: () =>
        openPeerLink((port) => self.postMessage({ type: 'direct', port } satisfies FromBytesWorker, [port])),
      socket: () => openSocketLink(new ProvenSocket(url) as unknown as TransferSocket, systemClock),
      http: async () => openHttpLink(request),
    },
    clock: systemClock,
    from: newSender(),
    onLink: openLinkStates().tell,
    onTrouble: trouble,
  });
  watchTransferWishes(
    db,
    ({ link, isPaused }) => {
      pump?.force(link);
      pump?.pause(isPaused);
    },
    (cause) => trouble('wishes', cause),
  );
  pump.reach(here);
}

const request: HttpRequest = async ({ method, path, headers, body }) => {
  const answer = await session.fetch(path, {
    method,
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body: body as string | Uint8Array<ArrayBuffer> }),
  });
  return {
    status: answer.status,
    json: () => answer.json().catch(() => undefined),
    bytes: async () => new Uint8Array(await answer.arrayBuffer()),
  };
};

/** Another one for every worker: the workstation lets a new link of the same one take over from the old. */
function newSender(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

// Held until this worker ends; then the next tab's worker gets it. Without Web Locks (plain HTTP) every tab moves
// assets, which is more traffic and no harm: a block that is there already is not asked for.
if (self.navigator.locks === undefined) startMoving();
else {
  void self.navigator.locks.request(TRANSFER_LOCK, () => {
    startMoving();
    return new Promise<never>(() => undefined);
  });
}

self.onmessage = (event: MessageEvent<ToBytesWorker>) => {
  const message = event.data;
  switch (message.type) {
    case 'reach':
      here = message.here;
      // The workstation speaks with this device again: whatever it said to this worker before is over.
      if (here) session.lookAgain();
      pump?.reach(here);
      return;
    case 'hash':
      hashBlob(message.blob).then(
        (hashes) => tell({ type: 'hashed', id: message.id, hashes }),
        (cause: unknown) =>
          tell({
            type: 'unreadable',
            id: message.id,
            message: cause instanceof Error ? cause.message : String(cause),
          }),
      );
  }
};
