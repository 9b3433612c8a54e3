// Whether what a peer wrote into a document fits it: pure questions about entries, never a repair. Anybody who is
// connected can write anything into a Yjs document, so the answers come from the schemas and a bound on sizes and
// numbers. Who may write which map is not asked here, nor what becomes of an entry that does not fit.
import type * as Y from 'yjs';
import { assetHashSchema } from '../asset/asset.ts';
import { historyLineSchema } from '../job/history.ts';
import { jobIdSchema, jobRequestSchema, jobRunSchema, jobWishSchema } from '../job/job.ts';
import { queueRulesSchema } from '../job/rules.ts';
import { trainedVersionSchema, versionKey } from '../job/trained.ts';
import { MAX_SCRIPT_CHARS } from '../project/options.ts';
import { photoSchema, projectEntrySchema, projectFieldsSchema, projectIdSchema } from '../project/project.ts';
import { agentEntrySchema } from './agent-entry.ts';
import { guestRoomProject, keys, roomProject, WORKSPACE_ROOM } from './layout.ts';
import { discardSchema } from './trained.ts';

/** Most entries of each map. Years of use stay far below; a flood does not fill the memory of every device. */
export const maxEntries: Readonly<Record<string, number>> = {
  [keys.projects]: 5000,
  [keys.requests]: 20_000,
  [keys.cancels]: 20_000,
  [keys.retries]: 20_000,
  [keys.pauses]: 20_000,
  [keys.places]: 20_000,
  [keys.rules]: 5,
  [keys.runs]: 20_000,
  [keys.history]: 100_000,
  [keys.trained]: 20_000,
  [keys.discards]: 20_000,
  [keys.agents]: 50,
  [keys.fields]: 100,
  // Two devices that each add the last photo that fits may pass MAX_PHOTOS together.
  [keys.photos]: 100,
};
/** The editor stops at MAX_SCRIPT_CHARS; two people who write at once may pass it together. */
export const MAX_SCRIPT_LENGTH = 4 * MAX_SCRIPT_CHARS;
/** Of one entry, as the sum of its characters and values: a request with the longest script is about 30,000. */
export const MAX_ENTRY_WEIGHT = 100_000;
/** An agent tells of up to 100 engines and 300 voices. */
const MAX_AGENT_WEIGHT = 250_000;
/** A field that a newer app writes and this version does not know is left alone while it is this small. */
const MAX_UNKNOWN_FIELD_WEIGHT = 4000;
/** A project and a fingerprint, joined. */
const MAX_KEY_CHARS = 100;
/** Schemas nest five deep. */
const MAX_DEPTH = 12;

export interface Misfit {
  /** Name of the top-level type. */
  map: string;
  /** Absent = the type itself: too long a script, or content that no map and no text of ours has. */
  key?: string;
  /** One sentence for the log; never what somebody wrote. */
  why: string;
}

const workspaceMaps: ReadonlySet<string> = new Set([
  keys.projects,
  keys.requests,
  keys.cancels,
  keys.retries,
  keys.pauses,
  keys.places,
  keys.rules,
  keys.runs,
  keys.history,
  keys.trained,
  keys.discards,
  keys.agents,
]);
const projectMaps: ReadonlySet<string> = new Set([keys.fields, keys.photos]);

/** Why `value` under `key` of that map does not belong into the room's document; undefined when it does. */
export function invalidEntry(room: string, map: string, key: string, value: unknown): string | undefined {
  const maps = mapsOf(room);
  if (maps === undefined) return 'there is no such room';
  if (!maps.has(map)) return 'there is no such map in this room';
  if (key.length > MAX_KEY_CHARS) return 'the key is too long';
  const most = map === keys.agents ? MAX_AGENT_WEIGHT : MAX_ENTRY_WEIGHT;
  const left = weigh(value, most, MAX_DEPTH);
  if (left === undefined) return 'it is not plain values';
  if (left < 0) return 'it is too large';
  return misfitOf(map, key, value, most - left);
}

/**
 * Everything among what changed that does not fit. `changed` names entries by map, see changedEntries. When a map has
 * too many entries, as many of the changed ones as are too many are named.
 */
export function misfits(
  room: string,
  doc: Y.Doc,
  changed: ReadonlyMap<string, ReadonlySet<string>>,
): Misfit[] {
  const found: Misfit[] = [];
  for (const [name, entries] of changed) {
    const type = doc.share.get(name);
    if (type === undefined) continue;
    const { _map: here, _start: list } = type as unknown as Parts;
    if (name === keys.script && roomProject(room) !== undefined) {
      const why = invalidScript(type);
      if (why !== undefined) found.push({ map: name, why });
      continue;
    }
    if (list !== null && !isAllDeleted(list)) {
      found.push({ map: name, why: 'there is a list where a map belongs' });
    }
    let tooMany = live(here, maxEntries[name] ?? 0) - (maxEntries[name] ?? 0);
    for (const key of entries) {
      const item = here.get(key);
      if (item === undefined || item.deleted) continue;
      const content = item.content.getContent();
      const why = invalidEntry(room, name, key, content[content.length - 1]);
      if (why !== undefined) found.push({ map: name, key, why });
      else if (tooMany > 0) found.push({ map: name, key, why: 'there are too many entries' });
      tooMany--;
    }
  }
  return found;
}

/** Names of the top-level types and their keys that a transaction touched, also by a change deep inside an entry. */
export function changedEntries(transaction: Y.Transaction): Map<string, Set<string>> {
  const names = new Map<unknown, string>();
  for (const [name, type] of transaction.doc.share) names.set(type, name);
  const changed = new Map<string, Set<string>>();
  for (const [type, keysOfType] of transaction.changed) {
    let root = type as unknown as Parts;
    let above: string | null | undefined;
    while (root._item !== null) {
      above = root._item.parentSub;
      root = root._item.parent;
    }
    const name = names.get(root);
    if (name === undefined) continue;
    const entries = changed.get(name) ?? new Set();
    changed.set(name, entries);
    // A nested type: the entry it lies in, whatever changed in it. null = the list or text itself.
    for (const key of above === undefined ? keysOfType : [above]) {
      if (key !== null) entries.add(key);
    }
  }
  return changed;
}

/** What Yjs keeps of any type, typed by whoever sent it: read here without giving it a type. */
interface Parts {
  _map: Map<string, Item>;
  _start: Item | null;
  _item: { parentSub: string | null; parent: Parts } | null;
}
interface Item {
  deleted: boolean;
  right: Item | null;
  length: number;
  content: { getContent(): unknown[]; isCountable(): boolean };
}

function mapsOf(room: string): ReadonlySet<string> | undefined {
  if (room === WORKSPACE_ROOM || guestRoomProject(room) !== undefined) return workspaceMaps;
  return roomProject(room) === undefined ? undefined : projectMaps;
}

function misfitOf(map: string, key: string, value: unknown, weight: number): string | undefined {
  switch (map) {
    case keys.projects: {
      if (!projectIdSchema.safeParse(key).success) return 'the key is no id of a project';
      const entry = projectEntrySchema.safeParse(value);
      if (!entry.success) return 'it is no line of the index';
      return entry.data.id === key ? undefined : 'it is about another project than its key';
    }
    case keys.requests: {
      if (!jobIdSchema.safeParse(key).success) return 'the key is no id of a job';
      const request = jobRequestSchema.safeParse(value);
      if (!request.success) return 'it is no request for a job';
      return request.data.id === key ? undefined : 'it is about another job than its key';
    }
    case keys.cancels:
    case keys.retries:
    case keys.pauses:
    case keys.places:
      if (!jobIdSchema.safeParse(key).success) return 'the key is no id of a job';
      return jobWishSchema.safeParse(value).success ? undefined : 'it is no wish about a job';
    case keys.rules:
      return queueRulesSchema.safeParse(value).success ? undefined : 'it is no rule of the queue';
    case keys.runs:
      if (!jobIdSchema.safeParse(key).success) return 'the key is no id of a job';
      return jobRunSchema.safeParse(value).success ? undefined : 'it is no run of a job';
    case keys.history:
      if (!jobIdSchema.safeParse(key).success) return 'the key is no id of a job';
      return historyLineSchema.safeParse(value).success ? undefined : 'it is no line of the history';
    case keys.trained: {
      const version = trainedVersionSchema.safeParse(value);
      if (!version.success) return 'it is no look or voice';
      return versionKey(version.data) === key ? undefined : 'it is about another version than its key';
    }
    case keys.discards:
      if (!/^p_[0-9a-z]{12,32}\/[0-9a-f]{64}$/.test(key)) return 'the key is no name of a look or voice';
      return discardSchema.safeParse(value).success ? undefined : 'it throws nothing away';
    case keys.agents: {
      const agent = agentEntrySchema.safeParse(value);
      if (!agent.success) return 'it is no agent';
      return agent.data.id === key ? undefined : 'it is about another agent than its key';
    }
    case keys.photos: {
      if (!assetHashSchema.safeParse(key).success) return 'the key is no hash';
      const photo = photoSchema.safeParse(value);
      if (!photo.success) return 'it is no photo';
      return photo.data.asset.hash === key ? undefined : 'it is about another photo than its key';
    }
    default: {
      const fields = projectFieldsSchema.shape;
      if (!Object.hasOwn(fields, key)) {
        return weight > MAX_UNKNOWN_FIELD_WEIGHT ? 'it is too large for a field nobody knows' : undefined;
      }
      const field = fields[key as keyof typeof fields];
      return field.safeParse(value).success ? undefined : 'it is out of the range of its field';
    }
  }
}

function invalidScript(type: unknown): string | undefined {
  const { _map: attributes, _start: first } = type as Parts;
  if ([...attributes.values()].some((item) => !item.deleted)) return 'there is a map where a text belongs';
  let chars = 0;
  for (let item = first; item !== null; item = item.right) {
    // What is not counted is formatting, which the editor does not show and every device keeps.
    if (item.deleted || !item.content.isCountable()) continue;
    const [one] = item.content.getContent();
    if (typeof one !== 'string') return 'there is something else than words in the script';
    chars += item.length;
  }
  return chars > MAX_SCRIPT_LENGTH ? 'the script is too long' : undefined;
}

/** How many entries a map has; when they are few anyway, removed ones are counted too. */
function live(entries: Map<string, Item>, few: number): number {
  if (entries.size <= few) return entries.size;
  let count = 0;
  for (const item of entries.values()) if (!item.deleted) count++;
  return count;
}

function isAllDeleted(first: Item): boolean {
  for (let item: Item | null = first; item !== null; item = item.right) if (!item.deleted) return false;
  return true;
}

/**
 * What is left of `budget` after every character and value in it, negative as soon as it is too much; undefined for
 * what is not a plain value (bytes, nested shared types, too deep).
 */
function weigh(value: unknown, budget: number, depth: number): number | undefined {
  if (typeof value === 'string') return budget - value.length;
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || value === undefined) {
    return budget - 8;
  }
  if (typeof value !== 'object' || depth === 0) return undefined;
  const isList = Array.isArray(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!isList && prototype !== Object.prototype && prototype !== null) return undefined;
  let left = budget - 8;
  for (const [name, inner] of Object.entries(value)) {
    if (left < 0) return left;
    const after = weigh(inner, left - (isList ? 0 : name.length), depth - 1);
    if (after === undefined) return undefined;
    left = after;
  }
  return left;
}
