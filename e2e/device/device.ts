// A device without a browser: the app's own pump, store and lists on an IndexedDB in memory, over real sockets. It can die
// at any moment as a page does, with nothing said and nothing finished, and be opened again on what its store had by then.
import 'fake-indexeddb/auto';
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { type HttpRequest, openHttpLink } from '@myspinbot/shared/transfer/http-link.ts';
import type { LinkKind } from '@myspinbot/shared/transfer/link.ts';
import type { WebSocket } from 'ws';
import { type Clock, systemClock } from '../../web/link/clock.ts';
import { openSocketLink, type TransferSocket } from '../../web/link/socket-link.ts';
import { watchTransferLists } from '../../web/link/transfer-lists.ts';
import { createTransferPump } from '../../web/link/transfer-pump.ts';
import { openAssetStore } from '../../web/vault/assets.ts';
import { openDatabase } from '../../web/vault/database.ts';

export interface Device {
  /** Keeps a file and queues it for the workstation. */
  keep(ref: AssetRef, blocks: readonly string[], bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Asks for a file that the workstation has. */
  want(hash: AssetHash): Promise<void>;
  /** What is still to be moved, and what was refused. */
  open(): Promise<{ left: AssetHash[]; refused: string[] }>;
  bytes(hash: AssetHash): Promise<Uint8Array | undefined>;
  /** Whether the workstation is there, as the app would have found out. */
  reach(here: boolean): void;
  /** Dies: what it has not stored by now, it never will. */
  die(): void;
  close(): Promise<void>;
}

/** The ways to the workstation that a device has; one that is absent does not exist for it. */
export interface Ways {
  /** Makes a socket that is not open yet. */
  connect?(): WebSocket;
  request?: HttpRequest;
}

let senders = 0;

/** Opens the device of this name, with everything it had stored. */
export function openDevice(options: {
  name: string;
  ways: Ways;
  /** Told of every link that was opened. */
  onLink(kind: LinkKind): void;
  onTrouble(what: string, cause: unknown): void;
}): Device {
  const db = openDatabase(options.name);
  const store = openAssetStore(db, systemClock.now);
  let isDead = false;
  const sockets = new Set<TransferSocket>();
  /** Time ends with it, too. */
  const clock: Clock = {
    now: systemClock.now,
    after: (ms, then) => systemClock.after(ms, () => !isDead && then()),
    every: (ms, then) => systemClock.every(ms, () => !isDead && then()),
  };
  const told = (what: string, cause: unknown) => {
    if (!isDead) options.onTrouble(what, cause);
  };
  const { connect, request } = options.ways;
  const pump = createTransferPump({
    store,
    lists: watchTransferLists(db, (cause) => told('lists', cause)),
    dials: {
      ...(connect === undefined
        ? {}
        : {
            socket() {
              const socket = connect() as unknown as TransferSocket;
              sockets.add(socket);
              return openSocketLink(socket, clock);
            },
          }),
      ...(request === undefined
        ? {}
        : {
            http: async () =>
              openHttpLink((asked) => (isDead ? Promise.reject(new Error('dead')) : request(asked))),
          }),
    },
    clock,
    // Another one for every life.
    from: `device${String(senders++).padStart(8, '0')}`,
    onLink(state) {
      if (state !== undefined && state.bytesPerSecond === undefined) options.onLink(state.kind);
    },
    onTrouble: told,
  });
  return {
    keep: (ref, blocks, bytes) => store.keep(ref, blocks, new Blob([bytes], { type: ref.type })),
    want: (hash) => store.want([hash]),
    async open() {
      const rows = [...(await db.outbox.toArray()), ...(await db.wanted.toArray())];
      return {
        left: rows.map(({ hash }) => hash),
        refused: rows.flatMap(({ refused }) =>
          refused === undefined ? [] : [`${refused.why} ${refused.hint ?? ''}`],
        ),
      };
    },
    async bytes(hash) {
      const blob = await store.blob(hash);
      return blob === undefined ? undefined : new Uint8Array(await blob.arrayBuffer());
    },
    reach: (here) => pump.reach(here),
    die() {
      isDead = true;
      db.close();
      for (const socket of sockets) {
        // Nobody is there to hear the end of them; the other side hears that they broke.
        socket.onopen = null;
        socket.onmessage = null;
        socket.onclose = null;
        socket.close();
      }
    },
    async close() {
      await pump.close();
      db.close();
    },
  };
}
