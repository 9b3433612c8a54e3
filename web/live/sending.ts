// What is on its way to the workstation, as the screens tell it, and what is done so that it gets there: the screen
// stays on while it moves, and the browser is asked to go on when the page is left. It moves nothing itself.
import type { Refusal } from '@myspinbot/shared/transfer/session.ts';
import { liveQuery } from 'dexie';
import { type Accessor, createEffect, createMemo, createSignal, on } from 'solid-js';
import type { Clock } from '../link/clock.ts';
import type { AppDatabase } from '../vault/database.ts';
import { createStayAwake, type PageSight, type ScreenLock } from './stay-awake.ts';

export interface Sending {
  /** Files that the workstation does not have whole, and their bytes that it is not known to have. */
  files: number;
  leftBytes: number;
  /** Files that the workstation would not take. */
  refused: readonly { name: string | undefined; why: Refusal; hint: string | undefined }[];
  /** Whether the browser goes on with it for a while when the page is gone. */
  goesOn: boolean;
}

/** What the browser has for that; each may be missing. */
export interface BackgroundWorld {
  sight: PageSight;
  screenLock: ScreenLock | undefined;
  sync: { isSupported(): boolean; ask(): void } | undefined;
}

export interface SendingWorld {
  db: AppDatabase;
  clock: Clock;
  /** Whether the workstation is there. */
  isHere: Accessor<boolean>;
  /** Whether this device may bring anything. */
  maySend: Accessor<boolean>;
  background: BackgroundWorld;
}

/** How often it is looked whether something moved: much oftener than a stall is long. */
const LOOK_MS = 5000;

/** Owned by whoever calls. */
export function createSending(world: SendingWorld): { sending: Accessor<Sending>; close(): void } {
  const { db, clock, background } = world;
  const [outbox, setOutbox] = createSignal<Omit<Sending, 'goesOn'>>({ files: 0, leftBytes: 0, refused: [] });
  const [wanted, setWanted] = createSignal(0);
  const awake = createStayAwake({ lock: background.screenLock, sight: background.sight, clock });
  const isSending = () => world.maySend() && outbox().files > 0;

  const watches = [
    liveQuery(() => readOutbox(db)).subscribe({ next: setOutbox, error: () => undefined }),
    liveQuery(async () => (await db.wanted.toArray()).filter((row) => row.refused === undefined).length)
      // Nothing is told of a store that cannot be read; `saved` says so.
      .subscribe({ next: setWanted, error: () => undefined }),
  ];

  // A memo: the outbox changes with every byte, and that is not a new beginning.
  const isMoving = createMemo(() => world.isHere() && (isSending() || wanted() > 0));
  /** Bytes of both directions, as a figure that changes when one arrives. */
  const look = async () => {
    const pieces = wanted() > 0 ? await db.pieces.count() : 0;
    if (isMoving()) awake.moved(`${outbox().leftBytes} ${outbox().files} ${wanted()} ${pieces}`);
  };
  let stopLooking: (() => void) | undefined;
  createEffect(
    on(isMoving, (is) => {
      stopLooking?.();
      stopLooking = undefined;
      if (!is) return awake.moved(undefined);
      const quietly = () => void look().catch(() => undefined); // As above.
      quietly();
      stopLooking = clock.every(LOOK_MS, quietly);
    }),
  );
  const stopWatching = background.sight.watch(() => {
    if (!background.sight.isVisible() && isSending()) background.sync?.ask();
  });

  return {
    sending: () => ({
      ...(world.maySend() ? outbox() : { files: 0, leftBytes: 0, refused: [] }),
      goesOn: background.sync?.isSupported() === true,
    }),
    close() {
      stopWatching();
      stopLooking?.();
      awake.close();
      for (const watch of watches) watch.unsubscribe();
    },
  };
}

async function readOutbox(db: AppDatabase): Promise<Omit<Sending, 'goesOn'>> {
  const rows = await db.outbox.toArray();
  const going = rows.filter((row) => row.refused === undefined);
  const refused = rows.flatMap((row) =>
    row.refused === undefined ? [] : [{ hash: row.hash, ...row.refused }],
  );
  const assets = await db.assets.bulkGet(refused.map(({ hash }) => hash));
  return {
    files: going.length,
    leftBytes: going.reduce((sum, row) => sum + row.left, 0),
    refused: refused.map(({ why, hint }, at) => ({ name: assets[at]?.name, why, hint })),
  };
}
