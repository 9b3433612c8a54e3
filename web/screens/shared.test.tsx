// What was shared to the app, from the card on Home to the bot it was for.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { MAX_PHOTOS } from '@myspinbot/shared/project/project.ts';
import { shareProblems } from '@myspinbot/shared/wire/share.ts';
import { cleanup, fireEvent, render, screen, waitFor } from '@solidjs/testing-library';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFakeLive, type FakeLive } from '../live/fake-live.ts';
import { fakeAccess, seeded } from '../live/fake-people.ts';
import { LiveContext } from '../live/live.ts';
import { App } from './app.tsx';
import { firstRoles, withRole } from './cast-share.ts';
import { leftOutWords, listed, problemWords, shareWords } from './share-words.ts';

const WAIT = { timeout: 20_000 };
vi.setConfig({ testTimeout: 40_000 });

function open(path: string, live: FakeLive) {
  history.replaceState(null, '', path);
  const view = render(() => (
    <LiveContext.Provider value={live}>
      <App />
    </LiveContext.Provider>
  ));
  return { live, ...view };
}
const photo = (name: string) => ({ name, type: 'image/jpeg' as const });
const sound = (name: string) => ({ name, type: 'audio/mp4' as const });
const button = (name: string | RegExp) => screen.findByRole('button', { name }, WAIT);

beforeEach(() => localStorage.clear());
afterEach(cleanup);

describe('what was shared', () => {
  it('is offered on Home, and becomes a new bot', async () => {
    const live = createFakeLive();
    live.stage.share({ files: [photo('me.jpg'), photo('you.jpg')], text: 'Hello from the beach.' });
    open('/', live);
    expect(await screen.findByText('You shared 2 photos and some words', {}, WAIT)).toBeTruthy();
    fireEvent.click(screen.getByRole('link', { name: 'Say who it is for' }));
    fireEvent.click(await button('Take you.jpg along'));
    fireEvent.click(await button('A new bot'));
    await waitFor(() => expect(location.pathname).toMatch(/^\/project\/p_made/), WAIT);
    const made = live.openProject(location.pathname.slice('/project/'.length) as never);
    expect(made.photos().map(({ asset }) => asset.name)).toEqual(['me.jpg']);
    expect(made.script()).toBe('Hello from the beach.');
    // What was left goes on waiting.
    expect(live.shared.waiting()).toMatchObject([{ words: undefined, files: [{ name: 'you.jpg' }] }]);
  });

  it('goes to a bot there is, and everything is as before on undo', async () => {
    const live = createFakeLive();
    live.stage.share({ files: [sound('memo.m4a')], text: 'Other words.' });
    open('/share', live);
    fireEvent.click(await button('For Robin says hello'));
    await waitFor(() => expect(location.pathname).toBe(`/project/${seeded.robin}`), WAIT);
    const robin = live.openProject(seeded.robin);
    expect([robin.fields().mode, robin.fields().recording?.name, robin.script()]).toEqual([
      'recording',
      'memo.m4a',
      'Other words.',
    ]);
    expect(live.shared.waiting()).toEqual([]);
    fireEvent.click(await button('Undo'));
    await waitFor(() => expect(live.shared.waiting()).toHaveLength(1));
    expect([robin.fields().mode, robin.fields().recording, robin.photos().length]).toEqual(['text', null, 1]);
    expect(robin.script()).toBe('Hello! I am Robin, and I live on your own machine.');
    expect(await screen.findByRole('heading', { name: 'What you shared' }, WAIT)).toBeTruthy();
  });

  it('can be the voice that is matched, too', async () => {
    const live = createFakeLive();
    live.stage.share({ files: [sound('memo.m4a')] });
    open('/share', live);
    fireEvent.click(await screen.findByRole('radio', { name: 'Match it' }, WAIT));
    fireEvent.click(await button('For Robin says hello'));
    await waitFor(() => expect(live.openProject(seeded.robin).fields().voiceClip?.name).toBe('memo.m4a'));
    expect(live.openProject(seeded.robin).fields().mode).toBe('text');
  });

  it('stays where it is when it cannot be used, with the reason and the next step', async () => {
    const live = createFakeLive();
    live.stage.share({ files: [photo('me.heic')] });
    live.stage.refuseNextFile(
      new Failure({
        code: 'bad-input',
        message: 'This browser cannot show HEIC.',
        hint: 'Share it as JPEG.',
      }),
    );
    open('/share', live);
    const before = live.projects.length;
    fireEvent.click(await button('A new bot'));
    const alert = await screen.findByRole('alert', {}, WAIT);
    expect(alert.textContent).toContain('This browser cannot show HEIC.');
    expect(alert.textContent).toContain('Share it as JPEG.');
    expect(alert.textContent).toContain('goes on waiting');
    expect([live.projects.length, live.shared.waiting()?.length]).toEqual([before, 1]);
  });

  it('is thrown away at once and comes back on undo', async () => {
    const live = createFakeLive();
    live.stage.share({ text: 'Never mind.' });
    open('/', live);
    fireEvent.click(await button('Throw it away'));
    await waitFor(() => expect(screen.queryByText('You shared some words')).toBeNull());
    fireEvent.click(await button('Undo'));
    expect(await screen.findByText('You shared some words', {}, WAIT)).toBeTruthy();
  });

  it('tells a guest why not, and is kept', async () => {
    const live = createFakeLive('people', { access: fakeAccess.guest });
    live.stage.share({ files: [photo('me.jpg')] });
    open('/share', live);
    expect(
      await screen.findByText('You are a guest here, and a guest brings nothing.', {}, WAIT),
    ).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'A new bot' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Throw it away' })).toBeTruthy();
    expect(live.shared.waiting()).toHaveLength(1);
  });

  it.each(shareProblems)('says in words why nothing was taken: %s', async (problem) => {
    open(`/share?problem=${problem}`, createFakeLive());
    const alert = await screen.findByRole('alert', {}, WAIT);
    expect(alert.textContent).toMatch(/^[A-Z].*\. ?[A-Z].*\.$/);
  });

  it('names nothing where nothing waits, and believes no address', async () => {
    open('/share?problem=<b>&id=nobody', createFakeLive());
    expect(await screen.findByText('Nothing waits here', {}, WAIT)).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('words and roles', () => {
  const file = (item: number, type: 'image/png' | 'audio/wav' | 'video/mp4') => ({
    kind: 'file' as const,
    item,
    name: `${item}`,
    type,
    bytes: 1,
  });

  it('counts what there is', () => {
    expect(listed([])).toBe('');
    expect(shareWords({ files: [file(0, 'image/png')], words: undefined })).toBe('a photo');
    expect(
      shareWords({
        files: [file(0, 'video/mp4'), file(1, 'audio/wav'), file(2, 'audio/wav')],
        words: { kind: 'words', item: -1, text: 'Hi' },
      }),
    ).toBe('2 recordings, a film and some words');
    expect(problemWords(['too-large', 'x'])).toBeUndefined();
  });

  it('names what was left out', () => {
    expect(leftOutWords([])).toBeUndefined();
    expect(leftOutWords([{ name: 'a.exe', why: 'unknown-kind' }])?.title).toContain('a.exe was left out');
    expect(leftOutWords([{ name: 'a', why: 'too-many' }])?.title).toContain('One file was left out');
  });

  it('lets only one thing be spoken, and only so many photos in', () => {
    const photos = Array.from({ length: MAX_PHOTOS + 1 }, (_, item) => file(item, 'image/png'));
    expect(firstRoles({ files: photos, words: undefined })[MAX_PHOTOS]).toBe('later');
    const two = firstRoles({ files: [file(0, 'audio/wav'), file(1, 'video/mp4')], words: undefined });
    expect(two).toEqual({ 0: 'recording', 1: 'later' });
    expect(withRole(two, 1, 'recording')).toEqual({ 0: 'later', 1: 'recording' });
    expect(withRole(two, 1, 'voice')).toEqual({ 0: 'recording', 1: 'voice' });
  });
});
