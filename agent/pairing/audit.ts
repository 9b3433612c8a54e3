// What happened to devices, tokens and certificates, and who was turned away: the last 10 000 of it, newest first.
// What strangers cause has a room of its own, so that no flood from the network washes away who was paired.
//
//   audit/<time>      AuditEntry    done by somebody known
//   stranger/<time>   AuditEntry    done by nobody knows whom
//
// A time is unique: the second entry of one millisecond stands 1/1024 ms after the first.
import { type AuditEntry, auditEntrySchema } from '@myspinbot/shared/wire/pairing.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import type { Row, Store } from './store.ts';

export const KNOWN_KEPT = 8000;
export const STRANGERS_KEPT = 2000;
/** The same once more within this time is counted, not written again. */
const SAME_MS = 60_000;
/** New entries of strangers a minute: more are counted into one. */
const STRANGERS_A_MINUTE = 60;
const PER_MS = 1024;
const MAX_PAGE = 500;
/** Different entries that may still be counted on. */
const RECENT = 500;

const countable: ReadonlySet<AuditEntry['kind']> = new Set(['refused', 'pairing-failed', 'downloaded']);

type Room = 'audit' | 'stranger';
interface Time {
  at: number;
  room: Room;
}

export interface Audit {
  /**
   * The rows that note this, to be written with whatever they tell of; none when it was only counted. `entry.at` is set
   * here.
   */
  rows(entry: Omit<AuditEntry, 'at'>): Row[];
  /** Notes it by itself. Never throws. */
  note(entry: Omit<AuditEntry, 'at'>): void;
  /** Newest first. */
  page(page: { before?: number | undefined; limit: number }): Promise<readonly AuditEntry[]>;
  /** Writes what was counted since. Never throws. */
  flush(): Promise<void>;
}

export async function openAudit(store: Store, clock: Clock, log: Logger): Promise<Audit> {
  /** Of all entries there are, ascending. */
  const times: Time[] = [
    ...(await timesOf(store, 'audit', KNOWN_KEPT)),
    ...(await timesOf(store, 'stranger', STRANGERS_KEPT)),
  ].sort((a, b) => a.at - b.at);
  const counts = { audit: 0, stranger: 0 };
  for (const { room } of times) counts[room] += 1;
  /** What may come again, by everything but its time; oldest first. */
  const recent = new Map<string, { entry: AuditEntry; key: string; count: number; isWritten: boolean }>();
  let strangers = { since: Number.NEGATIVE_INFINITY, count: 0 };
  let stopWaiting: (() => void) | undefined;

  const counted = (): Row[] => {
    const rows: Row[] = [];
    for (const again of recent.values()) {
      if (again.isWritten) continue;
      again.isWritten = true;
      rows.push(put(again.key, { ...again.entry, what: `${again.entry.what} (${again.count} times)` }));
    }
    return rows;
  };
  const flush = async () => {
    stopWaiting?.();
    stopWaiting = undefined;
    await write(counted());
  };
  const write = (rows: Row[]) =>
    store.write(rows).catch((error: unknown) => log.error('pairing.note-failed', { error: String(error) }));

  const rows = (said: Omit<AuditEntry, 'at'>): Row[] => {
    const now = clock.now();
    let entry = cleaned(said, now);
    const isStranger = entry.who === null;
    if (countable.has(entry.kind)) {
      const again = recent.get(likeness(entry));
      if (again !== undefined && Math.abs(now - again.entry.at) < SAME_MS) return countOn(again);
      if (isStranger) {
        if (Math.abs(now - strangers.since) >= SAME_MS) strangers = { since: now, count: 0 };
        strangers.count += 1;
        if (strangers.count > STRANGERS_A_MINUTE) {
          entry = { ...entry, kind: 'refused', from: null, what: 'More was refused, from several addresses' };
          const more = recent.get(likeness(entry));
          if (more !== undefined && Math.abs(now - more.entry.at) < SAME_MS) return countOn(more);
        }
      }
    }
    const room = isStranger ? 'stranger' : 'audit';
    entry.at = takeTime(times, room, now);
    counts[room] += 1;
    const written = [put(keyOf(room, entry.at), entry)];
    while (counts[room] > (isStranger ? STRANGERS_KEPT : KNOWN_KEPT)) {
      const [oldest] = times.splice(
        times.findIndex((time) => time.room === room),
        1,
      );
      counts[room] -= 1;
      written.push({ type: 'del', key: keyOf(room, oldest!.at) });
    }
    if (countable.has(entry.kind)) {
      const past = [...recent].filter(
        (
          [
            ,
            {
              entry: { at },
            },
          ],
          index,
        ) => Math.abs(now - at) >= SAME_MS || recent.size - index >= RECENT,
      );
      if (past.length > 0) written.push(...counted());
      for (const [key] of past) recent.delete(key);
      recent.set(likeness(entry), { entry, key: keyOf(room, entry.at), count: 1, isWritten: true });
    }
    return written;
  };
  const countOn = (again: { count: number; isWritten: boolean }): Row[] => {
    again.count += 1;
    again.isWritten = false;
    stopWaiting ??= clock.after(SAME_MS, () => void flush());
    return [];
  };

  return {
    rows,
    note(entry) {
      void write(rows(entry));
    },
    async page({ before, limit }) {
      await write(counted());
      const most = Math.max(0, Math.min(MAX_PAGE, Math.floor(limit)));
      const found: AuditEntry[] = [];
      for (const room of ['audit', 'stranger'] as const) {
        const until = before === undefined ? `${room}0` : keyOf(room, before);
        for (const [key, text] of await store.read({
          gte: `${room}/`,
          lt: until,
          reverse: true,
          limit: most,
        })) {
          const entry = decoded(text);
          if (entry === undefined) log.warn('pairing.record-damaged', { key });
          else found.push(entry);
        }
      }
      return found.sort((a, b) => b.at - a.at).slice(0, most);
    },
    flush,
  };
}

async function timesOf(store: Store, room: Room, most: number): Promise<Time[]> {
  const keys = await store.keys({ gte: `${room}/`, lt: `${room}0` });
  // Fewer are kept now than by an older version: the oldest go.
  const over = keys.splice(0, Math.max(0, keys.length - most));
  await store.write(over.map((key) => ({ type: 'del', key })));
  return keys.map((key) => ({ at: Number(key.slice(room.length + 1)) / PER_MS, room }));
}

/** Takes a place among `times` that nobody has, at `now` or as soon after as there is one. */
function takeTime(times: Time[], room: Room, now: number): number {
  let at = Math.max(0, Math.floor(now));
  let place = times.length;
  const last = times.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  if (last >= at) {
    // The clock stands still, or was set back.
    if (last < at + 1) at = last + 1 / PER_MS;
    else {
      place = times.findIndex((time) => time.at >= at);
      for (; times[place]?.at === at; place++) at += 1 / PER_MS;
    }
  }
  times.splice(place, 0, { at, room });
  return at;
}

function keyOf(room: Room, at: number): string {
  return `${room}/${String(Math.max(0, Math.round(at * PER_MS))).padStart(16, '0')}`;
}

function put(key: string, entry: AuditEntry): Row {
  return { type: 'put', key, value: JSON.stringify(entry) };
}

/** Shown in a terminal too: one line, as long as the wire allows with room for a count. */
function cleaned(said: Omit<AuditEntry, 'at'>, at: number): AuditEntry {
  const line = (text: string, most: number) =>
    text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, most);
  return {
    at,
    kind: said.kind,
    who: said.who === null ? null : line(said.who, 60),
    name: said.name === null ? null : line(said.name, 80),
    from: said.from === null ? null : line(said.from, 60),
    what: line(said.what, 180),
  };
}

function likeness({ at: _, ...rest }: AuditEntry): string {
  return JSON.stringify(rest);
}

function decoded(text: string): AuditEntry | undefined {
  try {
    return auditEntrySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // the caller tells which
  }
}
