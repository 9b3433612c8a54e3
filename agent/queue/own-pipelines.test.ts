import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shippedPipelines } from '@myspinbot/shared/pipeline/shipped.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { readPipelines } from './own-pipelines.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pipelines-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const read = () => readPipelines(dir, new Set(shippedPipelines.keys()), silentLogger);
const put = (file: string, content: unknown) =>
  writeFileSync(join(dir, file), typeof content === 'string' ? content : JSON.stringify(content));
const portrait = shippedPipelines.get('portrait')!;

test('a folder that is not there has none; what is no JSON file is none', async () => {
  rmSync(dir, { recursive: true });
  expect(await read()).toEqual({ usable: new Map(), unusable: new Map() });
  mkdirSync(dir);
  put('notes.txt', 'hello');
  expect((await read()).usable.size).toBe(0);
});

test('a pipeline of their own can be asked for by its name', async () => {
  put('mine.json', { ...portrait, name: 'my-portrait' });
  const { usable, unusable } = await read();
  expect([...usable.keys()]).toEqual(['my-portrait']);
  expect(unusable.size).toBe(0);
});

test.each([
  ['no JSON', '{', 'broken', /broken\.json: It cannot be read/],
  ['no pipeline', [], 'broken', /broken\.json: The whole of it/],
  [
    'an unknown stage',
    { ...portrait, name: 'mine', nodes: [{ id: 'a', stage: 'dance', weight: 1 }] },
    'mine',
    /"nodes\.0\.stage"/,
  ],
  [
    'a circle',
    { ...portrait, name: 'mine', edges: [...portrait.edges, { from: 'finish', to: 'portrait' }] },
    'mine',
    /"portrait" waits for itself/,
  ],
  [
    'a node nobody uses',
    {
      ...portrait,
      name: 'mine',
      nodes: [...portrait.nodes, { id: 'spare', stage: 'look', params: {}, weight: 1 }],
    },
    'mine',
    /"spare"/,
  ],
  ['the name of a shipped one', portrait, 'broken', /already/],
  ['far too much', `"${'x'.repeat(300_000)}"`, 'broken', /larger than 256 KiB/],
])('%s is kept out, with the place', async (_what, content, name, says) => {
  put('broken.json', content);
  const { usable, unusable } = await read();
  expect(usable.size).toBe(0);
  expect([...unusable.keys()]).toEqual([name]);
  expect(unusable.get(name)).toMatch(says);
});
