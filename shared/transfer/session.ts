// One end of a transfer conversation over any ordered, reliable link: the same machine in the agent and in the
// app. It joins the two halves, holder.ts (gives) and wanter.ts (takes), to one pair of send and receive. It owns
// the rules of wire/transfer.ts; it does not know sockets, disks, clocks or when to reconnect.
//
// After a break make a new session on the new link and offer or ask again: what was kept is not sent twice.
import type { AssetHash, AssetRef } from '../asset/asset.ts';
import { decodePiece, MAX_PIECE_FRAME } from '../wire/block-frame.ts';
import {
  decodeTransfer,
  encodeTransfer,
  TRANSFER_VERSION,
  type TransferMessage,
  type Urgency,
} from '../wire/transfer.ts';
import { createFragments, type Fragments } from './fragments.ts';
import { createHolder } from './holder.ts';
import { createPace } from './pace.ts';
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
  /** Payload bytes of one piece that crossed the link. */
  | { type: 'moved'; direction: 'in' | 'out'; bytes: number }
  /** A block came and was not what its list says; it is asked for again. */
  | { type: 'damaged'; hash: AssetHash }
  | { type: 'ended'; direction: 'in' | 'out'; hash: AssetHash; end: TransferOutcome }
  /** The store could not do its work; the transfer was refused or cancelled. */
  | { type: 'store-failed'; direction: 'in' | 'out'; hash: AssetHash; cause: unknown }
  /** The peer broke the rules. The session is closed already; the owner closes the link. */
  | { type: 'violation'; why: string };

export interface TransferSessionOptions {
  /**
   * Puts a frame on the link, in order: text as string, pieces as bytes. A returned promise is waited for before
   * the next piece is sent, so that a peer that does not read cannot fill our memory. A throw or a rejection means
   * that the link is gone. `free` as of a link.
   */
  send(frame: string | Uint8Array, free?: () => void): void | Promise<void>;
  /** The largest binary frame the link takes; default: the largest there is. */
  frameBytes?: number;
  store: TransferStore;
  /** Any clock in ms that does not jump back. Default: one that stands still, with which pieces soon are as large as may be. */
  now?(): number;
  /** What the session before left unfinished, and the next one goes on with; default: nothing. */
  fragments?: Fragments;
  /** Who this is as long as its process lives; see transfer/hello. */
  from?: string;
  /**
   * Told who the peer says it is, before anything else of it is looked at; waited for, so that an older session of
   * the same peer can be closed first.
   */
  meet?(from: string | undefined): void | Promise<void>;
  onEvent?(event: TransferEvent): void;
  /** Whether an offered asset is taken; `asked` = this side asked for it. Default: everything. */
  admit?(ref: AssetRef, asked: boolean): { why: Refusal; hint?: string } | undefined;
}

export interface TransferSession {
  /** Says hello; call once, when the link is open. Nothing else is sent before. */
  open(): void;
  /** Takes one frame from the link. Never throws. */
  receive(frame: string | Uint8Array): void;
  /**
   * Gives an asset of the store to the peer. Asking again while it runs joins the running one, and can make it more
   * urgent, never less. Default urgency: usual.
   */
  offer(hash: AssetHash, urgency?: Urgency): Promise<TransferOutcome>;
  /** Gets an asset from the peer into the store. Likewise. */
  ask(hash: AssetHash, urgency?: Urgency): Promise<TransferOutcome>;
  /** Ends it on both sides; what has arrived stays, so that this is also how a transfer is paused. */
  cancel(hash: AssetHash): void;
  /** The link is gone or given up: lets go of everything; what was kept stays. */
  close(): Promise<void>;
}

/** What a peer may say while an older session of it is being closed: its questions, nothing large. */
const MAX_EARLY = 64;

export function createTransferSession(options: TransferSessionOptions): TransferSession {
  const { store } = options;
  /** meeting: the peer said hello, and its older session is being closed. */
  let state: 'new' | 'greeting' | 'meeting' | 'open' | 'closed' = 'new';
  /** Frames that came while meeting. */
  let early: (string | Uint8Array)[] = [];
  /** Frames wanted before the peer's hello came. */
  let waiting: (() => void)[] = [];

  const emit = (event: TransferEvent) => options.onEvent?.(event);
  /** Never throws: a link that cannot send is a link that is gone. */
  const deliver = async (frame: string | Uint8Array, free?: () => void): Promise<void> => {
    try {
      await options.send(frame, free);
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
    sendPiece: deliver,
    frameBytes: options.frameBytes ?? MAX_PIECE_FRAME,
    pace: createPace(options.now ?? (() => 0)),
    emit,
    violation,
  });
  const wanter = createWanter({
    store,
    fragments: options.fragments ?? createFragments(0),
    send,
    emit,
    violation,
    admit: options.admit ?? (() => undefined),
  });

  let closing: Promise<void> | undefined;
  /** Whoever closes it a second time waits for the same end: what has arrived is being kept. */
  function close(): Promise<void> {
    closing ??= letGo();
    return closing;
  }
  async function letGo(): Promise<void> {
    state = 'closed';
    early = [];
    const late = waiting;
    waiting = [];
    holder.close();
    await wanter.close();
    for (const begin of late) begin();
  }

  const greeted = () => {
    if (state !== 'meeting') return;
    state = 'open';
    const begun = waiting;
    waiting = [];
    for (const begin of begun) begin();
    for (const frame of early.splice(0)) receive(frame);
  };
  const hello = ({ version, from }: { version: number; from?: string | undefined }) => {
    if (state !== 'greeting') return violation('hello came twice');
    if (version !== TRANSFER_VERSION) {
      return violation(`version ${version} is spoken there and ${TRANSFER_VERSION} here: load the app anew`);
    }
    state = 'meeting';
    const met = options.meet?.(from);
    if (met === undefined) return greeted();
    met.then(greeted, (cause: unknown) => violation(`not met: ${String(cause)}`));
  };

  const message = (incoming: TransferMessage) => {
    if (incoming.type === 'transfer/hello') return hello(incoming);
    if (state !== 'open') return violation(`${incoming.type} came before hello`);
    switch (incoming.type) {
      case 'transfer/offer':
        return wanter.offered(incoming.asset, incoming.blocks);
      case 'transfer/ask':
        return holder.asked(incoming.hash, incoming.urgency ?? 'usual');
      case 'transfer/want':
        return holder.wanted({ ...incoming, begun: incoming.begun ?? [] });
      case 'transfer/beat':
        return; // Whoever owns the link has heard it.
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

  const receive: TransferSession['receive'] = (frame) => {
    if (state === 'closed') return;
    if (state === 'new') return violation('a frame came before the link was open');
    if (state === 'meeting') {
      if (early.length >= MAX_EARLY || typeof frame !== 'string')
        return violation('too much before an answer');
      early.push(frame);
      return;
    }
    if (typeof frame === 'string') {
      const decoded = decodeTransfer(frame);
      if (decoded.ok) message(decoded.value);
      else if (!decoded.unknown) violation(`not a transfer message: ${decoded.why}`);
      return;
    }
    const piece = decodePiece(frame);
    if (piece === undefined) return violation('not a piece of a block');
    if (state !== 'open') return violation('a block came before hello');
    wanter.piece(piece);
  };

  return {
    open() {
      if (state !== 'new') return;
      state = 'greeting';
      const { from } = options;
      send({ type: 'transfer/hello', version: TRANSFER_VERSION, ...(from === undefined ? {} : { from }) });
    },
    receive,
    offer: (hash, urgency = 'usual') => begin(() => holder.offer(hash, urgency)),
    ask: (hash, urgency = 'usual') => begin(() => wanter.ask(hash, urgency)),
    cancel(hash) {
      holder.cancel(hash);
      wanter.cancel(hash);
    },
    close,
  };
}
