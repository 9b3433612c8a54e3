import 'fake-indexeddb/auto';
import { afterEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { createHandClock } from '../link/hand-clock.ts';
import { AppDatabase } from './database.ts';
import { openDocumentLog } from './document-log.ts';
import { createMemoryTabs } from './memory-tabs.ts';
import { openStoredDocument, type SaveState } from './stored-document.ts';

// A busy machine is no failure: nothing here waits for time to pass.
vi.setConfig({ testTimeout: 30_000 });

let count = 0;
const open: AppDatabase[] = [];
function database(name = `documents-${count++}`): AppDatabase {
  const db = new AppDatabase(name);
  open.push(db);
  return db;
}
afterEach(() => {
  for (const db of open.splice(0)) db.close();
});

const remote = Symbol('a socket');

function tab(db: AppDatabase, room = 'workspace', tabs = createMemoryTabs()()) {
  const doc = new Y.Doc();
  const clock = createHandClock();
  const log = openDocumentLog(db);
  const stored = openStoredDocument({
    doc,
    room,
    log,
    tabs,
    fromWorkstation: (origin) => origin === remote,
    after: clock.after,
  });
  return { doc, stored, log, clock, map: doc.getMap<unknown>('fields') };
}

test('a document opened again holds everything that was flushed', async () => {
  const name = `reload-${count++}`;
  const before = tab(database(name));
  await before.stored.loaded;
  for (let key = 0; key < 50; key++) before.map.set(`key ${key}`, key);
  before.doc.getText('script').insert(0, 'Hello');
  await before.stored.flush();
  // No close: the page crashed.
  const after = tab(database(name));
  await after.stored.loaded;
  expect(after.map.size).toBe(50);
  expect(after.doc.getText('script').toString()).toBe('Hello');
});

test('saved is said only when a second connection can read the change', async () => {
  const name = `truth-${count++}`;
  const { stored, map } = tab(database(name));
  await stored.loaded;
  const states: SaveState[] = [];
  let atSaved: Promise<number> | undefined;
  stored.onState((state) => {
    states.push(state);
    if (state === 'saved') {
      atSaved = openDocumentLog(database(name))
        .since('workspace', 0)
        .then((tail) => tail.rows);
    }
  });
  expect(stored.state()).toBe('saved');
  map.set('title', 'A');
  expect(stored.state()).toBe('saving');
  await stored.flush();
  expect(states).toEqual(['saving', 'saved']);
  expect(await atSaved).toBe(1);
});

test('ten thousand changes in one turn are one commit', async () => {
  const db = database();
  const { stored, map } = tab(db);
  await stored.loaded;
  for (let change = 0; change < 10_000; change++) map.set(`key ${change % 100}`, change);
  await stored.flush();
  expect(await db.updates.count()).toBe(1);
});

test('a store that cannot be written says failed, throws on flush, and mends itself', async () => {
  const db = database();
  const { stored, map, clock } = tab(db);
  await stored.loaded;
  const full = () => {
    throw new DOMException('no room', 'QuotaExceededError');
  };
  db.updates.hook('creating', full);
  map.set('title', 'kept in memory');
  await expect(stored.flush()).rejects.toMatchObject({ code: 'disk-full', retry: 'soon' });
  expect(stored.state()).toBe('failed');
  db.updates.hook('creating').unsubscribe(full);
  clock.turn(2000);
  await stored.flush();
  expect(stored.state()).toBe('saved');
  expect(await db.updates.count()).toBe(1);
});

test('two tabs converge, whoever writes, without a network', async () => {
  const name = `tabs-${count++}`;
  const channel = createMemoryTabs();
  const left = tab(database(name), 'workspace', channel());
  const right = tab(database(name), 'workspace', channel());
  await Promise.all([left.stored.loaded, right.stored.loaded]);
  for (let turn = 0; turn < 20; turn++) {
    left.map.set(`left ${turn}`, turn);
    right.map.set(`right ${turn}`, turn);
    if (turn % 3 === 0) await Promise.all([left.stored.flush(), right.stored.flush()]);
  }
  await Promise.all([left.stored.flush(), right.stored.flush()]);
  await Promise.all([left.stored.catchUp(), right.stored.catchUp()]);
  expect(left.map.size).toBe(40);
  expect(Y.encodeStateVector(left.doc)).toEqual(Y.encodeStateVector(right.doc));
});

test('compaction by one tab takes nothing from another', async () => {
  const name = `compact-${count++}`;
  const channel = createMemoryTabs();
  const left = tab(database(name), 'workspace', channel());
  const right = tab(database(name), 'workspace', channel());
  await Promise.all([left.stored.loaded, right.stored.loaded]);
  for (let turn = 0; turn < 30; turn++) {
    left.map.set('one key', turn);
    await left.stored.flush();
  }
  right.map.set('other', true);
  await Promise.all([left.log.compact('workspace'), right.stored.flush()]);
  await left.log.compact('workspace');
  expect((await left.log.since('workspace', 0)).rows).toBe(1);
  const third = tab(database(name), 'workspace', channel());
  await third.stored.loaded;
  expect(third.map.toJSON()).toEqual({ 'one key': 29, other: true });
  await right.stored.catchUp();
  expect(right.map.get('one key')).toBe(29);
});

test('a garbled row is passed over and left alone', async () => {
  const db = database();
  const { stored, map, log } = tab(db);
  await stored.loaded;
  map.set('title', 'whole');
  await stored.flush();
  await db.updates.add({ room: 'workspace', updates: [Uint8Array.of(255, 255, 3, 1, 9)] });
  map.set('title', 'still whole');
  await stored.flush();
  await log.compact('workspace');
  const again = tab(db);
  await again.stored.loaded;
  expect(again.map.get('title')).toBe('still whole');
  expect((await log.since('workspace', 0)).rows).toBe(2);
});

test('only changes made here count as unsent, until they are handed over', async () => {
  const db = database();
  const { doc, stored, map, log } = tab(db);
  await stored.loaded;
  const peer = new Y.Doc();
  peer.getMap('fields').set('from', 'the workstation');
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(peer), remote);
  await stored.flush();
  expect(await log.unsent()).toEqual([]);
  map.set('from', 'here');
  await stored.flush();
  expect(await log.unsent()).toEqual(['workspace']);
  const written = await stored.catchUp();
  map.set('from', 'here, later');
  await stored.flush();
  await log.handOver('workspace', written);
  expect(await log.unsent()).toEqual(['workspace']);
  await log.handOver('workspace', await stored.catchUp());
  expect(await log.unsent()).toEqual([]);
});
