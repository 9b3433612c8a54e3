// What people wish for beside asking and cancelling: holding, another place, hurry, rules for all; and what the queue does
// by itself when something may pass: another try, smaller settings, waiting for room.
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import type { JobRun, StageName } from '@myspinbot/shared/job/job.ts';
import { defaultRules } from '@myspinbot/shared/job/rules.ts';
import { afterEach, expect, test } from 'vitest';
import { entriesOf } from '../engines/registry.ts';
import { smallEngines } from '../stages/fixtures/small-engines.ts';
import { requestFor } from './fixtures/job-requests.ts';
import { openQueueWorld, type QueueWorld, type WorldChange } from './fixtures/queue-world.ts';

const worlds: QueueWorld[] = [];
async function open(change: WorldChange = {}) {
  const world = await openQueueWorld(change);
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) {
    world.stageLog.behave({});
    await world.close();
  }
});
const stateOf = (world: QueueWorld, id: Parameters<QueueWorld['ended']>[0]) => world.queue.job(id)?.run.state;
/** A world whose first job is in the middle of its portrait. */
async function openAtWork(change: WorldChange = {}) {
  const world = await open(change);
  world.stageLog.behave({ portrait: 'hangs' });
  const photo = await world.photo();
  const running = requestFor(photo, 'Running');
  await world.queue.request(running);
  await world.stageLog.until((log) => log.count('portrait') === 1);
  return { world, photo, running };
}
const succeededOrder = (world: QueueWorld) =>
  world.events.flatMap((event) =>
    event.type === 'run' && event.run.state === 'succeeded' ? [event.job] : [],
  );

test('a job that waits is held and let go on; one that runs is interrupted and keeps what it has committed', async () => {
  const { world, photo, running } = await openAtWork();
  const waiting = requestFor(photo, 'Waiting');
  await world.queue.request(waiting);
  await world.queue.pause(waiting.id);
  await world.queue.pause(waiting.id);
  expect(stateOf(world, waiting.id)).toBe('paused');
  await world.queue.pause(running.id);
  const held = world.queue.job(running.id)!.run;
  expect(held.state).toBe('paused');
  expect(held.stages.map((one) => one.state)).toEqual([...Array(5).fill('done'), 'waiting', 'waiting']);
  world.stageLog.behave({});
  await world.queue.resume(running.id);
  expect(await world.ended(running.id)).toMatchObject({ state: 'succeeded', attempt: 2 });
  expect(world.stageLog.count('look')).toBe(1);
  expect(stateOf(world, waiting.id)).toBe('paused');
  // Held across a restart, too.
  await world.reopen();
  expect(stateOf(world, waiting.id)).toBe('paused');
  await world.queue.resume(waiting.id);
  expect(await world.ended(waiting.id)).toMatchObject({ state: 'succeeded' });
  await world.queue.resume(waiting.id);
  expect(stateOf(world, waiting.id)).toBe('succeeded');
});

test('a job that is asked for again in the moment it ended still runs alone', async () => {
  const world = await open();
  world.stageLog.behave({ look: 'hangs' });
  const first = requestFor(await world.photo('one'), 'First');
  const second = requestFor(await world.photo('two'), 'Second', { requestedAt: world.clock.now() + 1 });
  await world.queue.request(first);
  await world.stageLog.until((log) => log.count('look') === 1);
  let asked: Promise<unknown> = Promise.resolve();
  world.queue.on((event) => {
    if (event.type !== 'run' || event.job !== first.id || event.run.state !== 'cancelled') return;
    // The second request looks who is next while the end of the first is still being told.
    const again = world.queue.retry(first.id, 1);
    world.clock.advance(5);
    asked = Promise.all([again, world.queue.request(second)]);
  });
  await world.queue.cancel(first.id);
  await world.stageLog.until((log) => log.count('look') === 2);
  await asked;
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect([stateOf(world, first.id), stateOf(world, second.id)]).toEqual(['running', 'queued']);
});

test('a held job can be cancelled, and the next one does not wait for it', async () => {
  const { world, photo, running } = await openAtWork();
  await world.queue.pause(running.id);
  world.stageLog.behave({});
  const next = requestFor(photo, 'Next');
  await world.queue.request(next);
  await world.ended(next.id);
  await world.queue.cancel(running.id);
  expect(stateOf(world, running.id)).toBe('cancelled');
});

test('places: the line is what people make of it, across a restart', async () => {
  const { world, photo, running } = await openAtWork();
  const [first, second, third] = [1, 2, 3].map((at) => requestFor(photo, `Job ${at}`, { requestedAt: at }));
  for (const request of [first!, second!, third!]) await world.queue.request(request);
  await world.queue.place(third!.id, { place: 1.5 });
  const ids = () => world.queue.line().map(({ request }) => request.id);
  expect(ids()).toEqual([running, first!, third!, second!].map(({ id }) => id));
  await world.queue.place(first!.id, { place: 9 });
  world.stageLog.behave({});
  await world.reopen();
  await world.ended(first!.id);
  expect(succeededOrder(world)).toEqual([running, third!, second!, first!].map(({ id }) => id));
});

test('"now" goes before all others, also while the queue is paused', async () => {
  const { world, photo, running } = await openAtWork();
  await world.queue.setRules({ ...defaultRules, paused: true });
  expect(world.queue.rest()).toEqual({ why: 'paused' });
  const patient = requestFor(photo, 'Patient');
  const hurried = requestFor(photo, 'Hurried');
  await world.queue.request(patient);
  await world.queue.request(hurried);
  await world.queue.place(hurried.id, { now: true });
  world.stageLog.behave({});
  // What runs goes on.
  expect(stateOf(world, running.id)).toBe('running');
  await world.queue.cancel(running.id);
  await world.ended(hurried.id);
  expect(stateOf(world, patient.id)).toBe('queued');
  const told = world.events.flatMap((event) => (event.type === 'rest' ? [event.rest?.why] : []));
  expect(told).toEqual(['paused']);
  await world.queue.setRules(defaultRules);
  expect(await world.ended(patient.id)).toMatchObject({ state: 'succeeded' });
  expect(world.queue.rest()).toBeUndefined();
}, 20_000);

test('rules are kept across a restart', async () => {
  const world = await open();
  await world.queue.setRules({ ...defaultRules, quiet: { from: '22:00', to: '07:00' }, keepDays: 3 });
  await world.reopen({ minuteOfDay: () => 23 * 60 });
  expect(world.queue.rules()).toMatchObject({ quiet: { from: '22:00', to: '07:00' }, keepDays: 3 });
  const request = requestFor(await world.photo(), 'Hello');
  await world.queue.request(request);
  await new Promise((resolve) => setImmediate(resolve));
  expect(world.queue.rest()).toMatchObject({ why: 'quiet-hours' });
  expect(stateOf(world, request.id)).toBe('queued');
});

test('quiet hours end by themselves', async () => {
  let minute = 6 * 60;
  const world = await open({ minuteOfDay: () => minute });
  await world.queue.setRules({ ...defaultRules, quiet: { from: '22:00', to: '07:00' } });
  const request = requestFor(await world.photo(), 'Hello');
  await world.queue.request(request);
  await new Promise((resolve) => setImmediate(resolve));
  expect(stateOf(world, request.id)).toBe('queued');
  minute = 7 * 60;
  world.clock.advance(60 * 60_000);
  expect(await world.ended(request.id)).toMatchObject({ state: 'succeeded' });
});

test('a busy machine is waited for when that was asked', async () => {
  let busy = true;
  const world = await open({ isBusy: () => busy });
  await world.queue.setRules({ ...defaultRules, onlyWhenIdle: true });
  const request = requestFor(await world.photo(), 'Hello');
  await world.queue.request(request);
  expect(world.queue.rest()).toEqual({ why: 'machine-busy' });
  busy = false;
  world.clock.advance(15_000);
  expect(await world.ended(request.id)).toMatchObject({ state: 'succeeded' });
});

test('a newer job stands in for one that waits, that failed, and that runs', async () => {
  const { world, photo, running } = await openAtWork();
  const waiting = requestFor(photo, 'Waiting');
  await world.queue.request(waiting);
  const instead = (older: typeof waiting, text: string) => ({
    ...requestFor(photo, text),
    supersedes: older.id,
  });
  const first = instead(waiting, 'First');
  await world.queue.request(first);
  expect(world.queue.job(waiting.id)?.run).toMatchObject({ state: 'superseded', supersededBy: first.id });
  const second = instead(running, 'Second');
  await world.queue.request(second);
  const run = await world.until(running.id, (now) => now.state === 'superseded');
  expect(run.supersededBy).toBe(second.id);
  world.stageLog.behave({});
  await world.ended(first.id);
  await world.ended(second.id);
  // What has its video keeps it.
  const third = instead(second, 'Third');
  await world.queue.request(third);
  await world.ended(third.id);
  expect(stateOf(world, second.id)).toBe('succeeded');
});

test('a retry from a stage makes that stage and what follows anew, and survives a restart in its middle', async () => {
  const world = await open();
  world.stageLog.behave({ finish: 'hangs' });
  const request = requestFor(await world.photo(), 'Hello');
  await world.queue.request(request);
  await world.stageLog.until((log) => log.count('finish') === 1);
  await world.queue.cancel(request.id);
  await world.ended(request.id);
  world.stageLog.behave({ portrait: 'hangs' });
  await world.queue.retry(request.id, 1, 'timing');
  await world.stageLog.until((log) => log.count('portrait') === 2);
  await world.reopen();
  world.stageLog.behave({});
  await world.reopen();
  await world.ended(request.id);
  const counts = (['look', 'speech', 'timing', 'portrait', 'finish'] as StageName[]).map((stage) =>
    world.stageLog.count(stage),
  );
  // The portrait was interrupted by each reopening; timing was made anew once and not again after that.
  expect(counts.slice(0, 3)).toEqual([1, 1, 2]);
  expect(world.queue.job(request.id)?.run).toMatchObject({ state: 'succeeded', retry: 1 });
});

test('"made anew from" may be part of the request', async () => {
  const world = await open();
  const photo = await world.photo();
  const first = requestFor(photo, 'Hello');
  await world.queue.request(first);
  await world.ended(first.id);
  await world.queue.request({ ...requestFor(photo, 'Hello'), fresh: 'portrait' });
  await world.ended(world.queue.jobs().find(({ request }) => request.fresh !== undefined)!.request.id);
  const count = (stage: StageName) => world.stageLog.count(stage);
  expect([count('look'), count('timing'), count('portrait'), count('finish')]).toEqual([1, 1, 2, 2]);
});

test('a plan says which stages are there and which would be made, and changes nothing', async () => {
  const world = await open();
  const photo = await world.photo();
  const request = requestFor(photo, 'Hello');
  const will = async (asked: typeof request) =>
    Object.fromEntries((await world.queue.plan(asked)).map(({ stage, will: what }) => [stage, what]));
  expect(new Set(Object.values(await will(request)))).toEqual(new Set(['run']));
  expect(world.queue.jobs()).toEqual([]);
  await world.queue.request(request);
  await world.ended(request.id);
  expect(new Set(Object.values(await will(requestFor(photo, 'Hello'))))).toEqual(new Set(['reuse']));
  expect(await will(requestFor(photo, 'Good bye'))).toMatchObject({
    look: 'reuse',
    speech: 'run',
    timing: 'run',
    portrait: 'run',
    finish: 'run',
  });
  expect(await will(requestFor(photo, 'Hello', { options: { size: '1280x720' } }))).toMatchObject({
    speech: 'reuse',
    timing: 'reuse',
    portrait: 'run',
    finish: 'run',
  });
  expect(await will({ ...requestFor(photo, 'Hello'), fresh: 'timing' })).toMatchObject({
    speech: 'reuse',
    timing: 'run',
    portrait: 'run',
  });
  for (const stage of await world.queue.plan(requestFor(photo, 'Good bye'))) {
    const [low, high] = stage.rangeMs;
    expect(low).toBeLessThanOrEqual(stage.expectedMs);
    expect(high).toBeGreaterThanOrEqual(stage.expectedMs);
  }
  await expect(world.queue.plan({ ...request, pipeline: 'theirs' })).rejects.toMatchObject({
    code: 'bad-input',
  });
});

test('a stage that fails is tried three times by itself, others go by meanwhile, and then it says why', async () => {
  const world = await open();
  const photo = await world.photo();
  world.stageLog.behave({ timing: 'throws' });
  const poison = requestFor(photo, 'Poison', { requestedAt: 1 });
  await world.queue.request(poison);
  const rests = async (tries: number) => {
    const run = await world.until(poison.id, (now) => now.state === 'queued' && now.tries === tries);
    expect(run.waits).toMatchObject({ why: 'back-off', failure: { code: 'engine-failed', stage: 'timing' } });
    return run;
  };
  const first = await rests(1);
  expect(first.waits?.until).toBe(world.clock.now() + 5_000);
  world.stageLog.behave({});
  const other = requestFor(photo, 'Other', { requestedAt: 2 });
  await world.queue.request(other);
  expect((await world.ended(other.id)).state).toBe('succeeded');
  world.stageLog.behave({ timing: 'throws' });
  world.clock.advance(5_000);
  await rests(2);
  world.clock.advance(30_000);
  await rests(3);
  world.clock.advance(120_000);
  const ended = await world.ended(poison.id);
  expect(ended).toMatchObject({ state: 'failed', attempt: 4, failure: { code: 'engine-failed' } });
  expect(ended.waits).toBeUndefined();
  // A person may start over, and then it has its tries again.
  world.stageLog.behave({});
  await world.queue.retry(poison.id, 1);
  expect(await world.ended(poison.id)).toMatchObject({ state: 'succeeded' });
});

test('a retry by a person does not wait for the back-off', async () => {
  const world = await open();
  world.stageLog.behave({ look: 'throws' });
  const request = requestFor(await world.photo(), 'Hello');
  await world.queue.request(request);
  await world.until(request.id, (now) => now.waits !== undefined);
  world.stageLog.behave({});
  await world.queue.retry(request.id, 1);
  expect(await world.ended(request.id)).toMatchObject({ state: 'succeeded', retry: 1 });
});

test('out of memory: made again in the smaller settings, and the result says so', async () => {
  const world = await open();
  world.stageLog.behave({ portrait: 'needs-memory' });
  const request = requestFor(await world.photo(), 'Hello');
  await world.queue.request(request);
  await world.until(request.id, (now) => now.waits?.why === 'back-off');
  world.clock.advance(1_000);
  const run = await world.ended(request.id);
  expect(run.result?.notes.at(-1)).toMatch(/Memory ran out.*smaller settings/);
  expect(world.stageLog.count('look')).toBe(1);
});

test.each(['look', 'speech', 'timing', 'portrait', 'finish'] as const)(
  'a disk that is full in %s: the job waits, says so, and goes on when there is room',
  async (stage) => {
    const world = await open();
    world.stageLog.behave({ [stage]: 'finds-no-room' });
    const request = requestFor(await world.photo(), 'Hello');
    await world.queue.request(request);
    const waits = (run: JobRun) => run.state === 'queued' && run.waits?.why === 'disk-full';
    for (let times = 1; times <= 5; times += 1) {
      const run = await world.until(request.id, (now) => waits(now) && now.attempt === times);
      expect(run.waits?.failure).toMatchObject({ code: 'disk-full', stage });
      expect(run.tries ?? 0).toBe(0);
      if (times === 5) world.stageLog.behave({});
      world.clock.advance(60_000);
    }
    expect(await world.ended(request.id)).toMatchObject({ state: 'succeeded' });
  },
);

test('while one job is on the GPU, the next one does its processor stages beside it, and never two are on the GPU', async () => {
  const onGpu = (log: QueueWorld['stageLog']): EngineEntry[] =>
    entriesOf(smallEngines(log)).map((entry) =>
      entry.capability === 'portrait' ? { ...entry, tier: 'gpu' as const } : entry,
    );
  let offers: readonly EngineEntry[] = [];
  const world = await open({ offers: () => offers });
  offers = onGpu(world.stageLog);
  world.stageLog.behave({ portrait: 'waits' });
  const photo = await world.photo();
  const [first, second, third] = [1, 2, 3].map((at) => requestFor(photo, `Job ${at}`, { requestedAt: at }));
  for (const request of [first!, second!, third!]) await world.queue.request(request);
  // The second one comes as far as its portrait and waits there; the third one does not begin.
  await world.until(second!.id, (run) => run.stages.filter((one) => one.state === 'done').length >= 2);
  await world.stageLog.until((log) => log.count('timing') === 2);
  expect(world.stageLog.count('portrait')).toBe(1);
  expect(stateOf(world, third!.id)).toBe('queued');
  world.stageLog.behave({});
  for (const request of [first!, second!, third!]) {
    expect(await world.ended(request.id)).toMatchObject({ state: 'succeeded' });
  }
  expect(succeededOrder(world)).toEqual([first!.id, second!.id, third!.id]);
});

test('a folder that was copied does not run by itself what waits in it', async () => {
  const { world, running } = await openAtWork();
  await world.queue.close();
  await world.ledger.close();
  const copy = await openQueueWorld({ copyOf: world.folder });
  worlds.push(copy);
  worlds.splice(worlds.indexOf(world), 1);
  expect(copy.queue.rest()).toEqual({ why: 'restored' });
  expect(stateOf(copy, running.id)).toBe('queued');
  copy.stageLog.behave({});
  await copy.queue.setRules({ ...defaultRules, goOnAt: copy.clock.now() });
  expect(await copy.ended(running.id)).toMatchObject({ state: 'succeeded' });
});
