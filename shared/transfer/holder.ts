// The giving half of a transfer session: offers assets, sends the blocks the wanter asks for, never past its
// credits. It does not know the taking half.
import { type AssetHash, type AssetRef, blockRange } from '../asset/asset.ts';
import { encodeBlock } from '../wire/block-frame.ts';
import { MAX_TRANSFER_CREDITS, type TransferMessage } from '../wire/transfer.ts';
import type { Refusal, TransferEvent, TransferOutcome } from './session.ts';
import type { TransferStore } from './store.ts';

/** Offers without an end at once; more wait. Keeps a queue of 40 photos from opening 40 files over there. */
const MAX_OFFERS = 4;
/** A peer that asks for more than this at once is refused `busy`. */
const MAX_WAITING = 1024;

interface Outgoing {
  hash: AssetHash;
  ref: AssetRef | undefined;
  blocks: number;
  /** Wanted and not yet sent, in the wanter's order. */
  queue: Set<number>;
  inFlight: Set<number>;
  credits: number;
  doneBytes: number;
  pumping: boolean;
  ended: boolean;
  promise: Promise<TransferOutcome>;
  resolve(outcome: TransferOutcome): void;
}

export interface Holder {
  offer(hash: AssetHash): Promise<TransferOutcome>;
  asked(hash: AssetHash): void;
  wanted(hash: AssetHash, missing: readonly (readonly [number, number])[], credits: number): void;
  got(hash: AssetHash, index: number): void;
  done(hash: AssetHash): void;
  refused(hash: AssetHash, why: Refusal, hint: string | undefined): void;
  cancelled(hash: AssetHash): void;
  cancel(hash: AssetHash): void;
  close(): void;
}

export function createHolder(link: {
  store: TransferStore;
  send(message: TransferMessage): void;
  sendBlock(frame: Uint8Array): Promise<void>;
  emit(event: TransferEvent): void;
  violation(why: string): void;
}): Holder {
  const { store, send, emit, violation } = link;
  const active = new Map<AssetHash, Outgoing>();
  const waiting: Outgoing[] = [];
  let closed = false;

  const find = (hash: AssetHash) => active.get(hash) ?? waiting.find((outgoing) => outgoing.hash === hash);

  const end = (outgoing: Outgoing, outcome: TransferOutcome) => {
    if (outgoing.ended) return;
    outgoing.ended = true;
    active.delete(outgoing.hash);
    const place = waiting.indexOf(outgoing);
    if (place >= 0) waiting.splice(place, 1);
    outgoing.resolve(outcome);
    emit({ type: 'ended', direction: 'out', hash: outgoing.hash, end: outcome });
    next();
  };

  const next = () => {
    while (!closed && active.size < MAX_OFFERS) {
      const outgoing = waiting.shift();
      if (outgoing === undefined) return;
      active.set(outgoing.hash, outgoing);
      void announce(outgoing);
    }
  };

  const announce = async (outgoing: Outgoing) => {
    try {
      const ref = await store.ref(outgoing.hash);
      const blocks = ref === undefined ? [] : await store.blocks(outgoing.hash);
      if (outgoing.ended) return;
      if (ref === undefined) {
        send({ type: 'transfer/refuse', hash: outgoing.hash, why: 'unknown-asset' });
        return end(outgoing, { outcome: 'refused', why: 'unknown-asset', hint: undefined });
      }
      outgoing.ref = ref;
      outgoing.blocks = blocks.length;
      send({ type: 'transfer/offer', asset: ref, blocks: [...blocks] });
    } catch (cause) {
      emit({ type: 'store-failed', direction: 'out', hash: outgoing.hash, cause });
      send({ type: 'transfer/refuse', hash: outgoing.hash, why: 'unknown-asset' });
      end(outgoing, { outcome: 'refused', why: 'unknown-asset', hint: undefined });
    }
  };

  const pump = async (outgoing: Outgoing) => {
    if (outgoing.pumping) return;
    outgoing.pumping = true;
    try {
      while (!outgoing.ended && outgoing.credits > 0) {
        const [index] = outgoing.queue;
        if (index === undefined) break;
        outgoing.queue.delete(index);
        outgoing.inFlight.add(index);
        outgoing.credits--;
        const bytes = await store.readBlock(outgoing.hash, index);
        if (outgoing.ended) break;
        await link.sendBlock(encodeBlock(outgoing.hash, index, bytes));
        emit({ type: 'moved', direction: 'out', bytes: bytes.length });
      }
    } catch (cause) {
      if (outgoing.ended) return;
      emit({ type: 'store-failed', direction: 'out', hash: outgoing.hash, cause });
      send({ type: 'transfer/cancel', hash: outgoing.hash });
      end(outgoing, { outcome: 'cancelled' });
    } finally {
      outgoing.pumping = false;
    }
  };

  const offer = (hash: AssetHash): Promise<TransferOutcome> => {
    if (closed) return Promise.resolve({ outcome: 'interrupted' });
    const running = find(hash);
    if (running !== undefined) return running.promise;
    let resolve: (outcome: TransferOutcome) => void = () => {};
    const promise = new Promise<TransferOutcome>((settle) => {
      resolve = settle;
    });
    waiting.push({
      hash,
      ref: undefined,
      blocks: 0,
      queue: new Set(),
      inFlight: new Set(),
      credits: 0,
      doneBytes: 0,
      pumping: false,
      ended: false,
      promise,
      resolve,
    });
    next();
    return promise;
  };

  return {
    offer,
    asked(hash) {
      if (waiting.length >= MAX_WAITING) return send({ type: 'transfer/refuse', hash, why: 'busy' });
      void offer(hash);
    },
    wanted(hash, missing, credits) {
      const outgoing = active.get(hash);
      // A want may cross our cancel on the way; it does no harm.
      if (outgoing === undefined) return;
      const { ref } = outgoing;
      if (ref === undefined) return violation('want came before the offer');
      for (const [first, count] of missing) {
        if (first + count > outgoing.blocks) return violation('want names a block past the end');
        for (let index = first; index < first + count; index++) {
          // Wanted again while in flight: it arrived damaged.
          outgoing.inFlight.delete(index);
          outgoing.queue.add(index);
        }
      }
      outgoing.credits = Math.min(MAX_TRANSFER_CREDITS - outgoing.inFlight.size, outgoing.credits + credits);
      let left = 0;
      for (const open of [outgoing.queue, outgoing.inFlight]) {
        for (const index of open) {
          const { start, end } = blockRange(ref.bytes, index);
          left += end - start;
        }
      }
      outgoing.doneBytes = ref.bytes - left;
      emit({
        type: 'progress',
        direction: 'out',
        hash,
        doneBytes: outgoing.doneBytes,
        totalBytes: ref.bytes,
      });
      void pump(outgoing);
    },
    got(hash, index) {
      const outgoing = active.get(hash);
      if (outgoing === undefined) return;
      if (outgoing.ref === undefined || !outgoing.inFlight.delete(index)) {
        return violation('got names a block that is not in flight');
      }
      outgoing.credits = Math.min(MAX_TRANSFER_CREDITS - outgoing.inFlight.size, outgoing.credits + 1);
      const { start, end } = blockRange(outgoing.ref.bytes, index);
      outgoing.doneBytes += end - start;
      emit({
        type: 'progress',
        direction: 'out',
        hash,
        doneBytes: outgoing.doneBytes,
        totalBytes: outgoing.ref.bytes,
      });
      void pump(outgoing);
    },
    done(hash) {
      const outgoing = active.get(hash);
      if (outgoing === undefined) return;
      if (outgoing.ref === undefined) return violation('done came before the offer');
      end(outgoing, { outcome: 'done', ref: outgoing.ref });
    },
    refused(hash, why, hint) {
      const outgoing = active.get(hash);
      if (outgoing !== undefined) end(outgoing, { outcome: 'refused', why, hint });
    },
    cancelled(hash) {
      const outgoing = find(hash);
      if (outgoing !== undefined) end(outgoing, { outcome: 'cancelled' });
    },
    cancel(hash) {
      const outgoing = find(hash);
      if (outgoing === undefined) return;
      if (active.has(hash)) send({ type: 'transfer/cancel', hash });
      end(outgoing, { outcome: 'cancelled' });
    },
    close() {
      closed = true;
      for (const outgoing of [...active.values(), ...waiting]) end(outgoing, { outcome: 'interrupted' });
    },
  };
}
