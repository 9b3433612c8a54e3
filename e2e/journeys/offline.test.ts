// The workstation is switched off: everything can be prepared, and the video comes when it is back.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import {
  addPhoto,
  castSample,
  isSaved,
  newProject,
  openApp,
  spin,
  videoPlays,
  words,
  workstationIsHere,
} from '../harness/app.ts';
import { agentAway, expectNoComplaints, openProfile, screenshot } from '../harness/browser.ts';
import { drawnPortrait } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

test('a project made and spun while the workstation is off becomes a video when it is back', async () => {
  const data = join(scratchFolder('offline'), 'data');
  const before = await startAgent({ data });
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, before);
  await workstationIsHere(page);
  await castSample(page);
  await spin(page);
  const firstLength = await videoPlays(page);
  const firstJob = page.url();
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await before.stop();
  profile.expectComplaints(agentAway);

  await openApp(page, before);
  await page
    .getByText(/workstation (went away|is asleep)|Looking for your workstation/)
    .locator('visible=true')
    .first()
    .waitFor();
  await screenshot(page, 'offline/1-home');
  await newProject(page);
  await page.getByRole('textbox', { name: 'Name of the project' }).fill('Made in the dark');
  await addPhoto(page, drawnPortrait());
  await words(page).fill('I was written while the workstation slept.');
  await isSaved(page);
  await spin(page);
  const job = page.url();
  await page
    .getByText(/(Waiting|Looking) for your workstation/)
    .locator('visible=true')
    .first()
    .waitFor();
  await screenshot(page, 'offline/2-waiting');

  await page.reload();
  await page
    .getByText(/(Waiting|Looking) for your workstation/)
    .locator('visible=true')
    .first()
    .waitFor();
  await page.goto(`${before.url}/`);
  await page.getByText('Made in the dark').locator('visible=true').first().waitFor();
  // What was made before still plays: it was kept on this device when it was watched.
  await page.goto(firstJob);
  expect(Math.abs((await videoPlays(page)) - firstLength)).toBeLessThan(0.1);

  await page.goto(job);
  await page
    .getByText(/(Waiting|Looking) for your workstation/)
    .locator('visible=true')
    .first()
    .waitFor();
  const after = await startAgent({ data, port: before.port });
  expect(await videoPlays(page)).toBeGreaterThan(1.5);
  await screenshot(page, 'offline/3-arrived');
  expectNoComplaints(profile);
  await after.stop();
});
