// A direct link lives in the page, since workers have no WebRTC, and is used in the worker that has the bytes: between
// them frames cross a port, their buffers handed over and not copied, no more at once than there is room for. Each side
// of the port is here; how the link is opened is not.
import { Failure, type FailureRecord } from '@myspinbot/shared/failure/failure.ts';
import type { FrameLink } from '@myspinbot/shared/transfer/link.ts';
import { createLinkInbox } from '@myspinbot/shared/transfer/link-inbox.ts';
import { MAX_TRANSFER_TEXT } from '@myspinbot/shared/wire/transfer.ts';

/** What may be on its way to the page; the channel behind it holds as much again. */
const ROOM_BYTES = 512 * 1024;
/** An empty frame takes room too. */
const FRAME_COST = 64;

/** Texts and buffers are frames; everything else is this. */
type ToPage = string | ArrayBuffer | { type: 'close'; why: string };
type ToWorker =
  | string
  | ArrayBuffer
  | { type: 'open'; frameBytes: number }
  | { type: 'failed'; failure: FailureRecord }
  /** So many bytes have left. */
  | { type: 'room'; bytes: number }
  | { type: 'closed'; why: string };

/**
 * The worker's side: `hand` gives the page a port at which it is to put a link. Rejects with the Failure that the page
 * met.
 */
export function openPeerLink(hand: (port: MessagePort) => void): Promise<FrameLink> {
  const { port1: port, port2 } = new MessageChannel();
  const inbox = createLinkInbox();
  let frameBytes = 0;
  let travelling = 0;
  let late: { resolve(): void; reject(cause: Error): void }[] = [];
  const post = (message: ToPage, transfer: Transferable[] = []) => port.postMessage(message, transfer);
  const end = (why: string) => {
    if (!inbox.end(why)) return;
    port.close();
    for (const { reject } of late.splice(0)) reject(gone(why));
  };
  const close = (why: string) => {
    if (inbox.ended() !== undefined) return;
    post({ type: 'close', why });
    end(why);
  };
  const link: FrameLink = {
    kind: 'direct',
    get frameBytes() {
      return frameBytes;
    },
    send(frame) {
      const over = inbox.ended();
      if (over !== undefined) throw gone(over);
      const limit = typeof frame === 'string' ? MAX_TRANSFER_TEXT : frameBytes;
      if (frame.length > limit) throw new RangeError(`A frame of ${frame.length} does not fit (${limit}).`);
      travelling += frame.length + FRAME_COST;
      if (typeof frame === 'string') post(frame);
      else {
        // Its buffer belongs to whoever sends it.
        const { buffer } = frame.slice() as Uint8Array<ArrayBuffer>;
        post(buffer, [buffer]);
      }
      if (travelling < ROOM_BYTES) return;
      return new Promise((resolve, reject) => late.push({ resolve, reject }));
    },
    onFrame: inbox.onFrame,
    onClose: inbox.onClose,
    close: (why = 'closed') => close(why),
  };

  return new Promise((resolve, reject) => {
    port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
      if (typeof data === 'string' || data instanceof ArrayBuffer) {
        if (!inbox.take(typeof data === 'string' ? data : new Uint8Array(data))) close('nobody listens');
        return;
      }
      switch (data.type) {
        case 'open':
          frameBytes = data.frameBytes;
          return resolve(link);
        case 'failed':
          end(data.failure.message);
          return reject(Failure.fromRecord(data.failure));
        case 'room': {
          travelling -= data.bytes;
          if (travelling >= ROOM_BYTES) return;
          const all = late;
          late = [];
          for (const waiting of all) waiting.resolve();
          return;
        }
        case 'closed':
          return end(data.why);
      }
    };
    hand(port2);
  });
}

/** The page's side: opens a link and joins it to the port until either of them ends. */
export async function servePeerPort(port: MessagePort, open: () => Promise<FrameLink>): Promise<void> {
  const post = (message: ToWorker, transfer: Transferable[] = []) => port.postMessage(message, transfer);
  let isWanted = true;
  let link: FrameLink | undefined;
  const put = async (frame: string | Uint8Array) => {
    try {
      await link?.send(frame);
    } catch {
      return; // its end is told below
    }
    post({ type: 'room', bytes: frame.length + FRAME_COST });
  };
  port.onmessage = ({ data }: MessageEvent<ToPage>) => {
    if (typeof data === 'string') void put(data);
    else if (data instanceof ArrayBuffer) void put(new Uint8Array(data));
    else {
      isWanted = false;
      link?.close(data.why);
      port.close();
    }
  };
  try {
    link = await open();
  } catch (cause) {
    if (isWanted) post({ type: 'failed', failure: recordOf(cause) });
    return;
  }
  if (!isWanted) return link.close('not wanted any more');
  post({ type: 'open', frameBytes: link.frameBytes });
  link.onFrame((frame) => {
    if (typeof frame === 'string') return post(frame);
    const own = frame.byteLength === frame.buffer.byteLength ? frame : frame.slice();
    const buffer = own.buffer as ArrayBuffer;
    post(buffer, [buffer]);
  });
  link.onClose((why) => {
    if (isWanted) post({ type: 'closed', why });
  });
}

function gone(why: string): Error {
  return new Error(`The link is gone (${why}).`);
}

function recordOf(cause: unknown): FailureRecord {
  if (cause instanceof Failure) return cause.toRecord();
  return new Failure({
    code: 'engine-failed',
    message: `This browser opens no direct connection (${cause instanceof Error ? cause.message : String(cause)}).`,
    hint: 'Transfers go on over the ordinary connection.',
    cause,
  }).toRecord();
}
