// Transfers with everybody who is connected: one session per link, whatever the link is made of. Who somebody is was
// proved before there is a link; here it decides what they may bring and fetch. It does not know sockets.
import { may, type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { createFragments, type Fragments } from '@myspinbot/shared/transfer/fragments.ts';
import { type FrameLink, type LinkKind, linkKinds } from '@myspinbot/shared/transfer/link.ts';
import {
  createTransferSession,
  type TransferEvent,
  type TransferSession,
} from '@myspinbot/shared/transfer/session.ts';
import type { TransferStore } from '@myspinbot/shared/transfer/store.ts';
import { encodeTransfer } from '@myspinbot/shared/wire/transfer.ts';
import type { Logger } from '../log/logger.ts';
import type { Vault } from '../vault/port.ts';
import type { Promised, Quota } from '../vault/quota.ts';
import type { Live } from './live.ts';
import type { LiveSender } from './live-sender.ts';

/** So often everybody hears that the agent is here; a device gives a link up after three seconds of silence. */
const BEAT_MS = 1000;
/** Principals whose unfinished blocks are remembered: the devices of a household, twice. */
const MAX_REMEMBERED = 32;
/** Why a link ends for whoever was removed; a socket says it with a code of its own. */
export const REMOVED = 'removed';

export type TransfersEvent =
  | ({ who: Principal; link: LinkKind } & TransferEvent)
  | { type: 'links'; kind: LinkKind; open: number };

export interface Transfers {
  /** Runs a session over an open link until it closes. */
  take(link: FrameLink, who: Principal): void;
  /** How many links there are now: in all, and of one principal. */
  links(id?: string): number;
  /** Ends every link of this principal at once. */
  cut(id: string): void;
  on(listener: (event: TransfersEvent) => void): () => void;
  close(): Promise<void>;
}

interface Running {
  link: FrameLink;
  who: Principal;
  session: TransferSession;
  live: LiveSender;
  from: string | undefined;
}

export function createTransfers(options: {
  vault: Vault;
  quota: Quota;
  /** Somebody brought a file of so many bytes that was not here before. */
  brought(who: Principal, bytes: number): void;
  /** The files a project names: all that its guests may fetch. */
  assetsOf(project: ProjectId): Promise<ReadonlySet<AssetHash>>;
  /** Films that are being made travel on the same links. */
  live: Pick<Live, 'sender'>;
  /** Monotonic ms. */
  now(): number;
  log: Logger;
  beatMs?: number;
}): Transfers {
  const { vault, quota, log } = options;
  const running = new Set<Running>();
  const listeners = new Set<(event: TransfersEvent) => void>();
  const emit = (event: TransfersEvent) => {
    for (const listener of listeners) listener(event);
  };
  /** What each principal's last link left in the middle of a block; nobody goes on with another's. */
  const fragments = new Map<string, Fragments>();
  const fragmentsOf = (id: string): Fragments => {
    const known = fragments.get(id) ?? createFragments();
    fragments.delete(id);
    fragments.set(id, known);
    const [oldest] = fragments.keys();
    if (fragments.size > MAX_REMEMBERED) fragments.delete(oldest!);
    return known;
  };
  const tellLinks = (kind: LinkKind) => {
    let open = 0;
    for (const one of running) if (one.link.kind === kind) open++;
    emit({ type: 'links', kind, open });
  };

  const beat = setInterval(() => {
    const frame = encodeTransfer({ type: 'transfer/beat' });
    for (const { link } of running) void say(link, frame);
  }, options.beatMs ?? BEAT_MS);
  beat.unref();

  const end = async (one: Running, why: string): Promise<void> => {
    one.link.close(why);
    one.live.close();
    await one.session.close();
  };

  const take = (link: FrameLink, who: Principal) => {
    const id = principalId(who);
    /** What is on its way in, and the room that is kept for it. */
    const promised = new Map<AssetHash, Promised>();
    const session = createTransferSession({
      store: storeFor(who, vault, options.assetsOf),
      fragments: fragmentsOf(id),
      frameBytes: link.frameBytes,
      now: options.now,
      // A device that lost its link comes back before we have noticed: what the old one still has is kept first.
      async meet(from) {
        one.from = from;
        if (from === undefined) return;
        const older = [...running].filter(
          (other) => other !== one && other.from === from && principalId(other.who) === id,
        );
        await Promise.all(older.map((other) => end(other, 'another link of the same device took over')));
      },
      admit(ref) {
        if (!may(who, { on: 'assets', may: 'write' })) {
          return { why: 'not-allowed', hint: 'Whoever is connected here may look and bring nothing.' };
        }
        // What is here already takes no more room.
        if (vault.has(ref.hash)) return undefined;
        try {
          promised.set(ref.hash, quota.promise(who, ref.bytes, ref.hash));
          return undefined;
        } catch (cause) {
          if (!(cause instanceof Failure)) throw cause;
          return { why: 'no-space', hint: `${cause.message} ${cause.hint}` };
        }
      },
      send: link.send,
      onEvent(event) {
        emit({ ...event, who, link: link.kind });
        if (event.type === 'ended' && event.direction === 'in') {
          const room = promised.get(event.hash);
          promised.delete(event.hash);
          room?.done();
          if (room !== undefined && event.end.outcome === 'done') options.brought(who, event.end.ref.bytes);
        }
        if (event.type === 'violation') {
          log.warn('transfer.violation', { why: event.why });
          link.close(event.why);
        } else if (event.type === 'store-failed') {
          log.error('transfer.store-failed', { hash: event.hash, error: String(event.cause) });
        } else if (event.type === 'ended') {
          const { direction, hash, end: outcome } = event;
          log.info('transfer.ended', { direction, hash, outcome: outcome.outcome });
        }
      },
    });
    const live = options.live.sender({
      who,
      send: (frame) => link.send(frame),
      onViolation(why) {
        emit({ type: 'violation', why, who, link: link.kind });
        log.warn('transfer.violation', { why });
        link.close(why);
      },
    });
    const one: Running = { link, who, session, live, from: undefined };
    running.add(one);
    tellLinks(link.kind);
    link.onClose((why) => {
      if (!running.delete(one)) return;
      log.info('transfer.closed', { open: running.size, link: link.kind, why });
      tellLinks(link.kind);
      live.close();
      void session.close();
    });
    session.open();
    link.onFrame((frame) => {
      if (!live.receive(frame)) session.receive(frame);
    });
  };

  for (const kind of linkKinds) tellLinks(kind);
  return {
    take,
    links(id) {
      if (id === undefined) return running.size;
      return [...running].filter(({ who }) => principalId(who) === id).length;
    },
    cut(id) {
      fragments.delete(id);
      for (const one of [...running]) if (principalId(one.who) === id) void end(one, REMOVED);
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      clearInterval(beat);
      await Promise.all([...running].map((one) => end(one, 'the agent stops')));
    },
  };
}

/** A link that cannot send tells so by closing. */
async function say(link: FrameLink, frame: string): Promise<void> {
  try {
    await link.send(frame);
  } catch {
    // Its close is on the way.
  }
}

/** A guest's store has the files of its project and no others: of those it is told what is told of no file at all. */
function storeFor(
  who: Principal,
  vault: Vault,
  assetsOf: (project: ProjectId) => Promise<ReadonlySet<AssetHash>>,
): TransferStore {
  if (who.kind !== 'device' || who.role !== 'guest') {
    return { ...vault, receive: (ref, blocks) => vault.receive(ref, blocks, principalId(who)) };
  }
  const { project } = who;
  const hidden = (hash: AssetHash): never => {
    throw new Error(`${hash} is not of ${project}`);
  };
  const isIts = async (hash: AssetHash) => (await assetsOf(project)).has(hash);
  return {
    ref: async (hash): Promise<AssetRef | undefined> => ((await isIts(hash)) ? vault.ref(hash) : undefined),
    blocks: async (hash) => ((await isIts(hash)) ? vault.blocks(hash) : hidden(hash)),
    readBlock: async (hash, index) => ((await isIts(hash)) ? vault.readBlock(hash, index) : hidden(hash)),
    giveBack: vault.giveBack,
    receive: async ({ hash }) => hidden(hash),
  };
}
