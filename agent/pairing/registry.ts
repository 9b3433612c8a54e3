// Who is known: devices with their keys, also those that were removed, and scripts' tokens as hashes. What is in
// memory decides at once; a change counts as done when it is on the disk. It does not know how anybody proves who
// they are.
//
//   device/<id>   the record and its key
//   script/<id>   the record and SHA-256 of its token
import type { AuditEntry } from '@myspinbot/shared/wire/pairing.ts';
import {
  type DeviceRecord,
  deviceRecordSchema,
  fingerprintSchema,
  publicKeySchema,
  type ScriptToken,
  scriptTokenSchema,
} from '@myspinbot/shared/wire/pairing.ts';
import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import type { Audit } from './audit.ts';
import type { Row, Store } from './store.ts';

/** Removed devices that are still told so; the ones removed longest ago become unknown. */
export const REMOVED_KEPT = 1000;
/** "Last seen" and brought bytes are written this late: a crash forgets a minute of them, and nothing else. */
const LAZY_MS = 60_000;

const keptDeviceSchema = deviceRecordSchema
  .omit({ isConnected: true })
  .extend({ key: publicKeySchema })
  .refine(({ role, project }) => (role === 'guest') === (project !== null));
export type KeptDevice = z.infer<typeof keptDeviceSchema>;
const keptScriptSchema = scriptTokenSchema.extend({ hash: fingerprintSchema });
export type KeptScript = z.infer<typeof keptScriptSchema>;
type Note = Omit<AuditEntry, 'at'>;

export interface Registry {
  /** Removed ones too; the one paired first is the first. */
  devices(): readonly DeviceRecord[];
  device(id: string): KeptDevice | undefined;
  /** The welcome device that holds this key. */
  deviceOfKey(key: string): KeptDevice | undefined;
  scripts(): readonly ScriptToken[];
  script(id: string): KeptScript | undefined;
  /** `hash`: SHA-256 of the token, base64url. */
  scriptOfHash(hash: string): KeptScript | undefined;
  /** Whether nothing was remembered here when it was opened, readable or not. */
  readonly isEmpty: boolean;

  /** In force at once, for good when this resolves. When a new device cannot be written down it is not one. */
  putDevice(device: KeptDevice, note: Note): Promise<void>;
  putScript(script: KeptScript, note: Note): Promise<void>;
  removeScript(id: string, note: Note): Promise<void>;
  /** In force at once, written within a minute. Nothing happens for an unknown id. */
  touch(id: string, seenAt: number, broughtBytes?: number): void;
  /** A removed device was told that it is: in force at once, written within a minute. */
  told(id: string, at: number): void;
  /** Writes what is late, also what could not be written before. */
  save(): Promise<void>;
  /** The same; never throws. */
  flush(): Promise<void>;
}

/** A damaged record is logged, left where it is and counts for nothing. */
export async function openRegistry(store: Store, audit: Audit, clock: Clock, log: Logger): Promise<Registry> {
  const devices = new Map<string, KeptDevice>();
  const scripts = new Map<string, KeptScript>();
  /** Keys of rows that are older on the disk than here. */
  const late = new Set<string>();
  let stopWaiting: (() => void) | undefined;

  const found = [
    ...(await store.read({ gte: 'device/', lt: 'device0' })),
    ...(await store.read({ gte: 'script/', lt: 'script0' })),
  ];
  for (const [key, text] of found) {
    const value = jsonOrUndefined(text);
    const device = keptDeviceSchema.safeParse(value);
    const script = keptScriptSchema.safeParse(value);
    if (device.success && key === `device/${device.data.id}`) devices.set(device.data.id, device.data);
    else if (script.success && key === `script/${script.data.id}`) scripts.set(script.data.id, script.data);
    else log.error('pairing.record-damaged', { key });
  }

  const rowOf = (key: string): Row => {
    const [kind, id] = key.split('/') as [string, string];
    const value = kind === 'device' ? devices.get(id) : scripts.get(id);
    return value === undefined ? { type: 'del', key } : { type: 'put', key, value: JSON.stringify(value) };
  };
  /** Writes these rows as they are now, and whatever is late, in one. */
  const write = async (keys: readonly string[], notes: readonly Row[]) => {
    const all = new Set([...late, ...keys]);
    late.clear();
    try {
      await store.write([...[...all].map(rowOf), ...notes]);
    } catch (error) {
      // The next write takes them along: memory stays right, the disk follows.
      for (const key of all) late.add(key);
      throw error;
    }
  };
  const save = async () => {
    stopWaiting?.();
    stopWaiting = undefined;
    await write([], []);
  };
  const flush = () =>
    save().catch((error: unknown) => log.error('pairing.write-failed', { error: String(error) }));
  const later = (key: string) => {
    late.add(key);
    stopWaiting ??= clock.after(LAZY_MS, () => void flush());
  };
  const tooManyRemoved = (): string[] => {
    const removed = [...devices.values()].filter((device) => device.removed !== undefined);
    const over = removed
      .sort((a, b) => a.removed!.at - b.removed!.at)
      .slice(0, Math.max(0, removed.length - REMOVED_KEPT));
    for (const { id } of over) devices.delete(id);
    return over.map(({ id }) => `device/${id}`);
  };

  return {
    devices: () =>
      [...devices.values()].map(({ key: _, ...record }) => record).sort(byAge((one) => one.pairedAt)),
    device: (id) => devices.get(id),
    deviceOfKey(key) {
      for (const device of devices.values()) {
        if (device.key === key && device.removed === undefined) return device;
      }
      return undefined;
    },
    scripts: () =>
      [...scripts.values()].map(({ hash: _, ...record }) => record).sort(byAge((one) => one.madeAt)),
    script: (id) => scripts.get(id),
    scriptOfHash(hash) {
      for (const script of scripts.values()) if (script.hash === hash) return script;
      return undefined;
    },
    isEmpty: found.length === 0,

    async putDevice(device, note) {
      const isNew = !devices.has(device.id);
      devices.set(device.id, device);
      try {
        await write([`device/${device.id}`, ...tooManyRemoved()], audit.rows(note));
      } catch (error) {
        if (isNew) devices.delete(device.id);
        throw error;
      }
    },
    async putScript(script, note) {
      scripts.set(script.id, script);
      try {
        await write([`script/${script.id}`], audit.rows(note));
      } catch (error) {
        scripts.delete(script.id);
        throw error;
      }
    },
    async removeScript(id, note) {
      scripts.delete(id);
      await write([`script/${id}`], audit.rows(note));
    },
    touch(id, seenAt, broughtBytes = 0) {
      const device = devices.get(id);
      const script = scripts.get(id);
      if (device !== undefined) {
        devices.set(id, { ...device, seenAt, broughtBytes: device.broughtBytes + broughtBytes });
        later(`device/${id}`);
      } else if (script !== undefined) {
        scripts.set(id, { ...script, seenAt });
        later(`script/${id}`);
      }
    },
    told(id, at) {
      const device = devices.get(id);
      if (device?.removed === undefined || device.removed.toldAt !== undefined) return;
      devices.set(id, { ...device, removed: { ...device.removed, toldAt: at } });
      later(`device/${id}`);
    },
    save,
    flush,
  };
}

/** Oldest first, and the same order each time. */
function byAge<T extends { id: string }>(born: (one: T) => number): (a: T, b: T) => number {
  return (a, b) => born(a) - born(b) || (a.id < b.id ? -1 : 1);
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no schema takes it: the caller tells which record
  }
}
