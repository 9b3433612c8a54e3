// A person's own photo and words, once at a desk and once on a phone.
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import { addPhoto, isSaved, newProject, openApp, overflow, spin, videoPlays, words } from '../harness/app.ts';
import { desktop, expectNoComplaints, openProfile, phone, screenshot } from '../harness/browser.ts';
import { drawnPortrait, realPhoto } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

let agent: RunningAgent;
beforeAll(async () => {
  agent = await startAgent({ data: join(scratchFolder('own-photo'), 'data') });
  return async () => {
    await agent.stop();
  };
});

test.each([
  { name: 'desk', viewport: desktop, touch: false },
  { name: 'phone', viewport: phone, touch: true },
])('photo, words, Spin, watch: at the $name', async ({ name, viewport, touch }) => {
  const profile = await openProfile({ viewport, touch });
  const page = await profile.newPage();
  await openApp(page, agent);
  await screenshot(page, `own-photo/${name}-1-home`);
  expect(await overflow(page)).toBeLessThanOrEqual(0);

  await newProject(page);
  await page.getByRole('textbox', { name: 'Name of the project' }).fill(`On the ${name}`);
  await addPhoto(page, realPhoto() ?? drawnPortrait());
  await page.getByText('Good face').waitFor({ timeout: 30_000 });
  await words(page).fill('Hello from my own photo. Nothing of this left my machine.');
  await isSaved(page);
  await screenshot(page, `own-photo/${name}-2-project`);
  expect(await overflow(page)).toBeLessThanOrEqual(0);

  await spin(page);
  await screenshot(page, `own-photo/${name}-3-making-of`);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(await videoPlays(page)).toBeGreaterThan(2);
  await screenshot(page, `own-photo/${name}-4-premiere`);
  expect(await overflow(page)).toBeLessThanOrEqual(0);

  await page.goto(`${agent.url}/`);
  await page.getByText(`On the ${name}`).locator('visible=true').first().waitFor();
  await screenshot(page, `own-photo/${name}-5-home-after`);
  expectNoComplaints(profile);
});
