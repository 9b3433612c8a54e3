// What a person wishes of transfers, kept on this device so that every tab and worker follows it: which link, and
// whether anything moves at all. It does not know links.
import { type LinkKind, linkKinds } from '@myspinbot/shared/transfer/link.ts';
import { liveQuery } from 'dexie';
import { z } from 'zod';
import type { AppDatabase } from '../vault/database.ts';

export interface TransferWishes {
  /** This kind of link and no other; undefined = the best. */
  link: LinkKind | undefined;
  isPaused: boolean;
}

const NOTE = 'transfer';
const wishesSchema = z.object({ link: z.enum(linkKinds).optional(), isPaused: z.boolean() });

async function read(db: AppDatabase): Promise<TransferWishes> {
  const note = await db.notes.get(NOTE);
  const parsed = wishesSchema.safeParse(note === undefined ? undefined : JSON.parse(note.value));
  return parsed.success
    ? { link: parsed.data.link, isPaused: parsed.data.isPaused }
    : { link: undefined, isPaused: false };
}

/** Calls back now and after every change, whichever tab made it; returns the way to stop. */
export function watchTransferWishes(
  db: AppDatabase,
  changed: (wishes: TransferWishes) => void,
  failed: (cause: unknown) => void,
): () => void {
  const subscription = liveQuery(() => read(db)).subscribe({ next: changed, error: failed });
  return () => subscription.unsubscribe();
}

export async function wishTransfers(db: AppDatabase, wish: Partial<TransferWishes>): Promise<void> {
  await db.transaction('rw', db.notes, async () => {
    await db.notes.put({ name: NOTE, value: JSON.stringify({ ...(await read(db)), ...wish }) });
  });
}
