// What is told: every change once, in order, after it is durable; and nothing twice to a later holder.
import { nextState, type RunEvent } from '@myspinbot/shared/job/life.ts';
import { defaultRules } from '@myspinbot/shared/job/rules.ts';
import { expect, test } from 'vitest';
import { requestFor } from '../fixtures/job-requests.ts';
import type { QueueEvent } from '../port.ts';
import { ended, type OpenWorld, openAtWork, outcomes, stateOf, statesOf } from './world.ts';

const events: RunEvent['type'][] = [
  'assets-complete',
  'assets-missing',
  'claimed',
  'stage-started',
  'pause-wished',
  'resume-wished',
  'cancel-wished',
  'cancelled',
  'failed',
  'put-off',
  'succeeded',
  'interrupted',
  'retry-wished',
  'superseded',
];
const isLegal = (from: Parameters<typeof nextState>[0], to: string) =>
  from === to || events.some((type) => nextState(from, { type }) === to);
/** Without what was told again of the same state. */
const changes = <T>(states: readonly T[]) => states.filter((one, at) => one !== states[at - 1]);

export function telling(open: OpenWorld): void {
  test('every change of a job is told once, in order, as the queue itself says it is at that moment', async () => {
    const world = await open({ isPatient: false });
    const asTold: boolean[] = [];
    world.queue.on((event) => {
      if (event.type === 'run') asTold.push(world.queue.job(event.job)?.run === event.run);
    });
    const photo = await world.photo();
    const good = requestFor(photo, 'Good');
    await world.queue.request(good);
    await ended(world, good.id);
    world.stageLog.behave({ timing: 'throws' });
    const bad = requestFor(photo, 'Bad');
    await world.queue.request(bad);
    await ended(world, bad.id);
    world.stageLog.behave({});
    await world.queue.retry(bad.id, 1);
    await ended(world, bad.id);

    const way = ['queued', 'claimed', 'running'];
    expect(changes(statesOf(world, good.id))).toEqual([...way, 'succeeded']);
    expect(changes(statesOf(world, bad.id))).toEqual([...way, 'failed', ...way, 'succeeded']);
    for (const { id } of [good, bad]) {
      const told = world.events.flatMap((event) =>
        event.type === 'run' && event.job === id ? [event.run] : [],
      );
      for (const [at, run] of told.entries()) {
        const before = told[at - 1];
        if (before === undefined) continue;
        expect(run).not.toEqual(before);
        expect(isLegal(before.state, run.state), `${before.state} then ${run.state}`).toBe(true);
      }
    }
    expect(outcomes(world, good.id).sort()).toEqual(
      ['script', 'look', 'voice', 'speech', 'timing', 'portrait', 'finish']
        .map((stage) => `${stage} done`)
        .sort(),
    );
    expect(asTold.length).toBeGreaterThan(0);
    expect(asTold).not.toContain(false);
  });

  test('a later holder tells nothing of what had ended', async () => {
    const { world, photo, running } = await openAtWork(open);
    const cancelled = requestFor(photo, 'Cancelled');
    await world.queue.request(cancelled);
    await world.queue.cancel(cancelled.id);
    world.stageLog.behave({});
    await world.kill();
    await ended(world, running.id);
    await world.reopen();
    const next = requestFor(photo, 'Next');
    await world.queue.request(next);
    await ended(world, next.id);
    expect(new Set(world.events.flatMap((event) => ('job' in event ? [event.job] : [])))).toEqual(
      new Set([next.id]),
    );
  });

  test('progress is told of what runs alone, and gone with its end', async () => {
    const { world, running } = await openAtWork(open);
    expect(world.queue.progress(running.id)).toMatchObject({ job: running.id });
    await world.queue.cancel(running.id);
    await ended(world, running.id);
    expect(world.queue.progress(running.id)).toBeUndefined();
    const last = world.events.findLastIndex((event) => event.type === 'progress');
    const cancelling = world.events.findIndex(
      (event) => event.type === 'run' && event.run.state === 'cancelling',
    );
    expect(last).toBeLessThan(cancelling);
  });

  test('a rest is told when it begins, when it changes and when it is over', async () => {
    const world = await open();
    const told: unknown[] = [];
    world.queue.on((event) => {
      if (event.type === 'rest') told.push(event.rest?.why);
    });
    await world.queue.setRules({ ...defaultRules, paused: true });
    await world.queue.setRules({ ...defaultRules, paused: true, keepDays: 3 });
    await world.queue.setRules(defaultRules);
    expect(told).toEqual(['paused', undefined]);
  });

  test('a listener that throws stops nothing, and one that has left hears nothing', async () => {
    const world = await open();
    const heard: QueueEvent[] = [];
    const leave = world.queue.on((event) => heard.push(event));
    leave();
    world.queue.on(() => {
      throw new Error('deaf');
    });
    const request = requestFor(await world.photo(), 'Hello');
    await world.queue.request(request);
    await ended(world, request.id);
    expect(stateOf(world, request.id)).toBe('succeeded');
    expect(heard).toEqual([]);
  });
}
