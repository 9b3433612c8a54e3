// What is kept and forgotten: artifacts that save work, jobs that have ended.
import { isEnded } from '@myspinbot/shared/job/life.ts';
import { expect, test } from 'vitest';
import { requestFor } from '../fixtures/job-requests.ts';
import type { KeptArtifact } from '../port.ts';
import { type ContractWorld, ended, type OpenWorld, openAtWork } from './world.ts';

async function artifactsOf({ queue }: ContractWorld): Promise<KeptArtifact[]> {
  const all: KeptArtifact[] = [];
  for await (const one of queue.artifacts()) all.push(one);
  return all;
}

export function keeping(open: OpenWorld): void {
  test('a repeated job is served from artifacts alone', async () => {
    const world = await open();
    const photo = await world.photo();
    const first = requestFor(photo, 'Hello');
    await world.queue.request(first);
    const made = await ended(world, first.id);
    await world.reopen();
    const again = requestFor(photo, 'Hello');
    await world.queue.request(again);
    const run = await ended(world, again.id);
    expect(run.result).toEqual(made.result);
    expect(run.stages.every((one) => one.state === 'reused')).toBe(true);
    expect(world.stageLog.count('look')).toBe(1);
  });

  test('every artifact is listed once, with when it was made and last used', async () => {
    const world = await open();
    const photo = await world.photo();
    const madeAt = world.clock.now();
    const first = requestFor(photo, 'Hello');
    await world.queue.request(first);
    const { result } = await ended(world, first.id);
    world.clock.advance(60_000);
    const second = requestFor(photo, 'Hello');
    await world.queue.request(second);
    await ended(world, second.id);
    await world.reopen();
    const all = await artifactsOf(world);
    expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(7);
    expect(all).toHaveLength(7);
    for (const one of all) expect(one).toMatchObject({ madeAt, usedAt: madeAt + 60_000 });
    const film = all.find(({ stage }) => stage === 'finish');
    expect(film?.assets.map(({ hash }) => hash)).toContain(result?.video.hash);
  });

  test('a forgotten artifact is made again; while anything runs none is forgotten', async () => {
    const { world, photo, running } = await openAtWork(open);
    const prints = (await artifactsOf(world)).map(({ fingerprint }) => fingerprint);
    expect(prints.length).toBeGreaterThan(0);
    expect(await world.queue.forgetArtifacts(prints)).toEqual([]);
    expect(await artifactsOf(world)).toHaveLength(prints.length);
    await world.queue.cancel(running.id);
    await ended(world, running.id);
    world.stageLog.behave({});
    await world.reopen();
    const look = (await artifactsOf(world)).filter(({ stage }) => stage === 'look');
    expect(await world.queue.forgetArtifacts(look.map(({ fingerprint }) => fingerprint))).toHaveLength(1);
    await world.kill();
    const again = requestFor(photo, 'Running');
    await world.queue.request(again);
    await ended(world, again.id);
    expect([world.stageLog.count('look'), world.stageLog.count('speech')]).toEqual([2, 1]);
  });

  test('jobs that ended elsewhere are known as they ended and never worked on, until somebody asks again', async () => {
    const world = await open();
    const { world: elsewhere, photo, running } = await openAtWork(open);
    await elsewhere.queue.cancel(running.id);
    const run = await ended(elsewhere, running.id);
    await world.photo();
    const waits = requestFor(photo, 'Waits');
    const unended = { request: waits, run: { ...run, state: 'queued' as const } };
    const brought = { request: running, run };
    await world.queue.remember([brought, unended]);
    // What is known is not changed by being brought again.
    await world.queue.remember([{ request: running, run: { ...run, retry: 7 } }]);
    expect(world.queue.jobs()).toEqual([brought]);
    expect(world.events).toEqual([]);
    elsewhere.stageLog.behave({});
    await world.kill();
    expect(world.queue.jobs()).toEqual([brought]);
    expect([world.queue.line(), world.events]).toEqual([[], []]);
    expect(await world.queue.request(running)).toEqual(run);
    expect(world.stageLog.events()).toEqual([]);
    await world.queue.retry(running.id, 1);
    expect(await ended(world, running.id)).toMatchObject({ state: 'succeeded', retry: 1 });
  });

  test('jobs that have ended can be forgotten, others not; what they made stays', async () => {
    const world = await open();
    const photo = await world.photo();
    const over = requestFor(photo, 'Over');
    await world.queue.request(over);
    await ended(world, over.id);
    world.stageLog.behave({ portrait: 'hangs' });
    const runs = requestFor(photo, 'Runs');
    const waits = requestFor(photo, 'Waits');
    for (const request of [runs, waits]) await world.queue.request(request);
    await world.queue.forgetJobs([over.id, runs.id, waits.id]);
    const known = () => new Set(world.queue.jobs().map(({ request }) => request.id));
    expect(known()).toEqual(new Set([runs.id, waits.id]));
    await world.kill();
    expect(known()).toEqual(new Set([runs.id, waits.id]));
    expect(world.queue.jobs().some(({ run }) => isEnded(run.state))).toBe(false);
    // Its id is free again, and nothing needs to be made for it.
    world.stageLog.behave({});
    await world.queue.request(over);
    expect(await ended(world, over.id)).toMatchObject({ attempt: 1 });
    expect(world.queue.job(over.id)?.run.stages.every((one) => one.state === 'reused')).toBe(true);
  });
}
