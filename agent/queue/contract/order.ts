// Whose turn it is, how many run beside each other, and that nothing runs which is not claimed.
import { defaultRules } from '@myspinbot/shared/job/rules.ts';
import { expect, test } from 'vitest';
import { requestFor } from '../fixtures/job-requests.ts';
import {
  ended,
  entered,
  type OpenWorld,
  openAtWork,
  someTurns,
  stateOf,
  succeededOrder,
  until,
} from './world.ts';

export function order(open: OpenWorld): void {
  test('one job runs at a time, in the order of asking', async () => {
    const world = await open();
    const photo = await world.photo();
    world.stageLog.behave({ look: 'waits' });
    const blocker = requestFor(photo, 'Blocker');
    await world.queue.request(blocker);
    await world.stageLog.until((log) => log.count('look') === 1);
    const now = world.clock.now();
    // Asked at 30, 10, 20; one device's clock runs a day ahead, but it was heard of before the last.
    const asked = [now - 70, now - 90, now - 80, now + 86_400_000].map((requestedAt, index) =>
      requestFor(photo, `Job ${index}`, { requestedAt }),
    );
    for (const request of asked) await world.queue.request(request);
    world.stageLog.behave({});
    world.clock.advance(50);
    const last = requestFor(photo, 'Last', { requestedAt: world.clock.now() });
    await world.queue.request(last);
    await ended(world, last.id);
    expect(succeededOrder(world)).toEqual(
      [blocker, asked[1]!, asked[2]!, asked[0]!, asked[3]!, last].map(({ id }) => id),
    );
    let runningNow = new Set<string>();
    for (const event of world.events) {
      if (event.type !== 'run') continue;
      runningNow = new Set([...runningNow].filter((job) => job !== event.job));
      if (event.run.state === 'running') runningNow.add(event.job);
      expect(runningNow.size).toBeLessThanOrEqual(1);
    }
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
    await until(world, first.id, (run) => run.state === 'running' && run.attempt === 2);
    await asked;
    // Changes are told in their order: had anything else been claimed by now, it would have been told before this one.
    const third = requestFor(await world.photo('three'), 'Third');
    await world.queue.request(third);
    await world.queue.cancel(third.id);
    expect([stateOf(world, first.id), stateOf(world, second.id)]).toEqual(['running', 'queued']);
  });

  test('places: the line is what people make of it, across a restart', async () => {
    const { world, photo, running } = await openAtWork(open);
    const [first, second, third] = [1, 2, 3].map((at) => requestFor(photo, `Job ${at}`, { requestedAt: at }));
    for (const request of [first!, second!, third!]) await world.queue.request(request);
    await world.queue.place(third!.id, { place: 1.5 });
    const ids = () => world.queue.line().map(({ request }) => request.id);
    expect(ids()).toEqual([running, first!, third!, second!].map(({ id }) => id));
    await world.queue.place(first!.id, { place: 9 });
    world.stageLog.behave({});
    await world.reopen();
    await ended(world, first!.id);
    expect(succeededOrder(world)).toEqual([running, third!, second!, first!].map(({ id }) => id));
  });

  test('"now" goes before all others, also while the queue is paused', async () => {
    const { world, photo, running } = await openAtWork(open);
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
    await ended(world, hurried.id);
    expect(stateOf(world, patient.id)).toBe('queued');
    const told = world.events.flatMap((event) => (event.type === 'rest' ? [event.rest?.why] : []));
    expect(told).toEqual(['paused']);
    await world.queue.setRules(defaultRules);
    expect(await ended(world, patient.id)).toMatchObject({ state: 'succeeded' });
    expect(world.queue.rest()).toBeUndefined();
  }, 20_000);

  test('while one job is on the GPU, the next one does its processor stages beside it, and never two are on the GPU', async () => {
    const world = await open({ onGpu: ['portrait'] });
    world.stageLog.behave({ portrait: 'waits' });
    const photo = await world.photo();
    const [first, second, third] = [1, 2, 3].map((at) => requestFor(photo, `Job ${at}`, { requestedAt: at }));
    for (const request of [first!, second!, third!]) await world.queue.request(request);
    // The second one comes as far as its portrait and waits there; the third one does not begin.
    await until(world, second!.id, (run) => run.stages.filter((one) => one.state === 'done').length >= 2);
    await world.stageLog.until((log) => log.count('timing') === 2);
    expect(world.stageLog.count('portrait')).toBe(1);
    expect(stateOf(world, third!.id)).toBe('queued');
    world.stageLog.behave({});
    for (const request of [first!, second!, third!]) {
      expect(await ended(world, request.id)).toMatchObject({ state: 'succeeded' });
    }
    expect(succeededOrder(world)).toEqual([first!.id, second!.id, third!.id]);
  });

  test('no stage begins before the claim is durable, and nobody hears of the claim before', async () => {
    const { world, photo, running } = await openAtWork(open);
    // The first stage of this one needs an engine.
    const next = requestFor(photo, '', { options: { narration: { kind: 'topic', topic: 'the sea' } } });
    await world.queue.request(next);
    world.storage.hold();
    const cancelling = world.queue.cancel(running.id);
    // What was running lets go at once; its end and the claim of the next are on their way.
    await world.storage.waiting(2);
    await someTurns();
    expect(world.stageLog.count('script')).toBe(0);
    expect([stateOf(world, running.id), stateOf(world, next.id)]).toEqual(['running', 'queued']);
    world.stageLog.behave({});
    world.storage.release();
    await cancelling;
    expect(await ended(world, next.id)).toMatchObject({ state: 'succeeded', attempt: 1 });
  });

  test('a claim outlives its holder: the next attempt is another one', async () => {
    const world = await open();
    world.stageLog.behave({ look: 'hangs' });
    const request = requestFor(await world.photo(), 'Hello');
    await world.queue.request(request);
    await entered(world, 'look');
    world.stageLog.behave({});
    await world.kill();
    expect(await ended(world, request.id)).toMatchObject({ state: 'succeeded', attempt: 2 });
  });

  test('many jobs with several stages on the GPU: never two of them at once', async () => {
    const world = await open({ onGpu: ['look', 'speech', 'portrait'] });
    const requests = [];
    for (let at = 0; at < 6; at += 1)
      requests.push(requestFor(await world.photo(`photo ${at}`), `Job ${at}`, { requestedAt: at }));
    await Promise.all(requests.map((request) => world.queue.request(request)));
    for (const { id } of requests) expect(await ended(world, id)).toMatchObject({ state: 'succeeded' });
    let onGpu = 0;
    for (const { stage, event } of world.stageLog.events()) {
      if (stage !== 'look' && stage !== 'speech' && stage !== 'portrait') continue;
      onGpu += event === 'entered' ? 1 : -1;
      expect([0, 1]).toContain(onGpu);
    }
  });
}
