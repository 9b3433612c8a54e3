// The outbox and the wanted list as the pump hears of them: Dexie's live queries, which notice the writes of every
// tab and worker. Only hashes; what they mean is the store's business.
import { liveQuery } from 'dexie';
import type { AppDatabase } from '../vault/database.ts';
import type { TransferLists } from './transfer-pump.ts';

/** Oldest first: what was added first is sent first. */
export function watchTransferLists(db: AppDatabase, failed: (cause: unknown) => void): TransferLists {
  return {
    outbox(changed) {
      const subscription = liveQuery(() => db.outbox.orderBy('addedAt').primaryKeys()).subscribe({
        next: changed,
        error: failed,
      });
      return () => subscription.unsubscribe();
    },
    wanted(changed) {
      const subscription = liveQuery(() => db.wanted.orderBy('askedAt').toArray()).subscribe({
        next: (rows) => changed(rows.map(({ hash, urgency = 'usual' }) => ({ hash, urgency }))),
        error: failed,
      });
      return () => subscription.unsubscribe();
    },
  };
}
