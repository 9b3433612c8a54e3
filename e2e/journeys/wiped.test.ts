// The browser clears everything this app kept, as browsers do when space runs short: paired again, the projects, the
// history, the photos and the videos come back from the workstation.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import {
  addPhoto,
  isSaved,
  newProject,
  openApp,
  spin,
  spinIsReady,
  videoPlays,
  words,
  workstationIsHere,
} from '../harness/app.ts';
import { expectNoComplaints, openProfile, screenshot } from '../harness/browser.ts';
import { drawnPortrait } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

const text = 'I was here before, and I am here again.';

test('a wiped browser has everything again once it is paired', async () => {
  const agent = await startAgent({ data: join(scratchFolder('wiped'), 'data') });
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, agent);
  await workstationIsHere(page);
  await newProject(page);
  const project = page.url();
  await page.getByRole('textbox', { name: 'Name of the project' }).fill('Survivor');
  await addPhoto(page, drawnPortrait());
  await page.getByRole('img', { name: 'portrait.png' }).waitFor();
  await words(page).fill(text);
  await isSaved(page);
  await spin(page);
  const job = page.url();
  const length = await videoPlays(page);

  // Everything of this origin goes at once, under the open page, and with it the worker that kept the app here.
  const devtools = await profile.context.newCDPSession(page);
  await page.goto('about:blank');
  await devtools.send('Storage.clearDataForOrigin', { origin: agent.url, storageTypes: 'all' });
  await page.goto(agent.url);
  await page.getByText('This device is not paired').locator('visible=true').first().waitFor();
  expect(await page.getByText('Survivor').count()).toBe(0);
  const left = await page.evaluate(async () => (await indexedDB.databases()).length);
  expect(left, 'the app made its empty store anew').toBe(1);
  await screenshot(page, 'wiped/1-empty');

  await page.goto('about:blank');
  const began = performance.now();
  await page.goto(await agent.newLink());
  await page.getByText('Survivor').locator('visible=true').first().waitFor();
  const listed = performance.now() - began;
  console.info(`wiped: the first list is there ${Math.round(listed)} ms after the link was opened`);
  await workstationIsHere(page);
  await screenshot(page, 'wiped/2-back');

  // Photos and texts appear when the project is opened, the video when its premiere is.
  await page.goto(project);
  await expect.poll(() => words(page).inputValue(), { timeout: 20_000 }).toBe(text);
  const photo = page.getByRole('img', { name: 'portrait.png' });
  await photo.waitFor();
  await expect
    .poll(() => photo.evaluate((image: HTMLImageElement) => image.naturalWidth), { timeout: 20_000 })
    .toBeGreaterThan(0);
  await spinIsReady(page);
  await page.goto(`${agent.url}/history`);
  await page
    .getByRole('link', { name: /Survivor/ })
    .first()
    .waitFor();
  await page.goto(job);
  expect(Math.abs((await videoPlays(page)) - length)).toBeLessThan(0.1);
  await screenshot(page, 'wiped/3-premiere');

  // And nothing of it waits to be sent: it all came from there.
  await page.goto(`${agent.url}/storage`);
  await page.getByText(/^Here: .*1 video/).waitFor();
  expect(await page.getByText(/^Only here/).count()).toBe(0);
  expectNoComplaints(profile);
  await agent.stop();
});
