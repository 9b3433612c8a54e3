// The line as a person meets it, over a whole live world in memory.
import type { JobId, JobRun } from '@myspinbot/shared/job/job.ts';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@solidjs/testing-library';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Bell, BellContext, type BellState, type Ring } from '../live/bell.ts';
import { createFakeLive, type FakeLive } from '../live/fake-live.ts';
import { fakeAccess, NOW, seeded } from '../live/fake-people.ts';
import { LiveContext } from '../live/live.ts';
import { App } from './app.tsx';

// Lazy screens are loaded through the test's own bundler, which is slower than a browser's cache.
const WAIT = { timeout: 20_000 };
vi.setConfig({ testTimeout: 40_000 });

const queued: JobRun = { state: 'queued', attempt: 0, retry: 0, queuedAt: NOW, stages: [] };
const id = (n: number) => `j_inline${String(n).padStart(14, '0')}` as JobId;

/** One job runs, three wait. */
function lineOfThree(live: FakeLive = createFakeLive()): FakeLive {
  const running = live.job(seeded.running)!;
  live.stage.run(seeded.waiting, { ...queued, state: 'cancelled' });
  for (const n of [1, 2, 3]) {
    live.stage.job({
      request: { ...running.request, id: id(n), requestedAt: NOW + n },
      wish: { retry: 0, hidden: false },
      run: { ...queued, queuedAt: NOW + n },
    });
  }
  return live;
}

function fakeBell(state: BellState = 'off') {
  const rung: Ring[] = [];
  let now = state;
  const bell: Bell = {
    state: () => now,
    async turnOn() {
      now = 'on';
    },
    turnOff: () => {
      now = 'off';
    },
    ring: (ring) => rung.push(ring),
    onPressed: () => () => undefined,
  };
  return { bell, rung };
}

function open(path: string, live: FakeLive = lineOfThree(), bell?: Bell) {
  history.replaceState(null, '', path);
  const view = render(() => (
    <LiveContext.Provider value={live}>
      <BellContext.Provider value={bell}>
        <App />
      </BellContext.Provider>
    </LiveContext.Provider>
  ));
  return { live, ...view };
}

const order = (live: FakeLive) => live.line.map((job) => job.request.id);
const next = () => screen.findByRole('list', { name: 'Next' }, WAIT);
const links = (list: HTMLElement) =>
  within(list)
    .getAllByRole('link')
    .map((link) => link.getAttribute('href')?.split('/').at(-1));
async function choose(row: number, action: string) {
  const menus = await screen.findAllByRole('button', { name: /^More for/ }, WAIT);
  await pick(menus[row]!, action);
}
async function pick(trigger: HTMLElement, action: string) {
  fireEvent.keyDown(trigger, { key: 'Enter' });
  fireEvent.click(trigger);
  fireEvent.keyDown(await screen.findByRole('menuitem', { name: action }, WAIT), { key: 'Enter' });
}

beforeEach(() => localStorage.clear());
afterEach(cleanup);

describe('the order', () => {
  it('is what runs, then what waits', async () => {
    open('/line');
    expect(links(await next())).toEqual([id(1), id(2), id(3)]);
    const now = screen.getByRole('region', { name: 'On now' });
    expect(links(now)).toEqual([seeded.running]);
  });

  it('is changed with the arrow keys, and the grip keeps the focus', async () => {
    const { live } = open('/line');
    const list = await next();
    const grip = within(list).getAllByRole('button', { name: /^Move / })[2]!;
    grip.focus();
    fireEvent.keyDown(grip, { key: 'ArrowUp' });
    expect(order(live)).toEqual([seeded.running, id(1), id(3), id(2)]);
    expect(links(list)).toEqual([id(1), id(3), id(2)]);
    expect(document.activeElement).toBe(grip);
    expect(grip.getAttribute('aria-label')).toContain('2 of 3');
    expect(screen.getByText('Robin says hello is now 2 of 3.')).toBeTruthy();
    fireEvent.keyDown(grip, { key: 'End' });
    expect(order(live)).toEqual([seeded.running, id(1), id(2), id(3)]);
    fireEvent.keyDown(grip, { key: 'ArrowDown' });
    expect(order(live)).toEqual([seeded.running, id(1), id(2), id(3)]);
  });

  it('is changed by pulling the grip, and Escape lets it be', async () => {
    const { live } = open('/line');
    const list = await next();
    const rows = [...list.children] as HTMLElement[];
    for (const [index, row] of rows.entries()) {
      row.getBoundingClientRect = () => ({ top: index * 80, bottom: index * 80 + 80, height: 80 }) as DOMRect;
    }
    const grip = within(list).getAllByRole('button', { name: /^Move / })[0]!;
    grip.setPointerCapture = () => undefined;
    const pull = (y: number) => {
      fireEvent.pointerDown(grip, { button: 0, pointerId: 1, clientY: 40 });
      fireEvent.pointerMove(grip, { pointerId: 1, clientY: y });
    };
    pull(210);
    fireEvent.keyDown(grip, { key: 'Escape' });
    fireEvent.pointerUp(grip, { pointerId: 1 });
    expect(order(live)).toEqual([seeded.running, id(1), id(2), id(3)]);
    pull(210);
    fireEvent.pointerUp(grip, { pointerId: 1 });
    await waitFor(() => expect(links(list)).toEqual([id(2), id(3), id(1)]));
    expect(live.job(id(2))?.wish.place, 'one place is written').toBeUndefined();
  });

  it('is changed from the menu, too, also while the workstation is away', async () => {
    const live = lineOfThree();
    live.stage.workstation({ state: 'away', since: 0 });
    open('/line', live);
    await next();
    expect(screen.getByText(/is kept, and told when it is back/)).toBeTruthy();
    await choose(3, 'Move up');
    expect(order(live)).toEqual([seeded.running, id(1), id(3), id(2)]);
    await choose(3, 'Run it now');
    expect(order(live)).toEqual([seeded.running, id(2), id(1), id(3)]);
    expect(live.job(id(2))?.wish.now).toBe(true);
  });
});

describe('one job of it', () => {
  it('is paused and let go on', async () => {
    const { live } = open('/line');
    const list = await next();
    await choose(1, 'Pause');
    expect(live.job(id(1))?.wish.pausedAt).toBe(NOW);
    expect(within(list).getByText('Paused')).toBeTruthy();
    await choose(1, 'Let it go on');
    expect(live.job(id(1))?.wish.pausedAt).toBeUndefined();
  });

  it('is cancelled at once, with a way back', async () => {
    const { live } = open('/line');
    await next();
    await choose(1, 'Cancel');
    expect(live.job(id(1))?.wish.cancelledAt).toBeDefined();
    fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    expect(live.job(id(1))?.wish.cancelledAt).toBeUndefined();
  });
});

describe('all of it', () => {
  it('is paused and goes on', async () => {
    const { live } = open('/line');
    fireEvent.click(await screen.findByRole('button', { name: 'Pause the line' }, WAIT));
    expect(live.queue.rules().paused).toBe(true);
    const notice = screen.getByText('The line is paused', { selector: '.notice-title' });
    expect(notice).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Let it go on' }));
    expect(live.queue.rules()).toMatchObject({ paused: false, goOnAt: NOW });
    expect(screen.queryByText('The line is paused')).toBeNull();
  });

  it('says why it rests, and lets a restored one go on', async () => {
    const live = lineOfThree();
    live.stage.rest({ why: 'quiet-hours', until: new Date(2026, 4, 4, 7, 0).getTime() });
    open('/line', live);
    expect(
      await screen.findByText('Quiet hours until 07:00', { selector: '.notice-title' }, WAIT),
    ).toBeTruthy();
    live.stage.rest({ why: 'restored' });
    fireEvent.click(screen.getByRole('button', { name: 'Let it go on' }));
    expect(live.queue.rules().goOnAt).toBe(NOW);
  });

  it('has rules, written as they are changed', async () => {
    const { live } = open('/line');
    fireEvent.click(await screen.findByRole('button', { name: 'Rules' }, WAIT));
    fireEvent.click(await screen.findByRole('switch', { name: /^Quiet hours/ }, WAIT));
    expect(live.queue.rules().quiet).toEqual({ from: '22:00', to: '07:00' });
    const to = screen.getByLabelText('To');
    fireEvent.change(to, { target: { value: '06:30' } });
    expect(live.queue.rules().quiet).toEqual({ from: '22:00', to: '06:30' });
    fireEvent.click(screen.getByRole('switch', { name: /^Only while nobody/ }));
    expect(live.queue.rules().onlyWhenIdle).toBe(true);
    expect(
      screen.getByText('Quiet from 22:00 to 06:30, only while nobody uses the workstation.'),
    ).toBeTruthy();
  });

  it('is only looked at by a guest', async () => {
    open('/line', lineOfThree(createFakeLive('people', { access: fakeAccess.guest })));
    const list = await next();
    expect(within(list).queryAllByRole('button')).toEqual([]);
    expect(screen.queryByRole('button', { name: 'Pause the line' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Rules' })).toBeNull();
  });
});

describe('a job', () => {
  it('is spun again from a stage that is chosen', async () => {
    const live = createFakeLive();
    const failed = live.job(seeded.failed)!;
    live.stage.run(seeded.failed, {
      ...failed.run!,
      failure: { ...failed.run!.failure!, code: 'engine-failed', retry: 'soon' } as never,
    });
    open(`/job/${seeded.failed}`, live);
    const trigger = await screen.findByRole('button', { name: 'Spin it again from a stage' }, WAIT);
    await pick(trigger, 'The voice');
    expect(live.job(seeded.failed)?.wish).toMatchObject({ retry: 1, from: 'voice' });
  });

  it('that was replaced leads to the newer one', async () => {
    const live = createFakeLive();
    const { failure: _failure, ...run } = live.job(seeded.failed)!.run!;
    live.stage.run(seeded.failed, { ...run, state: 'superseded', supersededBy: seeded.running });
    open(`/job/${seeded.failed}`, live);
    const link = await screen.findByRole('link', { name: 'To the newer one' }, WAIT);
    expect(link.getAttribute('href')).toBe(`/job/${seeded.running}`);
    expect(screen.queryByRole('button', { name: 'Spin it again' })).toBeNull();
  });

  it('that takes longer than ever shows no figure that stands still', async () => {
    const live = createFakeLive();
    live.stage.progress(seeded.running, {
      job: seeded.running,
      stage: 'portrait',
      stageFraction: 0.99,
      fraction: 0.99,
      leftMs: 4_000,
      leftRangeMs: [0, 4_000],
    });
    open(`/job/${seeded.running}`, live);
    expect(await screen.findByText('Longer than usual. It is still at work.', {}, WAIT)).toBeTruthy();
    expect(screen.getByTestId('percent').textContent).not.toContain('%');
  });

  it('of this device rings when it is done, after a person asked for it, and only while nobody looks', async () => {
    const live = createFakeLive();
    const { bell, rung } = fakeBell();
    open(`/job/${seeded.running}`, live, bell);
    fireEvent.click(await screen.findByRole('button', { name: 'Tell me when it is done' }, WAIT));
    expect(bell.state()).toBe('on');
    const hidden = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    live.stage.run(seeded.running, live.job(seeded.succeeded)!.run);
    expect(rung).toEqual([
      { title: 'Your video is ready', body: 'Robin says hello', path: `/job/${seeded.running}` },
    ]);
    hidden.mockRestore();
    live.stage.run(seeded.waiting, live.job(seeded.succeeded)!.run);
    expect(rung).toHaveLength(1);
  });
});

describe('a project that was spun before', () => {
  it('says which stages a change makes again, and replaces the job that failed', async () => {
    const live = createFakeLive();
    live.cancel(seeded.waiting);
    const { live: world } = open(`/project/${seeded.robin}`, live);
    expect(await screen.findByText('Nothing changed since the last video.', {}, WAIT)).toBeTruthy();
    world.openProject(seeded.robin).set({ captions: false });
    expect(await screen.findByText('2 of 7 stages are made again.')).toBeTruthy();
    expect(screen.getByText('The performance and the finish')).toBeTruthy();
    const tick = screen.getByRole<HTMLInputElement>('checkbox', { name: /^Take the place of/ });
    expect(tick.checked).toBe(true);
    const spin = await screen.findByRole('button', { name: 'Spin' });
    await waitFor(() => expect(spin.getAttribute('aria-disabled')).toBeNull());
    fireEvent.click(spin);
    await waitFor(() => expect(location.pathname).toMatch(/^\/job\//), WAIT);
    const newest = world.job(location.pathname.split('/').at(-1) as JobId);
    expect(newest?.request.supersedes).toBe(seeded.waiting);
  });
});
