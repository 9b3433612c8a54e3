// What people decided for all jobs: when nothing new is begun.
import { defaultRules } from '@myspinbot/shared/job/rules.ts';
import { expect, test } from 'vitest';
import { requestFor } from '../fixtures/job-requests.ts';
import { ended, type OpenWorld, openAtWork, someTurns, stateOf } from './world.ts';

export function rules(open: OpenWorld): void {
  test('rules are kept across a restart', async () => {
    const world = await open();
    await world.queue.setRules({ ...defaultRules, quiet: { from: '22:00', to: '07:00' }, keepDays: 3 });
    await world.reopen({ minuteOfDay: () => 23 * 60 });
    expect(world.queue.rules()).toMatchObject({ quiet: { from: '22:00', to: '07:00' }, keepDays: 3 });
    const request = requestFor(await world.photo(), 'Hello');
    await world.queue.request(request);
    await someTurns();
    expect(world.queue.rest()).toMatchObject({ why: 'quiet-hours' });
    expect(stateOf(world, request.id)).toBe('queued');
  });

  test('quiet hours end by themselves', async () => {
    let minute = 6 * 60;
    const world = await open({ minuteOfDay: () => minute });
    await world.queue.setRules({ ...defaultRules, quiet: { from: '22:00', to: '07:00' } });
    const request = requestFor(await world.photo(), 'Hello');
    await world.queue.request(request);
    await someTurns();
    expect(stateOf(world, request.id)).toBe('queued');
    minute = 7 * 60;
    world.clock.advance(60 * 60_000);
    expect(await ended(world, request.id)).toMatchObject({ state: 'succeeded' });
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
    expect(await ended(world, request.id)).toMatchObject({ state: 'succeeded' });
  });

  test('a pause lets what runs come to its end and begins nothing new, also after a kill', async () => {
    const { world, photo, running } = await openAtWork(open);
    const next = requestFor(photo, 'Next');
    await world.queue.request(next);
    await world.queue.setRules({ ...defaultRules, paused: true });
    expect(stateOf(world, running.id)).toBe('running');
    world.stageLog.behave({});
    await world.kill();
    await someTurns();
    expect(world.queue.rest()).toEqual({ why: 'paused' });
    expect([stateOf(world, running.id), stateOf(world, next.id)]).toEqual(['queued', 'queued']);
    await world.queue.setRules(defaultRules);
    for (const { id } of [running, next])
      expect(await ended(world, id)).toMatchObject({ state: 'succeeded' });
  });
}
