// Looks and voices that are kept: trained out of reach of the workstation, chosen for a video, put beside each other, deleted;
// on a phone, then looked at on a desk.
import { join } from 'node:path';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import {
  addPhoto,
  choose,
  isCaredFor,
  isSaved,
  newProject,
  openApp,
  overflow,
  spin,
  videoPlays,
  words,
  workstationIsHere,
} from '../harness/app.ts';
import {
  agentAway,
  desktop,
  expectNoComplaints,
  openProfile,
  phone,
  screenshot,
} from '../harness/browser.ts';
import { jobStatus } from '../harness/job.ts';
import { mirrored, slower } from '../harness/media.ts';
import { drawnPortrait } from '../harness/place.ts';
import { spokenRecording } from '../harness/recordings.ts';
import { scratchFolder } from '../harness/scratch.ts';

const section = (page: Page) => page.getByRole('region', { name: 'Looks and voices' });
const look = (page: Page, name: string) =>
  section(page).getByRole('radiogroup', { name: 'Which look videos use' }).getByRole('radio', { name });

async function addClip(page: Page, file: string): Promise<void> {
  await page
    .getByRole('region', { name: 'Voice', exact: true })
    .locator('input[type=file]')
    .setInputFiles(file);
  await page.getByRole('button', { name: 'Take the clip out' }).waitFor();
}

async function train(page: Page): Promise<void> {
  await section(page).getByRole('button', { name: 'Train…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

async function versions(agent: RunningAgent, project: string) {
  const reply = await agent.ask(`${endpoints.projects}/${project}/trained`);
  const { trained } = (await reply.json()) as {
    trained: { stage: string; version: number; fingerprint: string; isHere: boolean }[];
  };
  return trained.map(({ stage, version, isHere }) => `${stage} ${version}${isHere ? '' : ' gone'}`);
}

/** Whatever opens, closes or changes its colour has done so. */
const still = (page: Page) =>
  page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const passing = document.getAnimations().filter((one) => one.effect?.getTiming().iterations === 1);
    await Promise.all(passing.map((one) => one.finished.catch(() => undefined)));
  });

/** In both themes, as the person's system wishes. */
async function picture(page: Page, name: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await still(page);
    await screenshot(page, `trained/${name}-${theme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await overflow(page)).toBe(0);
}

test('trained once, used again: out of reach, chosen, compared, deleted', async () => {
  const agent = await startAgent({ data: join(scratchFolder('trained'), 'data') });
  const profile = await openProfile({ viewport: phone, touch: true });
  const page = await profile.newPage();
  await openApp(page, agent);
  await workstationIsHere(page);
  await newProject(page);
  const project = new URL(page.url()).pathname.split('/').at(-1)!;
  await page.getByRole('textbox', { name: 'Name of the project' }).fill('Nora');
  await addPhoto(page, drawnPortrait());
  await words(page).fill('I look the same every time. That is the whole idea.');
  await choose(page, 'Match a clip');
  const recording = await spokenRecording();
  await addClip(page, recording);
  await section(page).scrollIntoViewIfNeeded();
  await picture(page, '1-nothing');

  // Out of reach: asked for all the same.
  await isCaredFor(page);
  profile.expectComplaints(agentAway);
  await profile.context.setOffline(true);
  await section(page).getByRole('button', { name: 'Train…' }).click();
  await picture(page, '2-asked');
  await page.getByRole('dialog').getByRole('button', { name: 'Train', exact: true }).click();
  await section(page).getByText('A look and a voice').waitFor();
  await section(page).getByText('Waiting for the workstation').waitFor({ timeout: 30_000 });
  await isSaved(page);
  await picture(page, '3-waiting');
  expect(await versions(agent, project)).toEqual([]);
  const training = await section(page).getByRole('link', { name: 'A look and a voice' }).getAttribute('href');
  await profile.context.setOffline(false);
  await look(page, 'Look 1').waitFor({ timeout: 90_000 });
  await section(page).getByRole('radio', { name: 'Voice 1' }).waitFor();
  expect(await versions(agent, project)).toEqual(['voice 1', 'look 1']);

  await page.goto(`${agent.url}${training}`);
  await page.getByText('Trained, and kept for later').waitFor();
  await picture(page, '4-trained');
  await page.getByRole('link', { name: 'To the project' }).click();
  await look(page, 'Look 1').waitFor();

  // Another photo, another look.
  await addPhoto(page, await mirrored(drawnPortrait()));
  await page
    .getByRole('button', { name: /^Take out / })
    .first()
    .click();
  await page.getByRole('button', { name: 'Take the clip out' }).click();
  await addClip(page, await slower(recording));
  await train(page);
  await look(page, 'Look 2').waitFor({ timeout: 90_000 });
  await section(page).getByRole('button', { name: 'Compare two looks' }).click();
  const table = page.getByRole('table', { name: 'Two looks side by side' });
  await expect.poll(() => table.locator('img').count()).toBe(4);
  await picture(page, '5-compared');
  await table.getByRole('button', { name: 'Use this one' }).first().click();
  await table.getByText('Videos use it').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  expect(await look(page, 'Look 1').isChecked()).toBe(true);
  await section(page).getByRole('button', { name: 'Compare two voices' }).click();
  await page.getByRole('table', { name: 'Two voices side by side' }).getByText('slower.wav').waitFor();
  await picture(page, '6-voices');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await section(page).scrollIntoViewIfNeeded();
  await picture(page, '6-chosen');

  // The video uses it, though its photo is not in the project any more.
  const job = new URL(await spin(page)).pathname.split('/').at(-1)!;
  expect(await videoPlays(page)).toBeGreaterThan(2);
  const { stages } = await jobStatus(agent, job);
  expect(stages.find(({ stage }) => stage === 'look')?.state).toBe('reused');
  await page.goto(`${agent.url}/history`);
  await page.getByRole('region', { name: 'Premieres' }).waitFor();
  expect(await page.locator('.poster').count(), 'a look is no premiere').toBe(1);

  await page.setViewportSize(desktop);
  await page.goto(`${agent.url}/project/${project}`);
  await look(page, 'Look 2').waitFor();
  await section(page).scrollIntoViewIfNeeded();
  await picture(page, '7-desk');
  await section(page).getByRole('button', { name: 'Delete Look 1' }).click();
  const asked = page.getByRole('dialog', { name: 'Delete Look 1?' });
  await asked.getByText('Your next videos make the look fresh.').waitFor();
  await picture(page, '8-deleting');
  await asked.getByRole('button', { name: 'Delete it' }).click();
  await look(page, 'Look 1').waitFor({ state: 'detached' });
  expect(await look(page, 'Fresh each time').isChecked()).toBe(true);
  await expect.poll(() => versions(agent, project)).toEqual(['voice 2', 'look 2', 'voice 1', 'look 1 gone']);

  expectNoComplaints(profile);
  await agent.stop();
});
