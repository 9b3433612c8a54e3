// One holder after another, and two at once: what was committed is not made again, and who was followed is harmless.
import type { StageName } from '@myspinbot/shared/job/job.ts';
import { stageNames } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import { expect, test } from 'vitest';
import { requestFor } from '../fixtures/job-requests.ts';
import { chanceOf } from '../fixtures/random.ts';
import type { QueueEvent } from '../port.ts';
import { ended, entered, type OpenWorld, openAtWork, outcomes, stateOf, until } from './world.ts';

export function holders(open: OpenWorld): void {
  test('killed in the middle of each stage in turn: committed stages never run again', async () => {
    const world = await open();
    const clip = await world.photo('a voice clip');
    const order: StageName[] = ['script', 'look', 'voice', 'speech', 'timing', 'portrait', 'finish'];
    const hang = (stages: readonly StageName[]) =>
      world.stageLog.behave(Object.fromEntries(stages.map((stage) => [stage, 'hangs'])));
    hang(stageNames);
    const request = requestFor(await world.photo(), '', {
      options: { narration: { kind: 'topic', topic: 'the sea' }, voiceClip: clip.hash },
    });
    await world.queue.request(request);
    for (const [index, stage] of order.entries()) {
      await entered(world, stage);
      hang(order.slice(index + 1));
      await world.kill();
    }
    expect(await ended(world, request.id)).toMatchObject({ state: 'succeeded', attempt: order.length + 1 });
    // Once interrupted, once to its end.
    for (const stage of order) expect(world.stageLog.count(stage), stage).toBe(2);
    expect(outcomes(world, request.id)).toEqual([
      ...order.slice(0, -1).map((stage) => `${stage} reused`),
      'finish done',
    ]);
  });

  test('a job that was being cancelled when its holder died is cancelled by the next, and can be asked for again', async () => {
    const { world, running } = await openAtWork(open);
    // It does not let go before its holder dies.
    world.stageLog.behave({ portrait: 'clings' });
    await world.queue.cancel(running.id);
    expect(stateOf(world, running.id)).toBe('cancelling');
    await world.kill();
    expect(stateOf(world, running.id)).toBe('cancelled');
    world.stageLog.behave({});
    await world.queue.retry(running.id, 1);
    expect(await ended(world, running.id)).toMatchObject({ state: 'succeeded', retry: 1 });
    expect(world.stageLog.count('look')).toBe(1);
  });

  test('a holder that closes politely lets go of its job, and the next one finishes it', async () => {
    const { world, running } = await openAtWork(open);
    await world.queue.setRules({ ...world.queue.rules(), paused: true });
    await world.reopen();
    expect(world.queue.job(running.id)?.run).toMatchObject({ state: 'queued', attempt: 1 });
    world.stageLog.behave({});
    await world.queue.setRules({ ...world.queue.rules(), paused: false });
    expect(await ended(world, running.id)).toMatchObject({ state: 'succeeded', attempt: 2 });
    expect(world.stageLog.count('look')).toBe(1);
  });

  test('every state is found again as what it was, or as what an interruption makes of it', async () => {
    const { world, photo, running } = await openAtWork(open);
    const [queued, paused, cancelled] = ['Queued', 'Paused', 'Cancelled'].map((text) =>
      requestFor(photo, text),
    );
    for (const request of [queued!, paused!, cancelled!]) await world.queue.request(request);
    const instead = { ...requestFor(photo, 'Instead'), supersedes: cancelled!.id };
    const elsewhere = await open();
    const absent = requestFor(await elsewhere.photo('absent'), 'Absent');
    const failed = requestFor(photo, 'Failed', { pipeline: 'theirs' });
    for (const request of [absent, failed]) await world.queue.request(request);
    await world.queue.pause(paused!.id);
    await world.queue.cancel(cancelled!.id);
    await world.queue.request(instead);
    await world.queue.setRules({ ...world.queue.rules(), paused: true });
    await world.kill();
    const all = [running, queued!, paused!, cancelled!, instead, absent, failed];
    expect(all.map(({ id }) => stateOf(world, id))).toEqual([
      'queued',
      'queued',
      'paused',
      'superseded',
      'queued',
      'waiting-for-assets',
      'failed',
    ]);
    expect(world.queue.jobs()).toHaveLength(all.length);
  });

  test('who was followed unawares can neither commit what it made nor claim another job', async () => {
    const world = await open();
    world.stageLog.behave({ look: 'waits' });
    const first = requestFor(await world.photo('one'), 'First', { requestedAt: 1 });
    const second = requestFor(await world.photo('two'), 'Second', { requestedAt: 2 });
    for (const request of [first, second]) await world.queue.request(request);
    await entered(world, 'look');
    const older = await world.takeOver();
    const told: QueueEvent[] = [];
    const refused = new Promise<void>((resolve) => {
      older.on((event) => {
        told.push(event);
        if (event.type === 'stage') resolve();
      });
    });
    await entered(world, 'look', 2);
    // Both are let go in the same moment.
    world.stageLog.behave({});
    await refused;
    for (const { id } of [first, second]) await ended(world, id);
    await older.close();
    expect(told.flatMap((event) => (event.type === 'stage' ? [event.outcome] : []))).toEqual(['failed']);
    expect(told.flatMap((event) => (event.type === 'run' ? [event.run.state] : []))).toEqual([]);
    expect(world.queue.job(first.id)?.run).toMatchObject({ state: 'succeeded', attempt: 2 });
    expect(world.queue.job(second.id)?.run).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(world.stageLog.count('speech')).toBe(2);
  });

  test('who was followed accepts nothing: a request is refused, not lost', async () => {
    const { world, photo } = await openAtWork(open);
    const waiting = requestFor(photo, 'Waiting');
    await world.queue.request(waiting);
    const older = await world.takeOver();
    const told: QueueEvent[] = [];
    older.on((event) => told.push(event));
    const late = requestFor(photo, 'Late');
    const refused = { code: 'fenced' };
    await expect(older.request(late)).rejects.toMatchObject(refused);
    expect(older.job(late.id)).toBeUndefined();
    await expect(older.setRules({ ...older.rules(), paused: true })).rejects.toMatchObject(refused);
    await expect(older.cancel(waiting.id)).rejects.toMatchObject(refused);
    await expect(older.forgetJobs([late.id])).rejects.toMatchObject(refused);
    expect(stateOf(world, waiting.id)).toBe('queued');
    expect(told).toEqual([]);
  });

  test('the seeded interleaver: whatever is cancelled, retried and restarted, every job ends, none twice', async () => {
    const seed = Number(process.env.SEED ?? 20_251);
    console.log(`queue: interleaver seed ${seed}`);
    const { number: random, pick } = chanceOf(seed);
    const world = await open();
    const photo = await world.photo();
    const stages = ['look', 'speech', 'timing', 'portrait', 'finish'] as const;
    const requests = Array.from({ length: 12 }, (_, index) => requestFor(photo, `Job ${index % 9}`));
    const retries = new Map<string, number>();
    let restarts = 0;
    for (const [index, request] of requests.entries()) {
      if (random() < 0.5)
        world.stageLog.behave({ [pick(stages)]: pick(['waits', 'hangs', 'throws'] as const) });
      else world.stageLog.behave({});
      await world.queue.request(request);
      for (let step = 0; step < 4; step += 1) {
        const victim = pick(requests.slice(0, index + 1));
        const act = random();
        if (act < 0.35) await world.queue.cancel(victim.id);
        else if (act < 0.7) {
          retries.set(victim.id, (retries.get(victim.id) ?? 0) + 1);
          await world.queue.retry(victim.id, retries.get(victim.id)!);
        } else if (act < 0.85) {
          restarts += 1;
          await world.reopen();
        } else await new Promise((resolve) => setImmediate(resolve));
      }
    }
    // From here on everything works: what hangs is let go by one more restart.
    world.stageLog.behave({});
    await world.reopen();
    for (const request of requests) await ended(world, request.id);
    for (const request of requests) {
      const { run } = world.queue.job(request.id)!;
      if (run.state !== 'succeeded') await world.queue.retry(request.id, run.retry + 1);
    }
    for (const request of requests) {
      const run = await until(world, request.id, (now) => isEnded(now.state));
      expect(run.state, request.id).toBe('succeeded');
    }
    // What was committed was made once: nine different texts, one portrait that left its engine for each.
    const made = world.stageLog
      .events()
      .filter((one) => one.stage === 'finish' && one.event === 'left').length;
    expect(made).toBeGreaterThanOrEqual(9);
    const videos = new Set(requests.map(({ id }) => world.queue.job(id)!.run.result!.video.hash));
    expect(videos.size).toBe(9);
    console.log(`queue: ${restarts} restarts, ${[...retries.values()].reduce((a, b) => a + b, 0)} retries`);
  }, 60_000);
}
