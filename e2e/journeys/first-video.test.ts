// Somebody opens the app for the first time, with no photo at hand: two taps later a drawing talks.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import { castSample, finishedVideo, openApp, spin, videoPlays, workstationIsHere } from '../harness/app.ts';
import { expectNoComplaints, openProfile, screenshot } from '../harness/browser.ts';
import { mediaFacts } from '../harness/media.ts';
import { sampleTitle } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

test('the sample character talks after two taps, and the video can be taken home', async () => {
  const folder = scratchFolder('first-video');
  const agent = await startAgent({ data: join(folder, 'data') });
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, agent);
  await page.getByRole('heading', { name: 'Your photo. Your words. It talks.' }).waitFor();
  await workstationIsHere(page);
  await screenshot(page, 'first-video/1-first-visit');

  await castSample(page);
  await screenshot(page, 'first-video/2-project');
  await spin(page);
  await screenshot(page, 'first-video/3-making-of');
  // The portrait's own picture takes the place of the photo before the video is there.
  const shown = () => page.locator('main img').first().getAttribute('src');
  await page.getByTestId('percent').waitFor({ timeout: 60_000 });
  const photo = await shown();
  await expect.poll(shown, { timeout: 60_000, interval: 50 }).not.toBe(photo);
  expect(await finishedVideo(page).count(), 'the preview came before the video').toBe(0);
  await screenshot(page, 'first-video/4-preview');
  const duration = await videoPlays(page);
  expect(duration).toBeGreaterThan(3);
  await screenshot(page, 'first-video/5-premiere');

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.mp4$/);
  const file = join(folder, 'taken-home.mp4');
  await download.saveAs(file);
  expect(statSync(file).size).toBeGreaterThan(10_000);
  const facts = await mediaFacts(file);
  expect(facts.video).toMatchObject({ codec: 'h264', width: 720, height: 720 });
  expect(Math.abs(facts.durationS - duration)).toBeLessThan(0.1);

  await page.goto(`${agent.url}/history`);
  await page.getByRole('link', { name: sampleTitle() }).first().waitFor();
  await screenshot(page, 'first-video/6-history');
  expectNoComplaints(profile);
  expect(await agent.stop()).toBe(0);
});
