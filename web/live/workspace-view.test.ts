import 'fake-indexeddb/auto';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import type { Job, JobId, JobResult, JobRun } from '@myspinbot/shared/job/job.ts';
import { spinOptionsSchema } from '@myspinbot/shared/project/options.ts';
import type { ProjectEntry, ProjectId } from '@myspinbot/shared/project/project.ts';
import fc from 'fast-check';
import { createEffect, createRoot } from 'solid-js';
import { unwrap } from 'solid-js/store';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { AppDatabase } from '../vault/database.ts';
import { openProjection } from '../vault/projection.ts';
import { createWorkspaceView } from './workspace-view.ts';

const projectId = (n: number) => `p_${String(n).padStart(20, '0')}` as ProjectId;
const jobId = (n: number) => `j_${String(n).padStart(20, '0')}` as JobId;
const entry = (n: number, at: number): ProjectEntry => ({
  id: projectId(n),
  title: `Project ${n} at ${at}`,
  createdAt: 1,
  updatedAt: at,
  deleted: at % 7 === 0,
});
const options = spinOptionsSchema.parse({
  photos: ['1'.repeat(64)],
  narration: { kind: 'text', text: 'Hello' },
});
const request = (n: number): Job['request'] => ({
  id: jobId(n),
  project: projectId(0),
  pipeline: 'portrait',
  options,
  assets: [],
  device: 'd_test',
  requestedAt: n,
});
const states: JobRun['state'][] = ['queued', 'running', 'failed', 'succeeded', 'cancelled'];
const run = (at: number): JobRun => ({
  state: states[at % states.length]!,
  attempt: at,
  retry: 0,
  queuedAt: at,
  stages: [],
  ...(at % 3 === 0 ? { finishedAt: at } : {}),
});

const file = { hash: '2'.repeat(64) as AssetHash, bytes: 1 };
const result: JobResult = {
  video: { ...file, type: 'video/mp4' },
  poster: { ...file, type: 'image/jpeg' },
  vtt: null,
  srt: null,
  durationMs: 1,
  width: 720,
  height: 720,
  engines: {},
  notes: [],
};

let count = 0;

test('after any operations of device and agent, view and projection equal the document', async () => {
  const op = fc.record({
    what: fc.constantFrom('project', 'request', 'run', 'cancel', 'retry', 'hide', 'garbage', 'restart'),
    id: fc.nat(6),
    at: fc.nat(40),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(op, { maxLength: 60 }), async (steps) => {
      const db = new AppDatabase(`projection-${count++}`);
      const projection = openProjection(db);
      const doc = new Y.Doc();
      const device = openWorkspace(doc, { role: 'device', id: 'd_test' });
      const agent = openWorkspace(doc, { role: 'agent', id: 'a' });
      const start = async () => {
        const first = await projection.first();
        return createRoot((dispose) => {
          const view = createWorkspaceView(projection, first);
          const stop = view.follow(device, () => undefined);
          return { view, dispose, stop };
        });
      };
      let now = await start();
      for (const { what, id, at } of steps) {
        if (what === 'project') device.putProject(entry(id, at));
        else if (what === 'request') {
          if (device.job(jobId(id)) === undefined) device.request(request(id));
        } else if (what === 'run') agent.report(jobId(id), run(at));
        else if (what === 'cancel') device.cancel(jobId(id), at);
        else if (what === 'retry') device.retry(jobId(id));
        else if (what === 'hide') device.hide(jobId(id), at % 2 === 0);
        else if (what === 'garbage') doc.getMap('projects').set(projectId(id), { id: 'no', title: 5 });
        else {
          // As after a crash: this projection may not have been written yet.
          now.stop();
          now.dispose();
          now = await start();
        }
      }
      await now.view.settled();

      const projects = device.projectIds().flatMap((id) => device.project(id) ?? []);
      const jobs = device.jobIds().flatMap((id) => device.job(id) ?? []);
      const rows = await db.projects.toArray();
      expect(rows).toEqual(projects.sort((a, b) => (a.id < b.id ? -1 : 1)));
      expect(
        (await db.jobs.toArray()).map(({ request: asked, wish, run: ran }) => [asked, wish, ran]),
      ).toEqual(
        jobs
          .sort((a, b) => (a.request.id < b.request.id ? -1 : 1))
          .map((job) => [job.request, job.wish, job.run]),
      );
      expect(new Set(now.view.projects().map(({ id }) => id))).toEqual(
        new Set(projects.filter(({ deleted }) => !deleted).map(({ id }) => id)),
      );
      for (const job of jobs) {
        const shown = now.view.job(job.request.id);
        expect({ ...unwrap(shown!) }).toMatchObject({ request: job.request, wish: job.wish });
        expect(shown?.run).toEqual(job.run);
      }
      now.stop();
      now.dispose();
      db.close();
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('one job that changes among five hundred runs the effects of that job alone', async () => {
  const db = new AppDatabase(`rows-${count++}`);
  const doc = new Y.Doc();
  const device = openWorkspace(doc, { role: 'device', id: 'd_test' });
  const agent = openWorkspace(doc, { role: 'agent', id: 'a' });
  for (let n = 0; n < 500; n++) device.request(request(n));
  let runs = 0;
  const { view, dispose } = createRoot((end) => {
    const made = createWorkspaceView(openProjection(db), { projects: [], jobs: [] });
    made.follow(device, () => undefined);
    for (let n = 0; n < 500; n++) {
      createEffect(() => {
        made.job(jobId(n))?.phase;
        runs++;
      });
    }
    return { view: made, dispose: end };
  });
  expect(runs).toBe(500);
  for (let at = 0; at < 100; at++) agent.report(jobId(7), run(at));
  expect(runs).toBe(600);
  await view.settled();
  dispose();
  db.close();
}, 30_000);

test('ten thousand jobs are read while the page goes on, and what changes meanwhile is not lost', async () => {
  const db = new AppDatabase(`many-${count++}`);
  const doc = new Y.Doc();
  const device = openWorkspace(doc, { role: 'device', id: 'd_test' });
  const agent = openWorkspace(doc, { role: 'agent', id: 'a' });
  const many = 2_000;
  doc.transact(() => {
    for (let n = 0; n < many; n++) {
      device.request(request(n));
      const ended: Partial<JobRun> = n % 10 === 0 ? { state: 'failed' } : { state: 'succeeded', result };
      agent.report(jobId(n), { ...run(n), ...ended });
    }
  });
  const projection = openProjection(db);
  const open = async () => {
    const first = await projection.first();
    return createRoot((dispose) => ({ view: createWorkspaceView(projection, first), dispose }));
  };
  const fresh = await open();
  fresh.view.follow(device, () => undefined);
  expect(fresh.view.premieres(), 'it is not read at once').toHaveLength(0);
  device.hide(jobId(1), true);
  device.request(request(many));
  device.cancel(jobId(many), 1);
  await fresh.view.settled();
  expect(fresh.view.premieres()).toHaveLength(many * 0.9 - 1);
  expect(fresh.view.premieres()[0]).toBe(jobId(many - 1));
  expect(fresh.view.stopped()[0]).toBe(jobId(many));
  fresh.dispose();

  // The next start reads a page of each list, and knows how many there are.
  const next = await open();
  expect(next.view.premieres()).toHaveLength(24);
  expect(next.view.counts()).toEqual({ done: many * 0.9 - 1, stopped: many * 0.1 + 1 });
  expect(next.view.job(jobId(5))).toBeUndefined();
  await expect.poll(() => next.view.job(jobId(5))?.phase, { timeout: 5_000 }).toBe('succeeded');
  expect(next.view.job(jobId(many + 7))).toBeUndefined();
  next.dispose();
  db.close();
}, 30_000);
