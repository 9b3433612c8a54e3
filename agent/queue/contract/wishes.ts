// What people wish for a job: an end, a pause, another job in its place. Every wish may come in every state, twice, or late.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { expect, test } from 'vitest';
import { requestFor } from '../fixtures/job-requests.ts';
import { ended, type OpenWorld, openAtWork, outcomes, stateOf, statesOf, until } from './world.ts';

export function wishes(open: OpenWorld): void {
  test('cancel works while waiting for assets, while queued, while running, and does nothing at the end', async () => {
    const world = await open();
    const photo = await world.photo();
    const elsewhere = { ...photo, hash: 'e'.repeat(64) as AssetHash };
    const waiting = requestFor(elsewhere, 'Waiting');
    await world.queue.request(waiting);
    await world.queue.cancel(waiting.id);
    expect(world.queue.job(waiting.id)?.run.state).toBe('cancelled');

    world.stageLog.behave({ portrait: 'hangs' });
    const running = requestFor(photo, 'Running');
    const queued = requestFor(photo, 'Queued');
    await world.queue.request(running);
    await world.queue.request(queued);
    await world.stageLog.until((log) => log.count('portrait') === 1);
    await world.queue.cancel(queued.id);
    expect(world.queue.job(queued.id)?.run.state).toBe('cancelled');
    await world.queue.cancel(running.id);
    await world.queue.cancel(running.id);
    const run = await ended(world, running.id);
    expect(run.state).toBe('cancelled');
    expect(run.stages.map((one) => one.state)).toEqual([...Array(5).fill('done'), 'waiting', 'waiting']);
    expect(statesOf(world, running.id).at(-2)).toBe('cancelling');
    expect(outcomes(world, running.id).at(-1)).toBe('portrait cancelled');

    world.stageLog.behave({});
    const done = requestFor(photo, 'Done');
    await world.queue.request(done);
    const result = await ended(world, done.id);
    await world.queue.cancel(done.id);
    expect(world.queue.job(done.id)?.run).toEqual(result);
  });

  test('a job that waits is held and let go on; one that runs is interrupted and keeps what it has committed', async () => {
    const { world, photo, running } = await openAtWork(open);
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
    expect(await ended(world, running.id)).toMatchObject({ state: 'succeeded', attempt: 2 });
    expect(world.stageLog.count('look')).toBe(1);
    expect(stateOf(world, waiting.id)).toBe('paused');
    // Held across a restart, too.
    await world.reopen();
    expect(stateOf(world, waiting.id)).toBe('paused');
    await world.queue.resume(waiting.id);
    expect(await ended(world, waiting.id)).toMatchObject({ state: 'succeeded' });
    await world.queue.resume(waiting.id);
    expect(stateOf(world, waiting.id)).toBe('succeeded');
  });

  test('a held job can be cancelled, and the next one does not wait for it', async () => {
    const { world, photo, running } = await openAtWork(open);
    await world.queue.pause(running.id);
    world.stageLog.behave({});
    const next = requestFor(photo, 'Next');
    await world.queue.request(next);
    await ended(world, next.id);
    await world.queue.cancel(running.id);
    expect(stateOf(world, running.id)).toBe('cancelled');
  });

  test('a newer job stands in for one that waits, that failed, and that runs', async () => {
    const { world, photo, running } = await openAtWork(open);
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
    const run = await until(world, running.id, (now) => now.state === 'superseded');
    expect(run.supersededBy).toBe(second.id);
    world.stageLog.behave({});
    await ended(world, first.id);
    await ended(world, second.id);
    // What has its video keeps it.
    const third = instead(second, 'Third');
    await world.queue.request(third);
    await ended(world, third.id);
    expect(stateOf(world, second.id)).toBe('succeeded');
  });

  test('cancel and pause while the claim is on its way to the disk: no stage begins', async () => {
    for (const wish of ['cancel', 'pause'] as const) {
      const { world, photo, running } = await openAtWork(open);
      const next = requestFor(photo, 'Next');
      await world.queue.request(next);
      world.storage.hold();
      const letGo = world.queue.cancel(running.id);
      await world.storage.waiting(2);
      const wished = world.queue[wish](next.id);
      world.stageLog.behave({});
      world.storage.release();
      await Promise.all([letGo, wished]);
      const state = wish === 'cancel' ? 'cancelled' : 'paused';
      await until(world, next.id, (run) => run.state === state);
      expect(outcomes(world, next.id).filter((one) => one.endsWith('done'))).toEqual([]);
    }
  });

  test('a wish is durable when it is answered', async () => {
    const { world, photo } = await openAtWork(open);
    const [cancelled, paused, placed] = [1, 2, 3].map((at) => requestFor(photo, `Job ${at}`));
    for (const request of [cancelled!, paused!, placed!]) await world.queue.request(request);
    await Promise.all([
      world.queue.cancel(cancelled!.id),
      world.queue.pause(paused!.id),
      world.queue.place(placed!.id, { place: 3 }),
    ]);
    await world.kill();
    expect([stateOf(world, cancelled!.id), stateOf(world, paused!.id)]).toEqual(['cancelled', 'paused']);
    expect(world.queue.job(placed!.id)?.run).toMatchObject({ state: 'queued', place: 3 });
  });

  test('wishes for what nobody asked for are left alone', async () => {
    const world = await open();
    const { id } = requestFor(await world.photo(), 'never asked');
    await world.queue.cancel(id);
    await world.queue.pause(id);
    await world.queue.resume(id);
    await world.queue.place(id, { place: 1 });
    await world.queue.retry(id, 1);
    expect([world.queue.jobs(), world.events]).toEqual([[], []]);
  });
}
