// Keeps one document in step with the workstation through y-websocket, and knows two things the provider does not:
// whether the line is still alive, and which of our changes the workstation has for certain.
//
// "Has for certain": frames arrive in order, so the answer to a sync step 1 that was sent after a change proves
// that the change was taken. The first step 1 of a connection proves nothing, because offline changes are sent
// only when the workstation asks for them.
import { SIGNAL_MESSAGE } from '@myspinbot/shared/wire/signal.ts';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { Awareness } from 'y-protocols/awareness';
import * as syncProtocol from 'y-protocols/sync';
import { messageAwareness, messageQueryAwareness, messageSync, WebsocketProvider } from 'y-websocket';
import type * as Y from 'yjs';
import type { Clock } from './clock.ts';

/** After so much silence we ask whether anybody is there. */
const SILENCE_MS = 2500;
/** An asked workstation that says nothing for so long is gone: the socket is dropped and opened anew. */
const ANSWER_MS = 3500;
const PULSE_MS = 1000;
/** Changes gather for so long before their arrival is asked after. */
const CONFIRM_MS = 300;

export interface RoomLink {
  connected(): boolean;
  /** Something was changed and committed here: find out when the workstation has it. */
  changed(): void;
  /** Tries at once instead of waiting for the next attempt. */
  nudge(): void;
  /** Says something about direct links; false when the line is not open. */
  signal(text: string): boolean;
  close(): void;
}

/** Whether an update with this transaction origin came over a room link. */
export function fromWorkstation(origin: unknown): boolean {
  return origin instanceof WebsocketProvider;
}

/** Sends questions only: what there is, and who is here; and what is no part of the document. */
function listening(Socket: typeof WebSocket): typeof WebSocket {
  return class extends Socket {
    override send(frame: Parameters<WebSocket['send']>[0]): void {
      if (frame instanceof Uint8Array && isQuestion(frame)) super.send(frame);
    }
  };
}

function isQuestion(frame: Uint8Array): boolean {
  if (frame[0] === messageQueryAwareness || frame[0] === SIGNAL_MESSAGE) return true;
  return frame[0] === messageSync && frame[1] === syncProtocol.messageYjsSyncStep1;
}

export function openRoomLink(options: {
  /** `ws://host/sync` or `wss://...`; the room follows, URL-encoded. */
  serverUrl: string;
  room: string;
  doc: Y.Doc;
  awareness?: Awareness;
  clock: Clock;
  socket: typeof WebSocket;
  /** A guest's: nothing of this device is sent, whatever the document holds. */
  isReadOnly?: boolean;
  /** Takes in what other tabs wrote; returns how many own commits the document covers now. */
  catchUp(): Promise<number>;
  /** The workstation has own commits up to this number. */
  handOver(written: number): void;
  onConnected?(connected: boolean): void;
  /** The workstation said something about direct links. */
  onSignal?(text: string): void;
}): RoomLink {
  const { clock } = options;
  const provider = new WebsocketProvider(options.serverUrl, encodeURIComponent(options.room), options.doc, {
    connect: false,
    // Tabs meet in the store, where commits are ordered; a second path would store everything twice.
    disableBc: true,
    WebSocketPolyfill: options.isReadOnly === true ? listening(options.socket) : options.socket,
    maxBackoffTime: 2000,
    ...(options.awareness === undefined ? {} : { awareness: options.awareness }),
  });
  /** Sync step 1s without an answer, in order: how many own commits each one proves. */
  let asked: number[] = [];
  let heardAt = clock.now();
  let probedAt: number | undefined;
  let confirming = false;
  let again = false;
  let stopConfirm: (() => void) | undefined;
  let closed = false;

  const ask = (proves: number) => {
    const { ws } = provider;
    if (ws === null || !provider.wsconnected) return;
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageSync);
    syncProtocol.writeSyncStep1(encoder, options.doc);
    asked.push(proves);
    ws.send(encoding.toUint8Array(encoder));
  };

  const confirm = async () => {
    if (confirming) {
      again = true;
      return;
    }
    confirming = true;
    try {
      do {
        again = false;
        const { ws } = provider;
        const written = await options.catchUp();
        if (closed || ws === null || provider.ws !== ws) return;
        ask(written);
      } while (again);
    } catch {
      // The store said so to whoever shows it; the next change or connection asks again.
    } finally {
      confirming = false;
    }
  };

  const listen = (type: number, before: (decoder: decoding.Decoder) => void) => {
    const handle = provider.messageHandlers[type]!;
    provider.messageHandlers[type] = (encoder, decoder, from, emitSynced, messageType) => {
      heardAt = clock.now();
      probedAt = undefined;
      try {
        before(decoder);
        handle(encoder, decoder, from, emitSynced, messageType);
      } catch {
        // A frame that cannot be read: the line is not to be trusted any more.
        drop();
      }
    };
  };
  listen(messageAwareness, () => undefined);
  listen(messageSync, (decoder) => {
    const kind = decoding.peekVarUint(decoder);
    if (kind === syncProtocol.messageYjsSyncStep1) {
      // Our answer leaves with this turn; what is asked after it proves that it arrived.
      queueMicrotask(() => void confirm());
    } else if (kind === syncProtocol.messageYjsSyncStep2) {
      const written = asked.shift() ?? 0;
      if (written > 0 && options.isReadOnly !== true) options.handOver(written);
    }
  });

  provider.messageHandlers[SIGNAL_MESSAGE] = (_encoder, decoder) => {
    heardAt = clock.now();
    probedAt = undefined;
    const text = decoding.readVarString(decoder);
    options.onSignal?.(text);
  };

  const drop = () => {
    const { ws } = provider;
    // Closing takes as long as the peer likes; the provider is told at once.
    if (ws === null) return;
    provider.disconnect();
    if (!closed) provider.connect();
  };

  let wasConnected = false;
  provider.on('status', ({ status }) => {
    const isConnected = status === 'connected';
    if (isConnected) {
      // The provider itself sends the first one.
      asked = [0];
      heardAt = clock.now();
      probedAt = undefined;
    }
    if (isConnected === wasConnected) return;
    wasConnected = isConnected;
    options.onConnected?.(isConnected);
  });

  const stopPulse = clock.every(PULSE_MS, () => {
    if (!provider.wsconnected) return;
    const at = clock.now();
    if (probedAt !== undefined && at - probedAt >= ANSWER_MS) drop();
    else if (probedAt === undefined && at - heardAt >= SILENCE_MS) {
      probedAt = at;
      // One byte, answered with who is here: pings of the socket itself cannot be seen from a page.
      provider.ws?.send(new Uint8Array([messageQueryAwareness]));
    }
  });
  provider.connect();

  return {
    connected: () => provider.wsconnected,
    changed() {
      stopConfirm ??= clock.after(CONFIRM_MS, () => {
        stopConfirm = undefined;
        void confirm();
      });
    },
    nudge() {
      if (provider.wsconnected || provider.wsconnecting) return;
      provider.disconnect();
      provider.connect();
    },
    signal(text) {
      const { ws } = provider;
      if (ws === null || !provider.wsconnected) return false;
      const encoder = encoding.createEncoder();
      encoding.writeVarUint(encoder, SIGNAL_MESSAGE);
      encoding.writeVarString(encoder, text);
      ws.send(encoding.toUint8Array(encoder));
      return true;
    },
    close() {
      closed = true;
      stopPulse();
      stopConfirm?.();
      provider.destroy();
      // The provider made one of its own, with a timer in it.
      if (options.awareness === undefined) provider.awareness.destroy();
    },
  };
}
