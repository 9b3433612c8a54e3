// Sends what lies in the outbox when no page is open: the browser calls the service worker for it (Background Sync) and
// lets it live for some minutes. The work is the same pump as a page's, under the same lock; here is only when it
// starts, when it is enough, and whether the browser should call again.
import { liveQuery } from 'dexie';
import { config } from 'zod';
import { openIdentity } from '../identity/identity.ts';
import { type Clock, systemClock } from '../link/clock.ts';
import { startPump, TRANSFER_LOCK } from '../link/start-pump.ts';
import { type AppDatabase, openDatabase } from '../vault/database.ts';
import { SEND_TAG } from './send-tag.ts';

/** Chromium ends such a worker after three minutes; what is written by then stays written. */
export const ENOUGH_MS = 150_000;
/** A page that was opened meanwhile waits no longer for its turn: it fetches, too, and tells how far it is. */
const YIELD_MS = 1000;
/** Without a byte for so long, the workstation is not there. */
export const SILENCE_MS = 20_000;

export type SendingEnd =
  /** Nothing lies in the outbox that could be sent. */
  | 'done'
  /** Not all of it could be sent in this time. */
  | 'left'
  /** A page is at it, or wants to be. */
  | 'busy';

export interface SendingWorld {
  db: AppDatabase;
  /** Undefined = nobody else can be at it. */
  locks: Pick<LockManager, 'request' | 'query'> | undefined;
  clock: Pick<Clock, 'after' | 'every'>;
  start(): { reach(here: boolean): void; close(): Promise<void> };
}

/** The part of the service worker's scope that is used. */
export interface SyncedWorker {
  readonly location: { readonly href: string };
  readonly navigator: { readonly locks?: Pick<LockManager, 'request' | 'query'> };
  addEventListener(type: string, heard: (event: Event) => void): void;
}

interface SyncEvent extends Event {
  readonly tag: string;
  waitUntil(work: Promise<unknown>): void;
}

/** Hears the browser's calls; must be called while the worker's script runs for the first time. */
export function sendWhenCalled(worker: SyncedWorker): void {
  // As in the page: its policy forbids compiling strings.
  config({ jitless: true });
  worker.addEventListener('sync', (event) => {
    const { tag } = event as SyncEvent;
    if (tag === SEND_TAG) (event as SyncEvent).waitUntil(sendFrom(worker));
  });
}

async function sendFrom(worker: SyncedWorker): Promise<void> {
  const db = openDatabase();
  try {
    const end = await sendInBackground({
      db,
      locks: worker.navigator.locks,
      clock: systemClock,
      start: () =>
        startPump({
          db,
          href: worker.location.href,
          fetch: (input, init) => fetch(input, init),
          socket: WebSocket,
          clock: systemClock,
          moves: 'out',
          onTrouble: (what, cause) => console.warn(`transfer/${what}`, cause),
        }),
    });
    // A call that fails is made again by the browser, later and not for ever.
    if (end !== 'done') throw new Error(`the outbox is not empty: ${end}`);
  } finally {
    // A worker lives on between events: an open store would hold up a newer version's.
    db.close();
  }
}

/** Sends until the outbox is empty, time is up or nothing moves any more. */
export async function sendInBackground(world: SendingWorld): Promise<SendingEnd> {
  const { db, locks } = world;
  const standing = await openIdentity(db).read();
  // Whoever is not paired has nobody to send to, and a guest brings nothing.
  if (standing?.state !== 'paired' || standing.role === 'guest') return 'done';
  if ((await waiting(db)).files === 0) return 'done';
  if (locks === undefined) return sendAll(world);
  return locks.request(
    TRANSFER_LOCK,
    { ifAvailable: true },
    async (lock): Promise<SendingEnd> => (lock === null ? 'busy' : sendAll(world)),
  );
}

async function sendAll({ db, locks, clock, start }: SendingWorld): Promise<SendingEnd> {
  const pump = start();
  const stops: (() => void)[] = [];
  try {
    return await new Promise<SendingEnd>((resolve, reject) => {
      let stopSilence = clock.after(SILENCE_MS, () => resolve('left'));
      stops.push(
        clock.after(ENOUGH_MS, () => resolve('left')),
        () => stopSilence(),
      );
      const look = async () => {
        const pending = (await locks?.query())?.pending ?? [];
        if (pending.some(({ name }) => name === TRANSFER_LOCK)) resolve('busy');
      };
      stops.push(clock.every(YIELD_MS, () => void look().catch(reject)));
      let before: number | undefined;
      const watch = liveQuery(() => waiting(db)).subscribe({
        next({ files, bytes }) {
          if (files === 0) return resolve('done');
          const now = bytes + files;
          if (now === before) return;
          before = now;
          stopSilence();
          stopSilence = clock.after(SILENCE_MS, () => resolve('left'));
        },
        error: reject,
      });
      stops.push(() => watch.unsubscribe());
      pump.reach(true);
    });
  } finally {
    for (const stop of stops) stop();
    await pump.close();
  }
}

/** What could be sent: a file that was refused is not asked about again before a person did something. */
async function waiting(db: AppDatabase): Promise<{ files: number; bytes: number }> {
  const rows = (await db.outbox.toArray()).filter((row) => row.refused === undefined);
  return { files: rows.length, bytes: rows.reduce((sum, row) => sum + row.left, 0) };
}
