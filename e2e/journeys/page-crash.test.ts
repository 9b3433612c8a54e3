// The page dies or is reloaded in the middle of a sentence: what was written is there again.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import { addPhoto, choose, isSaved, newProject, openApp, spinIsReady, words } from '../harness/app.ts';
import { expectNoComplaints, openProfile } from '../harness/browser.ts';
import { drawnPortrait } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

const text = 'A long thought, interrupted in the middle of';

test('a crash of the page loses nothing that was shown as saved', async () => {
  const agent = await startAgent({ data: join(scratchFolder('page-crash'), 'data') });
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, agent);
  await newProject(page);
  const project = page.url();
  await page.getByRole('textbox', { name: 'Name of the project' }).fill('Interrupted');
  await addPhoto(page, drawnPortrait());
  await page.getByRole('img', { name: 'portrait.png' }).waitFor();
  await words(page).fill(text);
  await choose(page, 'Wide');
  await isSaved(page);

  const crashed = page.waitForEvent('crash');
  await page.goto('chrome://crash').catch(() => undefined);
  await crashed;
  await page.close();

  const again = await profile.newPage();
  await again.goto(project);
  await expect.poll(() => words(again).inputValue(), { timeout: 15_000 }).toBe(text);
  expect(await again.getByRole('textbox', { name: 'Name of the project' }).inputValue()).toBe('Interrupted');
  expect(await again.getByRole('radio', { name: /Wide/ }).isChecked()).toBe(true);
  await again.getByRole('img', { name: 'portrait.png' }).waitFor();
  await spinIsReady(again);
  expectNoComplaints(profile);
  await agent.stop();
});

test('a reload straight after the last letter keeps the last letter', async () => {
  const agent = await startAgent({ data: join(scratchFolder('reload'), 'data') });
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, agent);
  await newProject(page);
  await words(page).pressSequentially(text);
  await page.reload();
  await expect.poll(() => words(page).inputValue(), { timeout: 15_000 }).toBe(text);
  expectNoComplaints(profile);
  await agent.stop();
});
