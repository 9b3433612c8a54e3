// One end of a transfer conversation over any ordered, reliable link: the same machine in the agent and in the
// app. It joins the two halves, holder.ts (gives) and wanter.ts (takes), to one pair of send and receive. It owns
// the rules of wire/transfer.ts; it does not know sockets, disks, clocks or when to reconnect.
//
// After a break make a new session on the new link and offer or ask again: what was kept is not sent twice.
import type { AssetHash, AssetRef } from '../asset/asset.ts';
import { decodeBlock } from '../wire/block-frame.ts';
import { decodeTransfer, encodeTransfer, TRANSFER_VERSION, type TransferMessage } from '../wire/transfer.ts';
import { createHolder } from './holder.ts';
import type { TransferStore } from './store.ts';
import { createWanter } from './wanter.ts';

export type Refusal = Extract<TransferMessage, { type: 'transfer/refuse' }>['why'];

/** How one asset's transfer ended on this session. */
export type TransferOutcome =
  | { outcome: 'done'; ref: AssetRef }
  | { outcome: 'refused'; why: Refusal; hint: string | undefined }
  | { outcome: 'cancelled' }
  /** The session closed first; offer or ask again on the next one. */
  | { outcome: 'interrupted' };

export type TransferEvent =
  /** `doneBytes` counts what the other side is known to have ('out') or what is durable here ('in'). */
  | { type: 'progress'; direction: 'in' | 'out'; hash: AssetHash; doneBytes: number; totalBytes: number }
  /** Payload bytes of one block that crossed the link. */
  | { type: 'moved'; direction: 'in' | 'out'; bytes: number }
  | { type: 'ended'; direction: 'in' | 'out'; hash: AssetHash; end: TransferOutcome }
  /** The store could not do its work; the transfer was refused or cancelled. */
  | { type: 'store-failed'; direction: 'in' | 'out'; hash: AssetHash; cause: unknown }
  /** The peer broke the rules. The session is closed already; the owner closes the link. */
  | { type: 'violation'; why: string };

export interface TransferSessionOptions {
  /**
   * Puts a frame on the link, in order: text as string, blocks as bytes. A returned promise is waited for before
   * the next block is read, so that a peer that does not read cannot fill our memory. A throw or a rejection means
   * that the link is gone.
   */
  send(frame: string | Uint8Array): void | Promise<void>;
  store: TransferStore;
  onEvent?(event: TransferEvent): void;
  /** Whether an offered asset is taken; `asked` = this side asked for it. Default: everything. */
  admit?(ref: AssetRef, asked: boolean): { why: Refusal; hint?: string } | undefined;
}

export interface TransferSession {
  /** Says hello; call once, when the link is open. Nothing else is sent before. */
  open(): void;
  /** Takes one frame from the link. Never throws. */
  receive(frame: string | Uint8Array): void;
  /** Gives an asset of the store to the peer. Asking again while it runs joins the running one. */
  offer(hash: AssetHash): Promise<TransferOutcome>;
  /** Gets an asset from the peer into the store. Likewise. */
  ask(hash: AssetHash): Promise<TransferOutcome>;
  cancel(hash: AssetHash): void;
  /** The link is gone or given up: lets go of everything; what was kept stays. */
  close(): Promise<void>;
}

export function createTransferSession(options: TransferSessionOptions): TransferSession {
  const { store } = options;
  let state: 'new' | 'greeting' | 'open' | 'closed' = 'new';
  /** Frames wanted before the peer's hello came. */
  let waiting: (() => void)[] = [];

  const emit = (event: TransferEvent) => options.onEvent?.(event);
  /** Never throws: a link that cannot send is a link that is gone. */
  const deliver = async (frame: string | Uint8Array): Promise<void> => {
    try {
      await options.send(frame);
    } catch {
      await close();
    }
  };
  const send = (message: TransferMessage) => {
    if (state !== 'closed') void deliver(encodeTransfer(message));
  };
  const violation = (why: string) => {
    if (state === 'closed') return;
    void close();
    emit({ type: 'violation', why });
  };
  const holder = createHolder({
    store,
    send,
    sendBlock: deliver,
    emit,
    violation,
  });
  const wanter = createWanter({ store, send, emit, violation, admit: options.admit ?? (() => undefined) });

  async function close(): Promise<void> {
    if (state === 'closed') return;
    state = 'closed';
    const late = waiting;
    waiting = [];
    holder.close();
    await wanter.close();
    for (const begin of late) begin();
  }

  const message = (incoming: TransferMessage) => {
    if (incoming.type === 'transfer/hello') {
      if (state !== 'greeting') return violation('hello came twice');
      state = 'open';
      const begun = waiting;
      waiting = [];
      for (const begin of begun) begin();
      return;
    }
    if (state !== 'open') return violation(`${incoming.type} came before hello`);
    switch (incoming.type) {
      case 'transfer/offer':
        return wanter.offered(incoming.asset, incoming.blocks);
      case 'transfer/ask':
        return holder.asked(incoming.hash);
      case 'transfer/want':
        return holder.wanted(incoming.hash, incoming.missing, incoming.credits);
      case 'transfer/got':
        return holder.got(incoming.hash, incoming.index);
      case 'transfer/done':
        return holder.done(incoming.hash);
      case 'transfer/cancel':
        holder.cancelled(incoming.hash);
        return wanter.cancelled(incoming.hash);
      case 'transfer/refuse':
        holder.refused(incoming.hash, incoming.why, incoming.hint);
        return wanter.refused(incoming.hash, incoming.why, incoming.hint);
    }
  };
  /** Begins now, after the peer's hello, or (closed) at once with the outcome 'interrupted'. */
  const begin = (start: () => Promise<TransferOutcome>): Promise<TransferOutcome> =>
    state === 'open' || state === 'closed'
      ? start()
      : new Promise((resolve) => waiting.push(() => resolve(start())));

  return {
    open() {
      if (state !== 'new') return;
      state = 'greeting';
      send({ type: 'transfer/hello', version: TRANSFER_VERSION });
    },
    receive(frame) {
      if (state === 'closed') return;
      if (state === 'new') return violation('a frame came before the link was open');
      if (typeof frame === 'string') {
        const decoded = decodeTransfer(frame);
        if (decoded.ok) message(decoded.value);
        else if (!decoded.unknown) violation(`not a transfer message: ${decoded.why}`);
        return;
      }
      const block = decodeBlock(frame);
      if (block === undefined) return violation('not a block frame');
      if (state !== 'open') return violation('a block came before hello');
      wanter.block(block.hash, block.index, block.bytes);
    },
    offer: (hash) => begin(() => holder.offer(hash)),
    ask: (hash) => begin(() => wanter.ask(hash)),
    cancel(hash) {
      holder.cancel(hash);
      wanter.cancel(hash);
    },
    close,
  };
}
