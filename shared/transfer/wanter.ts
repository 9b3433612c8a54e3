// The taking half of a transfer session: takes offers, grants credits, puts blocks together from their pieces, and
// acknowledges one only after the store has verified and kept it. A peer that sends what was not wanted, or more than
// its credit, has broken the rules. It does not know the giving half.
import { type AssetHash, type AssetRef, blockCount, blockRange } from '../asset/asset.ts';
import { Failure } from '../failure/failure.ts';
import type { BlockPiece } from '../wire/block-frame.ts';
import { TRANSFER_CREDITS, type TransferMessage, type Urgency, urgencies } from '../wire/transfer.ts';
import { createBlockBuffers } from './block-buffers.ts';
import type { Fragment, Fragments } from './fragments.ts';
import type { Refusal, TransferEvent, TransferOutcome } from './session.ts';
import type { PartialAsset, TransferStore } from './store.ts';

/** Partial assets open at once; offers past it are refused `busy`, so a peer cannot open files without end. */
const MAX_INCOMING = 16;
/** Questions of one urgency without an answer at once; more wait. */
const MAX_ASKS = 4;
/** Damaged blocks forgiven per transfer: a link that damages more is not worth the retry. */
const MAX_DAMAGED = 3;
/** Transfers given up whose last blocks may still come. */
const MAX_LATE = 256;

interface Incoming {
  ref: AssetRef;
  blocks: readonly string[];
  partial: PartialAsset | undefined;
  /** Wanted and nothing of it has arrived on this link. */
  wanted: Set<number>;
  /** Begun: blocks of which a part is here. */
  filling: Map<number, Fragment>;
  /** Blocks with the store now. */
  storing: Set<Promise<void>>;
  /** Blocks the holder may still begin. */
  credits: number;
  damaged: number;
  doneBytes: number;
  ended: boolean;
  /** Opening and finishing; blocks are stored beside each other. */
  work: Promise<void>;
}

interface Question {
  hash: AssetHash;
  urgency: Urgency;
  promise: Promise<TransferOutcome>;
  resolve(outcome: TransferOutcome): void;
}

export interface Wanter {
  ask(hash: AssetHash, urgency: Urgency): Promise<TransferOutcome>;
  offered(ref: AssetRef, blocks: readonly string[]): void;
  piece(piece: BlockPiece): void;
  refused(hash: AssetHash, why: Refusal, hint: string | undefined): void;
  cancelled(hash: AssetHash): void;
  cancel(hash: AssetHash): void;
  close(): Promise<void>;
}

export function createWanter(link: {
  store: TransferStore;
  fragments: Fragments;
  send(message: TransferMessage): void;
  emit(event: TransferEvent): void;
  violation(why: string): void;
  admit(ref: AssetRef, asked: boolean): { why: Refusal; hint?: string } | undefined;
}): Wanter {
  const { store, fragments, send, emit, violation } = link;
  const buffers = store.buffers ?? createBlockBuffers();
  const incoming = new Map<AssetHash, Incoming>();
  const asked = new Map<AssetHash, Question>();
  const waiting: Question[] = [];
  /** Blocks that may still arrive for transfers this side gave up: sent before the holder heard of it. */
  const late = new Map<AssetHash, { begun: Set<number>; credits: number }>();
  let closed = false;

  const answer = (hash: AssetHash, outcome: TransferOutcome) => {
    emit({ type: 'ended', direction: 'in', hash, end: outcome });
    const question = asked.get(hash) ?? waiting.find((one) => one.hash === hash);
    if (question === undefined) return;
    asked.delete(hash);
    const place = waiting.indexOf(question);
    if (place >= 0) waiting.splice(place, 1);
    question.resolve(outcome);
    next();
  };

  const next = () => {
    if (closed) return;
    for (const urgency of urgencies) {
      let open = 0;
      for (const question of asked.values()) if (question.urgency === urgency) open++;
      while (open++ < MAX_ASKS) {
        const place = waiting.findIndex((question) => question.urgency === urgency);
        if (place < 0) break;
        const [question] = waiting.splice(place, 1);
        asked.set(question!.hash, question!);
        pose(question!);
      }
    }
  };
  const pose = ({ hash, urgency }: Question) => send({ type: 'transfer/ask', hash, urgency });

  /** Takes the transfer out of the tables; blocks already under way are let pass. */
  const drop = async (taking: Incoming, outcome: TransferOutcome): Promise<void> => {
    if (taking.ended) return;
    taking.ended = true;
    const { hash } = taking.ref;
    incoming.delete(hash);
    const isRunning = taking.credits > 0 || taking.filling.size > 0;
    if (isRunning && outcome.outcome !== 'done') {
      late.set(hash, { begun: new Set(taking.filling.keys()), credits: taking.credits });
      const [oldest] = late.keys();
      if (late.size > MAX_LATE) late.delete(oldest!);
    }
    if (outcome.outcome === 'interrupted' || outcome.outcome === 'cancelled') {
      for (const [index, fragment] of taking.filling) {
        if (fragment.have > 0) fragments.keep(hash, taking.blocks[index]!, fragment);
      }
    }
    taking.filling.clear();
    try {
      // What has arrived whole is kept, also when the link is gone: nobody has to send it again.
      await Promise.all(taking.storing);
      await taking.partial?.close();
    } catch (cause) {
      emit({ type: 'store-failed', direction: 'in', hash: taking.ref.hash, cause });
    }
    answer(taking.ref.hash, outcome);
  };

  const refuse = (taking: Incoming, why: Refusal, hint?: string): Promise<void> => {
    const short = hint?.slice(0, 400);
    send({
      type: 'transfer/refuse',
      hash: taking.ref.hash,
      why,
      ...(short === undefined ? {} : { hint: short }),
    });
    return drop(taking, { outcome: 'refused', why, hint: short });
  };

  const failed = async (taking: Incoming, cause: unknown): Promise<void> => {
    if (taking.ended) return;
    const failure = cause instanceof Failure ? cause : undefined;
    if (failure?.code === 'disk-full') return refuse(taking, 'no-space', failure.hint);
    if (failure?.code === 'bad-input') return refuse(taking, 'bad-hash', failure.message);
    emit({ type: 'store-failed', direction: 'in', hash: taking.ref.hash, cause });
    return refuse(taking, 'busy', failure?.hint);
  };

  /** Grants `credits` more for `missing`, or finishes when nothing is missing. */
  const want = (taking: Incoming, missing: readonly number[], credits: number) => {
    const begun: [number, number][] = [];
    for (const index of missing) {
      taking.wanted.add(index);
      // As many as may be in flight: more were not begun either.
      const fragment =
        begun.length < credits ? fragments.take(taking.ref.hash, taking.blocks[index]!) : undefined;
      if (fragment === undefined) continue;
      taking.filling.set(index, fragment);
      begun.push([index, fragment.have]);
    }
    taking.credits += credits;
    send({
      type: 'transfer/want',
      hash: taking.ref.hash,
      missing: runs(missing),
      ...(begun.length === 0 ? {} : { begun }),
      credits,
    });
  };

  const finish = async (taking: Incoming, partial: PartialAsset): Promise<void> => {
    try {
      const ref = await partial.finish();
      if (taking.ended) return;
      send({ type: 'transfer/done', hash: ref.hash });
      await drop(taking, { outcome: 'done', ref });
    } catch (cause) {
      const missing = partial.missing();
      taking.damaged += missing.length;
      // Blocks that were damaged while they lay here are fetched again; a whole that lies is refused.
      if (taking.ended || missing.length === 0 || taking.damaged > MAX_DAMAGED) throw cause;
      want(taking, missing, missing.length);
    }
  };

  /** A block that is here whole goes to the store; several may be there at once. */
  const keep = (taking: Incoming, index: number, bytes: Uint8Array) => {
    const { partial } = taking;
    if (partial === undefined) return;
    // A store may move the memory away.
    const { length } = bytes;
    const storing = partial
      .block(index, bytes)
      .then(
        (kept) => {
          taking.storing.delete(storing);
          if (!taking.ended) return stored(taking, partial, index, kept ? length : undefined);
        },
        (cause: unknown) => {
          taking.storing.delete(storing);
          return failed(taking, cause);
        },
      )
      .catch((cause: unknown) => failed(taking, cause))
      .finally(() => buffers.give(bytes));
    taking.storing.add(storing);
  };

  const stored = (taking: Incoming, partial: PartialAsset, index: number, length: number | undefined) => {
    const { hash, bytes: totalBytes } = taking.ref;
    if (length === undefined) {
      taking.damaged++;
      emit({ type: 'damaged', hash });
      if (taking.damaged > MAX_DAMAGED) {
        return refuse(taking, 'bad-hash', 'The blocks arrive damaged; send the file again.');
      }
      return want(taking, [index], 1);
    }
    taking.doneBytes += length;
    taking.credits++;
    send({ type: 'transfer/got', hash, index });
    emit({ type: 'progress', direction: 'in', hash, doneBytes: taking.doneBytes, totalBytes });
    if (taking.wanted.size > 0 || taking.filling.size > 0 || taking.storing.size > 0) return;
    taking.work = taking.work.then(() => finish(taking, partial)).catch((cause) => failed(taking, cause));
  };

  /** A piece for a transfer that was given up; false = it may not come even so. */
  const isLate = ({ hash, index, offset }: BlockPiece): boolean => {
    const allowed = late.get(hash);
    if (allowed === undefined) return false;
    if (allowed.begun.has(index)) return true;
    if (offset > 0 || allowed.credits === 0) return false;
    allowed.credits--;
    allowed.begun.add(index);
    return true;
  };

  return {
    ask(hash, urgency) {
      if (closed) return Promise.resolve({ outcome: 'interrupted' });
      const running = asked.get(hash) ?? waiting.find((one) => one.hash === hash);
      if (running !== undefined) {
        if (urgencies.indexOf(urgency) < urgencies.indexOf(running.urgency)) {
          running.urgency = urgency;
          // Asked again, so that the holder hears that somebody waits now.
          if (asked.has(hash)) pose(running);
          else next();
        }
        return running.promise;
      }
      let resolve: (outcome: TransferOutcome) => void = () => {};
      const promise = new Promise<TransferOutcome>((settle) => {
        resolve = settle;
      });
      waiting.push({ hash, urgency, promise, resolve });
      next();
      return promise;
    },

    offered(ref, blocks) {
      const { hash } = ref;
      if (incoming.has(hash)) return violation('the same asset is offered twice at once');
      if (blocks.length !== blockCount(ref.bytes)) return violation('the block list does not fit the size');
      const no = incoming.size >= MAX_INCOMING ? { why: 'busy' as const } : link.admit(ref, asked.has(hash));
      const taking: Incoming = {
        ref,
        blocks,
        partial: undefined,
        wanted: new Set(),
        filling: new Map(),
        storing: new Set(),
        credits: 0,
        damaged: 0,
        doneBytes: 0,
        ended: false,
        work: Promise.resolve(),
      };
      if (no !== undefined) {
        void refuse(taking, no.why, no.hint);
        return;
      }
      incoming.set(hash, taking);
      late.delete(hash);
      taking.work = (async () => {
        try {
          const here = await store.ref(hash);
          if (taking.ended) return;
          if (here !== undefined) {
            send({ type: 'transfer/done', hash });
            return await drop(taking, { outcome: 'done', ref: here });
          }
          const partial = await store.receive(ref, blocks);
          if (taking.ended) return await partial.close();
          taking.partial = partial;
          const missing = partial.missing();
          taking.doneBytes = ref.bytes - missing.reduce((sum, index) => sum + lengthOf(ref, index), 0);
          if (missing.length === 0) return await finish(taking, partial);
          want(taking, missing, TRANSFER_CREDITS);
        } catch (cause) {
          await failed(taking, cause);
        }
      })();
    },

    piece(piece) {
      const { hash, index, offset, bytes } = piece;
      const taking = incoming.get(hash);
      if (taking === undefined) {
        if (!isLate(piece)) violation('a block of an asset nobody wants');
        return;
      }
      if (taking.wanted.has(index)) {
        if (taking.credits === 0) return violation('more blocks than credits');
        taking.wanted.delete(index);
        taking.credits--;
        if (!taking.filling.has(index)) {
          taking.filling.set(index, { bytes: buffers.take(lengthOf(taking.ref, index)), have: 0 });
        }
      }
      const fragment = taking.filling.get(index);
      if (fragment === undefined) return violation('a block nobody wants');
      if (offset !== fragment.have) return violation('pieces out of order');
      if (offset + bytes.length > fragment.bytes.length) return violation('a block of the wrong length');
      fragment.bytes.set(bytes, offset);
      fragment.have += bytes.length;
      emit({ type: 'moved', direction: 'in', bytes: bytes.length });
      if (fragment.have < fragment.bytes.length) return;
      taking.filling.delete(index);
      keep(taking, index, fragment.bytes);
    },

    refused(hash, why, hint) {
      if (asked.has(hash) && !incoming.has(hash)) answer(hash, { outcome: 'refused', why, hint });
    },

    cancelled(hash) {
      const taking = incoming.get(hash);
      if (taking === undefined) return;
      void drop(taking, { outcome: 'cancelled' }).catch(() => undefined); // told by `drop` itself
      // The holder sends no more: nothing of it is still under way.
      late.delete(hash);
    },

    cancel(hash) {
      const taking = incoming.get(hash);
      if (taking !== undefined) {
        send({ type: 'transfer/cancel', hash });
        void drop(taking, { outcome: 'cancelled' });
      } else if (asked.has(hash) || waiting.some((one) => one.hash === hash)) {
        if (asked.has(hash)) send({ type: 'transfer/cancel', hash });
        answer(hash, { outcome: 'cancelled' });
      }
    },

    async close() {
      closed = true;
      const open = [...incoming.values()];
      await Promise.all(open.map((taking) => drop(taking, { outcome: 'interrupted' })));
      await Promise.all(open.map((taking) => taking.work));
      for (const hash of [...asked.keys(), ...waiting.map((one) => one.hash)]) {
        answer(hash, { outcome: 'interrupted' });
      }
    },
  };
}

function lengthOf(ref: AssetRef, index: number): number {
  const { start, end } = blockRange(ref.bytes, index);
  return end - start;
}

/** Ascending indices as [first, count] runs. */
export function runs(indices: readonly number[]): [number, number][] {
  const list: [number, number][] = [];
  for (const index of indices) {
    const last = list.at(-1);
    if (last !== undefined && last[0] + last[1] === index) last[1]++;
    else list.push([index, 1]);
  }
  return list;
}
