import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLanes, type Lane, type Turn } from './lanes.ts';

const never = new AbortController().signal;
const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve));

test('one on the GPU; beside it the processor stage of the next; the leader waits for nobody on the processor', async () => {
  let changes = 0;
  const lanes = createLanes(() => {
    changes += 1;
  });
  const [first, second] = [lanes.join(), lanes.join()];
  expect([first.leads(), second.leads()]).toEqual([true, false]);

  const events: string[] = [];
  const enter = (lane: Lane, turn: Turn, name: string) =>
    turn.enter(lane, never).then((leave) => {
      events.push(name);
      return leave;
    });
  // While the leader is on the processor nobody runs beside it.
  const leaderCpu = await enter('cpu', first, 'leader on the processor');
  const besideCpu = enter('cpu', second, 'second on the processor');
  await turnOfLoop();
  expect(events).toEqual(['leader on the processor']);
  leaderCpu();
  const leaderGpu = await enter('gpu', first, 'leader on the GPU');
  const leaveBeside = await besideCpu;
  expect(lanes.gpuTaken).toBe(true);
  const besideGpu = enter('gpu', second, 'second on the GPU');
  leaderGpu();
  const leaveGpu = await besideGpu;
  // The leader goes on although the second is on the processor still.
  const again = await enter('cpu', first, 'leader again');
  again();
  leaveBeside();
  leaveGpu();
  leaveGpu();
  first.leave();
  expect(second.leads()).toBe(true);
  expect(lanes.gpuTaken).toBe(false);
  expect(changes).toBe(4);
});

test('a turn is its own: who joined first leads whoever joins after it, and its end leaves the others theirs', async () => {
  const lanes = createLanes(() => {});
  const [first, second, third] = [lanes.join(), lanes.join(), lanes.join()];
  const leading = () => [first, second, third].map((one) => one.leads());
  expect(leading()).toEqual([true, false, false]);
  // One works beside the GPU: the third waits until the second gives that place back.
  const onGpu = await first.enter('gpu', never);
  const beside = await second.enter('cpu', never);
  let isIn = false;
  const waiting = third.enter('cpu', never).then((back) => {
    isIn = true;
    return back;
  });
  await turnOfLoop();
  expect(isIn).toBe(false);
  beside();
  (await waiting)();
  onGpu();
  second.leave();
  expect(leading()[2]).toBe(false);
  first.leave();
  expect(leading()[2]).toBe(true);
});

test('who gives up waiting is forgotten', async () => {
  const lanes = createLanes(() => {});
  const [first, second] = [lanes.join(), lanes.join()];
  const leave = await first.enter('gpu', never);
  const control = new AbortController();
  const waiting = second.enter('gpu', control.signal);
  control.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
  leave();
  expect(lanes.gpuTaken).toBe(false);
  await expect(first.enter('cpu', control.signal)).rejects.toThrow('cancelled');
});

test('whatever comes and goes, never two are on the GPU, never two beside it, and everybody gets in', async () => {
  const work = fc.array(
    fc.record({ turn: fc.integer({ min: 1, max: 2 }), lane: fc.constantFrom<Lane>('gpu', 'cpu') }),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(work, async (all) => {
      const lanes = createLanes(() => {});
      const on = { gpu: 0, beside: 0 };
      const run = async (number: number) => {
        const mine = lanes.join();
        for (const { lane } of all.filter(({ turn }) => turn === number)) {
          const back = await mine.enter(lane, never);
          const isBeside = lane === 'cpu' && !mine.leads();
          if (lane === 'gpu') on.gpu += 1;
          if (isBeside) on.beside += 1;
          expect(on.gpu).toBeLessThanOrEqual(1);
          expect(on.beside).toBeLessThanOrEqual(1);
          await turnOfLoop();
          if (lane === 'gpu') on.gpu -= 1;
          if (isBeside) on.beside -= 1;
          back();
        }
        mine.leave();
      };
      await Promise.all([run(1), run(2)]);
    }),
    { numRuns: 50 },
  );
});
