import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { silentLogger } from '../log/logger.ts';
import { type DocumentStore, openDocumentStore } from './document-store.ts';

let root = '';
let folders = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'documents-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});
const fresh = () => join(root, String(++folders));

/** A document whose every update goes into the store, as the hub does it. */
async function kept(store: DocumentStore, room: string): Promise<Y.Doc> {
  const doc = new Y.Doc();
  await store.load(room, doc);
  doc.on('update', (update: Uint8Array) => store.append(room, update, doc));
  return doc;
}

async function records(dir: string): Promise<string[]> {
  const level = new ClassicLevel(dir);
  const keys = await level.keys().all();
  await level.close();
  return keys;
}

test('updates come back, each room its own', async () => {
  const dir = fresh();
  const store = await openDocumentStore(dir, silentLogger);
  const [a, b] = [await kept(store, 'project/p_a'), await kept(store, 'project/p_ab')];
  a.getText('script').insert(0, 'Anna');
  b.getText('script').insert(0, 'Ben');
  await store.close();
  const again = await openDocumentStore(dir, silentLogger);
  expect((await kept(again, 'project/p_a')).getText('script').toString()).toBe('Anna');
  expect((await kept(again, 'project/p_ab')).getText('script').toString()).toBe('Ben');
  expect((await kept(again, 'project/p_none')).getText('script').toString()).toBe('');
  await again.close();
});

test('what was removed from a document is not read at every start', async () => {
  const dir = fresh();
  const store = await openDocumentStore(dir, silentLogger);
  const doc = await kept(store, 'workspace');
  doc.transact(() => {
    for (let job = 0; job < 100; job++) doc.getMap('runs').set(`job${job}`, 'x'.repeat(10_000));
  });
  doc.transact(() => {
    for (let job = 1; job < 100; job++) doc.getMap('runs').delete(`job${job}`);
  });
  expect(store.bytes('workspace')).toBeGreaterThan(1_000_000);
  await store.close();
  const again = await openDocumentStore(dir, silentLogger);
  const loaded = await kept(again, 'workspace');
  expect(loaded.getMap('runs').size).toBe(1);
  expect(again.bytes('workspace')).toBeLessThan(50_000);
  await again.close();
  const third = await openDocumentStore(dir, silentLogger);
  expect((await kept(third, 'workspace')).getMap('runs').get('job0')).toBe('x'.repeat(10_000));
  await third.close();
});

test('a long run of updates becomes one snapshot and stays small', async () => {
  const dir = fresh();
  const store = await openDocumentStore(dir, silentLogger);
  const doc = await kept(store, 'workspace');
  for (let turn = 0; turn < 3000; turn++) {
    doc.getMap('runs').set(`job${turn % 7}`, { turn });
    if (turn % 97 === 0) await store.flush();
  }
  expect(store.bytes('workspace')).toBeLessThan(100_000);
  await store.close();
  expect((await records(dir)).length).toBeLessThan(502);
  const again = await openDocumentStore(dir, silentLogger);
  const read = await kept(again, 'workspace');
  expect(read.getMap('runs').toJSON()).toEqual(doc.getMap('runs').toJSON());
  await again.close();
  // Opening compacted what was left.
  expect((await records(dir)).filter((key) => key.startsWith('workspace#'))).toHaveLength(1);
});

test('a damaged record costs itself alone, and is logged', async () => {
  const dir = fresh();
  const store = await openDocumentStore(dir, silentLogger);
  const doc = await kept(store, 'workspace');
  doc.getMap('a').set('x', 1);
  await store.flush();
  doc.getMap('b').set('y', 2);
  await store.close();
  const level = new ClassicLevel<string, Uint8Array>(dir, { valueEncoding: 'view' });
  await level.put('workspace#000000000002', Uint8Array.of(9, 9, 9));
  await level.close();
  const logged: string[] = [];
  const again = await openDocumentStore(dir, { ...silentLogger, error: (event) => logged.push(event) });
  const read = await kept(again, 'workspace');
  expect([read.getMap('a').get('x'), read.getMap('b').get('y')]).toEqual([1, 2]);
  expect(logged).toEqual(['hub.record-damaged']);
  read.getMap('c').set('z', 3);
  await again.flush();
  await again.close();
});

test('a store that cannot be opened any more is repaired, with all that is whole, and it is logged', async () => {
  const dir = fresh();
  const store = await openDocumentStore(dir, silentLogger);
  (await kept(store, 'workspace')).getMap('a').set('x', 1);
  await store.close();
  const manifest = (await readdir(dir)).find((name) => name.startsWith('MANIFEST'))!;
  await writeFile(join(dir, manifest), 'this is none');
  const logged: string[] = [];
  const again = await openDocumentStore(dir, { ...silentLogger, error: (event) => logged.push(event) });
  expect((await kept(again, 'workspace')).getMap('a').get('x')).toBe(1);
  expect(await again.rooms()).toEqual(['workspace']);
  expect(logged).toEqual(['hub.repair']);
  await again.close();
});

test('a document loaded while its last writes are under way has them', async () => {
  const store = await openDocumentStore(fresh(), silentLogger);
  const doc = await kept(store, 'workspace');
  doc.getText('t').insert(0, 'now');
  expect((await kept(store, 'workspace')).getText('t').toString()).toBe('now');
  await store.close();
});

test('a full disk is told, and once there is room nothing is missing', async ({ skip }) => {
  const disk = fresh();
  await mkdir(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    console.log('skipped: a small disk can only be mounted by root');
    return skip();
  }
  try {
    const dir = join(disk, 'documents');
    const store = await openDocumentStore(dir, silentLogger);
    const doc = await kept(store, 'workspace');
    doc.getMap('before').set('x', 1);
    await store.flush();
    await writeFile(join(disk, 'filler'), new Uint8Array(16 * 1024 * 1024)).catch(() => {});
    // More than what LevelDB has set aside.
    doc.getMap('during').set('y', 'z'.repeat(900_000));
    await expect(store.flush()).rejects.toMatchObject({ code: 'disk-full' });
    doc.getMap('during').set('more', 2);
    await rm(join(disk, 'filler'));
    await store.flush();
    await store.close();
    const again = await openDocumentStore(dir, silentLogger);
    const read = await kept(again, 'workspace');
    expect(read.getMap('before').get('x')).toBe(1);
    expect(String(read.getMap('during').get('y')).length).toBe(900_000);
    expect(read.getMap('during').get('more')).toBe(2);
    await again.close();
  } finally {
    execFileSync('umount', ['-l', disk]);
  }
});
