// The screens as a person meets them, over a whole live world in memory.
import { cleanup, fireEvent, render, screen, waitFor, within } from '@solidjs/testing-library';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFakeLive, type FakeLive } from '../live/fake-live.ts';
import { seeded } from '../live/fake-people.ts';
import { LiveContext } from '../live/live.ts';
import { App } from './app.tsx';

// Lazy screens are loaded through the test's own bundler, which is slower than a browser's cache.
const WAIT = { timeout: 20_000 };
vi.setConfig({ testTimeout: 40_000 });

function open(path: string, live: FakeLive = createFakeLive()) {
  history.replaceState(null, '', path);
  const view = render(() => (
    <LiveContext.Provider value={live}>
      <App />
    </LiveContext.Provider>
  ));
  return { live, ...view };
}
const spinButton = () => screen.findByRole('button', { name: 'Spin' }, WAIT);
const twoFaces = {
  width: 600,
  height: 600,
  faces: [
    { box: { x: 80, y: 80, width: 110, height: 130 } },
    { box: { x: 330, y: 60, width: 120, height: 150 } },
    { box: { x: 500, y: 60, width: 20, height: 30 }, unfit: 'This face is too small.' },
  ],
};

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal(
    'fetch',
    vi.fn(async (path: string) =>
      path.endsWith('.json')
        ? Response.json({ name: 'Pip', title: 'Pip says hello', script: 'Hello!', lang: 'en' })
        : new Response(new Blob(['png'], { type: 'image/png' })),
    ),
  );
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('home', () => {
  it('has the sample two taps away from its video', async () => {
    const { live } = open('/', createFakeLive('empty'));
    fireEvent.click(await screen.findByRole('button', { name: 'Start with Pip' }, WAIT));
    const spin = await spinButton();
    await waitFor(() => expect(spin.getAttribute('aria-disabled')).toBeNull());
    fireEvent.click(spin);
    await waitFor(() => expect(live.line).toHaveLength(1), WAIT);
    expect(location.pathname).toMatch(/^\/(project|job)\//);
  });

  it('says what can be done when the sample cannot be had', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => new Response('', { status: 404 })),
    );
    open('/', createFakeLive('empty'));
    fireEvent.click(await screen.findByRole('button', { name: 'Start with the sample' }, WAIT));
    expect(await screen.findByText(/could not be loaded. Open the app once/)).toBeTruthy();
  });
});

describe('project', () => {
  it('says what Spin still needs, and does not spin', async () => {
    const { live } = open(`/project/${seeded.ada}`);
    const before = live.line.length;
    const spin = await spinButton();
    expect(spin.getAttribute('aria-disabled')).toBe('true');
    const words = document.getElementById(spin.getAttribute('aria-describedby') ?? '');
    expect(words?.textContent).toBe('Still needed: a photo.');
    fireEvent.click(spin);
    expect(live.line).toHaveLength(before);
    expect(document.activeElement?.id).toBe('face');
  });

  it('lets the person choose among several faces before it spins', async () => {
    const live = createFakeLive();
    live.stage.photoCheck(twoFaces);
    open(`/project/${seeded.robin}`, live);
    const group = await screen.findByRole('radiogroup', { name: 'Which face speaks?' }, WAIT);
    const spin = await spinButton();
    expect(spin.getAttribute('aria-disabled')).toBe('true');
    expect(screen.getByText('Still needed: point at the face that speaks.')).toBeTruthy();
    const faces = within(group).getAllByRole<HTMLInputElement>('radio');
    expect(faces.map((face) => face.disabled)).toEqual([false, false, true]);
    fireEvent.click(faces[1]!);
    expect(live.openProject(seeded.robin).fields().face).toBe(1);
    await waitFor(() => expect(spin.getAttribute('aria-disabled')).toBeNull());
  });

  it('names an unusable photo with the next step', async () => {
    const live = createFakeLive();
    live.stage.photoCheck({
      width: 10,
      height: 10,
      faces: [],
      unfit: { code: 'no-face', message: 'No face found in this photo.', hint: 'Try one with a face.' },
    });
    open(`/project/${seeded.robin}`, live);
    const alert = await screen.findByRole('alert', {}, WAIT);
    expect(alert.textContent).toContain('No face found in this photo.');
    expect(alert.textContent).toContain('Try one with a face.');
    expect(screen.getByText('Still needed: a photo with a usable face.')).toBeTruthy();
  });

  it('says so when what was dropped is no picture, and takes the pictures among it', async () => {
    const { live } = open(`/project/${seeded.ada}`);
    const drop = await screen.findByRole('region', { name: 'Add photos' }, WAIT);
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
    const files = [
      new File(['la la la'], 'song.mp3', { type: 'audio/mpeg' }),
      new File([png], 'me.png', { type: 'image/png' }),
    ];
    fireEvent.drop(drop, { dataTransfer: { files } });
    const alert = await screen.findByRole('alert', {}, WAIT);
    expect(alert.textContent).toContain('song.mp3 is not a picture.');
    await waitFor(() => expect(live.openProject(seeded.ada).photos()).toHaveLength(1));
  });

  it('does not judge photos while the workstation is away, and spins all the same', async () => {
    const live = createFakeLive();
    live.stage.workstation({ state: 'away', since: 0 });
    open(`/project/${seeded.robin}`, live);
    expect(await screen.findByText('Checked later', {}, WAIT)).toBeTruthy();
    expect((await spinButton()).getAttribute('aria-disabled')).toBeNull();
    expect(screen.getByText('Runs when your workstation is back.')).toBeTruthy();
  });

  it('takes a photo out at once and puts it back on undo', async () => {
    const { live } = open(`/project/${seeded.robin}`);
    fireEvent.click(await screen.findByRole('button', { name: 'Take out robin.jpg' }, WAIT));
    expect(live.openProject(seeded.robin).photos()).toHaveLength(0);
    fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    expect(live.openProject(seeded.robin).photos()).toHaveLength(1);
  });

  it('says "Saved" only when told so', async () => {
    const { live } = open(`/project/${seeded.robin}`);
    expect((await screen.findAllByText('Saved', {}, WAIT)).length).toBeGreaterThan(0);
    live.stage.saved('saving');
    expect(screen.queryByText('Saved')).toBeNull();
    live.stage.saved('failed');
    expect(screen.getAllByText('Not saved').length).toBeGreaterThan(0);
  });
});

describe('job', () => {
  it('shows waiting as waiting, with what happens next', async () => {
    const live = createFakeLive();
    live.stage.workstation({ state: 'away', since: 0 });
    open(`/job/${seeded.waiting}`, live);
    expect(await screen.findByText('Waiting for your workstation', {}, WAIT)).toBeTruthy();
    expect(screen.getByText(/begins by itself/)).toBeTruthy();
    expect(screen.queryByTestId('percent')).toBeNull();
  });

  it('follows the running job, in the page and in the tab title', async () => {
    const { live } = open(`/job/${seeded.running}`);
    const percent = await screen.findByTestId('percent', {}, WAIT);
    expect(percent.textContent).toContain('62 %');
    expect(document.title).toBe('62 % · Robin says hello');
    live.stage.progress(seeded.running, {
      job: seeded.running,
      stage: 'finish',
      stageFraction: 0.5,
      fraction: 0.96,
      leftMs: 500,
    });
    expect(percent.textContent).toContain('96 %');
    expect(screen.getByText('A few seconds left')).toBeTruthy();
    const now = screen.getAllByRole('listitem').find((stage) => stage.textContent?.includes('The finish'));
    expect(now?.getAttribute('aria-current')).toBe('step');
  });

  it('offers a change, not the same again, after a failure that would repeat', async () => {
    open(`/job/${seeded.failed}`);
    expect(await screen.findByText('No face was found in robin.jpg.', {}, WAIT)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Change something' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Spin it again' })).toBeNull();
  });

  it('opens the curtain once per device', async () => {
    const first = open(`/job/${seeded.succeeded}`);
    await waitFor(() => expect(first.container.querySelector('[data-curtain]')).not.toBeNull(), WAIT);
    const cloth = await waitFor(() => {
      const drape = first.container.querySelector('.curtain-opening .drape-right');
      expect(drape).not.toBeNull();
      return drape!;
    });
    fireEvent.animationEnd(cloth);
    expect(first.container.querySelector('[data-curtain="open"]')).not.toBeNull();
    first.unmount();
    const second = open(`/job/${seeded.succeeded}`);
    await waitFor(() => expect(second.container.querySelector('[data-curtain="open"]')).not.toBeNull(), WAIT);
  });

  it('plays the video that was made, and says so while its bytes are elsewhere', async () => {
    const live = createFakeLive();
    live.stage.url(seeded.video, '/made.mp4');
    const { container } = open(`/job/${seeded.succeeded}`, live);
    const video = await waitFor(() => {
      const found = container.querySelector('video');
      expect(found).not.toBeNull();
      return found!;
    }, WAIT);
    expect(video.getAttribute('src')).toBe('/made.mp4');
    expect(screen.getByRole('link', { name: 'Download' }).getAttribute('download')).toBe(
      'Robin says hello.mp4',
    );
    live.stage.workstation({ state: 'away', since: 0 });
    live.stage.url(seeded.video, '');
    expect(await screen.findByText(/on your workstation. It plays here when/)).toBeTruthy();
  });

  it('names what made the video', async () => {
    open(`/job/${seeded.succeeded}`);
    expect(
      await screen.findByText(/Made from your photo, on your machine, by the built-in engine\./, {}, WAIT),
    ).toBeTruthy();
    expect(screen.getByText('The language was taken to be English.')).toBeTruthy();
  });
});

describe('history and addresses', () => {
  it('takes a job out of the history and back', async () => {
    const { live } = open('/history');
    const before = live.stopped().length;
    fireEvent.click(await screen.findByRole('button', { name: 'Take out of the history' }, WAIT));
    expect(live.stopped()).toHaveLength(before - 1);
    fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    expect(live.stopped()).toHaveLength(before);
  });

  it.each(['/nowhere', '/job/nonsense', '/project/nonsense', '/project/p_notmadehereyet00'])(
    '%s leads to words, not to a blank',
    async (path) => {
      open(path);
      expect(await screen.findByText('Nobody on this stage', {}, WAIT)).toBeTruthy();
    },
  );
});
