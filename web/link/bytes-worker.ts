// The worker that has all heavy bytes: it hashes files and moves assets over its own socket, so that neither ever
// holds up the page. One tab's worker at a time moves assets (a Web Lock decides); every worker hashes.
import { config } from 'zod';
import { createBlockHasher } from '../vault/block-hasher.ts';
import { openDatabase } from '../vault/database.ts';
import { hashBlob } from '../vault/hashing.ts';
import type { FromBytesWorker, ToBytesWorker } from './bytes-messages.ts';
import { systemClock } from './clock.ts';
import { openLinkStates } from './link-states.ts';
import { createLiveReceiver } from './live-receiver.ts';
import { openPeerLink } from './peer-port.ts';
import { type StartedPump, startPump, TRANSFER_LOCK } from './start-pump.ts';

declare const self: DedicatedWorkerGlobalScope;

// As in the page: its policy forbids compiling strings.
config({ jitless: true });

const hasher = createBlockHasher(
  () => new Worker(new URL('../vault/hash-worker.ts', import.meta.url), { type: 'module', name: 'hashes' }),
);
let pump: StartedPump | undefined;
let here = false;

const tell = (message: FromBytesWorker) => self.postMessage(message);

const trouble = (what: string, cause: unknown) =>
  tell({ type: 'trouble', what, message: cause instanceof Error ? cause.message : String(cause) });

const live = createLiveReceiver((event) => {
  if (event.type !== 'bytes') return tell({ type: 'live', event });
  // A buffer of its own, so that it can be handed over instead of copied again.
  const bytes = event.bytes.slice();
  self.postMessage({ type: 'live', event: { ...event, bytes } } satisfies FromBytesWorker, [bytes.buffer]);
});
/** A link on which films come and nothing is moved: while another tab's worker is the one that moves assets. */
let liveOnly: StartedPump | undefined;

function startMoving(): void {
  pump = startPump({
    db: openDatabase(),
    live,
    href: self.location.href,
    fetch: (input, init) => fetch(input, init),
    socket: WebSocket,
    clock: systemClock,
    hasher,
    // A worker has no peers: the page makes one and hands over its frames.
    openDirect: () =>
      openPeerLink((port) => self.postMessage({ type: 'direct', port } satisfies FromBytesWorker, [port])),
    moves: 'both',
    onLink: openLinkStates().tell,
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
  liveOnly = startPump({
    db: openDatabase(),
    live,
    href: self.location.href,
    fetch: (input, init) => fetch(input, init),
    socket: WebSocket,
    clock: systemClock,
    moves: 'nothing',
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
      if (here) pump?.lookAgain();
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
