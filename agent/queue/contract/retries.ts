// Once more: by a person, who only counts upward, from a stage on, or by the queue itself when something may pass.
import type { StageName } from '@myspinbot/shared/job/job.ts';
import { expect, test } from 'vitest';
import { requestFor } from '../fixtures/job-requests.ts';
import { ended, entered, type OpenWorld, openAtWork, stateOf, until } from './world.ts';

export function retries(open: OpenWorld): void {
  test('a cancelled job keeps what it made: the retry goes on from there', async () => {
    const world = await open();
    world.stageLog.behave({ portrait: 'hangs' });
    const request = requestFor(await world.photo(), 'Hello');
    await world.queue.request(request);
    await world.stageLog.until((log) => log.count('portrait') === 1);
    await world.queue.cancel(request.id);
    await ended(world, request.id);
    world.stageLog.behave({});
    await world.queue.retry(request.id, 1);
    expect(await ended(world, request.id)).toMatchObject({ state: 'succeeded', retry: 1, attempt: 2 });
    expect(world.stageLog.count('look')).toBe(1);
    // The same number again, a lower one, or one for a job that has its video: no second run.
    await world.queue.retry(request.id, 1);
    await world.queue.retry(request.id, 2);
    expect(world.queue.job(request.id)?.run).toMatchObject({ state: 'succeeded', retry: 2, attempt: 2 });
  });

  test('a retry from a stage makes that stage and what follows anew, and survives a restart in its middle', async () => {
    const world = await open();
    world.stageLog.behave({ finish: 'hangs' });
    const request = requestFor(await world.photo(), 'Hello');
    await world.queue.request(request);
    await world.stageLog.until((log) => log.count('finish') === 1);
    await world.queue.cancel(request.id);
    await ended(world, request.id);
    world.stageLog.behave({ portrait: 'hangs' });
    await world.queue.retry(request.id, 1, 'timing');
    await world.stageLog.until((log) => log.count('portrait') === 2);
    await world.reopen();
    world.stageLog.behave({});
    await world.reopen();
    await ended(world, request.id);
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
    await ended(world, first.id);
    await world.queue.request({ ...requestFor(photo, 'Hello'), fresh: 'portrait' });
    await ended(world, world.queue.jobs().find(({ request }) => request.fresh !== undefined)!.request.id);
    const count = (stage: StageName) => world.stageLog.count(stage);
    expect([count('look'), count('timing'), count('portrait'), count('finish')]).toEqual([1, 1, 2, 2]);
  });

  test('a stage that fails is tried three times by itself, others go by meanwhile, and then it says why', async () => {
    const world = await open();
    const photo = await world.photo();
    world.stageLog.behave({ timing: 'throws' });
    const poison = requestFor(photo, 'Poison', { requestedAt: 1 });
    await world.queue.request(poison);
    const rests = async (tries: number) => {
      const run = await until(world, poison.id, (now) => now.state === 'queued' && now.tries === tries);
      expect(run.waits).toMatchObject({
        why: 'back-off',
        failure: { code: 'engine-failed', stage: 'timing' },
      });
      return run;
    };
    const first = await rests(1);
    expect(first.waits?.until).toBe(world.clock.now() + 5_000);
    world.stageLog.behave({});
    const other = requestFor(photo, 'Other', { requestedAt: 2 });
    await world.queue.request(other);
    expect((await ended(world, other.id)).state).toBe('succeeded');
    world.stageLog.behave({ timing: 'throws' });
    world.clock.advance(5_000);
    await rests(2);
    world.clock.advance(30_000);
    await rests(3);
    world.clock.advance(120_000);
    const last = await ended(world, poison.id);
    expect(last).toMatchObject({ state: 'failed', attempt: 4, failure: { code: 'engine-failed' } });
    expect(last.waits).toBeUndefined();
    // A person may start over, and then it has its tries again.
    world.stageLog.behave({});
    await world.queue.retry(poison.id, 1);
    expect(await ended(world, poison.id)).toMatchObject({ state: 'succeeded' });
  });

  test('a retry by a person does not wait for the back-off', async () => {
    const world = await open();
    world.stageLog.behave({ look: 'throws' });
    const request = requestFor(await world.photo(), 'Hello');
    await world.queue.request(request);
    await until(world, request.id, (now) => now.waits !== undefined);
    world.stageLog.behave({});
    await world.queue.retry(request.id, 1);
    expect(await ended(world, request.id)).toMatchObject({ state: 'succeeded', retry: 1 });
  });

  test('a retry counts only upward, and one for a job that runs is left alone', async () => {
    const { world, running } = await openAtWork(open);
    await world.queue.retry(running.id, 5);
    expect(world.queue.job(running.id)?.run).toMatchObject({ state: 'running', retry: 0 });
    await world.queue.cancel(running.id);
    await ended(world, running.id);
    await world.queue.retry(running.id, 0);
    expect(stateOf(world, running.id)).toBe('cancelled');
    await world.queue.retry(running.id, 3);
    await entered(world, 'portrait', 2);
    await world.queue.cancel(running.id);
    await ended(world, running.id);
    for (const lower of [1, 2, 3]) await world.queue.retry(running.id, lower);
    expect(world.queue.job(running.id)?.run).toMatchObject({ state: 'cancelled', retry: 3, attempt: 2 });
  });

  test('a retry of what waits merely takes the number, durably', async () => {
    const { world, photo } = await openAtWork(open);
    const waiting = requestFor(photo, 'Waiting');
    await world.queue.request(waiting);
    await world.queue.retry(waiting.id, 4);
    await world.kill();
    expect(world.queue.job(waiting.id)?.run).toMatchObject({ state: 'queued', retry: 4, attempt: 0 });
  });

  test('without patience what fails has failed at once', async () => {
    const world = await open({ isPatient: false });
    world.stageLog.behave({ look: 'throws' });
    const request = requestFor(await world.photo(), 'Hello');
    await world.queue.request(request);
    expect(await ended(world, request.id)).toMatchObject({
      state: 'failed',
      attempt: 1,
      failure: { code: 'engine-failed', stage: 'look' },
    });
  });
}
