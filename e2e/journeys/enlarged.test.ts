// Somebody wants the picture larger: one switch says what comes of it, the video has 1080 lines, and going back makes only
// what that changes.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import { castSample, openApp, spin, videoPlays, workstationIsHere } from '../harness/app.ts';
import { expectNoComplaints, openProfile, screenshot } from '../harness/browser.ts';
import { mediaFacts } from '../harness/media.ts';
import { scratchFolder } from '../harness/scratch.ts';

test('an enlarged video has 1080 lines; without the switch only the finish is made again', async () => {
  const folder = scratchFolder('enlarged');
  const agent = await startAgent({ data: join(folder, 'data') });
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, agent);
  await workstationIsHere(page);
  await castSample(page);
  const project = page.url();

  const enlarged = page.getByRole('switch', { name: 'Enlarged' });
  await page.getByText('1080 × 1080 instead of 720 × 720. Larger, without new detail').waitFor();
  await page.getByText('Enlarged', { exact: true }).click();
  await expect.poll(() => enlarged.isChecked()).toBe(true);
  await enlarged.scrollIntoViewIfNeeded();
  await screenshot(page, 'enlarged/1-switch');
  await spin(page);
  await videoPlays(page);
  await screenshot(page, 'enlarged/2-premiere');
  const facts = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    const file = join(folder, name);
    await download.saveAs(file);
    return mediaFacts(file);
  };
  expect((await facts('large.mp4')).video).toMatchObject({ codec: 'h264', width: 1080, height: 1080 });

  await page.goto(project);
  await workstationIsHere(page);
  await page.getByText('Enlarged', { exact: true }).click();
  await page.getByText('1 of 7 stages are made again.').first().waitFor();
  await spin(page);
  await videoPlays(page);
  expect((await facts('plain.mp4')).video).toMatchObject({ width: 720, height: 720 });
  expectNoComplaints(profile);
  expect(await agent.stop()).toBe(0);
});
