// Looks and voices of a project as a person meets them, over a whole live world in memory.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { type TrainedVersion, trainedVersionSchema } from '@myspinbot/shared/job/trained.ts';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@solidjs/testing-library';
import { afterEach, expect, it, vi } from 'vitest';
import { createFakeLive, type FakeLive } from '../live/fake-live.ts';
import { NOW, seeded } from '../live/fake-people.ts';
import { LiveContext } from '../live/live.ts';
import { App } from './app.tsx';

const WAIT = { timeout: 20_000 };
vi.setConfig({ testTimeout: 40_000 });
afterEach(cleanup);

const look = (version: number): TrainedVersion =>
  trainedVersionSchema.parse({
    project: seeded.robin,
    job: 'j_train0000000000000000',
    stage: 'look',
    fingerprint: String(version).repeat(64),
    version,
    engine: 'look/builtin',
    madeAt: NOW - 10_000 + version,
    notes: [],
    photos: [{ hash: seeded.photo, bytes: 9, type: 'image/png' }],
  });

async function open(live: FakeLive = createFakeLive()) {
  history.replaceState(null, '', `/project/${seeded.robin}`);
  render(() => (
    <LiveContext.Provider value={live}>
      <App />
    </LiveContext.Provider>
  ));
  const section = within(await screen.findByRole('region', { name: 'Looks and voices' }, WAIT));
  return { live, section };
}
const chosen = (live: FakeLive) => live.openProject(seeded.robin).fields().look;

it('asks for a training as a job, and shows it while it is on', async () => {
  const { live, section } = await open();
  fireEvent.click(section.getByRole('button', { name: 'Train…' }));
  const dialog = within(await screen.findByRole('dialog', {}, WAIT));
  const train = dialog.getByRole('button', { name: 'Train' });
  const ticked = dialog.getByRole('checkbox', { name: /^A look/ });
  fireEvent.click(ticked);
  expect(dialog.getByRole('status').textContent).toBe('Tick a look, a voice or both.');
  fireEvent.click(train);
  expect(live.jobsOf(seeded.robin)).toHaveLength(4);
  fireEvent.click(dialog.getByRole('checkbox', { name: /^A voice/ }));
  expect(dialog.getByRole('status').textContent).toContain('Match a clip');
  fireEvent.click(dialog.getByRole('checkbox', { name: /^A voice/ }));
  fireEvent.click(ticked);
  fireEvent.click(train);
  await section.findByRole('list', { name: 'Being trained' }, WAIT);
  const [id] = live.jobsOf(seeded.robin);
  expect(live.job(id!)?.request).toMatchObject({ pipeline: 'train', assets: [{ hash: seeded.photo }] });
  // Done, it is no premiere, and nothing to be replaced by the next video.
  const premieres = live.premieres().length;
  live.stage.run(id as JobId, { state: 'succeeded', attempt: 1, retry: 0, queuedAt: NOW, stages: [] });
  expect(live.premieres()).toHaveLength(premieres);
  await waitFor(() => expect(section.queryByRole('list', { name: 'Being trained' })).toBeNull());
});

it('lets a version be chosen, and the next video names it', async () => {
  const { live, section } = await open();
  live.stage.trained([look(1), look(2)]);
  const list = within(await section.findByRole('radiogroup', { name: 'Which look videos use' }, WAIT));
  const names = list.getAllByRole('radio').map((radio) => radio.getAttribute('aria-labelledby'));
  expect(names).toHaveLength(3);
  fireEvent.click(list.getByRole('radio', { name: 'Look 1' }));
  expect(chosen(live)).toBe(look(1).fingerprint);
  const id = await live.spin(live.openProject(seeded.robin));
  expect(live.job(id)?.request.options.look).toBe(look(1).fingerprint);
  fireEvent.click(list.getByRole('radio', { name: 'Fresh each time' }));
  expect(chosen(live)).toBeNull();
});

it('deletes one after saying what that means; what was chosen is made fresh', async () => {
  const { live, section } = await open();
  live.stage.trained([look(1)]);
  live.openProject(seeded.robin).set({ look: look(1).fingerprint });
  fireEvent.click(await section.findByRole('button', { name: 'Delete Look 1' }, WAIT));
  const dialog = within(await screen.findByRole('dialog', { name: 'Delete Look 1?' }, WAIT));
  expect(dialog.getByText(/Your next videos make the look fresh/)).toBeTruthy();
  fireEvent.click(dialog.getByRole('button', { name: 'Leave it as it is' }));
  expect(live.trained.of(seeded.robin)).toHaveLength(1);
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull(), WAIT);
  fireEvent.click(section.getByRole('button', { name: 'Delete Look 1' }));
  const again = within(await screen.findByRole('dialog', { name: 'Delete Look 1?' }, WAIT));
  fireEvent.click(again.getByRole('button', { name: 'Delete it' }));
  expect(live.trained.of(seeded.robin)).toEqual([]);
  expect(chosen(live)).toBeNull();
});

it('puts two beside each other, and one of them can be taken', async () => {
  const { live, section } = await open();
  live.stage.trained([look(1), look(2)]);
  fireEvent.click(await section.findByRole('button', { name: 'Compare two looks' }, WAIT));
  const table = within(await screen.findByRole('table', { name: 'Two looks side by side' }, WAIT));
  expect(table.getByRole('rowheader', { name: 'Made from · the same' })).toBeTruthy();
  const [, right] = table.getAllByRole('button', { name: 'Use this one' });
  fireEvent.click(right!);
  expect(chosen(live)).toBe(look(2).fingerprint);
  await table.findByText('Videos use it');
});

it('says that a chosen one is gone, and spins without it', async () => {
  const live = createFakeLive();
  live.openProject(seeded.robin).set({ look: '9'.repeat(64) });
  const { section } = await open(live);
  expect(await section.findByText('The look you chose is not there any more.', {}, WAIT)).toBeTruthy();
  const id = await live.spin(live.openProject(seeded.robin));
  expect(live.job(id)?.request.options.look).toBeUndefined();
});
