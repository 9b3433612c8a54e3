// The taking half of a transfer session: takes offers, grants credits, and acknowledges a block only after the
// store has verified and kept it. A peer that sends what was not wanted, or more than its credit, has broken the
// rules. It does not know the giving half.
import { type AssetHash, type AssetRef, blockCount, blockRange } from '../asset/asset.ts';
import { Failure } from '../failure/failure.ts';
import { TRANSFER_CREDITS, type TransferMessage } from '../wire/transfer.ts';
import type { Refusal, TransferEvent, TransferOutcome } from './session.ts';
import type { PartialAsset, TransferStore } from './store.ts';

/** Partial assets open at once; offers past it are refused `busy`, so a peer cannot open files without end. */
const MAX_INCOMING = 16;
/** Questions without an answer at once; more wait. */
const MAX_ASKS = 4;
/** Damaged blocks forgiven per transfer: a link that damages more is not worth the retry. */
const MAX_DAMAGED = 3;

interface Incoming {
  ref: AssetRef;
  partial: PartialAsset | undefined;
  /** Wanted and not yet arrived. */
  wanted: Set<number>;
  /** Arrived and not yet kept. */
  storing: number;
  /** Blocks the holder may still send. */
  credits: number;
  damaged: number;
  doneBytes: number;
  ended: boolean;
  /** One store call at a time per asset. */
  work: Promise<void>;
}

interface Question {
  hash: AssetHash;
  promise: Promise<TransferOutcome>;
  resolve(outcome: TransferOutcome): void;
}

export interface Wanter {
  ask(hash: AssetHash): Promise<TransferOutcome>;
  offered(ref: AssetRef, blocks: readonly string[]): void;
  block(hash: AssetHash, index: number, bytes: Uint8Array): void;
  refused(hash: AssetHash, why: Refusal, hint: string | undefined): void;
  cancelled(hash: AssetHash): void;
  cancel(hash: AssetHash): void;
  close(): Promise<void>;
}

export function createWanter(link: {
  store: TransferStore;
  send(message: TransferMessage): void;
  emit(event: TransferEvent): void;
  violation(why: string): void;
  admit(ref: AssetRef, asked: boolean): { why: Refusal; hint?: string } | undefined;
}): Wanter {
  const { store, send, emit, violation } = link;
  const incoming = new Map<AssetHash, Incoming>();
  const asked = new Map<AssetHash, Question>();
  const waiting: Question[] = [];
  /** Blocks that may still arrive for transfers this side gave up: sent before the holder heard of it. */
  const late = new Map<AssetHash, number>();
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
    while (!closed && asked.size < MAX_ASKS) {
      const question = waiting.shift();
      if (question === undefined) return;
      asked.set(question.hash, question);
      send({ type: 'transfer/ask', hash: question.hash });
    }
  };

  /** Takes the transfer out of the tables; blocks already under way are let pass. */
  const drop = async (taking: Incoming, outcome: TransferOutcome): Promise<void> => {
    if (taking.ended) return;
    taking.ended = true;
    incoming.delete(taking.ref.hash);
    if (taking.credits > 0 && outcome.outcome !== 'done') late.set(taking.ref.hash, taking.credits);
    try {
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

  /** Runs after everything asked of the store before for this asset. */
  const enqueue = (taking: Incoming, step: (partial: PartialAsset) => Promise<void>) => {
    taking.work = taking.work.then(async () => {
      if (taking.ended || taking.partial === undefined) return;
      try {
        await step(taking.partial);
      } catch (cause) {
        await failed(taking, cause);
      }
    });
  };

  /** Grants `credits` more for `missing`, or finishes when nothing is missing. */
  const want = (taking: Incoming, missing: readonly number[], credits: number) => {
    for (const index of missing) taking.wanted.add(index);
    taking.credits += credits;
    send({ type: 'transfer/want', hash: taking.ref.hash, missing: runs(missing), credits });
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

  return {
    ask(hash) {
      if (closed) return Promise.resolve({ outcome: 'interrupted' });
      const running = asked.get(hash) ?? waiting.find((one) => one.hash === hash);
      if (running !== undefined) return running.promise;
      let resolve: (outcome: TransferOutcome) => void = () => {};
      const promise = new Promise<TransferOutcome>((settle) => {
        resolve = settle;
      });
      waiting.push({ hash, promise, resolve });
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
        partial: undefined,
        wanted: new Set(),
        storing: 0,
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

    block(hash, index, bytes) {
      const taking = incoming.get(hash);
      if (taking === undefined) {
        const allowed = late.get(hash) ?? 0;
        if (allowed === 0) return violation('a block of an asset nobody wants');
        if (allowed === 1) late.delete(hash);
        else late.set(hash, allowed - 1);
        return;
      }
      if (taking.credits === 0) return violation('more blocks than credits');
      if (!taking.wanted.delete(index)) return violation('a block nobody wants');
      if (bytes.length !== lengthOf(taking.ref, index)) return violation('a block of the wrong length');
      taking.credits--;
      taking.storing++;
      emit({ type: 'moved', direction: 'in', bytes: bytes.length });
      enqueue(taking, async (partial) => {
        const kept = await partial.block(index, bytes);
        if (taking.ended) return;
        taking.storing--;
        if (!kept) {
          taking.damaged++;
          if (taking.damaged > MAX_DAMAGED) {
            return refuse(taking, 'bad-hash', 'The blocks arrive damaged; send the file again.');
          }
          return want(taking, [index], 1);
        }
        taking.doneBytes += bytes.length;
        taking.credits++;
        send({ type: 'transfer/got', hash, index });
        emit({
          type: 'progress',
          direction: 'in',
          hash,
          doneBytes: taking.doneBytes,
          totalBytes: taking.ref.bytes,
        });
        if (taking.wanted.size === 0 && taking.storing === 0) await finish(taking, partial);
      });
    },

    refused(hash, why, hint) {
      if (asked.has(hash) && !incoming.has(hash)) answer(hash, { outcome: 'refused', why, hint });
    },

    cancelled(hash) {
      const taking = incoming.get(hash);
      if (taking === undefined) return;
      // The holder sends no more: nothing of it is still under way.
      taking.credits = 0;
      void drop(taking, { outcome: 'cancelled' });
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
