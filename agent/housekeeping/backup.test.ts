// Backup and restore over real stores: what was there is there again, taken while jobs run; and whatever is done to the
// file, it is either restored whole or refused with nothing changed. The seed of every random choice is in the test's name.
import { existsSync } from 'node:fs';
import {
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoom } from '@myspinbot/shared/document/layout.ts';
import { openProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mustBeUnused, openAtRest, openCopies } from '../at-rest.ts';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../log/logger.ts';
import { requestFor } from '../queue/fixtures/job-requests.ts';
import { openQueueWorld } from '../queue/fixtures/queue-world.ts';
import { chanceOf } from '../queue/fixtures/random.ts';
import { takeTenure } from '../queue/tenure.ts';
import { removeSmallAgents, startSmallAgent } from '../server/fixtures/small-agent.ts';
import { backUp, type OpenCopy } from './backup.ts';
import { restore } from './restore.ts';
import { SCRATCH } from './scratch.ts';
import { type House, openHouse } from './testing/house.ts';

const seed = Math.floor(Math.random() * 1e9);
const openCopy: OpenCopy = openCopies(systemClock, silentLogger);
const reader = { role: 'agent', id: 'test' } as const;

let root = '';
let house: House;
let file = '';
let bot: Awaited<ReturnType<House['project']>>;
let spun: Awaited<ReturnType<House['spin']>>;
let files = 0;
const fresh = (name = 'it') => join(root, `${++files}-${name}`);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'backup-'));
  house = await openHouse();
  bot = await house.project('Bot', 'Good evening');
  spun = await house.spin(bot, 'Hello');
  await house.agent.gate.makeScript('backup', 'read', { kind: 'local' });
  await mkdir(join(house.agent.dir, 'pipelines'));
  await writeFile(join(house.agent.dir, 'pipelines', 'my öwn one.json'), '{}');
  file = fresh('first.backup');
  await backUp(house.stores, { file, version: '0.0.1', now: Date.now(), openCopy });
});
afterAll(async () => {
  await house.stop();
  await removeSmallAgents();
  await rm(root, { recursive: true, force: true });
});

const bring = (from: string, dataDir: string, now = Date.now()) =>
  restore({ file: from, dataDir, now, openCopy, mustBeUnused });

test('what was backed up while the agent ran is there again, on its own', async () => {
  const dataDir = fresh('data');
  const restored = await bring(file, dataDir);
  expect(restored.aside).toBeUndefined();
  const agent = await startSmallAgent({ dir: dataDir });
  try {
    const workspace = openWorkspace(agent.hub.workspace, reader);
    expect(workspace.project(bot.id)?.title).toBe('Bot');
    expect(
      await agent.hub.read(projectRoom(bot.id), (doc) => openProjectDocument(doc, reader).script.toString()),
    ).toBe('Good evening');
    expect(agent.queue.job(spun.id)).toEqual(house.agent.queue.job(spun.id));
    for (const hash of house.agent.vault.hashes()) {
      if (agent.vault.ref(hash) === undefined) continue;
      expect(await agent.vault.examine(hash, 'hash')).toMatchObject({ isWhole: true });
      expect(agent.vault.ref(hash)).toEqual(house.agent.vault.ref(hash));
    }
    for (const { hash } of [spun.result.video, spun.result.poster, bot.photo]) {
      expect(agent.vault.has(hash)).toBe(true);
    }
    expect(await readFile(join(dataDir, 'pipelines', 'my öwn one.json'), 'utf8')).toBe('{}');
    // To its devices it is the same workstation, with the tokens it gave.
    expect(agent.gate.fingerprint).toBe(house.agent.gate.fingerprint);
    expect(agent.gate.scripts().map(({ name }) => name)).toEqual(['backup']);
  } finally {
    await agent.stop();
  }
});

test('nobody else may read it, nor what it becomes', async () => {
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const dataDir = fresh('data');
  await bring(file, dataDir);
  expect((await stat(dataDir)).mode & 0o077).toBe(0);
  const all = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const folders = all.filter((one) => one.isDirectory()).map((one) => join(one.parentPath, one.name));
  for (const folder of folders) expect([folder, (await stat(folder)).mode & 0o077]).toEqual([folder, 0]);
  expect(folders.length).toBeGreaterThan(5);
});

test('the restored folder is marked: its queue begins nothing until somebody says so', async () => {
  const dataDir = fresh('data');
  await bring(file, dataDir, 1234);
  const tenure = await takeTenure(dataDir, 99);
  expect(tenure.copiedAt).toBe(1234);
  await tenure.close();
});

test('a job that waited when the backup was made waits after the restore, until somebody lets the queue go on', async () => {
  const other = await openHouse();
  const project = await other.project('Waiting');
  await other.agent.queue.setRules({ ...other.agent.queue.rules(), paused: true });
  const request = { ...requestFor(project.photo, 'Later'), project: project.id };
  await other.agent.queue.request(request);
  const to = fresh('waiting.backup');
  await backUp(other.stores, { file: to, version: '1', now: Date.now(), openCopy });
  await other.stop();
  const dataDir = fresh('data');
  await bring(to, dataDir, 1234);
  const world = await openQueueWorld({ copyOf: dataDir });
  const { paused: _p, ...rules } = world.queue.rules();
  await world.queue.setRules({ ...rules, paused: false });
  expect(world.queue.rest()).toEqual({ why: 'restored' });
  expect(world.queue.job(request.id)?.run).toMatchObject({ state: 'queued', attempt: 0 });
  await world.queue.setRules({ ...rules, paused: false, goOnAt: 1234 });
  expect((await world.ended(request.id)).state).toBe('succeeded');
  await world.close();
});

test('what was there before is moved aside, not removed; an empty folder is simply taken', async () => {
  const dataDir = fresh('data');
  await mkdir(dataDir);
  expect((await bring(file, dataDir)).aside).toBeUndefined();
  await writeFile(join(dataDir, 'mine.txt'), 'mine');
  const { aside } = await bring(file, dataDir, 0);
  expect(aside).toBe(`${dataDir}.before-1970-01-01T000000`);
  expect(await readFile(join(aside!, 'mine.txt'), 'utf8')).toBe('mine');
  expect(existsSync(join(dataDir, 'mine.txt'))).toBe(false);
});

test('never over an agent that runs, nor over things of somebody else', async () => {
  await expect(bring(file, house.agent.dir)).rejects.toMatchObject({ code: 'refused' });
  const dataDir = fresh('photos');
  await mkdir(dataDir);
  await writeFile(join(dataDir, 'holiday.jpg'), 'x');
  await expect(bring(file, dataDir)).rejects.toMatchObject({ code: 'bad-input' });
  expect(await readdir(dataDir)).toEqual(['holiday.jpg']);
});

test('an existing file is not written over, and a folder that is not there is said', async () => {
  const again = (to: string) => backUp(house.stores, { file: to, version: '1', now: 1, openCopy });
  await expect(again(file)).rejects.toMatchObject({ code: 'refused' });
  await expect(again(join(root, 'nowhere', 'a.backup'))).rejects.toMatchObject({ code: 'bad-input' });
});

test('a folder that leads to another disk stays there', async () => {
  const [real, linked] = [fresh('disk'), fresh('link')];
  await mkdir(real);
  await symlink(real, linked);
  await bring(file, linked);
  expect((await lstat(linked)).isSymbolicLink()).toBe(true);
  expect(existsSync(join(real, 'agent-id'))).toBe(true);
});

test.skipIf(process.platform !== 'linux')('where nothing can be written it is said', async () => {
  await expect(bring(file, '/sys/nowhere/data')).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringMatching(/^Nothing can be written in \/sys\/nowhere \(E\w+\)\.$/),
  });
});

test('an asset that is damaged on the disk is named, and no file is left', async () => {
  const other = await openHouse();
  const { photo } = await other.project('Broken');
  const path = other.agent.vault.path(photo.hash);
  await rm(path, { force: true });
  await writeFile(path, Buffer.alloc(photo.bytes));
  const dir = fresh('out');
  await mkdir(dir);
  await expect(
    backUp(other.stores, { file: join(dir, 'b'), version: '1', now: 1, openCopy }),
  ).rejects.toMatchObject({ hint: expect.stringContaining('doctor --repair') });
  expect(await readdir(dir)).toEqual([]);
  expect(existsSync(join(other.agent.dir, SCRATCH))).toBe(false);
  await other.stop();
});

test('backups that are taken while jobs run are each whole, and know what was durable before', async () => {
  const busy = await openHouse();
  const project = await busy.project('Busy');
  const spinning = (async () => {
    for (let at = 0; at < 12; at++) await busy.spin(project, `Sentence ${at}`);
  })();
  for (let at = 0; at < 4; at++) {
    const known = busy.agent.queue.jobs().filter(({ run }) => run.state === 'succeeded');
    const to = fresh('busy.backup');
    await backUp(busy.stores, { file: to, version: '1', now: Date.now(), openCopy });
    const dataDir = fresh('data');
    await bring(to, dataDir);
    const stores = await openAtRest(dataDir, systemClock, silentLogger);
    for (const { request, run } of known) {
      expect(stores.queue.job(request.id)?.run.state).toBe(run.state);
      expect(stores.vault.has(run.result!.video.hash)).toBe(true);
    }
    expect(stores.malformed).toBe(0);
    await stores.close();
  }
  await spinning;
  await busy.stop();
});

describe(`whatever is done to the file (seed ${seed})`, () => {
  const random = chanceOf(seed).number;
  const refuses = async (path: string) => {
    const parent = fresh('target');
    await mkdir(parent);
    const failure = await bring(path, join(parent, 'data')).catch((cause: unknown) => cause);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ code: 'bad-input' });
    // Nothing was changed and nothing is left.
    expect(await readdir(parent)).toEqual([]);
  };
  const changed = async (change: (path: string, size: number) => Promise<void>) => {
    const path = fresh('changed.backup');
    await copyFile(file, path);
    await change(path, (await stat(path)).size);
    return path;
  };

  test('cut off at any place', async () => {
    for (let time = 0; time < 25; time++) {
      await refuses(await changed((path, size) => truncate(path, Math.floor(random() * size))));
    }
    await refuses(await changed((path, size) => truncate(path, size - 1)));
  });

  test('with any one byte of its content changed', async () => {
    for (let time = 0; time < 25; time++) {
      const path = await changed(async (path, size) => {
        const handle = await open(path, 'r+');
        const bytes = await handle.readFile();
        // What fills a block up means nothing; everything else is looked at.
        let at = Math.floor(random() * size);
        while (bytes[at] === 0) at = (at + 1) % size;
        await handle.write(Uint8Array.of(bytes[at]! ^ (1 + Math.floor(random() * 254))), 0, 1, at);
        await handle.close();
      });
      await refuses(path);
    }
  });

  test('with something behind its end', async () => {
    await refuses(await changed(async (path) => writeFile(path, 'more', { flag: 'a' })));
  });

  test('or another file altogether', async () => {
    for (const content of ['', 'x', 'PK\u0003\u0004 a zip', '\0'.repeat(4096), 'ustar'.repeat(2000)]) {
      const path = fresh('other');
      await writeFile(path, content);
      await refuses(path);
    }
    await refuses(root);
  });
});
