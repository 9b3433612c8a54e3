// Moves assets between this device's store and the workstation for as long as it may: what lies in the outbox
// goes out, what is wanted comes in, and after every break it goes on where it was. It owns the socket and when
// to open it again; blocks and credits are the session's business.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import {
  createTransferSession,
  type TransferOutcome,
  type TransferSession,
} from '@myspinbot/shared/transfer/session.ts';
import type { AssetStore } from '../vault/assets.ts';
import type { Clock } from './clock.ts';
import type { LiveLink, LiveReceiver } from './live-receiver.ts';

/** The part of a WebSocket that is used. */
export interface TransferSocket {
  binaryType: BinaryType;
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  send(frame: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** Lists that change: what to send and what is wanted. Calls back with all of it, now and after each change. */
export interface TransferLists {
  outbox(changed: (hashes: AssetHash[]) => void): () => void;
  wanted(changed: (hashes: AssetHash[]) => void): () => void;
}

export interface TransferPump {
  /** Whether the workstation is there: opens the socket, or stops trying. */
  reach(here: boolean): void;
  close(): Promise<void>;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 4000;
/** How often the count of bytes left is written: often enough for a bar, rarely enough for the disk. */
const COUNT_MS = 250;

export function createTransferPump(options: {
  store: AssetStore;
  lists: TransferLists;
  connect(): TransferSocket;
  /** What watches films travels on the same link. */
  live?: Pick<LiveReceiver, 'link'>;
  clock: Clock;
  /** Told of what went wrong in the store or on the wire; nothing is retried because of it. */
  onTrouble?(what: string, cause: unknown): void;
}): TransferPump {
  const { store, clock } = options;
  let here = false;
  let closed = false;
  let link: { socket: TransferSocket; session: TransferSession; stop(): void } | undefined;
  let retryMs = FIRST_RETRY_MS;
  let stopRetry: (() => void) | undefined;
  let ending: Promise<void> = Promise.resolve();
  const left = new Map<AssetHash, number>();
  let stopCount: (() => void) | undefined;

  const trouble = (what: string) => (cause: unknown) => options.onTrouble?.(what, cause);

  const count = (hash: AssetHash, bytes: number) => {
    left.set(hash, bytes);
    stopCount ??= clock.after(COUNT_MS, () => {
      stopCount = undefined;
      const all = [...left];
      left.clear();
      for (const [each, leftBytes] of all) void store.left(each, leftBytes).catch(trouble('count'));
    });
  };

  const open = () => {
    if (closed || !here || link !== undefined) return;
    stopRetry?.();
    stopRetry = undefined;
    const socket = options.connect();
    socket.binaryType = 'arraybuffer';
    const session = createTransferSession({
      send: (frame) => socket.send(frame as string | Uint8Array<ArrayBuffer>),
      store,
      // Nobody pushes files onto this device: only what was asked for is taken.
      admit: (_ref, asked) => (asked ? undefined : { why: 'busy' }),
      onEvent(event) {
        if (event.type === 'progress' && event.direction === 'out') {
          count(event.hash, event.totalBytes - event.doneBytes);
        } else if (event.type === 'store-failed') {
          trouble(`store ${event.direction}`)(event.cause);
        } else if (event.type === 'violation') {
          trouble('violation')(event.why);
          socket.close();
        }
      },
    });
    const stops: (() => void)[] = [];
    const mine = { socket, session, stop: () => stops.splice(0).forEach((stop) => void stop()) };
    link = mine;
    let live: LiveLink | undefined;
    stops.push(() => live?.close());
    /** What this session was given already; a refusal is not repeated before the next connection. */
    const given = new Set<string>();

    socket.onopen = () => {
      retryMs = FIRST_RETRY_MS;
      session.open();
      live = options.live?.link(
        (frame) => socket.send(frame),
        (why) => {
          trouble('violation')(why);
          socket.close();
        },
      );
      stops.push(
        options.lists.outbox((hashes) => {
          for (const hash of hashes) {
            if (given.has(`out ${hash}`)) continue;
            given.add(`out ${hash}`);
            void session
              .offer(hash)
              .then((end) => {
                // Queued anew after it was sent (the workstation lost it): it may be given again.
                if (end.outcome === 'done') given.delete(`out ${hash}`);
                return sent(hash, end);
              })
              .catch(trouble('outbox'));
          }
        }),
        options.lists.wanted((hashes) => {
          for (const hash of hashes) {
            if (given.has(`in ${hash}`)) continue;
            given.add(`in ${hash}`);
            void session
              .ask(hash)
              .then((end) => {
                if (end.outcome === 'done') given.delete(`in ${hash}`);
                return arrived(hash, end);
              })
              .catch(trouble('wanted'));
          }
        }),
      );
    };
    socket.onmessage = ({ data }) => {
      const frame = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
      if (typeof frame !== 'string' && !(frame instanceof Uint8Array)) return;
      if (live?.receive(frame) !== true) session.receive(frame);
    };
    socket.onclose = () => {
      if (link !== mine) return;
      end();
      if (closed || !here) return;
      stopRetry = clock.after(retryMs, open);
      retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
    };
  };

  const sent = async (hash: AssetHash, end: TransferOutcome) => {
    left.delete(hash);
    if (end.outcome === 'done') await store.sent(hash);
    else if (end.outcome === 'refused') await store.sendRefused(hash, { why: end.why, hint: end.hint });
  };
  const arrived = async (hash: AssetHash, end: TransferOutcome) => {
    if (end.outcome === 'done') await store.unwant(hash);
    else if (end.outcome === 'refused') await store.wantRefused(hash, { why: end.why, hint: end.hint });
  };

  const end = () => {
    if (link === undefined) return;
    const { socket, session, stop } = link;
    link = undefined;
    stop();
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
    ending = ending.then(() => session.close());
  };

  return {
    reach(isHere) {
      here = isHere;
      if (isHere) {
        retryMs = FIRST_RETRY_MS;
        open();
      } else {
        stopRetry?.();
        stopRetry = undefined;
        end();
      }
    },
    async close() {
      closed = true;
      stopRetry?.();
      stopCount?.();
      end();
      await ending;
    },
  };
}
