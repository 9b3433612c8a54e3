// The monitor as a person meets it, over a whole live world in memory.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { cleanup, fireEvent, render, screen, within } from '@solidjs/testing-library';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFakeLive, type FakeLive, type FakeLiveOptions } from '../live/fake-live.ts';
import { fakeMonitor } from '../live/fake-monitor.ts';
import { fakeAccess, NOW } from '../live/fake-people.ts';
import { LiveContext } from '../live/live.ts';
import { App } from './app.tsx';

const WAIT = { timeout: 20_000 };
vi.setConfig({ testTimeout: 40_000 });

function open(path = '/monitor', options: FakeLiveOptions = {}): FakeLive {
  const live = createFakeLive('people', options);
  history.replaceState(null, '', path);
  render(() => (
    <LiveContext.Provider value={live}>
      <App />
    </LiveContext.Provider>
  ));
  return live;
}

beforeEach(() => localStorage.clear());
afterEach(cleanup);

test('it is a tap away from the settings', async () => {
  open('/settings');
  const floor = within(await screen.findByRole('main', {}, WAIT));
  fireEvent.click(await floor.findByRole('link', { name: 'Monitor' }, WAIT));
  expect(await screen.findByRole('heading', { name: 'Monitor' }, WAIT)).toBeTruthy();
});

test('it tells what runs and waits, how long stages take, and what moves', async () => {
  open();
  expect(await screen.findByText('Working on 1 job, 2 wait.', {}, WAIT)).toBeTruthy();
  const line = within(screen.getByRole('list', { name: 'In line' }));
  expect(line.getAllByRole('listitem')).toHaveLength(2);
  expect(line.getByText('In line')).toBeTruthy();
  const stages = within(screen.getByRole('table', { name: 'Stages' }));
  expect(stages.getByText('42 s')).toBeTruthy();
  expect(stages.getByText('1.4×')).toBeTruthy();
  expect(screen.getByText('Failed: The performance, once.')).toBeTruthy();
  expect(screen.getByRole('img', { name: /^From the workstation, the last minutes: between / })).toBeTruthy();
  expect(screen.getByText('3 blocks came damaged and were fetched again. Nothing is lost.')).toBeTruthy();
  expect(screen.getByRole('img', { name: '42 GB of 200 GB taken' })).toBeTruthy();
  expect(screen.getByText('1 ready, 1 not')).toBeTruthy();
});

test('cards are shown where there are some; a driver that fails says so; without one there is no section', async () => {
  const live = open();
  const words = 'NVIDIA GeForce RTX 4080 SUPER: 1.4 of 16.0 GiB taken';
  expect(await screen.findByRole('img', { name: words }, WAIT)).toBeTruthy();
  expect(screen.getByText('84 of 320 W')).toBeTruthy();
  const gpus = { state: 'failing', trouble: 'No devices were found', cards: [] } as const;
  live.stage.monitor({ figures: { ...fakeMonitor, gpus: { ...gpus, cards: [] } }, failure: undefined });
  expect(await screen.findByText(/does not answer: No devices were found/)).toBeTruthy();
  const absent = { state: 'absent', trouble: null, cards: [] } as const;
  live.stage.monitor({ figures: { ...fakeMonitor, gpus: { ...absent, cards: [] } }, failure: undefined });
  await vi.waitFor(() => expect(screen.queryByRole('region', { name: 'Graphics card' })).toBeNull());
});

test('it follows what it is told, and says why the queue rests', async () => {
  const live = open();
  await screen.findByText('Working on 1 job, 2 wait.', {}, WAIT);
  const queue = { ...fakeMonitor.queue, waiting: 3, line: [], rest: { why: 'paused' } as const };
  live.stage.monitor({ figures: { ...fakeMonitor, queue }, failure: undefined });
  expect(await screen.findByText('3 jobs wait.')).toBeTruthy();
  expect(screen.getByText('The queue is paused')).toBeTruthy();
});

test('away: the last figures stay, and it says of when they are', async () => {
  const live = open();
  await screen.findByText('Working on 1 job, 2 wait.', {}, WAIT);
  live.stage.workstation({ state: 'away', since: NOW });
  expect(await screen.findByText('Your workstation is out of reach')).toBeTruthy();
  expect(screen.getByText(/^These are the figures of /)).toBeTruthy();
  expect(screen.getByText('Working on 1 job, 2 wait.')).toBeTruthy();
});

test('a refusal is said in its own words', async () => {
  const live = open();
  const failure = new Failure({
    code: 'refused',
    message: 'This device may not do that.',
    hint: 'Ask an owner.',
  });
  live.stage.monitor({ figures: undefined, failure });
  expect(await screen.findByText('This device may not do that.', {}, WAIT)).toBeTruthy();
  expect(screen.getByText('Ask an owner.')).toBeTruthy();
});

test('a guest is told that it is not theirs, and is not led to it', async () => {
  open('/monitor', { access: fakeAccess.guest });
  expect(await screen.findByText('The monitor is not open to guests', {}, WAIT)).toBeTruthy();
  expect(screen.queryByRole('link', { name: 'Monitor' })).toBeNull();
});

test('a device that is not paired is offered to be', async () => {
  open('/monitor', { access: fakeAccess.unpaired });
  expect(await screen.findByRole('heading', { name: 'Monitor' }, WAIT)).toBeTruthy();
  expect(screen.queryByText('Queue')).toBeNull();
});
