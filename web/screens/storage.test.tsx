// Storage as a person meets it, over a whole live world in memory.
import { cleanup, fireEvent, render, screen, waitFor, within } from '@solidjs/testing-library';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFakeLive, type FakeLive, type FakeLiveOptions } from '../live/fake-live.ts';
import { fakeAccess, seeded } from '../live/fake-people.ts';
import { LiveContext } from '../live/live.ts';
import { App } from './app.tsx';

const WAIT = { timeout: 20_000 };
vi.setConfig({ testTimeout: 40_000 });

function open(
  path = '/storage',
  options: FakeLiveOptions = {},
  prepare: (live: FakeLive) => void = () => {},
): FakeLive {
  const live = createFakeLive('people', options);
  prepare(live);
  history.replaceState(null, '', path);
  render(() => (
    <LiveContext.Provider value={live}>
      <App />
    </LiveContext.Provider>
  ));
  return live;
}
const row = async (name: string) =>
  within(
    await within(await screen.findByRole('list', { name: 'Projects' }, WAIT)).findByRole('listitem', {
      name,
    }),
  );

beforeEach(() => localStorage.clear());
afterEach(cleanup);

describe('storage', () => {
  it('is a tap away from the settings, and tells per project what is here', async () => {
    open('/settings');
    fireEvent.click(await screen.findByRole('link', { name: 'Storage' }, WAIT));
    expect(await screen.findByRole('heading', { name: 'Storage' }, WAIT)).toBeTruthy();
    const robin = await row('Robin says hello');
    expect(robin.getByText(/^Here: 1 photo, 1 video, /)).toBeTruthy();
  });

  it('frees a video without asking, and undo brings it back', async () => {
    open();
    fireEvent.click(await screen.findByRole('button', { name: /^Free 1 video, / }, WAIT));
    const robin = await row('Robin says hello');
    await waitFor(() => expect(robin.getByText(/^On the workstation: 1 video/)).toBeTruthy());
    fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(robin.queryByText(/^On the workstation/)).toBeNull());
  });

  it('never offers to free what is only here, and says so', async () => {
    open('/storage', {}, (live) => live.stage.storage.unsent(seeded.video));
    expect(await screen.findByText(/^Only on this device: 1 file/, {}, WAIT)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Free / })).toBeNull();
    expect(screen.getByText(/There is no video here that could be freed/)).toBeTruthy();
  });

  it('keeps a project offline: then nothing of it can be freed', async () => {
    open();
    const robin = await row('Robin says hello');
    fireEvent.click(robin.getByRole('switch', { name: /Keep offline/ }));
    await waitFor(() => expect(robin.getByText(/comes here and stays/)).toBeTruthy());
    expect(robin.queryByRole('button', { name: /^Free / })).toBeNull();
  });

  it('fetches a single file that is on the workstation', async () => {
    open('/storage', {}, (live) => live.stage.storage.gone(seeded.video));
    fireEvent.click(
      await screen.findByRole('button', { name: /^Bring Video, .* here$/, hidden: true }, WAIT),
    );
    const robin = await row('Robin says hello');
    await waitFor(() => expect(robin.getByText(/^Here: 1 photo, 1 video/)).toBeTruthy());
  });

  it('says what helps when the browser will not promise to keep it', async () => {
    open('/storage', {}, (live) => live.stage.storage.refusesToKeep());
    fireEvent.click(await screen.findByRole('button', { name: 'Keep my projects' }, WAIT));
    expect(await screen.findByText('The browser said no for now.')).toBeTruthy();
    expect(screen.getByText(/Install the app/)).toBeTruthy();
  });

  it.each([
    ['unpaired', fakeAccess.unpaired, /nowhere|anywhere else yet/],
    ['removed', fakeAccess.removed, /could not come back/],
    ['forgotten', fakeAccess.forgotten, /is not known/],
  ] as const)('frees nothing from a device that is %s, and says why', async (_state, access, why) => {
    open('/storage', { access });
    // A removed device meets the foyer first; behind it the screen is the same.
    expect(await screen.findByText(why, {}, WAIT)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Free / })).toBeNull();
    expect(screen.queryByRole('switch', { name: /Keep offline/ })).toBeNull();
  });

  it('lets a guest free and keep what they see', async () => {
    open('/storage', { access: fakeAccess.guest });
    expect(await screen.findByRole('button', { name: /^Free 1 video, / }, WAIT)).toBeTruthy();
  });
});

describe('a device that is full', () => {
  it('is said on every screen, with the way to make room', async () => {
    const live = open('/');
    live.stage.storage.full({ what: 'arrivals', files: [seeded.video] });
    expect(await screen.findByText(/a file waits on your workstation/, {}, WAIT)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Make room' }));
    expect(
      await screen.findByText(/no room left for what your workstation wants to send/, {}, WAIT),
    ).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(live.stage.storage.retries()).toBe(1);
  });

  it('is said where the video would be', async () => {
    open(`/job/${seeded.succeeded}`, {}, (live) => {
      live.stage.storage.gone(seeded.video);
      live.stage.storage.full({ what: 'arrivals', files: [seeded.video] });
    });
    expect(await screen.findByText(/There is no room for this video on this device/, {}, WAIT)).toBeTruthy();
  });
});
