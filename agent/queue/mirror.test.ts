import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { AgentEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { keys } from '@myspinbot/shared/document/layout.ts';
import { openWorkspace, type Workspace } from '@myspinbot/shared/document/workspace.ts';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import type { Presence } from '@myspinbot/shared/wire/presence.ts';
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Hub } from '../hub/port.ts';
import { silentLogger } from '../log/logger.ts';
import { hostInProcess } from '../stages/fixtures/host-in-process.ts';
import { smallEngines } from '../stages/fixtures/small-engines.ts';
import { openStageLog } from '../stages/fixtures/stage-log.ts';
import type { StageHost } from '../stages/host.ts';
import { requestFor } from './fixtures/job-requests.ts';
import { openQueueWorld, type QueueWorld, type WorldChange } from './fixtures/queue-world.ts';
import { createMirror, type Mirror } from './mirror.ts';

interface Place {
  world: QueueWorld;
  /** What a device sees and writes; reaches the agent when `sync` is called. */
  device: Workspace;
  agentDoc: Y.Doc;
  presences: Presence[];
  mirror: Mirror;
  /** Both ways, as a link would. */
  sync(): void;
  restart(): Promise<void>;
}
const places: Place[] = [];
afterEach(async () => {
  for (const { world, mirror } of places.splice(0)) {
    world.stageLog.behave({});
    await mirror.close();
    await world.close();
  }
});

async function open(change: WorldChange = {}): Promise<Place> {
  const world = await openQueueWorld(change);
  const agentDoc = new Y.Doc();
  const deviceDoc = new Y.Doc();
  const presences: Presence[] = [];
  const hub: Hub = {
    workspace: agentDoc,
    present: (presence) => void presences.push(presence),
    flush: async () => {},
    close: async () => {},
  };
  const start = () =>
    createMirror({
      queue: world.queue,
      hub,
      agent: { id: 'a_test', name: 'Test' },
      clock: world.clock,
      log: silentLogger,
    });
  const place: Place = {
    world,
    device: openWorkspace(deviceDoc, { role: 'device', id: 'd_test' }),
    agentDoc,
    presences,
    mirror: start(),
    sync() {
      Y.applyUpdate(agentDoc, Y.encodeStateAsUpdate(deviceDoc, Y.encodeStateVector(agentDoc)), 'link');
      Y.applyUpdate(deviceDoc, Y.encodeStateAsUpdate(agentDoc, Y.encodeStateVector(deviceDoc)), 'link');
    },
    async restart() {
      await place.mirror.close();
      await world.reopen();
      place.mirror = start();
    },
  };
  places.push(place);
  return place;
}

async function ended(place: Place, job: JobId) {
  place.sync();
  await place.mirror.settled();
  await place.world.ended(job);
  await place.mirror.settled();
  place.sync();
  return place.device.job(job)?.run;
}

test('a request of a device runs, its run appears in the document and its progress in presence', async () => {
  const place = await open();
  const request = requestFor(await place.world.photo(), 'Hello');
  place.device.request(request);
  const run = await ended(place, request.id);
  expect(run).toMatchObject({ state: 'succeeded' });
  expect(run).toEqual(place.world.queue.job(request.id)?.run);
  const told = place.presences.flatMap((one) => (one.kind === 'agent' ? one.jobs : []));
  expect(told.some((one) => one.job === request.id && one.preview !== undefined)).toBe(true);
  expect(place.presences[0]).toEqual({ kind: 'agent', id: 'a_test', name: 'Test', jobs: [] });
  expect(place.presences.at(-1)).toMatchObject({ jobs: [] });
});

test('a request made while the agent was off runs when it starts, and a second start changes nothing', async () => {
  const place = await open();
  const request = requestFor(await place.world.photo(), 'Hello');
  await place.mirror.close();
  place.device.request(request);
  place.sync();
  expect(place.world.queue.job(request.id)).toBeUndefined();
  await place.restart();
  expect(await ended(place, request.id)).toMatchObject({ state: 'succeeded', attempt: 1 });
  const before = Y.encodeStateVector(place.agentDoc);
  await place.restart();
  await place.mirror.settled();
  expect(place.world.queue.job(request.id)?.run.attempt).toBe(1);
  expect(Y.encodeStateVector(place.agentDoc)).toEqual(before);
});

test('cancelled before the agent saw it: it never runs', async () => {
  const place = await open();
  const request = requestFor(await place.world.photo(), 'Hello');
  place.device.request(request);
  place.device.cancel(request.id, 5);
  expect(await ended(place, request.id)).toMatchObject({ state: 'cancelled', attempt: 0 });
  expect(place.world.stageLog.events()).toEqual([]);
});

test('a cancel reaches a running job; a retry that comes while it is being cancelled runs afterwards', async () => {
  const place = await open();
  place.world.stageLog.behave({ portrait: 'hangs' });
  const request = requestFor(await place.world.photo(), 'Hello');
  place.device.request(request);
  place.sync();
  await place.world.stageLog.until((log) => log.count('portrait') === 1);
  place.device.cancel(request.id, 5);
  place.sync();
  place.world.stageLog.behave({});
  place.device.retry(request.id);
  place.sync();
  const run = await place.world.until(request.id, (now) => now.state === 'succeeded');
  expect(run).toMatchObject({ retry: 1, attempt: 2 });
  await place.mirror.settled();
  place.sync();
  expect(place.device.job(request.id)?.run).toEqual(run);
});

test('a cancel and a retry from two devices at once: the cancel stands, and it settles', async () => {
  const place = await open({ isPatient: false });
  place.world.stageLog.behave({ look: 'throws' });
  const request = requestFor(await place.world.photo(), 'Hello');
  place.device.request(request);
  expect(await ended(place, request.id)).toMatchObject({ state: 'failed' });
  const other = openWorkspace(new Y.Doc(), { role: 'device', id: 'd_other' });
  Y.applyUpdate(other.doc, Y.encodeStateAsUpdate(place.device.doc));
  other.cancel(request.id, 9);
  place.device.retry(request.id);
  Y.applyUpdate(place.device.doc, Y.encodeStateAsUpdate(other.doc));
  place.sync();
  await place.mirror.settled();
  const run = await place.world.until(request.id, (now) => now.retry === 1 && isEnded(now.state));
  expect(run.state).toBe('cancelled');
});

test('a retry wished for a job that has its video is answered without another run', async () => {
  const place = await open();
  const request = requestFor(await place.world.photo(), 'Hello');
  place.device.request(request);
  await ended(place, request.id);
  place.device.retry(request.id);
  place.sync();
  await place.mirror.settled();
  place.sync();
  expect(place.device.job(request.id)?.run).toMatchObject({ state: 'succeeded', retry: 1, attempt: 1 });
});

test('a request that cannot be read gets a failed run with a sentence, once', async () => {
  const place = await open();
  const good = requestFor(await place.world.photo(), 'Hello');
  const requests = place.device.doc.getMap(keys.requests);
  requests.set('j_malformed00000', { id: 'j_malformed00000', options: { photos: 'none' } });
  requests.set('j_otherid0000000', { ...good });
  requests.set('not a job id', 7);
  requests.set(good.id, good);
  expect(await ended(place, good.id)).toMatchObject({ state: 'succeeded' });
  const runs = place.device.doc.getMap<{ state: string; failure: { message: string; hint: string } }>(
    keys.runs,
  );
  for (const id of ['j_malformed00000', 'j_otherid0000000']) {
    expect(runs.get(id)).toMatchObject({ state: 'failed', failure: { code: 'bad-input' } });
    expect(runs.get(id)?.failure.message).not.toBe('');
  }
  expect(runs.has('not a job id')).toBe(false);
  expect(place.world.queue.jobs()).toHaveLength(1);
});

test('ended jobs that a lost ledger does not know stay as history; a higher retry runs them', async () => {
  const place = await open();
  const photo: AssetRef = await place.world.photo();
  const [old, again] = [requestFor(photo, 'Old'), requestFor(photo, 'Again')];
  const runs = place.agentDoc.getMap(keys.runs);
  for (const request of [old, again]) {
    place.device.request(request);
    runs.set(request.id, { state: 'failed', attempt: 1, retry: 0, queuedAt: 1, stages: [] });
  }
  place.device.retry(again.id);
  place.sync();
  await place.mirror.settled();
  expect(await place.world.ended(again.id)).toMatchObject({ state: 'succeeded', retry: 1 });
  expect(place.world.queue.job(old.id)).toBeUndefined();
});

test('a job that came another way has no run in the document', async () => {
  const place = await open();
  const request = requestFor(await place.world.photo(), 'Hello');
  await place.world.queue.request(request);
  await place.world.ended(request.id);
  expect(place.agentDoc.getMap(keys.runs).size).toBe(0);
});

test('the agent announces itself once, and again only when something changed', async () => {
  const place = await open();
  const entry: AgentEntry = {
    id: 'a_test',
    name: 'Test',
    version: '1',
    startedAt: 1,
    engines: [],
    voices: [],
  };
  place.mirror.announce(entry);
  const before = Y.encodeStateVector(place.agentDoc);
  place.mirror.announce({ ...entry });
  expect(Y.encodeStateVector(place.agentDoc)).toEqual(before);
  place.mirror.announce({ ...entry, startedAt: 2 });
  place.sync();
  expect(place.device.agents()).toEqual([{ ...entry, startedAt: 2 }]);
});

test('jobs of a project that is thrown away are cancelled, others are not', async () => {
  const place = await open();
  place.world.stageLog.behave({ look: 'hangs' });
  const photo = await place.world.photo();
  const gone = requestFor(photo, 'Gone');
  const stays = { ...requestFor(photo, 'Stays'), project: 'p_111111111111' as ProjectId };
  const entry = { id: gone.project, title: 'x', createdAt: 1, updatedAt: 1, deleted: false };
  place.device.putProject(entry);
  for (const request of [gone, stays]) place.device.request(request);
  place.sync();
  await place.world.until(gone.id, (run) => run.state === 'running');
  place.device.putProject({ ...entry, deleted: true });
  place.world.stageLog.behave({});
  expect(await ended(place, gone.id)).toMatchObject({ state: 'cancelled' });
  expect(await ended(place, stays.id)).toMatchObject({ state: 'succeeded' });
});

test('old jobs give their place in the document to a line, newest last, and hidden ones to nothing', async () => {
  const place = await open();
  const photo = await place.world.photo();
  const first = requestFor(photo, 'The first one', { requestedAt: 1 });
  place.device.request(first);
  const made = (await ended(place, first.id))!;
  const jobs = Array.from({ length: 300 }, (_, at) => requestFor(photo, 'Old', { requestedAt: 10 + at }));
  await place.mirror.close();
  const agent = openWorkspace(place.agentDoc, { role: 'agent', id: 'a_test' });
  for (const [at, request] of jobs.entries()) {
    place.device.request(request);
    place.sync();
    agent.report(request.id, { ...made, finishedAt: made.finishedAt! + 10 + at });
  }
  place.sync();
  place.device.hide(jobs[0]!.id, true);
  place.sync();
  const before = Y.encodeStateAsUpdate(place.agentDoc).length;
  await place.restart();
  await place.mirror.settled();
  place.sync();
  expect(place.device.jobIds()).toHaveLength(200);
  expect(place.device.oldIds()).toHaveLength(100);
  expect(place.device.job(jobs[0]!.id)).toBeUndefined();
  expect(place.device.job(jobs.at(-1)!.id)?.isOld).toBeUndefined();
  const old = place.device.job(first.id)!;
  expect(old).toMatchObject({ isOld: true, run: { state: 'succeeded' } });
  const { hash } = made.result!.video;
  expect(old.run?.result).toMatchObject({ video: { hash }, durationMs: made.result!.durationMs });
  expect(Y.encodeStateAsUpdate(place.agentDoc).length).toBeLessThan(before);
  // The queue knows the whole of it still.
  expect(place.world.queue.job(first.id)?.request).toEqual(first);
});

test('a day of progress four times a second leaves nothing in the document', async () => {
  const size = async (steps: number) => {
    const folder = mkdtempSync(join(tmpdir(), 'progress-'));
    const inner = hostInProcess(smallEngines(openStageLog(folder)));
    let clock: QueueWorld['clock'] | undefined;
    const host: StageHost = {
      run(task, watch, signal) {
        for (let step = 0; task.stage === 'portrait' && step < steps; step += 1) {
          clock?.advance(250);
          watch.progress(step, steps);
        }
        return inner.run(task, watch, signal);
      },
    };
    const place = await open({ host, limitMs: () => 1e12 });
    clock = place.world.clock;
    const request = requestFor(await place.world.photo(), 'Hello', { id: 'j_aaaaaaaaaaaa' });
    place.device.request(request);
    place.sync();
    const before = Y.encodeStateAsUpdate(place.agentDoc).length;
    await ended(place, request.id);
    rmSync(folder, { recursive: true, force: true });
    return { bytes: Y.encodeStateAsUpdate(place.agentDoc).length - before, told: place.presences.length };
  };
  const none = await size(0);
  const day = await size(24 * 3600 * 4);
  console.log(`mirror: a job adds ${none.bytes} bytes, after a day of progress ${day.bytes}`);
  expect(day.told).toBeGreaterThan(none.told + 80_000);
  expect(day.bytes - none.bytes).toBeLessThan(1024);
});
