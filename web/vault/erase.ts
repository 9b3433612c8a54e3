// Erases everything the app keeps in this browser: the store with its documents, files and keys, the caches, the
// service worker, and the small notes. What is left on purpose is one line, so that the next start can say why
// nothing is here. It knows no screens; whoever holds the store open has let go of it before.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { Dexie } from 'dexie';
import type { Clock } from '../link/clock.ts';

/** What the browser keeps for this app beside the store; undefined where there is none. */
export interface KeptElsewhere {
  caches: Pick<CacheStorage, 'keys' | 'delete'> | undefined;
  workers: Pick<ServiceWorkerContainer, 'getRegistrations'> | undefined;
  notes: readonly Pick<Storage, 'clear'>[];
}

/** Another tab closes the store as soon as it is asked to; one that is frozen is never asked. */
const OTHER_TABS_MS = 5000;

/** Throws Failure `internal` when something could not be erased; whatever could be is gone all the same. */
export async function eraseEverything(
  database: string,
  kept: KeptElsewhere,
  clock: Pick<Clock, 'after'>,
): Promise<void> {
  const ends = await Promise.allSettled([
    eraseDatabase(database, clock),
    eraseCaches(kept.caches),
    eraseWorkers(kept.workers),
    eraseNotes(kept.notes),
  ]);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed === undefined) return;
  if (failed.reason instanceof Failure) throw failed.reason;
  throw new Failure({
    code: 'internal',
    message: 'The browser did not erase everything that this app keeps.',
    hint: "Erase this page's data in the browser's own settings.",
    cause: failed.reason,
  });
}

function eraseDatabase(name: string, clock: Pick<Clock, 'after'>): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopWaiting = clock.after(OTHER_TABS_MS, () =>
      reject(
        new Failure({
          code: 'internal',
          message: 'Another tab still holds what this app keeps.',
          hint: 'Close every other tab of this page: then the rest is erased.',
          retry: 'soon',
        }),
      ),
    );
    Dexie.delete(name).then(resolve, reject).finally(stopWaiting);
  });
}

async function eraseCaches(caches: KeptElsewhere['caches']): Promise<void> {
  if (caches === undefined) return;
  for (const name of await caches.keys()) await caches.delete(name);
}

async function eraseWorkers(workers: KeptElsewhere['workers']): Promise<void> {
  for (const registration of (await workers?.getRegistrations()) ?? []) await registration.unregister();
}

async function eraseNotes(notes: KeptElsewhere['notes']): Promise<void> {
  for (const storage of notes) storage.clear();
}
