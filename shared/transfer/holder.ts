// The giving half of a transfer session: offers assets and sends the pieces the wanter asks for, never past its
// credits. What somebody waits for goes first; among equals every asset has its turn, piece by piece, so that a long
// film does not hold up a photo. It does not know the taking half.
import { type AssetHash, type AssetRef, blockRange } from '../asset/asset.ts';
import { encodePiece, MAX_PIECE_FRAME, PIECE_HEADER } from '../wire/block-frame.ts';
import { MAX_TRANSFER_CREDITS, type TransferMessage, type Urgency, urgencies } from '../wire/transfer.ts';
import type { Pace } from './pace.ts';
import type { Refusal, TransferEvent, TransferOutcome } from './session.ts';
import type { TransferStore } from './store.ts';

/** Offers of one urgency without an end at once; more wait. Keeps 40 photos from opening 40 files over there. */
const MAX_OFFERS = 4;
/** Frames that are kept to be written again. */
const MAX_FRAMES = 8;
/** A peer that asks for more than this at once is refused `busy`. */
const MAX_WAITING = 1024;

interface Block {
  index: number;
  /** Bytes of it that the wanter has, or that were sent. */
  sent: number;
  bytes: Promise<Uint8Array>;
}

interface Outgoing {
  hash: AssetHash;
  urgency: Urgency;
  ref: AssetRef | undefined;
  blocks: number;
  /** Wanted and not yet begun, in the wanter's order. */
  queue: Set<number>;
  /** How much of a wanted block is over there already. */
  begun: Map<number, number>;
  /** Being sent; the one after it is read meanwhile. */
  sending: Block | undefined;
  ahead: Block | undefined;
  inFlight: Set<number>;
  credits: number;
  doneBytes: number;
  ended: boolean;
  promise: Promise<TransferOutcome>;
  resolve(outcome: TransferOutcome): void;
}

export interface Holder {
  offer(hash: AssetHash, urgency: Urgency): Promise<TransferOutcome>;
  asked(hash: AssetHash, urgency: Urgency): void;
  wanted(want: {
    hash: AssetHash;
    missing: readonly (readonly [number, number])[];
    begun: readonly (readonly [number, number])[];
    credits: number;
  }): void;
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
  /** `free` is told when the frame's memory may be used again, by links that know. */
  sendPiece(frame: Uint8Array, free: () => void): void | Promise<void>;
  /** The largest frame the link takes. */
  frameBytes: number;
  pace: Pace;
  emit(event: TransferEvent): void;
  violation(why: string): void;
}): Holder {
  const { store, send, emit, violation } = link;
  const active = new Map<AssetHash, Outgoing>();
  /** Frames that were sent and may be written again. */
  const frames: Uint8Array[] = [];
  const mostBytes = Math.min(link.frameBytes, MAX_PIECE_FRAME);
  const waiting: Outgoing[] = [];
  let pumping = false;
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
    if (closed) return;
    for (const urgency of urgencies) {
      let open = 0;
      for (const outgoing of active.values()) if (outgoing.urgency === urgency) open++;
      while (open++ < MAX_OFFERS) {
        const place = waiting.findIndex((outgoing) => outgoing.urgency === urgency);
        if (place < 0) break;
        const [outgoing] = waiting.splice(place, 1);
        active.set(outgoing!.hash, outgoing!);
        void announce(outgoing!);
      }
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

  const begin = (outgoing: Outgoing): Block | undefined => {
    const [index] = outgoing.queue;
    if (index === undefined || outgoing.credits === 0) return undefined;
    outgoing.queue.delete(index);
    outgoing.inFlight.add(index);
    outgoing.credits--;
    const sent = outgoing.begun.get(index) ?? 0;
    outgoing.begun.delete(index);
    const bytes = store.readBlock(outgoing.hash, index);
    // Whoever sends it hears of a failure; read ahead, nobody listens yet.
    bytes.catch(() => undefined);
    return { index, sent, bytes };
  };

  /** The block whose next piece is to be sent, with the one after it being read. */
  const blockOf = (outgoing: Outgoing): Block | undefined => {
    outgoing.sending ??= outgoing.ahead ?? begin(outgoing);
    if (outgoing.sending === outgoing.ahead) outgoing.ahead = undefined;
    if (outgoing.sending !== undefined) outgoing.ahead ??= begin(outgoing);
    return outgoing.sending;
  };

  /** Of what can be sent, what is waited for most; among equals the one whose turn is longest ago. */
  const choose = (): Outgoing | undefined => {
    let best: Outgoing | undefined;
    for (const outgoing of active.values()) {
      if (best !== undefined && urgencies.indexOf(outgoing.urgency) >= urgencies.indexOf(best.urgency)) {
        continue;
      }
      if (blockOf(outgoing) !== undefined) best = outgoing;
    }
    return best;
  };

  /** Sends one piece. */
  const sendPiece = async (outgoing: Outgoing, block: Block): Promise<void> => {
    const whole = await block.bytes;
    // Cancelled meanwhile, or wanted anew from its beginning.
    if (outgoing.ended || outgoing.sending !== block) return;
    const { start, end } = blockRange(outgoing.ref?.bytes ?? 0, block.index);
    if (whole.length !== end - start) throw new Error(`block ${block.index} is not as long as it was`);
    const room = Math.min(link.frameBytes - PIECE_HEADER, link.pace.pieceBytes());
    const bytes = whole.subarray(block.sent, block.sent + room);
    const offset = block.sent;
    block.sent += bytes.length;
    if (block.sent >= whole.length) outgoing.sending = undefined;
    const frame = frames.pop() ?? new Uint8Array(PIECE_HEADER + bytes.length);
    const piece = encodePiece({ hash: outgoing.hash, index: block.index, offset, bytes }, frame);
    if (block.sent >= whole.length) store.giveBack?.(whole);
    await link.sendPiece(piece, () => {
      if (frame.length === mostBytes && frames.length < MAX_FRAMES) frames.push(frame);
    });
    emit({ type: 'moved', direction: 'out', bytes: bytes.length });
  };

  const pump = async () => {
    if (pumping) return;
    pumping = true;
    try {
      for (let outgoing = choose(); outgoing !== undefined && !closed; outgoing = choose()) {
        // To the end of the line: the others have their turn before it has another.
        active.delete(outgoing.hash);
        active.set(outgoing.hash, outgoing);
        try {
          await sendPiece(outgoing, outgoing.sending!);
        } catch (cause) {
          if (outgoing.ended) continue;
          emit({ type: 'store-failed', direction: 'out', hash: outgoing.hash, cause });
          send({ type: 'transfer/cancel', hash: outgoing.hash });
          end(outgoing, { outcome: 'cancelled' });
        }
      }
    } finally {
      pumping = false;
    }
  };

  const tellProgress = ({ hash, doneBytes, ref }: Outgoing) => {
    emit({ type: 'progress', direction: 'out', hash, doneBytes, totalBytes: ref?.bytes ?? 0 });
  };

  const offer = (hash: AssetHash, urgency: Urgency): Promise<TransferOutcome> => {
    if (closed) return Promise.resolve({ outcome: 'interrupted' });
    const running = find(hash);
    if (running !== undefined) {
      if (urgencies.indexOf(urgency) < urgencies.indexOf(running.urgency)) {
        running.urgency = urgency;
        next();
      }
      return running.promise;
    }
    let resolve: (outcome: TransferOutcome) => void = () => {};
    const promise = new Promise<TransferOutcome>((settle) => {
      resolve = settle;
    });
    waiting.push({
      hash,
      urgency,
      ref: undefined,
      blocks: 0,
      queue: new Set(),
      begun: new Map(),
      sending: undefined,
      ahead: undefined,
      inFlight: new Set(),
      credits: 0,
      doneBytes: 0,
      ended: false,
      promise,
      resolve,
    });
    next();
    return promise;
  };

  return {
    offer,
    asked(hash, urgency) {
      if (waiting.length >= MAX_WAITING) return send({ type: 'transfer/refuse', hash, why: 'busy' });
      void offer(hash, urgency);
    },
    wanted({ hash, missing, begun, credits }) {
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
          if (outgoing.sending?.index === index) outgoing.sending = undefined;
          if (outgoing.ahead?.index === index) outgoing.ahead = undefined;
          outgoing.queue.add(index);
          outgoing.begun.delete(index);
        }
      }
      for (const [index, bytes] of begun) {
        if (!outgoing.queue.has(index)) return violation('a begun block is not wanted');
        const { start, end } = blockRange(ref.bytes, index);
        if (bytes >= end - start) return violation('a begun block is no shorter than the block');
        outgoing.begun.set(index, bytes);
      }
      // What came in part goes first: it is nearest to being kept.
      if (begun.length > 0) {
        outgoing.queue = new Set([...begun.map(([index]) => index), ...outgoing.queue]);
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
      tellProgress(outgoing);
      void pump();
    },
    got(hash, index) {
      const outgoing = active.get(hash);
      if (outgoing === undefined) return;
      const isSent = index !== outgoing.sending?.index && index !== outgoing.ahead?.index;
      if (outgoing.ref === undefined || !isSent || !outgoing.inFlight.delete(index)) {
        return violation('got names a block that is not in flight');
      }
      outgoing.credits = Math.min(MAX_TRANSFER_CREDITS - outgoing.inFlight.size, outgoing.credits + 1);
      const { start, end } = blockRange(outgoing.ref.bytes, index);
      outgoing.doneBytes += end - start;
      link.pace.acknowledged(end - start);
      tellProgress(outgoing);
      void pump();
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
