import { expect, test } from 'vitest';
import { TAKE_OVER } from './take-over.ts';
import { createAppUpdate } from './update.ts';

/** A browser's registration, moved by hand. */
function browser(options: { controlled: boolean; waiting: boolean }) {
  const container = Object.assign(new EventTarget(), {
    controller: options.controlled ? {} : null,
    register: async () => registration,
  });
  const told: unknown[] = [];
  const worker = () =>
    Object.assign(new EventTarget(), {
      state: 'installing',
      postMessage: (message: unknown) => told.push(message),
    });
  const registration = Object.assign(new EventTarget(), {
    waiting: options.waiting ? worker() : null,
    installing: null as ReturnType<typeof worker> | null,
    updates: 0,
    async update() {
      registration.updates++;
    },
  });
  let reloads = 0;
  let missing: () => void = () => undefined;
  let time = 0;
  let settle: () => Promise<void> = async () => undefined;
  const seen: (() => void)[] = [];
  const update = createAppUpdate({
    container: container as unknown as ServiceWorkerContainer,
    url: '/service-worker.js',
    now: () => time,
    onPartMissing: (then) => {
      missing = then;
    },
    onVisible: (look) => void seen.push(look),
    settle: () => settle(),
    reload: () => void reloads++,
  });
  return {
    update,
    told,
    registration,
    reloads: () => reloads,
    partMissing: () => missing(),
    look(at: number) {
      time = at;
      for (const each of seen) each();
    },
    onSettle(then: () => Promise<void>) {
      settle = then;
    },
    async found() {
      const installing = worker();
      registration.installing = installing;
      registration.dispatchEvent(new Event('updatefound'));
      installing.state = 'installed';
      registration.waiting = installing;
      installing.dispatchEvent(new Event('statechange'));
    },
    takeControl() {
      container.controller = {};
      container.dispatchEvent(new Event('controllerchange'));
    },
  };
}
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

test('the first visit offers nothing and is not reloaded', async () => {
  const here = browser({ controlled: false, waiting: false });
  await turn();
  await here.found();
  here.takeControl();
  expect(here.update.state()).toBe('current');
  expect(here.reloads()).toBe(0);
});

test('a new version is offered, waits, and is taken only when the person says so', async () => {
  const here = browser({ controlled: true, waiting: false });
  await turn();
  await here.found();
  expect(here.update.state()).toBe('ready');
  expect(here.told).toEqual([]);
  let saved = false;
  here.onSettle(async () => {
    saved = true;
  });
  await here.update.apply();
  expect(saved).toBe(true);
  expect(here.told).toEqual([{ type: TAKE_OVER }]);
  expect(here.reloads()).toBe(0);
  here.takeControl();
  expect(here.reloads()).toBe(1);
});

test('a version that waited since the last visit is offered again', async () => {
  const here = browser({ controlled: true, waiting: true });
  await turn();
  expect(here.update.state()).toBe('ready');
});

test('a tab that did not ask is not reloaded when another tab took the new version', async () => {
  const here = browser({ controlled: true, waiting: true });
  await turn();
  here.takeControl();
  expect(here.reloads()).toBe(0);
  expect(here.update.state()).toBe('replaced');
  await here.update.apply();
  expect(here.reloads()).toBe(1);
});

test('a page that stays open asks for a new version when it is looked at, once an hour', async () => {
  const here = browser({ controlled: true, waiting: false });
  await turn();
  here.look(1000);
  here.look(3_700_000);
  here.look(3_800_000);
  expect(here.registration.updates).toBe(1);
});

test('a part that cannot be loaded any more is a reason to offer the new version', async () => {
  const here = browser({ controlled: true, waiting: false });
  await turn();
  here.partMissing();
  expect(here.update.state()).toBe('replaced');
  expect(here.reloads()).toBe(0);
});
