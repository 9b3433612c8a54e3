// What becomes of the documents here when this device is paired with another workstation than before: they are set
// aside, under another name and out of reach of any link, until their own workstation is back; or they go along.
// Workstations are told apart by the fingerprints of their keys.
import type { AppDatabase } from './database.ts';
import { ASIDE, isAside } from './document-log.ts';

/**
 * In one commit, together with `keep`. What waits to be sent or fetched is forgotten: the workstation it was for asks
 * again. Files stay, known by their hashes to whoever has the documents, with a note of what their workstation lacked.
 * No document may be open.
 */
export async function setAside(
  db: AppDatabase,
  now: () => number,
  fingerprints: { before: string; next: string },
  keep: () => Promise<void>,
): Promise<void> {
  const away = `${ASIDE}${fingerprints.before}/`;
  const back = `${ASIDE}${fingerprints.next}/`;
  const renamed = (room: string): string =>
    room.startsWith(back) ? room.slice(back.length) : room.startsWith(ASIDE) ? room : away + room;
  const { updates, rooms, assets, outbox, wanted, aside, projects, jobs, standing, keys } = db;
  const all = [updates, rooms, assets, outbox, wanted, aside, projects, jobs, standing, keys];
  await db.transaction('rw', all, async () => {
    await updates.toCollection().modify((row) => {
      row.room = renamed(row.room);
    });
    const accounts = await rooms.toArray();
    await rooms.clear();
    await rooms.bulkPut(accounts.map((row) => ({ ...row, room: renamed(row.room) })));
    const unsent = new Map((await outbox.toArray()).map((row) => [row.hash, row]));
    const noted = new Map((await aside.toArray()).map((row) => [row.hash, row]));
    await Promise.all([outbox.clear(), wanted.clear(), projects.clear(), jobs.clear()]);
    for (const hash of await assets.toCollection().primaryKeys()) {
      const note = noted.get(hash);
      if (note === undefined) {
        await aside.put({ hash, agent: fingerprints.before, left: unsent.get(hash)?.left ?? 0 });
      } else if (note.agent === fingerprints.next) {
        await aside.delete(hash);
        if (note.left > 0) await outbox.put({ hash, left: note.left, addedAt: now() });
      }
    }
    await keep();
  });
}

/**
 * In one commit, together with `keep`: nothing that lies here counts as sent any more, whoever it came from, so that
 * a workstation with an empty data folder gets everything back, files and all.
 */
export async function bringAlong(
  db: AppDatabase,
  now: () => number,
  keep: () => Promise<void>,
): Promise<void> {
  const { updates, rooms, assets, outbox, aside, standing, keys } = db;
  await db.transaction('rw', [updates, rooms, assets, outbox, aside, standing, keys], async () => {
    const accounts = new Map((await rooms.toArray()).map((row) => [row.room, row]));
    await updates.toCollection().each(({ room }) => {
      if (!isAside(room)) accounts.set(room, { room, written: accounts.get(room)?.written || 1, handed: 0 });
    });
    await rooms.bulkPut([...accounts.values()]);
    const kept = await assets.toArray();
    await outbox.bulkPut(kept.map(({ hash, bytes }) => ({ hash, left: bytes, addedAt: now() })));
    // The other workstation has these; what it lacks stays noted.
    await aside.filter((row) => row.left === 0).delete();
    await keep();
  });
}
