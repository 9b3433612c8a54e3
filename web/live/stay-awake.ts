// Keeps the screen on while bytes move and the page is looked at: a phone that locks its screen stops sending. It asks
// the browser (Screen Wake Lock), gives the screen back when nothing moves any more, and asks again when the page is
// back. It does not know what moves.
import type { Clock } from '../link/clock.ts';

/** The part of the browser's wake lock that is used. */
export interface ScreenLock {
  request(type: 'screen'): Promise<{
    release(): Promise<void>;
    addEventListener(type: 'release', heard: () => void): void;
  }>;
}

/** Whether the page is looked at. */
export interface PageSight {
  isVisible(): boolean;
  /** Calls back after every change; returns the way to stop. */
  watch(changed: () => void): () => void;
}

export interface StayAwake {
  /** How far it is, as something that changes with every step; undefined = nothing is on its way. */
  moved(figure: string | undefined): void;
  close(): void;
}

/** Without a step for so long it has stalled: nobody's screen stays on for that. */
export const STALL_MS = 30_000;

export function createStayAwake(world: {
  /** Undefined where the browser has none. */
  lock: ScreenLock | undefined;
  sight: PageSight;
  clock: Pick<Clock, 'after'>;
}): StayAwake {
  const { lock, sight, clock } = world;
  let last: string | undefined;
  let isMoving = false;
  let stopStall: (() => void) | undefined;
  let held: { release(): Promise<void> } | undefined;
  let isAsking = false;
  /** The browser said no (a battery that runs low): asked again when the page is looked at anew. */
  let wasRefused = false;

  const isWanted = () => isMoving && sight.isVisible();
  const settle = () => {
    if (lock === undefined || isAsking) return;
    if (!isWanted()) return letGo();
    if (held !== undefined || wasRefused) return;
    isAsking = true;
    lock.request('screen').then(
      (given) => {
        isAsking = false;
        held = given;
        // The browser takes it back by itself when the page is hidden.
        given.addEventListener('release', () => {
          if (held === given) held = undefined;
        });
        settle();
      },
      () => {
        isAsking = false;
        wasRefused = true;
      },
    );
  };
  const letGo = () => {
    const was = held;
    held = undefined;
    was?.release().catch(() => undefined); // It was taken back already.
  };
  const stop = () => {
    stopStall?.();
    stopStall = undefined;
    isMoving = false;
  };
  const stopWatching = sight.watch(() => {
    wasRefused = false;
    settle();
  });

  return {
    moved(figure) {
      if (figure === last) return;
      last = figure;
      stop();
      if (figure !== undefined) {
        isMoving = true;
        stopStall = clock.after(STALL_MS, () => {
          stop();
          settle();
        });
      }
      settle();
    },
    close() {
      stopWatching();
      stop();
      letGo();
    },
  };
}
