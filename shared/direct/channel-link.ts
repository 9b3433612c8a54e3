// A frame link on a data channel: ordered, reliable, one message a frame. It drives the raw channel, since what makes
// a stream of one costs two thirds of its speed. It owns greeting, room and the heartbeat; not how a channel is made.
//
// Bytes go as they are. A text message is a sign and the rest:
//   h1        hello: version 1. The first message of each side; a link is one from then on
//   t...      a text, or its last part       p...   a part of a text too long for one message
//   i         are you there?                 o      I am
//   x...      over, and why
import type { FrameLink } from '../transfer/link.ts';
import { createLinkInbox } from '../transfer/link-inbox.ts';
import { MAX_TRANSFER_TEXT } from '../wire/transfer.ts';

const HELLO = 'h1';
/** Every stack takes messages of 64 KiB, and larger ones are no faster. */
export const FRAME_BYTES = 64 * 1024;
/** Signs of a text that are surely not more than FRAME_BYTES bytes: a sign has at most three. */
const PART_SIGNS = 16 * 1024;
/** What may wait in the channel, and when it is filled again: more made no difference, less did. */
export const HIGH_WATER_BYTES = 1024 * 1024;
export const LOW_WATER_BYTES = 256 * 1024;
/** Between two looks at the channel. */
const LOOK_MS = 250;
/** After so much silence the other side is asked. */
const SILENCE_MS = 1000;
/** More than our own questions, which leave the channel for the library's buffer though nobody takes them there. */
const QUESTIONS_BYTES = 1024;
/** Silent for so long it is gone; ICE itself finds that out after 15 s. */
const GONE_MS = 2500;

/** The part of a data channel that is used. */
export interface RawChannel {
  /** Bytes given to it and not sent yet. */
  readonly bufferedAmount: number;
  /** Throws when it is not open. */
  send(message: string | Uint8Array): void;
  /** Calls back once, as soon as no more than LOW_WATER_BYTES wait; not called after `close`. */
  whenLow(then: () => void): void;
  /** False where nothing may be sent any more by whoever ends it. */
  readonly hasLastWord?: boolean;
  /** Ends it at once, and the connection with it. */
  close(): void;
}

export interface ChannelLink extends FrameLink {
  /** The channel is open: says hello. */
  opened(): void;
  /** A message came. */
  receive(message: string | Uint8Array): void;
  /** The channel is gone. */
  gone(why: string): void;
  /** Resolves with the other side's hello; rejects when the link ends before. */
  readonly greeted: Promise<void>;
}

export interface LinkClock {
  now(): number;
  after(ms: number, then: () => void): () => void;
}

/** `onEnd` is told once, before whoever has the link. */
export function createChannelLink(
  channel: RawChannel,
  clock: LinkClock,
  onEnd?: (why: string) => void,
): ChannelLink {
  const inbox = createLinkInbox();
  let isOpen = false;
  let isEnding = false;
  let isGreeted = false;
  let settle: { resolve(): void; reject(cause: Error): void } | undefined;
  const greeted = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  greeted.catch(() => undefined); // whoever waits for it is told; nobody has to
  /** Frames there is no room for yet, in order; undefined = it is in the channel already, and its sender waits for room. */
  let queue: { frame: string | Uint8Array | undefined; resolve(): void; reject(cause: Error): void }[] = [];
  let isWaiting = false;
  /** Parts of a text that is not whole yet. */
  let parts = '';
  /** What was put into the channel so far; what has left it is that without what still waits there. */
  let given = 0;
  let heardAt = 0;
  let askedAt: number | undefined;
  let stopLooking: (() => void) | undefined;

  const end = (why: string) => {
    // Whoever is told may end it again.
    if (isEnding) return;
    isEnding = true;
    stopLooking?.();
    const late = queue;
    queue = [];
    parts = '';
    channel.close();
    onEnd?.(why);
    inbox.end(why);
    settle?.reject(new Error(why));
    for (const { reject } of late) reject(new Error(`The link is gone (${why}).`));
  };
  /** Never throws: a channel that cannot send is one that is gone. */
  const put = (message: string | Uint8Array): boolean => {
    try {
      channel.send(message);
      given += message.length;
      return true;
    } catch (cause) {
      end(`cannot send: ${cause instanceof Error ? cause.message : String(cause)}`);
      return false;
    }
  };
  const putFrame = (frame: string | Uint8Array): boolean => {
    if (typeof frame !== 'string') return put(frame);
    let at = 0;
    while (frame.length - at > PART_SIGNS) {
      // Half a letter would arrive as another one.
      const isTorn = (frame.charCodeAt(at + PART_SIGNS - 1) & 0xfc00) === 0xd800;
      const to = at + PART_SIGNS - (isTorn ? 1 : 0);
      if (!put(`p${frame.slice(at, to)}`)) return false;
      at = to;
    }
    return put(`t${at === 0 ? frame : frame.slice(at)}`);
  };
  const isFull = () => channel.bufferedAmount >= HIGH_WATER_BYTES;
  const wait = () => {
    if (isWaiting) return;
    isWaiting = true;
    channel.whenLow(() => {
      isWaiting = false;
      while (queue.length > 0 && inbox.ended() === undefined) {
        if (isFull()) return wait();
        const { frame, resolve } = queue.shift()!;
        if (frame === undefined || putFrame(frame)) resolve();
      }
    });
  };

  const look = (last: number, waited: number, leftBefore: number) => {
    stopLooking = clock.after(LOOK_MS, () => {
      const now = clock.now();
      const waits = channel.bufferedAmount;
      const left = given - waits;
      // Where bytes wait and some of them leave, the other end took as many. And who looks late was asleep itself: a
      // machine that was busy says nothing of the peer, whose words may just be waiting to be read.
      if ((waited > QUESTIONS_BYTES && left > leftBefore) || now - last > 4 * LOOK_MS) {
        heardAt = now;
        askedAt = undefined;
      }
      const silence = now - heardAt;
      if (silence >= GONE_MS) return end('the other side is silent');
      if (silence >= SILENCE_MS && (askedAt === undefined || now - askedAt >= SILENCE_MS)) {
        askedAt = now;
        if (!put('i')) return;
      }
      look(now, waits, left);
    });
  };

  const control = (message: string) => {
    if (!isGreeted) {
      if (message !== HELLO) return end('it did not say hello');
      isGreeted = true;
      settle?.resolve();
      return;
    }
    const rest = message.slice(1);
    switch (message[0]) {
      case 't':
      case 'p': {
        if (parts.length + rest.length > MAX_TRANSFER_TEXT) return end('a text that is too long');
        parts += rest;
        if (message[0] === 'p') return;
        const text = parts;
        parts = '';
        return take(text);
      }
      case 'i':
        return void put('o');
      case 'o':
        return;
      case 'x':
        return end(rest === '' ? 'closed by the other side' : rest.slice(0, 120));
      default:
        return end('a message that cannot be read');
    }
  };
  const take = (frame: string | Uint8Array) => {
    if (!inbox.take(frame)) end('nobody listens');
  };

  return {
    kind: 'direct',
    frameBytes: FRAME_BYTES,
    greeted,
    opened() {
      if (isOpen || inbox.ended() !== undefined) return;
      isOpen = true;
      heardAt = clock.now();
      if (put(HELLO)) look(heardAt, 0, 0);
    },
    receive(message) {
      if (inbox.ended() !== undefined) return;
      heardAt = clock.now();
      askedAt = undefined;
      if (typeof message === 'string') return control(message);
      if (!isGreeted) return end('it did not say hello');
      if (message.length > FRAME_BYTES) return end('a frame that is too large');
      if (parts !== '') return end('half a text');
      take(message);
    },
    gone: end,
    send(frame) {
      const over = inbox.ended();
      if (over !== undefined) throw new Error(`The link is gone (${over}).`);
      const limit = typeof frame === 'string' ? MAX_TRANSFER_TEXT : FRAME_BYTES;
      if (frame.length > limit) throw new RangeError(`A frame of ${frame.length} does not fit (${limit}).`);
      let late: string | Uint8Array | undefined = frame;
      if (queue.length === 0 && !isFull()) {
        if (!putFrame(frame)) throw new Error(`The link is gone (${inbox.ended()}).`);
        if (!isFull()) return;
        late = undefined;
      }
      return new Promise((resolve, reject) => {
        queue.push({ frame: late, resolve, reject });
        wait();
      });
    },
    onFrame: inbox.onFrame,
    onClose: inbox.onClose,
    close(why) {
      if (inbox.ended() !== undefined) return;
      if (isOpen && !isEnding && channel.hasLastWord !== false) put(`x${(why ?? '').slice(0, 120)}`);
      end(why ?? 'closed');
    },
  };
}
