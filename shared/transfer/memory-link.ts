// Two ends of a link in one process: the fake that links are measured by, and what joins two sessions in tests. Frames
// arrive a turn later and as copies, as over a wire.
import { MAX_PIECE_FRAME } from '../wire/block-frame.ts';
import type { FrameLink, LinkKind } from './link.ts';

export function memoryLinks(kind: LinkKind = 'socket', frameBytes = MAX_PIECE_FRAME): [FrameLink, FrameLink] {
  const ends = [end(), end()] as const;
  let isOpen = true;
  const close = (why: string) => {
    if (!isOpen) return;
    isOpen = false;
    void Promise.resolve().then(() => {
      for (const one of ends) one.closed(why);
    });
  };
  const link = (mine: End, theirs: End): FrameLink => ({
    kind,
    frameBytes,
    async send(frame) {
      if (!isOpen) throw new Error('the link is closed');
      const copy = typeof frame === 'string' ? frame : frame.slice();
      await Promise.resolve();
      if (isOpen) theirs.arrived(copy);
    },
    onFrame: mine.onFrame,
    onClose: mine.onClose,
    close: (why = 'closed') => close(why),
  });
  return [link(ends[0], ends[1]), link(ends[1], ends[0])];
}

type End = ReturnType<typeof end>;

function end() {
  let listener: ((frame: string | Uint8Array) => void) | undefined;
  let early: (string | Uint8Array)[] = [];
  let closed: string | undefined;
  const listeners: ((why: string) => void)[] = [];
  return {
    arrived(frame: string | Uint8Array) {
      if (listener === undefined) early.push(frame);
      else listener(frame);
    },
    closed(why: string) {
      closed = why;
      for (const then of listeners.splice(0)) then(why);
    },
    onFrame(next: (frame: string | Uint8Array) => void) {
      listener = next;
      const frames = early;
      early = [];
      for (const frame of frames) next(frame);
    },
    onClose(then: (why: string) => void) {
      if (closed === undefined) listeners.push(then);
      else then(closed);
    },
  };
}
