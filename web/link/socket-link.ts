// A WebSocket of the browser as a transfer link. It owns opening it and noticing that nobody is there any more; who is
// at the other end is proved by the socket it is given.
import type { FrameLink } from '@myspinbot/shared/transfer/link.ts';
import { MAX_PIECE_FRAME } from '@myspinbot/shared/wire/block-frame.ts';
import type { Clock } from './clock.ts';

/** The part of a WebSocket that is used. */
export interface TransferSocket {
  binaryType: BinaryType;
  readonly bufferedAmount: number;
  onopen: (() => void) | null;
  onclose: ((event?: { code?: number; reason?: string }) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  send(frame: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** The workstation beats every second; a line on which nothing was heard for so long is dead. */
const SILENCE_MS = 2900;
const LOOK_MS = 500;
/** What may wait in the browser: some milliseconds of a fast network, so that what is urgent gets out soon. */
const HIGH_WATER_BYTES = 4 * 1024 * 1024;
/** A browser does not say when there is room again. */
const ROOM_MS = 2;

/** Resolves when it is open; rejects when it closes before. */
export function openSocketLink(socket: TransferSocket, clock: Clock): Promise<FrameLink> {
  socket.binaryType = 'arraybuffer';
  let listener: ((frame: string | Uint8Array) => void) | undefined;
  let early: (string | Uint8Array)[] = [];
  let closed: string | undefined;
  let heardAt = clock.now();
  let stopLooking: () => void = () => {};
  const ends: ((why: string) => void)[] = [];

  const ended = (why: string) => {
    if (closed !== undefined) return;
    closed = why;
    stopLooking();
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    for (const end of ends.splice(0)) end(why);
  };
  const close = (why: string) => {
    // Closing takes as long as the peer likes; whoever uses the link is told at once.
    socket.close();
    ended(why);
  };
  const room = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = () => {
        if (closed !== undefined) reject(new Error(closed));
        else if (socket.bufferedAmount < HIGH_WATER_BYTES) resolve();
        else clock.after(ROOM_MS, look);
      };
      look();
    });

  const link: FrameLink = {
    kind: 'socket',
    frameBytes: MAX_PIECE_FRAME,
    send(frame, free) {
      if (closed !== undefined) return Promise.reject(new Error(closed));
      socket.send(frame as string | Uint8Array<ArrayBuffer>);
      // The browser has copied it.
      free?.();
      return socket.bufferedAmount < HIGH_WATER_BYTES ? undefined : room();
    },
    onFrame(next) {
      listener = next;
      const frames = early;
      early = [];
      for (const frame of frames) next(frame);
    },
    onClose(then) {
      if (closed !== undefined) then(closed);
      else ends.push(then);
    },
    close: (why = 'closed') => close(why),
  };

  socket.onmessage = ({ data }) => {
    heardAt = clock.now();
    const frame =
      typeof data === 'string' ? data : data instanceof ArrayBuffer ? new Uint8Array(data) : undefined;
    if (frame === undefined) return;
    if (listener === undefined) early.push(frame);
    else listener(frame);
  };
  return new Promise((resolve, reject) => {
    socket.onopen = () => {
      heardAt = clock.now();
      let lookedAt = heardAt;
      stopLooking = clock.every(LOOK_MS, () => {
        const now = clock.now();
        // We were away ourselves (a phone that slept): what was said meanwhile may be waiting to be read.
        if (now - lookedAt > 2 * LOOK_MS) heardAt = Math.max(heardAt, now - SILENCE_MS + 2 * LOOK_MS);
        lookedAt = now;
        if (now - heardAt > SILENCE_MS) close('nothing was heard for three seconds');
      });
      resolve(link);
    };
    socket.onclose = (event) => {
      const why = `${event?.code ?? ''} ${event?.reason ?? ''}`.trim() || 'the socket closed';
      ended(why);
      reject(new Error(why));
    };
  });
}
