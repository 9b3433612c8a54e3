// Moves assets between this device's store and the workstation for as long as it may: what lies in the outbox
// goes out, what is wanted comes in, and after every break it goes on where it was. Which link is open is the line's
// business, blocks and credits are the session's.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { createFragments } from '@myspinbot/shared/transfer/fragments.ts';
import type { FrameLink, LinkKind } from '@myspinbot/shared/transfer/link.ts';
import { createTransferSession, type TransferOutcome } from '@myspinbot/shared/transfer/session.ts';
import type { Urgency } from '@myspinbot/shared/wire/transfer.ts';
import type { AssetStore } from '../vault/assets.ts';
import type { Clock } from './clock.ts';
import { createLinkLine, type Dials, type LinkState } from './link-line.ts';
import type { LiveReceiver } from './live-receiver.ts';

/** Lists that change: what to send and what is wanted. Calls back with all of it, now and after each change. */
export interface TransferLists {
  outbox(changed: (hashes: AssetHash[]) => void): () => void;
  wanted(changed: (wanted: { hash: AssetHash; urgency: Urgency }[]) => void): () => void;
}

export interface TransferPump {
  /** Whether the workstation is there: opens a link, or stops trying. */
  reach(here: boolean): void;
  /** This kind of link and no other; undefined = the best. */
  force(kind: LinkKind | undefined): void;
  /** Nothing moves until it is told otherwise; what was on its way goes on from where it is. */
  pause(is: boolean): void;
  close(): Promise<void>;
}

/** How often the count of bytes left is written: often enough for a bar, rarely enough for the disk. */
const COUNT_MS = 250;
/** Until a note that could not be written is tried again. */
const NOTE_AGAIN_MS = 3000;

export function createTransferPump(options: {
  store: AssetStore;
  lists: TransferLists;
  dials: Dials;
  /** What watches films travels on the same link. */
  live?: Pick<LiveReceiver, 'link'>;
  clock: Clock;
  /** Who this is as long as it lives: 8 to 40 lower-case letters and digits. */
  from: string;
  onLink?(state: LinkState): void;
  /** Told of what went wrong in the store or on the wire. */
  onTrouble?(what: string, cause: unknown): void;
}): TransferPump {
  const { store, clock } = options;
  /** Bytes the workstation is not known to have, and of which assets that was not written down yet. */
  const left = new Map<AssetHash, number>();
  const uncounted = new Set<AssetHash>();
  const fragments = createFragments();
  let stopCount: (() => void) | undefined;
  /** The ways to stop trying again. */
  const notesToCome = new Map<AssetHash, () => void>();
  let here = false;
  let isPaused = false;

  const trouble = (what: string) => (cause: unknown) => options.onTrouble?.(what, cause);

  const count = (hash: AssetHash, bytes: number) => {
    const before = left.get(hash);
    left.set(hash, bytes);
    uncounted.add(hash);
    if (before !== undefined) line.moved(before - bytes);
    stopCount ??= clock.after(COUNT_MS, () => {
      stopCount = undefined;
      for (const each of uncounted) {
        const bytesLeft = left.get(each);
        if (bytesLeft !== undefined) void store.left(each, bytesLeft).catch(trouble('count'));
      }
      uncounted.clear();
    });
  };

  const take = (link: FrameLink): { end(): Promise<void> } => {
    left.clear();
    const session = createTransferSession({
      send: link.send,
      frameBytes: link.frameBytes,
      now: clock.now,
      fragments,
      from: options.from,
      store,
      // Nobody pushes files onto this device: only what was asked for is taken.
      admit: (_ref, asked) => (asked ? undefined : { why: 'busy' }),
      onEvent(event) {
        if (event.type === 'progress' && event.direction === 'out') {
          count(event.hash, event.totalBytes - event.doneBytes);
        } else if (event.type === 'moved' && event.direction === 'in') {
          line.moved(event.bytes);
        } else if (event.type === 'store-failed') {
          trouble(`store ${event.direction}`)(event.cause);
          if (event.direction === 'out') void unreadable(event.hash).catch(trouble('outbox'));
        } else if (event.type === 'violation') {
          trouble('violation')(event.why);
          link.close(event.why);
        }
      },
    });
    /** What this session was given already; a refusal is not repeated before the next link. */
    const given = new Set<string>();
    const once = (key: string, begin: () => Promise<TransferOutcome>, ended: Ended) => {
      if (given.has(key)) return;
      given.add(key);
      begin()
        .then((end) => {
          // Queued anew after it was moved (the other side lost it): it may be given again.
          if (end.outcome === 'done') given.delete(key);
          return ended(end);
        })
        .catch(trouble(key));
    };
    const urgencies = new Map<AssetHash, Urgency>();
    const stops = [
      options.lists.outbox((hashes) => {
        for (const hash of hashes)
          once(
            `out ${hash}`,
            () => session.offer(hash),
            (end) => sent(hash, end),
          );
      }),
      options.lists.wanted((wanted) => {
        for (const { hash, urgency } of wanted) {
          // Somebody waits for it now: asked again, so that it goes first.
          if (given.has(`in ${hash}`) && urgencies.get(hash) !== urgency) void session.ask(hash, urgency);
          urgencies.set(hash, urgency);
          once(
            `in ${hash}`,
            () => session.ask(hash, urgency),
            (end) => arrived(hash, end),
          );
        }
      }),
    ];
    session.open();
    const live = options.live?.link(
      (frame) => {
        // A link that cannot send is told by its close.
        Promise.resolve(link.send(frame)).catch(() => undefined);
      },
      (why) => {
        trouble('violation')(why);
        link.close(why);
      },
    );
    if (live !== undefined) stops.push(live.close);
    link.onFrame((frame) => {
      if (live?.receive(frame) !== true) session.receive(frame);
    });
    let ending: Promise<void> | undefined;
    return {
      end() {
        for (const stop of stops.splice(0)) stop();
        ending ??= session.close();
        return ending;
      },
    };
  };

  const line = createLinkLine({
    dials: options.dials,
    clock,
    take,
    ...(options.onLink === undefined ? {} : { onState: options.onLink }),
    onTrouble: (kind, why) => trouble(`link ${kind}`)(why),
  });

  const sent = async (hash: AssetHash, end: TransferOutcome) => {
    left.delete(hash);
    if (end.outcome === 'done') await store.sent(hash);
    else if (end.outcome === 'refused') await store.sendRefused(hash, { why: end.why, hint: end.hint });
  };
  const arrived = async (hash: AssetHash, end: TransferOutcome) => {
    if (end.outcome === 'done') await store.unwant(hash);
    else if (end.outcome === 'refused') await noteRefused(hash, { why: end.why, hint: end.hint });
  };
  /** On a full device there may be no room for the note either, until the browser has tidied up. */
  const noteRefused = async (
    hash: AssetHash,
    note: Parameters<AssetStore['wantRefused']>[1],
  ): Promise<void> => {
    try {
      await store.wantRefused(hash, note);
    } catch (cause) {
      trouble('note')(cause);
      notesToCome.get(hash)?.();
      notesToCome.set(
        hash,
        clock.after(NOTE_AGAIN_MS, () => void noteRefused(hash, note)),
      );
    }
  };
  const unreadable = (hash: AssetHash) =>
    store.sendRefused(hash, {
      why: 'unknown-asset',
      hint: 'The file cannot be read on this device any more. Add it to the project again.',
    });

  const settle = () => line.reach(here && !isPaused);
  return {
    reach(isHere) {
      here = isHere;
      settle();
    },
    force: (kind) => line.force(kind),
    pause(is) {
      if (is === isPaused) return;
      isPaused = is;
      settle();
    },
    async close() {
      stopCount?.();
      for (const stop of notesToCome.values()) stop();
      await line.close();
    },
  };
}

type Ended = (end: TransferOutcome) => Promise<void>;
