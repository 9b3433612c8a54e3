// One project goes to another machine and is there what it was; and files that were made to do harm are refused with
// nothing changed. The seed of every random choice is in the test's name.
import { copyFile, mkdtemp, open, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { projectRoom } from '@myspinbot/shared/document/layout.ts';
import { openProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { chanceOf } from '../queue/fixtures/random.ts';
import { removeSmallAgents } from '../server/fixtures/small-agent.ts';
import { sha256 } from '../vault/durable.ts';
import { createArchive } from './archive.ts';
import { exportProject } from './export-project.ts';
import { importProject } from './import-project.ts';
import type { ProjectFacts } from './project-file.ts';
import { projectFactsSchema } from './project-file.ts';
import { openSealed, type SealedEntry } from './sealed-file.ts';
import { type House, openHouse } from './testing/house.ts';

const seed = Math.floor(Math.random() * 1e9);
const reader = { role: 'agent', id: 'test' } as const;
let root = '';
let here: House;
let there: House;
let file = '';
let bot: Awaited<ReturnType<House['project']>>;
let spun: Awaited<ReturnType<House['spin']>>;
let files = 0;
const fresh = (name = 'it.spinbot') => join(root, `${++files}-${name}`);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'project-file-'));
  [here, there] = [await openHouse(), await openHouse()];
  bot = await here.project('Bot', 'Good evening 🙂');
  spun = await here.spin(bot, 'Hello');
  file = fresh();
  await exportProject(here.stores, { project: 'Bot', file, version: '0.0.1', now: 5 });
});
afterAll(async () => {
  await here.stop();
  await there.stop();
  await removeSmallAgents();
  await rm(root, { recursive: true, force: true });
});

const bring = (from = file, mustFit: (bytes: number) => void = () => {}) =>
  importProject(there.stores, { file: from, mustFit });

test('it is there what it was, with its ids, its video and its words', async () => {
  const report = await bring();
  expect(report).toMatchObject({ project: bot.id, title: 'Bot', jobs: 1 });
  expect(report.was).toBeUndefined();
  expect(there.workspace.project(bot.id)).toEqual(here.workspace.project(bot.id));
  const script = await there.agent.hub.read(projectRoom(bot.id), (doc) => {
    const project = openProjectDocument(doc, reader);
    return [project.script.toString(), project.photos().map(({ asset }) => asset.hash)];
  });
  expect(script).toEqual(['Good evening 🙂', [bot.photo.hash]]);
  const job = there.workspace.job(spun.id);
  expect(job?.run?.result).toEqual(here.workspace.job(spun.id)?.run?.result);
  for (const ref of [bot.photo, spun.result.video, spun.result.poster]) {
    expect(await there.agent.vault.examine(ref.hash, 'hash')).toMatchObject({ isWhole: true });
  }
  // It is over: the queue there knows it as it ended, and does not make it again.
  expect(there.agent.queue.job(spun.id)?.run).toEqual(job?.run);
  expect(there.agent.queue.job(spun.id)?.request.options).toEqual(job?.request.options);
  expect(there.agent.queue.line()).toEqual([]);
  // And a new one can be spun from it.
  expect((await there.spin(bot, 'Hello again')).result.video.bytes).toBeGreaterThan(0);
});

test('what is there already comes a second time, with ids of its own', async () => {
  const report = await bring();
  expect(report.was).toBe(bot.id);
  expect(report.project).not.toBe(bot.id);
  expect(there.workspace.project(report.project)?.title).toBe('Bot');
  const jobs = there.workspace.jobIds().flatMap((id) => there.workspace.job(id) ?? []);
  const copies = jobs.filter(({ request }) => request.project === report.project);
  expect(copies).toHaveLength(1);
  expect(copies[0]?.request.id).not.toBe(spun.id);
  expect(copies[0]?.run?.result?.video.hash).toBe(spun.result.video.hash);
});

test('a project that two machines have changed is the same document on both', async () => {
  const other = await openHouse();
  await importProject(other.stores, { file, mustFit: () => {} });
  const edited = (house: House, text: string) =>
    house.agent.hub.edit(projectRoom(bot.id), (doc) => doc.getText('script').insert(0, text));
  await edited(other, 'Well, ');
  const states = await Promise.all(
    [here, other].map((house) =>
      house.agent.hub.read(projectRoom(bot.id), (doc) => Y.encodeStateAsUpdate(doc)),
    ),
  );
  const both = new Y.Doc();
  for (const state of states) Y.applyUpdate(both, state);
  expect(both.getText('script').toString()).toBe('Well, Good evening 🙂');
  await other.stop();
});

test('a project is found by its id or a title that is its own', async () => {
  const twice = [await here.project('Twin'), await here.project('Twin')];
  const to = (project: string) =>
    exportProject(here.stores, { project, file: fresh(), version: '1', now: 1 });
  await expect(to('Twin')).rejects.toMatchObject({ code: 'bad-input' });
  await expect(to('Nobody')).rejects.toMatchObject({ code: 'not-found' });
  expect(await to(twice[0]!.id)).toMatchObject({ title: 'Twin', jobs: 0, assets: 1 });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a file that is named and not here is said, and the rest goes along', async () => {
  const gone = await here.project('Gone');
  await here.agent.vault.remove(gone.photo.hash);
  const to = fresh();
  const report = await exportProject(here.stores, { project: gone.id, file: to, version: '1', now: 1 });
  expect(report).toMatchObject({ assets: 0, missing: 1 });
  expect(await bring(to)).toMatchObject({ title: 'Gone', assets: 0 });
});

describe(`files that were made to do harm (seed ${seed})`, () => {
  interface Made {
    facts: ProjectFacts;
    entries: { entry: SealedEntry; content: Uint8Array; name?: string }[];
  }
  const read = async (): Promise<Made> => {
    const sealed = await openSealed(file, { kind: 'project', facts: projectFactsSchema, mayBe: () => true });
    const entries: Made['entries'] = [];
    await sealed.unpack(async (entry, pieces) => {
      const parts: Buffer[] = [];
      for await (const piece of pieces) parts.push(Buffer.from(piece));
      entries.push({ entry, content: Buffer.concat(parts) });
    });
    await sealed.close();
    return { facts: sealed.facts, entries };
  };
  /** The same file with all its sums right, after a change. */
  const forged = async (change: (made: Made) => void, manifest: object = {}) => {
    const made = structuredClone(await read());
    change(made);
    const path = fresh('forged');
    const handle = await open(path, 'wx');
    const text = Buffer.from(
      JSON.stringify({
        kind: 'project',
        format: 1,
        madeBy: 'x',
        madeAt: 1,
        facts: made.facts,
        entries: made.entries.map(({ entry }) => entry),
        ...manifest,
      }),
    );
    const archive = createArchive(handle, 1);
    await archive.add(`myspinbot-project.${sha256(text)}.json`, text.length, [text]);
    for (const { entry, content, name } of made.entries)
      await archive.add(name ?? entry.name, content.length, [content]);
    await archive.finish();
    await handle.close();
    return path;
  };
  const added = (made: Made, name: string, content: Uint8Array) => {
    const sum = sha256(content) as AssetHash;
    made.entries.push({ entry: { name, bytes: content.length, sha256: sum }, content });
  };
  const replaced = (made: Made, content: Uint8Array) => {
    const one = made.entries[0]!;
    one.content = content;
    one.entry = { ...one.entry, bytes: content.length, sha256: sha256(content) as AssetHash };
  };
  const refuses = async (path: string, mustFit?: (bytes: number) => void) => {
    const before = [there.agent.vault.hashes().length, there.workspace.projectIds().length];
    const failure = await bring(path, mustFit).catch((cause: unknown) => cause);
    expect(failure).toBeInstanceOf(Failure);
    expect([there.agent.vault.hashes().length, there.workspace.projectIds().length]).toEqual(before);
    return failure as Failure;
  };

  test('the forger’s own tools make a file that is taken', async () => {
    await expect(bring(await forged(() => {}))).resolves.toMatchObject({ title: 'Bot' });
  });

  const x = new TextEncoder().encode('x');
  const documentOf = (write: (doc: Y.Doc) => void) => {
    const doc = new Y.Doc();
    write(doc);
    return Y.encodeStateAsUpdate(doc);
  };
  test.each<[string, (made: Made) => void]>([
    ['a path out of the folder', (made) => added(made, '../../evil', x)],
    ['an absolute path', (made) => added(made, '/tmp/evil', x)],
    ['a path inside of an asset', (made) => added(made, `assets/${'ab'.repeat(32)}/../evil`, x)],
    ['a file nobody asked for', (made) => added(made, 'config.json', x)],
    ['an asset under another hash', (made) => added(made, `assets/${'ab'.repeat(32)}`, x)],
    ['an asset that no record tells of', (made) => added(made, `assets/${sha256(x)}`, x)],
    ['the same file twice', (made) => made.entries.push(made.entries[1]!)],
    [
      'a record without its file',
      ({ facts }) => facts.assets.push({ hash: 'cd'.repeat(32) as AssetHash, bytes: 1, type: 'image/png' }),
    ],
    ['no document', (made) => made.entries.shift()],
    [
      'a name in the archive that the manifest does not say',
      ({ entries }) => {
        entries[1]!.name = '../evil';
      },
    ],
    [
      'bytes that the manifest does not say',
      ({ entries }) => {
        entries[1]!.content = Buffer.alloc(9);
      },
    ],
    [
      'a job of another project',
      ({ facts }) => {
        facts.jobs[0]!.request.project = 'p_zzzzzzzzzzzz' as never;
      },
    ],
    [
      'a job that would run',
      ({ facts }) => {
        facts.jobs[0]!.run.state = 'queued';
      },
    ],
    ['the same job twice', ({ facts }) => facts.jobs.push(facts.jobs[0]!)],
    [
      'a job that is none',
      ({ facts }) => {
        (facts.jobs[0]! as { run: unknown }).run = { state: 'dancing' };
      },
    ],
    [
      'a project id that is a path',
      ({ facts }) => {
        facts.project.id = '../../x' as never;
      },
    ],
    [
      'a document that is noise',
      (made) =>
        replaced(
          made,
          Uint8Array.from({ length: 500 }, (_, at) => at),
        ),
    ],
    [
      'a document of other maps',
      (made) =>
        replaced(
          made,
          documentOf((doc) => doc.getMap('agents').set('a', 1)),
        ),
    ],
    [
      'a document whose photos are none',
      (made) =>
        replaced(
          made,
          documentOf((doc) => doc.getMap('photos').set('../x', { asset: 1 })),
        ),
    ],
    [
      'a script of a million words',
      (made) =>
        replaced(
          made,
          documentOf((doc) => doc.getText('script').insert(0, 'word '.repeat(1e6))),
        ),
    ],
  ])('%s', async (_what, change) => {
    const failure = await refuses(await forged(change));
    expect(failure.code).toBe('bad-input');
  });

  test('more than there is room for is refused before anything is unpacked', async () => {
    const full = () => {
      throw new Failure({ code: 'no-room', message: 'full', hint: '' });
    };
    expect((await refuses(file, full)).code).toBe('no-room');
  });

  test('a size that nothing stands behind costs no memory and no disk', async () => {
    const path = fresh('huge');
    const manifest = Buffer.from('{}');
    const handle = await open(path, 'wx');
    const archive = createArchive(handle, 1);
    await archive.add(`myspinbot-project.${sha256(manifest)}.json`, manifest.length, [manifest]);
    await handle.close();
    const bytes = await readFile(path);
    // The header of the manifest claims 8 GB; its sum is put right.
    bytes.write('77777777777\0', 124, 'latin1');
    let sum = 0;
    for (let at = 0; at < 512; at++) sum += at >= 148 && at < 156 ? 0x20 : bytes[at]!;
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const forgedPath = fresh('huge');
    const out = await open(forgedPath, 'wx');
    await out.writeFile(bytes);
    await out.close();
    expect((await refuses(forgedPath)).code).toBe('bad-input');
  });

  test('a newer format and the other kind are told apart from damage', async () => {
    expect((await refuses(await forged(() => {}, { format: 2 }))).hint).toContain('Update');
    expect((await refuses(await forged(() => {}, { kind: 'backup' }))).code).toBe('bad-input');
  });

  test('cut off or changed at any place', async () => {
    const random = chanceOf(seed).number;
    for (let time = 0; time < 40; time++) {
      const path = fresh('changed');
      await copyFile(file, path);
      const { size } = await stat(path);
      if (time % 2 === 0) await truncate(path, Math.floor(random() * size));
      else {
        const handle = await open(path, 'r+');
        const bytes = await handle.readFile();
        let at = Math.floor(random() * size);
        while (bytes[at] === 0) at = (at + 1) % size;
        await handle.write(Uint8Array.of(bytes[at]! ^ (1 + Math.floor(random() * 254))), 0, 1, at);
        await handle.close();
      }
      expect((await refuses(path)).code).toBe('bad-input');
    }
  });
});
