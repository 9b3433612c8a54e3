import 'fake-indexeddb/auto';
import { openProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import type { JobId, JobRun } from '@myspinbot/shared/job/job.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { createRoot } from 'solid-js';
import { afterEach, expect, test, vi } from 'vitest';
import { createFakeHub } from '../link/fake-hub.ts';
import { openDocumentLog } from '../vault/document-log.ts';
import { createMemoryTabs } from '../vault/memory-tabs.ts';
import {
  newDatabaseName,
  openTestLive,
  picture,
  type TestLive,
  type TestLiveOptions,
  until,
} from './live-world.ts';

// A busy machine is no failure: nothing here waits for time to pass.
vi.setConfig({ testTimeout: 30_000 });

const open: TestLive[] = [];
async function world(options?: TestLiveOptions): Promise<TestLive> {
  const made = await openTestLive(options);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const each of open.splice(0)) {
    if (each.db.isOpen()) await each.live.close();
    each.db.close();
  }
});

const agent = { role: 'agent', id: 'agent-1' } as const;

/** Makes a project that can spin, with one photo and a script. */
async function readyProject({ live }: TestLive, title = 'Robin') {
  const id = await live.createProject({ title });
  const asset = await live.keepFile(picture(title), `${title}.png`);
  const project = createRoot(() => live.openProject(id));
  await until(project.ready, 'the project');
  project.addPhoto({ asset, addedAt: 1 });
  project.setScript('Hello there');
  return { id, project, asset };
}

test('with the workstation off a project is made and spun, and the request is on disk when spin resolves', async () => {
  const name = newDatabaseName();
  const hub = createFakeHub();
  hub.goAway();
  const before = await world({ name, hub });
  const { project } = await readyProject(before);
  const job = await before.live.spin(project);
  before.crash();

  const after = await world({ name, hub });
  await until(() => after.live.job(job)?.phase === 'waiting-for-workstation', 'the job');
  expect(after.live.projects.map((entry) => entry.title)).toEqual(['Robin']);
  expect(after.live.job(job)?.request.options.narration).toMatchObject({ kind: 'text', text: 'Hello there' });
  await until(() => after.live.job(job)?.uploadLeft === picture('Robin').size, 'the bytes left');
  expect(await after.db.outbox.count()).toBe(1);
});

test('what was made offline reaches the workstation when it returns, project and all, and is then not unsent', async () => {
  const name = newDatabaseName();
  const hub = createFakeHub();
  hub.goAway();
  const before = await world({ name, hub });
  const { id, project } = await readyProject(before);
  const job = await before.live.spin(project);
  before.crash();

  hub.comeBack();
  const after = await world({ name, hub });
  const there = openWorkspace(hub.doc('workspace'), agent);
  await until(() => there.job(job) !== undefined, 'the request');
  // Nobody opened the project: it is sent because it was never sent.
  const document = openProjectDocument(hub.doc(`project/${id}`), agent);
  await until(() => document.script.toString() === 'Hello there', 'the project');
  await until(async () => {
    after.clock.turn(500);
    return (await openDocumentLog(after.db).unsent()).length === 0;
  }, 'everything handed over');
});

test('the first lists are there before any document is loaded', async () => {
  const name = newDatabaseName();
  const before = await world({ name });
  await readyProject(before, 'Painted first');
  await before.live.flush();
  before.crash();
  const again = await openTestLive({ name });
  open.push(again);
  expect(again.live.projects.map((entry) => entry.title)).toEqual(['Painted first']);
});

test('the run that the workstation reports comes back as the phase of the job, and stale fields go', async () => {
  const here = await world();
  const { project } = await readyProject(here);
  const job = await here.live.spin(project);
  const there = openWorkspace(here.hub.doc('workspace'), agent);
  await until(() => there.job(job) !== undefined, 'the request');
  const run: JobRun = { state: 'failed', attempt: 1, retry: 0, queuedAt: 1, stages: [] };
  there.report(job, { ...run, failure: { code: 'internal', message: 'm', hint: 'h', retry: 'never' } });
  await until(() => here.live.job(job)?.phase === 'failed', 'the failure');
  there.report(job, { ...run, state: 'running', attempt: 2 });
  await until(() => here.live.job(job)?.phase === 'running', 'the second run');
  expect(here.live.job(job)?.run?.failure).toBeUndefined();
  here.live.cancel(job);
  await until(() => there.job(job)?.wish.cancelledAt !== undefined, 'the wish');
});

test('progress comes from awareness and goes when the workstation goes', async () => {
  const here = await world();
  const job = 'j_00000000000000000001' as JobId;
  await until(() => here.live.workstation().state === 'here', 'the workstation');
  here.hub.present('workspace', {
    presence: {
      kind: 'agent',
      id: 'agent-1',
      name: 'Study',
      jobs: [{ job, stage: 'portrait', stageFraction: 0.5, fraction: 0.7 }],
    },
  });
  await until(() => here.live.progress(job)?.fraction === 0.7, 'progress');
  here.hub.present('workspace', { presence: { kind: 'agent', id: 5, jobs: 'nonsense' } });
  await until(() => here.live.progress(job) === undefined, 'no progress');
  here.hub.goAway();
  expect(here.live.workstation().state).toBe('looking');
  here.clock.turn(3500);
  expect(here.live.workstation().state).toBe('away');
  expect(here.seen.here).toEqual([true, false]);
});

test('a workstation that falls silent is noticed within seven seconds', async () => {
  const here = await world();
  await until(() => here.live.workstation().state === 'here', 'the workstation');
  here.hub.silence(true);
  here.clock.turn(7000);
  expect(here.live.workstation().state).not.toBe('here');
});

test('an idle workstation that answers stays here for an hour', async () => {
  const here = await world();
  await until(() => here.live.workstation().state === 'here', 'the workstation');
  for (let second = 0; second < 3600; second += 2) {
    here.clock.turn(2000);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(here.live.workstation().state).toBe('here');
  }
});

test('two tabs show the same, also with the workstation off', async () => {
  const name = newDatabaseName();
  const hub = createFakeHub();
  hub.goAway();
  const tabs = createMemoryTabs();
  const left = await world({ name, hub, tabs });
  const right = await world({ name, hub, tabs });
  const { id, project } = await readyProject(left);
  await until(() => right.live.projects.some((entry) => entry.id === id), 'the project in the other tab');
  const same = createRoot(() => right.live.openProject(id));
  await until(() => same.script() === 'Hello there', 'the script in the other tab');
  same.setScript('Hello there, you');
  await until(() => project.script() === 'Hello there, you', 'the answer');
  const job = await right.live.spin(same);
  await until(() => left.live.job(job) !== undefined, 'the job');
});

test('an edit made before the stored document was read does not lose against it', async () => {
  const name = newDatabaseName();
  const before = await world({ name });
  const { id } = await readyProject(before);
  await before.live.flush();
  before.crash();
  for (let round = 0; round < 8; round++) {
    const after = await openTestLive({ name });
    open.push(after);
    const project = createRoot(() => after.live.openProject(id));
    project.set({ title: `Round ${round}` });
    await until(project.ready, 'the project');
    expect(project.fields().title).toBe(`Round ${round}`);
    await after.live.flush();
    after.crash();
  }
});

test('the title and the cover in the list follow the project', async () => {
  const here = await world();
  const { id, project, asset } = await readyProject(here, 'Before');
  project.set({ title: 'After' });
  here.clock.turn(600);
  await until(() => here.live.projects[0]?.title === 'After', 'the title');
  expect(here.live.projects[0]?.cover?.hash).toBe(asset.hash);
  here.live.deleteProject(id, true);
  await until(() => here.live.projects.length === 0, 'the deletion');
  here.live.deleteProject(id, false);
  await until(() => here.live.projects.length === 1, 'the return');
});

test('a finished job of this device is wanted with all its files, and a missing project spins nothing', async () => {
  const here = await world();
  const { project } = await readyProject(here);
  const job = await here.live.spin(project);
  const there = openWorkspace(here.hub.doc('workspace'), agent);
  await until(() => there.job(job) !== undefined, 'the request');
  const file = (digit: string) => ({ hash: digit.repeat(64) as never, bytes: 5, type: 'video/mp4' as const });
  there.report(job, {
    state: 'succeeded',
    attempt: 1,
    retry: 0,
    queuedAt: 1,
    stages: [],
    result: {
      video: file('a'),
      poster: file('b'),
      vtt: file('c'),
      srt: null,
      durationMs: 1000,
      width: 720,
      height: 720,
      engines: {},
      notes: [],
    },
  });
  await until(async () => (await here.db.wanted.count()) === 3, 'the wanted list');
  const empty = createRoot(() => here.live.openProject('p_00000000000000000000' as ProjectId));
  await until(empty.ready, 'the empty project');
  expect(empty.missing()).toEqual(['photo', 'script']);
  await expect(here.live.spin(empty)).rejects.toMatchObject({ code: 'bad-input' });
});

test('a workstation that lacks an asset is given it again', async () => {
  const here = await world();
  const { project, asset } = await readyProject(here);
  const job = await here.live.spin(project);
  await here.db.outbox.clear();
  const there = openWorkspace(here.hub.doc('workspace'), agent);
  await until(() => there.job(job) !== undefined, 'the request');
  there.report(job, { state: 'waiting-for-assets', attempt: 0, retry: 0, queuedAt: 1, stages: [] });
  await until(async () => (await here.db.outbox.get(asset.hash)) !== undefined, 'the outbox');
});

test('a photo is inspected when it has arrived there, and not at all while the workstation is away', async () => {
  const answer = { width: 10, height: 20, faces: [{ box: { x: 1, y: 2, width: 3, height: 4 } }] };
  const here = await world({ answer: () => answer });
  const asset = await here.live.keepFile(picture('a face'));
  await until(() => here.live.workstation().state === 'here', 'the workstation');
  const checking = here.live.checkPhoto(asset);
  await here.db.outbox.delete(asset.hash);
  expect(await checking).toEqual(answer);
  expect(here.seen.requests).toEqual(['/api/inspect/photo']);
  here.hub.goAway();
  expect(await here.live.checkPhoto(asset)).toBeUndefined();
});
