// What the queue does by itself when something may pass: smaller settings when memory ran out, waiting for room on the disk.
import type { JobRun } from '@myspinbot/shared/job/job.ts';
import { afterEach, expect, test } from 'vitest';
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
