import 'fake-indexeddb/auto';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { openProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { createRoot } from 'solid-js';
import { afterEach, expect, test, vi } from 'vitest';
import { openAssetStore } from '../vault/assets.ts';
import { createMemoryTabs } from '../vault/memory-tabs.ts';
import {
  newDatabaseName,
  openTestLive,
  picture,
  type TestLive,
  type TestLiveOptions,
  until,
} from './live-world.ts';
import { allFiles, type Stock } from './stock.ts';

// A busy machine is no failure: nothing here waits for time to pass.
vi.setConfig({ testTimeout: 30_000 });

const open: TestLive[] = [];
async function world(options?: TestLiveOptions): Promise<TestLive> {
  const made = await openTestLive(options);
  open.push(made);
  await until(() => made.live.workstation().state === 'here', 'the workstation');
  return made;
}
afterEach(async () => {
  for (const each of open.splice(0)) {
    if (each.db.isOpen()) await each.live.close();
    each.db.close();
  }
});

const agent = { role: 'agent', id: 'agent-1' } as const;
const file = (digit: string, type: 'video/mp4' | 'image/png') => ({
  hash: digit.repeat(64) as AssetHash,
  bytes: 5,
  type,
});
const video = file('a', 'video/mp4');

/** A project with a photo that was sent and one finished job whose files have arrived. */
async function finished(here: TestLive) {
  const { live, db, hub } = here;
  const id = await live.createProject({ title: 'Robin' });
  const photo = await live.keepFile(picture('Robin'), 'Robin.png');
  const project = createRoot(() => live.openProject(id));
  await until(project.ready, 'the project');
  project.addPhoto({ asset: photo, addedAt: 1 });
  project.setScript('Hello there');
  await live.flush();
  here.clock.turn(600);
  await until(() => live.projects[0]?.cover !== undefined, 'the cover');
  const job = await live.spin(project);
  const there = openWorkspace(hub.doc('workspace'), agent);
  await until(() => there.job(job) !== undefined, 'the request');
  report(here, job);
  await until(async () => (await db.wanted.count()) === 2, 'the wanted list');
  await db.outbox.clear();
  await live.flush();
  for (const ref of [video, file('b', 'image/png')]) await arrive(here, ref);
  return { id, photo, job };
}
function report({ hub }: TestLive, job: JobId, attempt = 1) {
  openWorkspace(hub.doc('workspace'), agent).report(job, {
    state: 'succeeded',
    attempt,
    retry: 0,
    queuedAt: 1,
    stages: [],
    result: {
      video,
      poster: file('b', 'image/png'),
      vtt: null,
      srt: null,
      durationMs: 1000,
      width: 720,
      height: 720,
      engines: {},
      notes: [],
    },
  });
}
async function arrive({ db }: TestLive, ref: ReturnType<typeof file>) {
  await db.transaction('rw', db.assets, db.blobs, db.wanted, async () => {
    await db.blobs.put({ hash: ref.hash, blob: new Blob([ref.hash.slice(0, 5)]) });
    await db.assets.put({ ...ref, blocks: [], keptAt: 1 });
    await db.wanted.delete(ref.hash);
  });
}
const look = ({ live }: TestLive) => {
  const stock = createRoot(() => live.storage.stock());
  const placeOf = (hash: AssetHash) =>
    allFiles(stock() ?? ({ projects: [], others: [] } satisfies Stock)).find((each) => each.ref.hash === hash)
      ?.place.at;
  return { stock, placeOf };
};

test('the stock is told from the store, and follows what happens to it', async () => {
  const here = await world();
  const { placeOf, stock } = look(here);
  const { photo } = await finished(here);
  await until(() => placeOf(video.hash) === 'both' && placeOf(photo.hash) === 'both', 'both');
  expect(stock()!.projects.map(({ title }) => title)).toEqual(['Robin']);
  await here.live.storage.free([video.hash]);
  await until(() => placeOf(video.hash) === 'workstation', 'the freed film');
});

test('a freed video stays away over a restart and a report, and comes when it is opened', async () => {
  const name = newDatabaseName();
  const before = await world({ name });
  const { id, job } = await finished(before);
  expect(await before.live.storage.free([video.hash])).toMatchObject({ files: 1, bytes: 5 });
  await before.live.flush();
  before.crash();
  before.hub.comeBack();

  const after = await world({ name, hub: before.hub });
  createRoot(() => after.live.openProject(id));
  report(after, job, 2);
  await until(() => after.live.job(job)?.run?.attempt === 2, 'the report');
  await after.live.flush();
  expect(await after.db.wanted.count()).toBe(0);
  createRoot(() => after.live.assetUrl(() => video));
  await until(async () => (await after.db.wanted.get(video.hash)) !== undefined, 'the film to be wanted');
});

test('what may be freed is decided here: the cover, the unsent and the kept stay, whatever is asked', async () => {
  const here = await world();
  const { id, photo } = await finished(here);
  const second = await here.live.keepFile(picture('second'));
  expect(await here.live.storage.free([photo.hash, second.hash])).toMatchObject({ files: 0 });
  await here.live.storage.keepOffline(id, true);
  expect(await here.live.storage.free([video.hash])).toMatchObject({ files: 0 });
  expect(await here.live.hasAsset(video.hash)).toBe(true);
});

test('undo brings the file back at once, and its picture appears where it was shown', async () => {
  const here = await world();
  await finished(here);
  const url = createRoot(() => here.live.assetUrl(() => video));
  await until(() => url() !== undefined, 'the film');
  const freed = await here.live.storage.free([video.hash]);
  expect(url()).toBeUndefined();
  await freed.undo();
  await until(() => url() !== undefined, 'the film again');
  expect(await here.db.wanted.count()).toBe(0);
});

test('a file freed in one tab is let go of in the other', async () => {
  const name = newDatabaseName();
  const tabs = createMemoryTabs();
  const left = await world({ name, tabs });
  await finished(left);
  const right = await world({ name, tabs, hub: left.hub });
  const url = createRoot(() => right.live.assetUrl(() => video));
  await until(() => url() !== undefined, 'the film');
  await left.live.storage.free([video.hash]);
  await until(() => url() === undefined, 'nothing shown');
});

test('everything of a project that is kept offline comes here, freed or not, and what is added elsewhere too', async () => {
  const here = await world();
  const { id } = await finished(here);
  await here.live.storage.free([video.hash]);
  await here.live.storage.keepOffline(id, true);
  await until(async () => (await here.db.wanted.get(video.hash)) !== undefined, 'the film to be wanted');
  // Another device adds a photo; nobody opens the project here.
  const added = file('c', 'image/png');
  openProjectDocument(here.hub.doc(`project/${id}`), { role: 'device', id: 'd_other' }).addPhoto({
    asset: added,
    addedAt: 2,
  });
  await until(async () => (await here.db.wanted.get(added.hash)) !== undefined, 'the photo to be wanted');
});

test('a device that is full says so until there is room, and then asks again by itself', async () => {
  const here = await world();
  await finished(here);
  const store = openAssetStore(here.db, () => 1);
  const large = file('d', 'video/mp4').hash;
  await store.want([large]);
  expect(here.live.storage.full()).toBeUndefined();
  await store.wantRefused(large, { why: 'no-space', hint: undefined });
  await until(() => here.live.storage.full()?.what === 'arrivals', 'full');
  expect(here.live.storage.full()).toEqual({ what: 'arrivals', files: [large] });
  const before = here.seen.here.length;
  await here.live.storage.free([video.hash]);
  await until(() => here.live.storage.full() === undefined, 'room');
  // The line is opened anew, because a refusal holds for as long as a line does.
  expect(here.seen.here.slice(before)).toEqual([false, true]);
  expect(await here.db.wanted.get(large)).toMatchObject({ hash: large });
});

test('a page that is looked at again asks again: somebody may have made room elsewhere', async () => {
  const here = await world();
  const store = openAssetStore(here.db, () => 1);
  await store.want([video.hash]);
  await store.wantRefused(video.hash, { why: 'no-space', hint: undefined });
  await until(() => here.live.storage.full() !== undefined, 'full');
  here.live.wake();
  await until(() => here.live.storage.full() === undefined, 'room');
});

test('what could not even be wished for is wished for when there is room', async () => {
  const here = await world();
  const { db } = here;
  const put = db.wanted.put.bind(db.wanted);
  let isFull = true;
  db.wanted.put = ((...row: Parameters<typeof put>) =>
    isFull ? Promise.reject(new DOMException('no room', 'QuotaExceededError')) : put(...row)) as typeof put;
  createRoot(() => here.live.assetUrl(() => video));
  await until(() => here.live.storage.full()?.what === 'arrivals', 'full');
  here.live.wake();
  await until(() => here.live.storage.full()?.what === 'arrivals', 'still full');
  isFull = false;
  here.live.wake();
  await until(async () => (await db.wanted.get(video.hash)) !== undefined, 'the wish');
  expect(here.live.storage.full()).toBeUndefined();
});

test('nothing is freed from a device that is not paired', async () => {
  const here = await openTestLive({ paired: false });
  open.push(here);
  await expect(here.live.storage.free([video.hash])).rejects.toMatchObject({ code: 'bad-input' });
});
