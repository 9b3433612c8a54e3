import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { expect, test } from 'vitest';
import { AppDatabase } from './database.ts';
import { openProjection } from './projection.ts';

test('a store of version 1 is opened with everything in it, and can keep a key that cannot be exported', async () => {
  const name = 'before-pairing';
  const before = new Dexie(name);
  before.version(1).stores({
    updates: '++seq, [room+seq]',
    rooms: 'room',
    projects: 'id, updatedAt',
    jobs: 'id, requestedAt',
    assets: 'hash',
    blobs: 'hash',
    partials: 'hash',
    pieces: '[hash+index]',
    outbox: 'hash, addedAt',
    wanted: 'hash, askedAt',
    notes: 'name',
  });
  await before.table('updates').add({ room: 'workspace', updates: [Uint8Array.of(1, 2)] });
  await before.table('notes').put({ name: 'device', value: 'd_1' });
  await before.table('outbox').put({ hash: 'a', left: 3, addedAt: 4 });
  before.close();

  const db = new AppDatabase(name);
  expect(await db.updates.toArray()).toEqual([{ seq: 1, room: 'workspace', updates: [Uint8Array.of(1, 2)] }]);
  expect((await db.notes.get('device'))?.value).toBe('d_1');
  expect(await db.outbox.toArray()).toEqual([{ hash: 'a', left: 3, addedAt: 4 }]);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const { privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  await db.keys.put({ name: 'device', key: privateKey });
  db.close();

  const again = new AppDatabase(name);
  const row = await again.keys.get('device');
  expect(row?.key.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('pkcs8', row!.key)).rejects.toThrow();
  again.close();
});

test('a store that another tab deletes is let go of, and not made again by the next question', async () => {
  const name = 'deleted';
  const db = new AppDatabase(name);
  await db.notes.put({ name: 'device', value: 'd_1' });
  await Dexie.delete(name);
  await expect(db.notes.get('device')).rejects.toThrow();
  expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(name);
});

/** A store as version 2 left it. */
function version2(name: string): Dexie {
  const before = new Dexie(name);
  before.version(1).stores({
    updates: '++seq, [room+seq]',
    rooms: 'room',
    projects: 'id, updatedAt',
    jobs: 'id, requestedAt',
    assets: 'hash',
    blobs: 'hash',
    partials: 'hash',
    pieces: '[hash+index]',
    outbox: 'hash, addedAt',
    wanted: 'hash, askedAt',
    notes: 'name',
  });
  before.version(2).stores({ keys: 'name', standing: 'name' });
  return before;
}

test('a store of version 2 is opened with everything in it, and every file that was sent may be freed', async () => {
  const before = version2('before-storage');
  await before.table('assets').bulkPut([{ hash: 'a' }, { hash: 'b' }]);
  await before.table('outbox').put({ hash: 'a', left: 3, addedAt: 4 });
  await before.table('wanted').put({ hash: 'c', askedAt: 5 });
  before.close();

  const db = new AppDatabase('before-storage');
  expect(await db.assets.toCollection().primaryKeys()).toEqual(['a', 'b']);
  expect(await db.outbox.toArray()).toEqual([{ hash: 'a', left: 3, addedAt: 4 }]);
  expect(await db.wanted.toArray()).toEqual([{ hash: 'c', askedAt: 5 }]);
  const empty = [db.casts, db.kept, db.freed, db.aside].map((table) => table.count());
  expect(await Promise.all(empty)).toEqual([0, 0, 0, 0]);
  db.close();
});

test('where documents lay aside in version 2, every file that may be one of theirs stays', async () => {
  const before = version2('aside-before-storage');
  await before.table('rooms').put({ room: 'aside/F1/workspace', written: 1, handed: 0 });
  await before.table('assets').bulkPut([{ hash: 'a' }, { hash: 'b' }]);
  await before.table('outbox').put({ hash: 'a', left: 3, addedAt: 4 });
  before.close();

  const db = new AppDatabase('aside-before-storage');
  expect(await db.aside.toArray()).toEqual([{ hash: 'b', agent: 'F1', left: 0 }]);
  db.close();
});

test('a store of version 2 is opened with everything in it, and can keep what is shared to the app', async () => {
  const name = 'before-shares';
  const before = version2(name);
  await before.table('blobs').put({ hash: 'a', blob: 'bytes' });
  await before.table('outbox').put({ hash: 'a', left: 3, addedAt: 4 });
  before.close();

  const db = new AppDatabase(name);
  expect(await db.table('blobs').toArray()).toEqual([{ hash: 'a', blob: 'bytes' }]);
  expect(await db.outbox.toArray()).toEqual([{ hash: 'a', left: 3, addedAt: 4 }]);
  const share = { id: 's', at: 1, title: '', text: 'Hi', files: [], leftOut: [], gone: [] };
  await db.shares.put(share);
  expect(await db.shares.orderBy('at').toArray()).toEqual([share]);
  expect(await db.sharedFiles.count()).toBe(0);
  db.close();
});

test('jobs of a store of before the lists are found in their lists', async () => {
  const name = 'before-lists';
  const before = version2(name);
  const row = (id: string, requestedAt: number, run: object | undefined, hidden = false) => ({
    id,
    requestedAt,
    request: { id, requestedAt },
    wish: { retry: 0, hidden },
    run,
  });
  await before.table('jobs').bulkPut([
    row('j_1', 1, { state: 'succeeded', retry: 0, result: {} }),
    row('j_2', 2, { state: 'succeeded', retry: 0, result: {} }),
    row('j_3', 3, { state: 'failed', retry: 0 }),
    row('j_4', 4, undefined),
    row('j_5', 5, { state: 'succeeded', retry: 0, result: {} }, true),
    { id: 'j_6', requestedAt: 6 },
    // A look: no premiere.
    row('j_7', 7, { state: 'succeeded', retry: 0 }),
  ]);
  before.close();

  const db = new AppDatabase(name);
  const first = await openProjection(db).first();
  expect(first.jobs.map((job) => job.request.id)).toEqual(['j_4', 'j_2', 'j_1', 'j_3']);
  expect(first.counts).toEqual({ done: 2, stopped: 1 });
  db.close();
});
