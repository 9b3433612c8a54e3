// What this device is to a workstation, and the key by which it proves that. Kept in the device's own store, so that
// every tab and the worker have the same, and written in one commit: a record never stands there without its key.
import type { Role } from '@myspinbot/shared/access/access.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { liveQuery } from 'dexie';
import type { AppDatabase, StandingRow } from '../vault/database.ts';

/** Undefined = this device was never paired. */
export type Standing = Omit<StandingRow, 'name'> | undefined;

export interface Seat {
  deviceName: string;
  role: Role;
  project: ProjectId | null;
}

export interface Identity {
  read(): Promise<Standing>;
  /** The record and its key as they are now; undefined unless this device is paired. */
  credentials(): Promise<{ standing: NonNullable<Standing>; key: CryptoKey } | undefined>;
  /** The key of a device that was removed and has not been paired since. */
  removedKey(device: string): Promise<CryptoKey | undefined>;
  /** Calls back now and after every change, of whichever tab. */
  watch(changed: (standing: Standing) => void): () => void;

  /** Takes the place of whatever was there. */
  pair(standing: Omit<NonNullable<Standing>, 'state'>, key: CryptoKey): Promise<void>;
  /** An owner changed what this device may or is called; nothing happens when it is another device by now. */
  seat(device: string, seat: Seat): Promise<void>;
  /** An owner removed this device. Its key opens nothing any more, and proves that the device has heard of it. */
  remove(device: string): Promise<void>;
}

export function openIdentity(db: AppDatabase): Identity {
  const read = async (): Promise<Standing> => {
    const row = await db.standing.get('here');
    if (row === undefined) return undefined;
    const { name: _, ...standing } = row;
    return standing;
  };
  const change = (device: string, to: (row: StandingRow) => Promise<void>) =>
    db.transaction('rw', db.standing, db.keys, async () => {
      const row = await db.standing.get('here');
      if (row?.device === device && row.state === 'paired') await to(row);
    });

  return {
    read,
    credentials: () =>
      db.transaction('r', db.standing, db.keys, async () => {
        const [standing, row] = await Promise.all([read(), db.keys.get('device')]);
        return standing?.state === 'paired' && row !== undefined ? { standing, key: row.key } : undefined;
      }),
    removedKey: (device) =>
      db.transaction('r', db.standing, db.keys, async () => {
        const [standing, row] = await Promise.all([read(), db.keys.get('device')]);
        return standing?.state === 'removed' && standing.device === device ? row?.key : undefined;
      }),
    watch(changed) {
      const subscription = liveQuery(read).subscribe({
        next: changed,
        // An unreadable store: `saved` says so, and nothing is known of a pairing.
        error: () => undefined,
      });
      return () => subscription.unsubscribe();
    },
    pair: (standing, key) =>
      db.transaction('rw', db.standing, db.keys, async () => {
        await db.keys.put({ name: 'device', key });
        await db.standing.put({ name: 'here', state: 'paired', ...standing });
      }),
    seat: (device, seat) =>
      change(device, async (row) => {
        if (isSeatedSo(row, seat)) return;
        await db.standing.put({ ...row, ...seat });
      }),
    remove: (device) =>
      change(device, async (row) => {
        await db.standing.put({ ...row, state: 'removed' });
      }),
  };
}

/** Whether this is what the device is already. */
export function isSeatedSo(
  standing: Pick<StandingRow, 'deviceName' | 'role' | 'project'>,
  { deviceName, role, project }: Seat,
): boolean {
  return standing.deviceName === deviceName && standing.role === role && standing.project === project;
}
