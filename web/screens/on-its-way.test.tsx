// What is told of files on their way, wherever the person is in the app.
import { cleanup, render, screen } from '@solidjs/testing-library';
import { afterEach, expect, it, vi } from 'vitest';
import { createFakeLive, type FakeLive } from '../live/fake-live.ts';
import { fakeAccess, seeded } from '../live/fake-people.ts';
import { LiveContext } from '../live/live.ts';
import { App } from './app.tsx';

const WAIT = { timeout: 20_000 };
vi.setConfig({ testTimeout: 40_000 });
afterEach(cleanup);

function open(path: string, live: FakeLive) {
  history.replaceState(null, '', path);
  render(() => (
    <LiveContext.Provider value={live}>
      <App />
    </LiveContext.Provider>
  ));
}

it.each(['/', `/project/${seeded.robin}`])(
  'at %s: how much is left, and to keep the app open',
  async (path) => {
    const live = createFakeLive();
    live.stage.sending({ files: 2, leftBytes: 12_000_000 });
    open(path, live);
    expect((await screen.findAllByText('Sending 2 files: 12 MB left', {}, WAIT)).length).toBeGreaterThan(0);
    expect(screen.getAllByText('Keep the app open until this is sent.').length).toBeGreaterThan(0);
    live.stage.workstation({ state: 'away', since: 0 });
    expect(screen.getAllByText('2 files wait: 12 MB left').length).toBeGreaterThan(0);
    live.stage.sending({ files: 0, leftBytes: 0 });
    expect(screen.queryByText(/files wait|Sending/)).toBeNull();
  },
);

it('a file that was not taken is named, with the reason and what to do', async () => {
  const live = createFakeLive();
  live.stage.sending({
    refused: [{ name: 'me.jpg', why: 'no-space', hint: 'The disk is full. Free some space there.' }],
  });
  open('/', live);
  const alert = await screen.findByRole('alert', {}, WAIT);
  expect(alert.textContent).toContain('Your workstation has no room for me.jpg.');
  expect(alert.textContent).toContain('The disk is full. Free some space there.');
  expect(alert.textContent).toContain('It is tried again when you open the app anew.');
});

it('is silent on a device that is not paired: nothing leaves it', async () => {
  const live = createFakeLive('people', { access: fakeAccess.unpaired });
  live.stage.sending({ files: 1, leftBytes: 10 });
  open('/', live);
  await screen.findByText('This device is not paired yet', {}, WAIT);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(screen.queryByText(/Sending/)).toBeNull();
});
