import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLanes, type Lane } from './lanes.ts';

const never = new AbortController().signal;
const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve));

test('one on the GPU; beside it the processor stage of the next; the leader waits for nobody on the processor', async () => {
  let changes = 0;
  const lanes = createLanes(() => {
    changes += 1;
  });
  const leaveFirst = lanes.join(1);
  lanes.join(2);
  expect([lanes.leads(1), lanes.leads(2)]).toEqual([true, false]);

  const events: string[] = [];
  const enter = (lane: Lane, turn: number, name: string) =>
    lanes.enter(lane, turn, never).then((leave) => {
      events.push(name);
      return leave;
    });
  // While the leader is on the processor nobody runs beside it.
  const leaderCpu = await enter('cpu', 1, 'leader on the processor');
  const besideCpu = enter('cpu', 2, 'second on the processor');
  await turnOfLoop();
  expect(events).toEqual(['leader on the processor']);
  leaderCpu();
  const leaderGpu = await enter('gpu', 1, 'leader on the GPU');
  const leaveBeside = await besideCpu;
  expect(lanes.gpuTaken).toBe(true);
  const besideGpu = enter('gpu', 2, 'second on the GPU');
  leaderGpu();
  const leaveGpu = await besideGpu;
  // The leader goes on although the second is on the processor still.
  const again = await enter('cpu', 1, 'leader again');
  again();
  leaveBeside();
  leaveGpu();
  leaveGpu();
  leaveFirst();
  expect(lanes.leads(2)).toBe(true);
  expect(lanes.gpuTaken).toBe(false);
  expect(changes).toBe(4);
});

test('who gives up waiting is forgotten', async () => {
  const lanes = createLanes(() => {});
  lanes.join(1);
  lanes.join(2);
  const leave = await lanes.enter('gpu', 1, never);
  const control = new AbortController();
  const waiting = lanes.enter('gpu', 2, control.signal);
  control.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
  leave();
  expect(lanes.gpuTaken).toBe(false);
  await expect(lanes.enter('cpu', 1, control.signal)).rejects.toThrow('cancelled');
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
      const run = async (turn: number) => {
        const leave = lanes.join(turn);
        for (const { lane } of all.filter((one) => one.turn === turn)) {
          const back = await lanes.enter(lane, turn, never);
          const isBeside = lane === 'cpu' && !lanes.leads(turn);
          if (lane === 'gpu') on.gpu += 1;
          if (isBeside) on.beside += 1;
          expect(on.gpu).toBeLessThanOrEqual(1);
          expect(on.beside).toBeLessThanOrEqual(1);
          await turnOfLoop();
          if (lane === 'gpu') on.gpu -= 1;
          if (isBeside) on.beside -= 1;
          back();
        }
        leave();
      };
      await Promise.all([run(1), run(2)]);
    }),
    { numRuns: 50 },
  );
});
