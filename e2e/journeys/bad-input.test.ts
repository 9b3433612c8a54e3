// What cannot work is said in a sentence, with the next step, before any work; and nothing else is lost by it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import {
  addPhoto,
  newProject,
  openApp,
  spinButton,
  spinIsReady,
  words,
  workstationIsHere,
} from '../harness/app.ts';
import { expectNoComplaints, openProfile, screenshot } from '../harness/browser.ts';
import { ffmpeg } from '../harness/media.ts';
import { drawnPortrait } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

const folder = scratchFolder('bad-input');
let agent: RunningAgent;
beforeAll(async () => {
  agent = await startAgent({ data: join(folder, 'data') });
  await ffmpeg(['-f', 'lavfi', '-i', 'mandelbrot=s=900x900', '-frames:v', '1', join(folder, 'fractal.png')]);
  await ffmpeg(['-i', drawnPortrait(), '-vf', 'scale=48:48', join(folder, 'tiny.png')]);
  writeFileSync(join(folder, 'letter.jpg'), 'Dear reader, this is a letter and not a photo.\n');
  writeFileSync(join(folder, 'nothing.png'), '');
  return async () => {
    await agent.stop();
  };
});

async function emptyProject() {
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, agent);
  await workstationIsHere(page);
  await newProject(page);
  return { profile, page };
}

test('Spin says what is still needed and leads there', async () => {
  const { profile, page } = await emptyProject();
  const bar = page.getByTestId('spin-bar').getByRole('status').first();
  expect(await bar.textContent()).toBe('Still needed: a photo and a few lines to say.');
  // It says it cannot act yet, and a person may press it all the same.
  await spinButton(page).click({ force: true });
  expect(page.url()).toMatch(/\/project\//);
  await addPhoto(page, drawnPortrait());
  await expect.poll(() => bar.textContent()).toBe('Still needed: a few lines to say.');
  await words(page).fill('   ');
  expect(await bar.textContent()).toBe('Still needed: a few lines to say.');
  await words(page).fill('Now there are some.');
  await spinIsReady(page);
  expectNoComplaints(profile);
});

test.each([
  ['a letter with the name of a photo', 'letter.jpg'],
  ['a file with nothing in it', 'nothing.png'],
])('%s is refused at once, and the photos that are there stay', async (_, file) => {
  const { profile, page } = await emptyProject();
  await addPhoto(page, drawnPortrait());
  await page.getByText('Good face').waitFor({ timeout: 30_000 });
  await addPhoto(page, join(folder, file));
  const alert = page.getByRole('alert');
  await alert.waitFor();
  // What happened, and what to do.
  expect(await alert.getByRole('paragraph').count()).toBeGreaterThan(1);
  await page.getByText('Good face').waitFor();
  await screenshot(page, `bad-input/${file}`);
  expectNoComplaints(profile);
});

test.each([
  ['a picture without a face', 'fractal.png'],
  ['a picture the size of a stamp', 'tiny.png'],
])('%s is told apart as soon as the workstation saw it', async (_, file) => {
  const { profile, page } = await emptyProject();
  await addPhoto(page, join(folder, file));
  await page.getByText('Not usable').waitFor({ timeout: 30_000 });
  const alert = page.getByRole('alert');
  await alert.waitFor();
  expect((await alert.textContent())?.length).toBeGreaterThan(30);
  await screenshot(page, `bad-input/${file}`);
  expectNoComplaints(profile);
});
