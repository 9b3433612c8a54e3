// What a peer can write into a document and what is then said of it, over real Yjs updates.
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { AssetHash } from '../asset/asset.ts';
import { type JobId, type JobRequest, jobRequestSchema } from '../job/job.ts';
import { MAX_SCRIPT_CHARS } from '../project/options.ts';
import type { ProjectId } from '../project/project.ts';
import { guestRoom, keys, projectRoom, WORKSPACE_ROOM } from './layout.ts';
import { openProjectDocument } from './project-document.ts';
import {
  changedEntries,
  invalidEntry,
  MAX_ENTRY_WEIGHT,
  MAX_SCRIPT_LENGTH,
  type Misfit,
  maxEntries,
  misfits,
} from './validity.ts';
import { openWorkspace } from './workspace.ts';

const device = { role: 'device', id: 'd_phone' } as const;
const agent = { role: 'agent', id: 'a_home' } as const;
const project = 'p_0123456789abcdef' as ProjectId;
const job = 'j_0123456789abcdef' as JobId;
const hash = 'ab'.repeat(32) as AssetHash;
const asset = { hash, bytes: 3, type: 'image/png' } as const;
const entry = { id: project, title: 'Anna', createdAt: 1, updatedAt: 1, deleted: false, cover: asset };
const request: JobRequest = jobRequestSchema.parse({
  id: job,
  project,
  options: { photos: [hash], narration: { kind: 'text', text: 'x'.repeat(MAX_SCRIPT_CHARS) } },
  assets: [asset],
  device: 'd_phone',
  requestedAt: 5,
});

/** What a change made elsewhere brings here, and what is said of it. */
function brought(
  room: string,
  write: (doc: Y.Doc) => void,
  before: (doc: Y.Doc) => void = () => {},
): Misfit[] {
  const here = new Y.Doc();
  const there = new Y.Doc();
  before(there);
  Y.applyUpdate(here, Y.encodeStateAsUpdate(there));
  let found: Misfit[] = [];
  here.on('afterTransaction', (transaction: Y.Transaction) => {
    found = misfits(room, here, changedEntries(transaction));
  });
  write(there);
  Y.applyUpdate(here, Y.encodeStateAsUpdate(there, Y.encodeStateVector(here)));
  return found;
}

test('everything that our own verbs write fits', () => {
  const workspace = (doc: Y.Doc) => {
    const phone = openWorkspace(doc, device);
    phone.putProject(entry);
    phone.request(request);
    phone.cancel(job, 7);
    phone.retry(job);
    phone.hide(job, true);
    const home = openWorkspace(doc, agent);
    home.report(job, { state: 'queued', attempt: 0, retry: 0, queuedAt: 1, stages: [] });
    home.announce({ id: 'a_home', name: 'PC', version: '1', startedAt: 1, engines: [], voices: [] });
  };
  expect(brought(WORKSPACE_ROOM, workspace)).toEqual([]);
  expect(brought(guestRoom(project), workspace)).toEqual([]);
  const fields = (doc: Y.Doc) => {
    const bot = openProjectDocument(doc, device);
    bot.set({ ...bot.fields(), title: 'Anna', voiceClip: asset });
    bot.setScript('Hello 😀, '.repeat(800));
    bot.setScript('Hello');
    bot.addPhoto({ asset, addedAt: 1, width: 9, height: 9 });
    doc.getMap(keys.fields).set('somethingNewer', { kept: true });
  };
  expect(brought(projectRoom(project), fields)).toEqual([]);
  // Taking something away never misfits.
  expect(brought(projectRoom(project), (doc) => doc.getMap(keys.fields).delete('title'), fields)).toEqual([]);
});

const run = { state: 'queued', attempt: 0, queuedAt: 1 };
test.each<[string, string, string, unknown, RegExp]>([
  ['another room', 'attic', keys.projects, entry, /no such room/],
  ['a map of another room', WORKSPACE_ROOM, keys.fields, 'x', /no such map/],
  ['a map nobody knows', WORKSPACE_ROOM, '__proto__', {}, /no such map/],
  [
    'an entry of another project',
    WORKSPACE_ROOM,
    keys.projects,
    { ...entry, id: 'p_otherother00' },
    /another/,
  ],
  ['a title that is a book', WORKSPACE_ROOM, keys.projects, { ...entry, title: 'x'.repeat(201) }, /no line/],
  ['a date that is no number', WORKSPACE_ROOM, keys.projects, { ...entry, createdAt: Number.NaN }, /no line/],
  ['a request of nothing', WORKSPACE_ROOM, keys.requests, null, /no request/],
  ['bytes', WORKSPACE_ROOM, keys.requests, { ...request, extra: new Uint8Array(9) }, /plain values/],
  [
    'ballast',
    WORKSPACE_ROOM,
    keys.requests,
    { ...request, extra: 'x'.repeat(MAX_ENTRY_WEIGHT) },
    /too large/,
  ],
  ['many small values', WORKSPACE_ROOM, keys.runs, { ...run, more: Array(20_000).fill(0) }, /too large/],
  ['a wish of the past', WORKSPACE_ROOM, keys.retries, { retry: -1 }, /no wish/],
  ['a state that is none', WORKSPACE_ROOM, keys.runs, { ...run, state: 'flying' }, /no run/],
])('%s does not fit: %s %s', (_what, room, map, value, why) => {
  const key = map === keys.projects ? project : job;
  expect(invalidEntry(room, map, key, value)).toMatch(why);
});

test('depth without end is refused without a descent', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level++) deep = [deep];
  expect(invalidEntry(WORKSPACE_ROOM, keys.runs, job, deep)).toMatch(/plain values/);
});

describe('in a project', () => {
  const room = projectRoom(project);
  test.each<[string, (doc: Y.Doc) => void, Partial<Misfit>]>([
    ['a size out of range', (doc) => doc.getMap(keys.fields).set('size', '9x9'), { key: 'size' }],
    ['a shared type', (doc) => doc.getMap(keys.fields).set('title', new Y.Text('x')), { key: 'title' }],
    ['a nested map', (doc) => doc.getMap(keys.fields).set('new', new Y.Map()), { key: 'new' }],
    [
      'a large unknown field',

      (doc) => doc.getMap(keys.fields).set('new', 'x'.repeat(5000)),
      { key: 'new' },
    ],
    [
      'a photo under a path',

      (doc) => doc.getMap(keys.photos).set('../x', { asset, addedAt: 1 }),
      { key: '../x' },
    ],
    [
      'a list',

      (doc) => doc.getArray(keys.photos).push([1]),
      { map: 'photos', why: 'there is a list where a map belongs' },
    ],
    ['a map in the text', (doc) => doc.getMap(keys.script).set('a', 1), { map: 'script' }],
    [
      'a picture in the text',

      (doc) => doc.getText(keys.script).insertEmbed(0, { image: 'x' }),
      { map: 'script' },
    ],
    [
      'a novel',

      (doc) => doc.getText(keys.script).insert(0, 'x'.repeat(MAX_SCRIPT_LENGTH + 1)),
      { map: 'script' },
    ],
    ['another top-level type', (doc) => doc.getMap('junk').set('a', 1), { map: 'junk', key: 'a' }],
  ])('%s is noticed', (_what, write, misfit) => {
    expect(brought(room, write)).toMatchObject([misfit]);
  });

  test('a change deep inside an entry names the entry', () => {
    const nested = (doc: Y.Doc) => doc.getMap(keys.fields).set('title', new Y.Map([['a', new Y.Map()]]));
    const deep = (doc: Y.Doc) =>
      ((doc.getMap(keys.fields).get('title') as Y.Map<Y.Map<number>>).get('a') as Y.Map<number>).set('b', 1);
    expect(brought(room, deep, nested)).toMatchObject([{ map: 'fields', key: 'title' }]);
  });

  test('of too many entries those that came last are too many', () => {
    const limit = maxEntries[keys.fields]!;
    const fill = (from: number, to: number) => (doc: Y.Doc) => {
      for (let at = from; at < to; at++) doc.getMap(keys.fields).set(`field${at}`, at);
    };
    expect(brought(room, fill(0, limit))).toEqual([]);
    expect(brought(room, fill(limit - 2, limit + 3), fill(0, limit - 2))).toHaveLength(3);
    // An entry that only changes is not one more.
    expect(brought(room, (doc) => doc.getMap(keys.fields).set('field0', -1), fill(0, limit))).toEqual([]);
  });
});
