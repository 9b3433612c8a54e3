// The worker that has all heavy bytes: it hashes files and moves assets over its own socket, so that neither ever
// holds up the page. One tab's worker at a time moves assets (a Web Lock decides); every worker hashes.

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
import { createLiveReceiver } from './live-receiver.ts';
import { watchTransferLists } from './transfer-lists.ts';
import { createTransferPump, type TransferPump, type TransferSocket } from './transfer-pump.ts';

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

function connect(): TransferSocket {
  const url = new URL(endpoints.transfer, self.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return new ProvenSocket(url) as unknown as TransferSocket;
}

const live = createLiveReceiver((event) => {
  if (event.type !== 'bytes') return tell({ type: 'live', event });
  // A buffer of its own, so that it can be handed over instead of copied again.
  const bytes = event.bytes.slice();
  self.postMessage({ type: 'live', event: { ...event, bytes } } satisfies FromBytesWorker, [bytes.buffer]);
});
/** A link on which films come and nothing is moved: while another tab's worker is the one that moves assets. */
let liveOnly: TransferPump | undefined;

function startMoving(): void {
  const lists = watchTransferLists(db, (cause) => trouble('lists', cause));
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
    connect,
    live,
    clock: systemClock,
    onTrouble: trouble,
  });
  pump.reach(here);
  linkForFilms();
}

function linkForFilms(): void {
  if (pump !== undefined || !live.isWatching()) {
    void liveOnly?.close();
    liveOnly = undefined;
    return;
  }
  if (liveOnly !== undefined) return;
  const nothing = () => () => undefined;
  liveOnly = createTransferPump({
    store: openAssetStore(db, systemClock.now),
    lists: { outbox: nothing, wanted: nothing },
    connect,
    live,
    clock: systemClock,
    onTrouble: trouble,
  });
  liveOnly.reach(here);
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
      liveOnly?.reach(here);
      return;
    case 'live/watch':
      live.watch(message.job);
      return linkForFilms();
    case 'live/stop':
      live.stop(message.job);
      return linkForFilms();
    case 'live/taken':
      return live.taken(message.job, message.bytes);
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
