// A store that is copied while somebody writes into it without a pause, with tables so small that they are rewritten all
// the time: every copy opens, and holds everything up to some write and nothing after it.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyStore } from './snapshot.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'snapshot-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

const keyOf = (count: number) => String(count).padStart(9, '0');

test('a copy is the store as of one moment, also while its tables are rewritten', async () => {
  const from = join(root, 'store');
  const level = new ClassicLevel<string, string>(from, { writeBufferSize: 256 * 1024 });
  await level.open();
  let written = 0;
  let isOver = false;
  const writing = (async () => {
    while (!isOver) {
      // Every write replaces "last", so that tables are worth rewriting.
      const key = keyOf(written);
      await level.batch([
        { type: 'put', key, value: `${key}${'x'.repeat(1500)}` },
        { type: 'put', key: 'last', value: key },
      ]);
      written++;
    }
  })();
  const tables = new Set<string>();
  try {
    for (let time = 0; time < 25; time++) {
      const before = written;
      const to = join(root, `copy-${time}`);
      await copyStore(from, to);
      const after = written;
      for (const name of await readdir(to)) {
        if (name.endsWith('.ldb')) tables.add(name);
        // The copy is written into when it is opened: it must share no file with the original.
        expect((await stat(join(to, name))).nlink, name).toBe(1);
      }
      const copy = new ClassicLevel<string, string>(to);
      await copy.open();
      const last = Number((await copy.get('last')) ?? -1);
      const keys = await copy.keys({ lt: 'last' }).all();
      expect(keys.length).toBe(last + 1);
      expect(last + 1).toBeGreaterThanOrEqual(before);
      // One more may be on its way when the number is read.
      expect(last).toBeLessThanOrEqual(after + 1);
      await copy.close();
      await rm(to, { recursive: true });
    }
  } finally {
    isOver = true;
    await writing;
  }
  // It was worth the name: tables came and went.
  expect(tables.size).toBeGreaterThan(5);
  const all = await level.keys({ lt: 'last' }).all();
  expect(all.length).toBe(written);
  await level.close();
});

test('a store that is not there is left away', async () => {
  await copyStore(join(root, 'nothing'), join(root, 'copy-of-nothing'));
  expect(await readdir(root)).not.toContain('copy-of-nothing');
});
