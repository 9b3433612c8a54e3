// Documents of one workstation make room for those of another: they stay on this device under another name, out of
// reach of any link, and come back when this device is paired with their workstation again.
import type { AppDatabase } from './database.ts';

const ASIDE = 'aside/';

/**
 * In one commit, together with `keep`. What waits to be sent or fetched is forgotten: the workstation it was for asks
 * again. Files stay, known by their hashes to whoever has the documents. No document may be open.
 */
export async function setAside(
  db: AppDatabase,
  agents: { before: string; next: string },
  keep: () => Promise<void>,
): Promise<void> {
  const away = `${ASIDE}${agents.before}/`;
  const back = `${ASIDE}${agents.next}/`;
  const renamed = (room: string): string =>
    room.startsWith(back) ? room.slice(back.length) : room.startsWith(ASIDE) ? room : away + room;
  const { updates, rooms, outbox, wanted, projects, jobs, standing, keys } = db;
  await db.transaction('rw', [updates, rooms, outbox, wanted, projects, jobs, standing, keys], async () => {
    await updates.toCollection().modify((row) => {
      row.room = renamed(row.room);
    });
    const accounts = await rooms.toArray();
    await rooms.clear();
    await rooms.bulkPut(accounts.map((row) => ({ ...row, room: renamed(row.room) })));
    await Promise.all([outbox.clear(), wanted.clear(), projects.clear(), jobs.clear()]);
    await keep();
  });
}

/** Whether a room of the log was set aside: it is nobody's to send. */
export function isAside(room: string): boolean {
  return room.startsWith(ASIDE);
}
