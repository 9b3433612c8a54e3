import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { createRoot, createSignal } from 'solid-js';
import { expect, test, vi } from 'vitest';
import { createHandClock } from '../link/hand-clock.ts';
import { fakeMonitor } from './fake-monitor.ts';
import type { MonitorView } from './live.ts';
import { ASK_EVERY_MS, createMonitorDesk } from './monitor-desk.ts';

/** Somebody who looks at a workstation's figures; `answer` is what it says. */
function looking(answer: () => Response = () => Response.json(fakeMonitor)) {
  const clock = createHandClock();
  const asked: string[] = [];
  const [isHere, setHere] = createSignal(true);
  let visible = true;
  const watchers = new Set<() => void>();
  const desk = createMonitorDesk({
    clock,
    isHere,
    fetch: async (input, init) => {
      asked.push(`${init?.method} ${String(input)}`);
      return answer();
    },
    sight: {
      isVisible: () => visible,
      watch(changed) {
        watchers.add(changed);
        return () => watchers.delete(changed);
      },
    },
  });
  const opened = createRoot((leave) => ({ view: desk.follow(), leave }));
  return {
    asked,
    clock,
    setHere,
    view: (): MonitorView => opened.view(),
    leave: opened.leave,
    see(is: boolean) {
      visible = is;
      for (const changed of watchers) changed();
    },
    watchers,
    /** The answer has come, and the next question is due later. */
    async answered(times: number) {
      await vi.waitFor(() => expect(asked).toHaveLength(times));
      // The answer is read in turns of its own.
      await vi.waitFor(() => expect(opened.view().figures ?? opened.view().failure).toBeDefined());
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

test('the figures are asked for at once, and every two seconds', async () => {
  const one = looking();
  await one.answered(1);
  expect(one.asked).toEqual(['GET /api/monitor']);
  expect(one.view()).toEqual({ figures: fakeMonitor, failure: undefined });
  one.clock.turn(ASK_EVERY_MS - 1);
  expect(one.asked).toHaveLength(1);
  one.clock.turn(1);
  await one.answered(2);
  one.leave();
});

test('nobody looks: nothing is asked, until somebody does again', async () => {
  const one = looking();
  await one.answered(1);
  one.see(false);
  one.clock.turn(10 * ASK_EVERY_MS);
  await Promise.resolve();
  expect(one.asked).toHaveLength(1);
  one.see(true);
  await one.answered(2);
  one.leave();
});

test('the workstation is away: nothing is asked, and what it told last stays', async () => {
  const one = looking();
  await one.answered(1);
  one.setHere(false);
  one.clock.turn(10 * ASK_EVERY_MS);
  expect(one.asked).toHaveLength(1);
  expect(one.view().figures).toEqual(fakeMonitor);
  one.setHere(true);
  await one.answered(2);
  one.leave();
});

test('whoever may not see it is told so, and does not go on asking', async () => {
  const refusal = { code: 'refused', message: 'This device may not do that.', hint: 'Ask an owner.' };
  const one = looking(() => Response.json(refusal, { status: 403 }));
  await one.answered(1);
  expect(one.view().failure).toBeInstanceOf(Failure);
  expect(one.view().failure).toMatchObject({ code: 'refused', hint: 'Ask an owner.' });
  one.clock.turn(10 * ASK_EVERY_MS);
  expect(one.asked).toHaveLength(1);
  one.leave();
});

test('a workstation of another version that says something else is not believed', async () => {
  const one = looking(() => Response.json({ queue: 'long' }));
  await one.answered(1);
  expect(one.view()).toMatchObject({ figures: undefined, failure: { code: 'engine-missing' } });
  one.leave();
});

test('when the screen is left nothing is asked any more, and nobody listens', async () => {
  const one = looking();
  await one.answered(1);
  one.leave();
  one.clock.turn(10 * ASK_EVERY_MS);
  expect(one.asked).toHaveLength(1);
  expect(one.watchers.size).toBe(0);
});
