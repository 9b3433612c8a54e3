// One loaded document and everybody connected to it: the y-protocols conversation (sync, awareness), with limits.
// It does not know WebSockets, storage, which room it is, or why somebody may only read.

import { MAX_SIGNAL_TEXT, SIGNAL_MESSAGE } from '@myspinbot/shared/wire/signal.ts';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { Clock } from '../clock.ts';
import { createRoomAwareness, type RoomAwareness } from './awareness.ts';
import { isKnownTo, isSoundFor } from './sound-update.ts';

const SYNC = 0;
const AWARENESS = 1;
const AUTH = 2;
const QUERY_AWARENESS = 3;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

/** Largest single edit; a device that pastes a whole script sends 10 KB. */
const MAX_UPDATE_BYTES = 1024 * 1024;
/** Largest answer to "what do you have?": a workspace of 10 000 jobs is 2.5 MB. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** State vectors and awareness: 2 000 sessions are 10 KB, a presence is 200 bytes. */
const MAX_SMALL_BYTES = 64 * 1024;
/** Edits without their past from one peer before it is cut off; typing while connecting makes a few. */
const MAX_GAPS = 256;
/** What one peer may send at once, and each second from then on. A device back from a week offline sends one answer. */
const MESSAGES = { burst: 4000, perSecond: 200 };
const BYTES = { burst: 64 * 1024 * 1024, perSecond: 4 * 1024 * 1024 };
/** A call for a direct link has an offer, an end and up to a dozen candidates; a bad network makes one call again. */
const SIGNALS = { burst: 256, perSecond: 16 };

/** One connected peer, as the room needs it. It is also the origin of the peer's transactions. */
export interface Peer {
  send(message: Uint8Array): void;
  /** False = it reads: what it sends changes nothing. */
  readonly mayWrite: boolean;
  /** False = who else is here is not told to it, but for the agent. */
  readonly seesDevices: boolean;
  /** Who it proved to be: what it may say of itself. */
  readonly shownAs: { readonly id: string; readonly name: string | undefined };
  /** Takes what it says about direct links; false = that was none. Absent = not here. */
  signal?(text: string): boolean;
  /** Whether there is room for so much more of theirs; absent = there is. */
  readonly mayBring?: (bytes: number) => boolean;
  /** So much of what they sent was new. */
  readonly brought?: (bytes: number) => void;
  /** Cuts the peer off; `why` is for the log and the close frame. */
  cut(why: string): void;
}

export interface Room {
  readonly doc: Y.Doc;
  readonly awareness: RoomAwareness;
  join(peer: Peer): void;
  leave(peer: Peer): void;
  receive(peer: Peer, message: Uint8Array): void;
  /** The agent's own state, to everybody. */
  broadcastAwareness(update: Uint8Array): void;
  /** Tells everybody again who is here, so that nobody takes a quiet room for a dead one. */
  murmur(): void;
  peers(): number;
  isPeer(origin: unknown): boolean;
  destroy(): void;
}

export function createRoom(
  doc: Y.Doc,
  limits: { bytes(): number; maxBytes: number; clock: Pick<Clock, 'now'> },
): Room {
  const awareness = createRoomAwareness();
  interface State {
    /** Edits that came without their past. */
    gaps: number;
    asked: boolean;
    messages: number;
    bytes: number;
    signals: number;
    at: number;
  }
  const peers = new Map<Peer, State>();

  const send = (kind: number, sync: number | undefined, payload: Uint8Array): Uint8Array => {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, kind);
    if (sync !== undefined) encoding.writeVarUint(encoder, sync);
    encoding.writeVarUint8Array(encoder, payload);
    return encoding.toUint8Array(encoder);
  };
  const everybody = (message: Uint8Array, except?: unknown) => {
    for (const peer of peers.keys()) if (peer !== except) peer.send(message);
  };
  /** Others are not told to guests; the agent is. */
  const tellPresence = (update: Uint8Array) => {
    const message = send(AWARENESS, undefined, update);
    for (const peer of peers.keys()) {
      if (peer.seesDevices) peer.send(message);
    }
  };
  const presenceFor = (peer: Peer) =>
    send(AWARENESS, undefined, peer.seesDevices ? awareness.all() : awareness.agent());
  /** Whether the peer keeps within what anybody may send. */
  const isWithin = (state: State, length: number): boolean => {
    const now = limits.clock.now();
    const seconds = Math.max(0, now - state.at) / 1000;
    state.at = now;
    state.messages = Math.min(MESSAGES.burst, state.messages + seconds * MESSAGES.perSecond) - 1;
    state.signals = Math.min(SIGNALS.burst, state.signals + seconds * SIGNALS.perSecond);
    state.bytes = Math.min(BYTES.burst, state.bytes + seconds * BYTES.perSecond) - length;
    return state.messages >= 0 && state.bytes >= 0;
  };
  const step1 = () => send(SYNC, STEP_1, Y.encodeStateVector(doc));

  const onUpdate = (update: Uint8Array, origin: unknown) => {
    if (peers.has(origin as Peer)) (origin as Peer).brought?.(update.length);
    everybody(send(SYNC, UPDATE, update), origin);
  };
  doc.on('update', onUpdate);

  const apply = (peer: Peer, update: Uint8Array, isAnswer: boolean) => {
    const state = peers.get(peer);
    if (state === undefined) return;
    if (limits.bytes() + update.length > limits.maxBytes) return peer.cut('the document is full');
    if (peer.mayBring?.(update.length) === false) return peer.cut('no room is left for documents');
    try {
      if (!isSoundFor(doc, update)) return peer.cut('not an update');
      Y.applyUpdate(doc, update, peer);
    } catch {
      return peer.cut('not an update');
    } finally {
      // Edits whose past is unknown would be merged again with every edit that follows, at quadratic cost. They
      // are dropped and asked for again: a well-meaning peer then sends them together with their past.
      if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) {
        doc.store.pendingStructs = null;
        doc.store.pendingDs = null;
        state.gaps++;
        if (isAnswer || state.gaps > MAX_GAPS) peer.cut('edits without their past');
        else if (!state.asked) {
          state.asked = true;
          peer.send(step1());
        }
      }
    }
    if (isAnswer) state.asked = false;
  };

  const sync = (peer: Peer, decoder: decoding.Decoder) => {
    const kind = decoding.readVarUint(decoder);
    const payload = decoding.readVarUint8Array(decoder);
    const limit = kind === STEP_1 ? MAX_SMALL_BYTES : kind === STEP_2 ? MAX_MESSAGE_BYTES : MAX_UPDATE_BYTES;
    if (payload.length > limit) return peer.cut('the message is too large');
    if (kind === STEP_1) peer.send(send(SYNC, STEP_2, Y.encodeStateAsUpdate(doc, payload)));
    else if (!peer.mayWrite) {
      // Stock clients answer and echo whatever they have: what changes nothing is no attempt.
      if (!isKnownTo(doc, payload)) peer.cut('may only read here');
    } else if (kind === STEP_2 || kind === UPDATE) apply(peer, payload, kind === STEP_2);
    else peer.cut('not a sync message');
  };

  return {
    doc,
    awareness,
    join(peer) {
      const at = limits.clock.now();
      peers.set(peer, {
        gaps: 0,
        asked: false,
        messages: MESSAGES.burst,
        bytes: BYTES.burst,
        signals: SIGNALS.burst,
        at,
      });
      if (peer.mayWrite) peer.send(step1());
      peer.send(presenceFor(peer));
    },
    leave(peer) {
      if (!peers.delete(peer)) return;
      const update = awareness.leave(peer);
      if (update !== undefined) tellPresence(update);
    },
    receive(peer, message) {
      const state = peers.get(peer);
      if (state === undefined) return;
      if (!isWithin(state, message.length)) return peer.cut('too much at once');
      try {
        const decoder = decoding.createDecoder(message);
        const kind = decoding.readVarUint(decoder);
        if (kind === SYNC) sync(peer, decoder);
        else if (kind === AWARENESS) {
          const payload = decoding.readVarUint8Array(decoder);
          if (payload.length > MAX_SMALL_BYTES) return peer.cut('the awareness message is too large');
          const update = awareness.receive(peer, payload, peer.shownAs);
          // Also to the sender: a client closes a link on which it hears nothing for 30 s.
          if (update !== undefined) tellPresence(update);
        } else if (kind === QUERY_AWARENESS) peer.send(presenceFor(peer));
        else if (kind === SIGNAL_MESSAGE && peer.signal !== undefined) {
          if (message.length > MAX_SIGNAL_TEXT) return peer.cut('the signal is too large');
          if (--state.signals < 0) return peer.cut('too many signals at once');
          if (!peer.signal(decoding.readVarString(decoder))) peer.cut('not a signal');
        } else if (kind !== AUTH) peer.cut('not a sync protocol message');
      } catch {
        peer.cut('a message that cannot be read');
      }
    },
    broadcastAwareness: (update) => everybody(send(AWARENESS, undefined, update)),
    murmur() {
      for (const peer of peers.keys()) peer.send(presenceFor(peer));
    },
    peers: () => peers.size,
    isPeer: (origin) => peers.has(origin as Peer),
    destroy() {
      doc.off('update', onUpdate);
      doc.destroy();
    },
  };
}

/** A text about direct links as one message of a sync socket. */
export function signalMessage(text: string): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SIGNAL_MESSAGE);
  encoding.writeVarString(encoder, text);
  return encoding.toUint8Array(encoder);
}
