// @vitest-environment node
import 'fake-indexeddb/auto';
import { MAX_SHARED_FILES, MAX_WAITING_SHARES } from '@myspinbot/shared/wire/share.ts';
import { afterEach, expect, test } from 'vitest';
import { AppDatabase } from '../vault/database.ts';
import { openShares, WORDS } from '../vault/shares.ts';
import { takeShare } from './share-target.ts';

const origin = 'https://192.168.1.5:7777';
let count = 0;
const open: AppDatabase[] = [];
afterEach(() => {
  for (const db of open.splice(0)) db.close();
});

/** A device that is shared to; its store is opened by the worker and, for looking, by the test. */
function device(maxBytes?: number) {
  const name = `share-${count++}`;
  const db = new AppDatabase(name);
  open.push(db);
  let now = 1_780_000_000_000;
  const shares = openShares(db, () => now);
  return {
    db,
    shares,
    turn: (ms: number) => {
      now += ms;
    },
    async share(body: BodyInit, headers: Record<string, string> = {}): Promise<string> {
      const request = new Request(`${origin}/share`, { method: 'POST', body, headers });
      const answer = await takeShare(request, {
        origin,
        open: () => new AppDatabase(name),
        now: () => ++now,
        newId: () => `s${++count}`,
        ...(maxBytes === undefined ? {} : { maxBytes }),
      });
      expect(answer.status).toBe(303);
      const to = new URL(answer.headers.get('location')!);
      expect([to.origin, to.pathname]).toEqual([origin, '/share']);
      return to.search;
    },
  };
}
const png = (more = 4) =>
  new Blob([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), new Uint8Array(more)]);
const wav = () => new Blob(['RIFF\0\0\0\0WAVEfmt ']);
function form(parts: { files?: (readonly [Blob, string])[]; title?: string; text?: string }): FormData {
  const data = new FormData();
  if (parts.title !== undefined) data.set('title', parts.title);
  if (parts.text !== undefined) data.set('text', parts.text);
  for (const [blob, name] of parts.files ?? []) data.append('files', blob, name);
  return data;
}

test('what is shared is durable before it is answered, and known by its content', async () => {
  const here = device();
  // The type that is claimed is another's: a phone's gallery knows best what it calls things.
  const files = [
    [new Blob([png()], { type: 'image/jpeg' }), 'me.jpg'],
    [wav(), 'hello'],
  ] as const;
  const search = await here.share(form({ title: 'me.jpg', text: '  Hello!\n', files: [...files] }));
  const [share] = await here.shares.waiting();
  expect(search).toBe(`?id=${share!.id}`);
  expect(share).toMatchObject({
    title: 'me.jpg',
    text: 'Hello!',
    files: [
      { name: 'me.jpg', type: 'image/png', bytes: 12 },
      { name: 'hello', type: 'audio/wav', bytes: 16 },
    ],
    leftOut: [],
  });
  const kept = await here.shares.file(share!.id, 0);
  expect(new Uint8Array(await kept!.arrayBuffer())).toEqual(new Uint8Array(await png().arrayBuffer()));
  expect(kept!.type).toBe('image/png');
});

test('words alone are a script, even when they come as a title', async () => {
  const here = device();
  await here.share(form({ title: 'Only this' }));
  await here.share(form({ title: 'News', text: 'x'.repeat(20_000) }));
  const [news, only] = await here.shares.waiting();
  expect(only).toMatchObject({ text: 'Only this', files: [] });
  expect(news).toMatchObject({ title: 'News' });
  expect(news!.text).toHaveLength(10_000);
});

test('what cannot be used, and what is too many, is named and the rest is kept', async () => {
  const here = device();
  const many = Array.from({ length: MAX_SHARED_FILES + 2 }, (_, at) => [png(at), `${at}.png`] as const);
  await here.share(form({ files: [[new Blob(['MZ']), 'game.exe'], ...many] }));
  const [share] = await here.shares.waiting();
  expect(share!.files).toHaveLength(MAX_SHARED_FILES);
  expect(share!.leftOut).toEqual([
    { name: 'game.exe', why: 'unknown-kind' },
    { name: '20.png', why: 'too-many' },
    { name: '21.png', why: 'too-many' },
  ]);
});

test.each<[string, string, () => BodyInit, Record<string, string>?]>([
  ['nothing', 'nothing', () => form({ title: ' ' })],
  ['nothing that can be used', 'unreadable', () => form({ files: [[new Blob(['MZ']), 'game.exe']] })],
  ['no form', 'unreadable', () => 'hello', { 'content-type': 'text/plain' }],
  [
    'a form cut short',
    'unreadable',
    () => '--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nab',
    { 'content-type': 'multipart/form-data; boundary=x' },
  ],
  ['a page elsewhere', 'foreign', () => form({ text: 'Buy!' }), { origin: 'https://evil.example' }],
])('%s leads to a sentence, and nothing is kept', async (_what, problem, body, headers) => {
  const here = device();
  expect(await here.share(body(), headers)).toBe(`?problem=${problem}`);
  expect(await here.db.shares.count()).toBe(0);
  expect(await here.db.sharedFiles.count()).toBe(0);
});

test('more than a share may be is stopped while it is read', async () => {
  const here = device(10_000);
  expect(await here.share(form({ files: [[png(20_000), 'huge.png']] }))).toBe('?problem=too-large');
  expect(await here.db.sharedFiles.count()).toBe(0);
  expect(await here.share(form({ files: [[png(2000), 'small.png']] }))).toMatch(/^\?id=/);
});

test('so many shares may wait, and one that was thrown away makes room', async () => {
  const here = device();
  for (let at = 0; at < MAX_WAITING_SHARES; at++) await here.share(form({ text: `words ${at}` }));
  expect(await here.share(form({ text: 'one more' }))).toBe('?problem=too-many-waiting');
  const [newest] = await here.shares.waiting();
  await here.shares.put(newest!.id, [WORDS], 'gone');
  expect(await here.share(form({ text: 'one more' }))).toMatch(/^\?id=/);
});

test('what is gone can be brought back for a while, and then frees its room', async () => {
  const here = device();
  await here.share(
    form({
      text: 'Hi',
      files: [
        [png(), 'a.png'],
        [png(5), 'b.png'],
      ],
    }),
  );
  const { id } = (await here.shares.waiting())[0]!;
  await here.shares.put(id, [0, WORDS], 'gone');
  expect(await here.shares.waiting()).toHaveLength(1);
  await here.shares.put(id, [1], 'gone');
  expect(await here.shares.waiting()).toHaveLength(0);
  await here.shares.tidy();
  await here.shares.put(id, [0, 1, WORDS], 'waiting');
  expect((await here.shares.waiting())[0]).toMatchObject({ id, gone: [] });
  expect(await here.shares.file(id, 1)).toBeDefined();

  await here.shares.put(id, [0], 'gone');
  here.turn(61_000);
  await here.shares.tidy();
  expect(await here.shares.file(id, 0)).toBeUndefined();
  expect(await here.shares.file(id, 1)).toBeDefined();
  await here.shares.put(id, [1, WORDS], 'gone');
  here.turn(61_000);
  await here.shares.tidy();
  expect([await here.db.shares.count(), await here.db.sharedFiles.count()]).toEqual([0, 0]);
});

test('a store that cannot be written says that there is no room, and the share before it stays', async () => {
  const here = device();
  await here.share(form({ text: 'before' }));
  const full = new Request(`${origin}/share`, { method: 'POST', body: form({ text: 'after' }) });
  const answer = await takeShare(full, {
    origin,
    open: () => {
      const db = new AppDatabase(here.db.name);
      db.shares.hook('creating', () => {
        throw new DOMException('the disk is full', 'QuotaExceededError');
      });
      return db;
    },
    now: () => 0,
    newId: () => 'never',
  });
  expect(answer.headers.get('location')).toBe(`${origin}/share?problem=no-room`);
  expect((await here.shares.waiting()).map(({ text }) => text)).toEqual(['before']);
});
