// A person speaks instead of writing: the microphone's recording becomes the video's voice as it is.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import { addPhoto, choose, newProject, openApp, spin, videoPlays } from '../harness/app.ts';
import { expectNoComplaints, openProfile, screenshot } from '../harness/browser.ts';
import { drawnPortrait } from '../harness/place.ts';
import { spokenRecording } from '../harness/recordings.ts';
import { scratchFolder } from '../harness/scratch.ts';

test('a recording from the microphone is spoken by the photo', async () => {
  const agent = await startAgent({ data: join(scratchFolder('spoken'), 'data') });
  const profile = await openProfile({ microphone: await spokenRecording() });
  const page = await profile.newPage();
  await openApp(page, agent);
  await newProject(page);
  await addPhoto(page, drawnPortrait());

  await choose(page, 'Speak it');
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  // Until the clock of the recorder says three seconds.
  await page
    .getByText(/^0:0[3-9]$/)
    .first()
    .waitFor({ timeout: 20_000 });
  await screenshot(page, 'spoken-by-me/1-recording');
  await page.getByRole('button', { name: 'Stop recording' }).click();
  await page.getByRole('button', { name: 'Play Recording' }).waitFor();
  await screenshot(page, 'spoken-by-me/2-recorded');

  await spin(page);
  const duration = await videoPlays(page);
  expect(duration).toBeGreaterThan(2.5);
  expect(duration).toBeLessThan(8);
  expectNoComplaints(profile);
  await agent.stop();
});
