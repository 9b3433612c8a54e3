// Two ends of a link in memory, for tests: in order, with room for so many bytes and no more. It can be cut.
import { MAX_TRANSFER_TEXT } from '../wire/transfer.ts';
import type { FrameLink, LinkKind } from './link.ts';
import { createLinkInbox, type LinkInbox } from './link-inbox.ts';

export interface NarrowLinks {
  here: FrameLink;
  there: FrameLink;
  /** Both ends are gone at once, and with them what was on its way. */
  cut(why?: string): void;
}

export function createNarrowLinks(
  options: { kind?: LinkKind; frameBytes?: number; roomBytes?: number } = {},
): NarrowLinks {
  const { kind = 'socket', frameBytes = 64 * 1024, roomBytes = 1024 * 1024 } = options;
  const inboxes = [createLinkInbox(), createLinkInbox()] as const;
  const stops: ((why: string) => void)[] = [];
  const cut = (why = 'cut') => {
    for (const inbox of inboxes) inbox.end(why);
    for (const stop of stops) stop(why);
  };

  const end = (own: LinkInbox, other: LinkInbox): FrameLink => {
    let travelling = 0;
    let late: { resolve(): void; reject(cause: Error): void }[] = [];
    stops.push((why) => {
      for (const { reject } of late.splice(0)) reject(new Error(why));
    });
    return {
      kind,
      frameBytes,
      send(frame) {
        const over = own.ended();
        if (over !== undefined) throw new Error(`The link is gone (${over}).`);
        const limit = typeof frame === 'string' ? MAX_TRANSFER_TEXT : frameBytes;
        if (frame.length > limit) throw new RangeError(`A frame of ${frame.length} does not fit (${limit}).`);
        const copy = typeof frame === 'string' ? frame : frame.slice();
        // Whoever is told of a frame may hand its buffer on: then it has no length any more.
        const size = copy.length;
        travelling += size;
        void Promise.resolve().then(() => {
          if (!other.take(copy)) cut('nobody listens');
          travelling -= size;
          if (travelling >= roomBytes) return;
          const all = late;
          late = [];
          for (const { resolve } of all) resolve();
        });
        if (travelling < roomBytes) return;
        return new Promise((resolve, reject) => late.push({ resolve, reject }));
      },
      onFrame: own.onFrame,
      onClose: own.onClose,
      close: (why) => cut(why ?? 'closed'),
    };
  };
  return { here: end(inboxes[0], inboxes[1]), there: end(inboxes[1], inboxes[0]), cut };
}
