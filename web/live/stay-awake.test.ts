import { expect, test } from 'vitest';
import { createHandClock } from '../link/hand-clock.ts';
import { createStayAwake, STALL_MS } from './stay-awake.ts';

/** A phone: its screen, whether the app is looked at, and its battery. */
function phone(options: { isVisible?: boolean; has?: boolean } = {}) {
  let isVisible = options.isVisible ?? true;
  let isRefused = false;
  const held = new Set<object>();
  let asked = 0;
  const watchers = new Set<() => void>();
  const takenBack: (() => void)[] = [];
  const clock = createHandClock();
  const awake = createStayAwake({
    clock,
    lock:
      options.has === false
        ? undefined
        : {
            async request() {
              asked++;
              if (isRefused) throw new DOMException('the battery is low', 'NotAllowedError');
              const one = {};
              const heard: (() => void)[] = [];
              held.add(one);
              const end = async () => {
                if (held.delete(one)) for (const hear of heard) hear();
              };
              takenBack.push(end);
              return { release: end, addEventListener: (_type, hear) => void heard.push(hear) };
            },
          },
    sight: {
      isVisible: () => isVisible,
      watch(changed) {
        watchers.add(changed);
        return () => watchers.delete(changed);
      },
    },
  });
  return {
    awake,
    clock,
    asked: () => asked,
    isOn: () => held.size > 0,
    async look(is: boolean) {
      isVisible = is;
      // As browsers do: what is not seen keeps no screen on.
      if (!is) for (const take of takenBack.splice(0)) take();
      for (const changed of watchers) changed();
      await turn();
    },
    refuse: (is: boolean) => {
      isRefused = is;
    },
    watchers,
  };
}
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

test('the screen stays on while something moves, and no longer', async () => {
  const { awake, isOn } = phone();
  expect(isOn()).toBe(false);
  awake.moved('100 left');
  await turn();
  expect(isOn()).toBe(true);
  awake.moved('90 left');
  await turn();
  expect(isOn()).toBe(true);
  awake.moved(undefined);
  await turn();
  expect(isOn()).toBe(false);
});

test('a transfer that has stalled gives the screen back, and takes it again when it moves', async () => {
  const { awake, clock, isOn } = phone();
  awake.moved('100 left');
  await turn();
  clock.turn(STALL_MS - 1);
  awake.moved('99 left');
  clock.turn(STALL_MS - 1);
  expect(isOn()).toBe(true);
  awake.moved('99 left');
  clock.turn(1);
  await turn();
  expect(isOn()).toBe(false);
  awake.moved('98 left');
  await turn();
  expect(isOn()).toBe(true);
});

test('a page that is back asks again, and one that is hidden does not', async () => {
  const { awake, look, isOn, asked } = phone({ isVisible: false });
  awake.moved('100 left');
  await turn();
  expect(asked()).toBe(0);
  await look(true);
  expect(isOn()).toBe(true);
  await look(false);
  expect(isOn()).toBe(false);
  await look(true);
  expect([isOn(), asked()]).toEqual([true, 2]);
});

test('what ends while the browser is still asked leaves no screen on', async () => {
  const { awake, isOn } = phone();
  awake.moved('100 left');
  awake.moved(undefined);
  await turn();
  expect(isOn()).toBe(false);
});

test('a browser that says no is asked again only when the page is looked at anew', async () => {
  const { awake, refuse, look, asked, isOn } = phone();
  refuse(true);
  awake.moved('100 left');
  await turn();
  awake.moved('99 left');
  await turn();
  expect([asked(), isOn()]).toEqual([1, false]);
  refuse(false);
  await look(false);
  await look(true);
  expect([asked(), isOn()]).toEqual([2, true]);
});

test('where there is no such lock nothing happens, and closing lets go of everything', async () => {
  const without = phone({ has: false });
  without.awake.moved('100 left');
  await turn();
  expect(without.isOn()).toBe(false);
  const { awake, isOn, watchers } = phone();
  awake.moved('100 left');
  await turn();
  awake.close();
  await turn();
  expect([isOn(), watchers.size]).toEqual([false, 0]);
});
