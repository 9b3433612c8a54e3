// What a request is: accepted durably or not at all, once by its id, whatever was wished meanwhile.
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { expect, test } from 'vitest';
import { requestFor } from '../fixtures/job-requests.ts';
import { ended, type OpenWorld, someTurns, stateOf, statesOf } from './world.ts';

export function asking(open: OpenWorld): void {
  test('asking again with the same id changes nothing', async () => {
    const world = await open();
    const request = requestFor(await world.photo(), 'Hello');
    await Promise.all([world.queue.request(request), world.queue.request(request)]);
    await ended(world, request.id);
    expect(await world.queue.request(request)).toMatchObject({ state: 'succeeded' });
    expect(world.queue.jobs()).toHaveLength(1);
    expect(world.stageLog.count('look')).toBe(1);
  });

  test('a job waits for the assets it names, and for those alone', async () => {
    const world = await open();
    const missing: AssetRef = { hash: 'f'.repeat(64) as AssetHash, bytes: 10, type: 'image/png' };
    const elsewhere = await open();
    const photo = await elsewhere.photo('late');
    const request = { ...requestFor(photo, 'Hello'), assets: [photo, missing] };
    expect(await world.queue.request(request)).toMatchObject({ state: 'waiting-for-assets' });
    await world.photo('late');
    expect((await ended(world, request.id)).state).toBe('succeeded');
    expect(statesOf(world, request.id).slice(0, 3)).toEqual(['waiting-for-assets', 'queued', 'claimed']);
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
    await ended(world, request.id);
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

  test('it is known to a later holder, also where it has ended there', async () => {
    const world = await open();
    const request = requestFor(await world.photo(), 'Hello');
    await world.queue.request(request);
    const run = await ended(world, request.id);
    await world.reopen();
    expect(await world.queue.request(request)).toEqual(run);
    expect(world.queue.jobs()).toEqual([{ request, run }]);
    expect(world.stageLog.count('look')).toBe(1);
  });

  test('it is neither accepted, told nor worked on before it is durable', async () => {
    const world = await open();
    const request = requestFor(await world.photo(), 'Hello');
    world.storage.hold();
    let isAccepted = false;
    const accepting = world.queue.request(request).then(() => {
      isAccepted = true;
    });
    // The same once more waits for the same disk.
    const again = world.queue.request(request).then(() => {
      isAccepted = true;
    });
    await world.storage.waiting(1);
    await someTurns();
    expect(isAccepted).toBe(false);
    expect([world.queue.job(request.id), world.queue.jobs(), world.events]).toEqual([undefined, [], []]);
    expect(world.stageLog.events()).toEqual([]);
    world.storage.release();
    await Promise.all([accepting, again]);
    expect(await ended(world, request.id)).toMatchObject({ state: 'succeeded', attempt: 1 });
  });

  test('what was accepted outlives the holder that accepted it, however many at once', async () => {
    const world = await open();
    world.stageLog.behave({ look: 'hangs' });
    const photo = await world.photo();
    const requests = Array.from({ length: 30 }, (_, at) => requestFor(photo, `Job ${at}`));
    await Promise.all(requests.map((request) => world.queue.request(request)));
    await world.kill();
    expect(new Set(world.queue.jobs().map(({ request }) => request.id))).toEqual(
      new Set(requests.map(({ id }) => id)),
    );
  });

  test('what was wished before it got here counts: cancelled never starts, paused waits, a place is kept', async () => {
    const world = await open();
    const photo = await world.photo();
    const [cancelled, paused, placed] = [1, 2, 3].map((at) => requestFor(photo, `Job ${at}`));
    await world.queue.setRules({ ...world.queue.rules(), paused: true });
    expect(await world.queue.request(cancelled!, { cancelledAt: 5 })).toMatchObject({
      state: 'cancelled',
      attempt: 0,
    });
    expect(await world.queue.request(paused!, { pausedAt: 5 })).toMatchObject({ state: 'paused' });
    expect(await world.queue.request(placed!, { place: 7, retry: 2 })).toMatchObject({ place: 7, retry: 2 });
    await world.queue.setRules({ ...world.queue.rules(), paused: false });
    await ended(world, placed!.id);
    expect([stateOf(world, cancelled!.id), stateOf(world, paused!.id)]).toEqual(['cancelled', 'paused']);
    expect(world.stageLog.count('finish')).toBe(1);
  });

  test('a pipeline that is not here fails it before any work', async () => {
    const world = await open();
    const run = await world.queue.request(requestFor(await world.photo(), 'Hello', { pipeline: 'theirs' }));
    expect(run).toMatchObject({ state: 'failed', attempt: 0, failure: { code: 'bad-input' } });
    expect(world.stageLog.events()).toEqual([]);
  });
}
