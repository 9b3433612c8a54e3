// Shared to the app from the phone's gallery and recorder: it is there after a crash and with the workstation off,
// becomes a video, and what cannot be taken is told in words.
import { truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import {
  castSample,
  isCaredFor,
  isSaved,
  openApp,
  overflow,
  shareToApp,
  spin,
  spinIsReady,
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
import { drawnPortrait } from '../harness/place.ts';
import { spokenRecording } from '../harness/recordings.ts';
import { scratchFolder } from '../harness/scratch.ts';

const line = 'I came straight from the gallery.';

test('a photo and words that were shared outlive the page, and become a video of a new bot', async () => {
  const agent = await startAgent({ data: join(scratchFolder('shared'), 'data') });
  const profile = await openProfile({ viewport: phone, touch: true });
  const page = await profile.newPage();
  await openApp(page, agent);
  await isCaredFor(page);
  await shareToApp(page, { files: [drawnPortrait()], text: line });
  await page.getByRole('button', { name: 'Take portrait.png along' }).waitFor();
  await page.getByText(line).waitFor();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await screenshot(page, 'shared/1-phone-what-came');

  const crashed = page.waitForEvent('crash');
  await page.goto('chrome://crash').catch(() => undefined);
  await crashed;
  await page.close();

  const again = await profile.newPage();
  await openApp(again, agent);
  await again.getByText('You shared a photo and some words').waitFor();
  expect(await overflow(again)).toBeLessThanOrEqual(0);
  await screenshot(again, 'shared/2-phone-home');
  await again.getByRole('link', { name: 'Say who it is for' }).click();
  await again.getByRole('button', { name: 'A new bot' }).click();
  await again.waitForURL(/\/project\/p_/);
  await expect.poll(() => words(again).inputValue()).toBe(line);
  await again.getByText('Good face').waitFor({ timeout: 30_000 });
  await screenshot(again, 'shared/3-phone-project');
  await spin(again);
  expect(await videoPlays(again)).toBeGreaterThan(1.5);
  await openApp(again, agent);
  expect(await again.getByText(/You shared/).count()).toBe(0);
  expectNoComplaints(profile);
  await agent.stop();
});

test('with the workstation off a recording is shared to a bot, taken back, and shared again', async () => {
  const recording = await spokenRecording();
  const data = join(scratchFolder('shared-off'), 'data');
  const before = await startAgent({ data });
  const profile = await openProfile({ viewport: desktop });
  const page = await profile.newPage();
  await openApp(page, before);
  await isCaredFor(page);
  await castSample(page);
  await isSaved(page);
  const project = new URL(page.url()).pathname;
  await page.getByText('Good face').waitFor({ timeout: 30_000 });
  profile.expectComplaints(agentAway);
  // An open project's socket says goodbye to an agent that has hung up already.
  profile.expectComplaints(/WebSocket is already in CLOSING/);
  await before.stop();

  await shareToApp(page, { files: [recording], title: 'spoken.wav' });
  await page.getByRole('button', { name: 'Play spoken.wav' }).waitFor();
  await screenshot(page, 'shared/4-desk-recording-offline');
  await page.getByRole('button', { name: /^For / }).click();
  await page.waitForURL(`**${project}`);
  await page.getByRole('button', { name: 'Record it again' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('heading', { name: 'What you shared' }).waitFor();
  await page.getByRole('button', { name: /^For / }).click();
  await page.waitForURL(`**${project}`);
  await isSaved(page);
  await spinIsReady(page);
  await spin(page);

  const after = await startAgent({ data, port: before.port });
  // As long as the recording, not as the sample's own words.
  expect(await videoPlays(page)).toBeGreaterThan(3);
  expectNoComplaints(profile);
  await after.stop();
});

test('what cannot be taken is told in words, and what can be is kept', async () => {
  const agent = await startAgent({ data: join(scratchFolder('shared-odd'), 'data') });
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, agent);
  await isCaredFor(page);
  const folder = scratchFolder('shared-files');
  const game = join(folder, 'game.exe');
  writeFileSync(game, 'MZ and so on');
  await shareToApp(page, { files: [game] });
  await page.getByText(/could not be read: no picture, sound or film/).waitFor();
  await shareToApp(page, { files: [game, drawnPortrait()] });
  await page.getByText(/game.exe was left out/).waitFor();
  await page.getByRole('button', { name: 'Take portrait.png along' }).waitFor();
  await screenshot(page, 'shared/5-desk-left-out');

  const huge = join(folder, 'huge.mp4');
  writeFileSync(huge, '\0\0\0\x1cftypisom');
  truncateSync(huge, 1100 * 1024 * 1024);
  await shareToApp(page, { files: [huge] });
  await page.getByText(/larger than 1 GB/).waitFor();
  expect(new URL(page.url()).searchParams.get('problem')).toBe('too-large');

  await page.getByRole('button', { name: 'Throw it away' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('You shared a photo').waitFor();
  expectNoComplaints(profile);
  await agent.stop();
});

test('a page elsewhere cannot hand anything to the app, and the workstation leads a share to it', async () => {
  const agent = await startAgent({ data: join(scratchFolder('shared-foreign'), 'data') });
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, agent);
  await isCaredFor(page);
  await workstationIsHere(page);

  const elsewhere = createServer((_request, response) =>
    response
      .setHeader('content-type', 'text/html')
      .end(
        `<form action="${agent.url}/share" method="post" enctype="multipart/form-data"><input name="text" value="Buy!"></form>`,
      ),
  );
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const { port } = elsewhere.address() as { port: number };
  await page.goto(`http://localhost:${port}/`);
  await page.locator('form').evaluate((form: HTMLFormElement) => form.submit());
  await page.getByText(/A page of another site tried/).waitFor();
  expect(await page.getByText('Buy!').count()).toBe(0);
  elsewhere.close();

  // As on a phone whose browser threw the worker away: nobody but the workstation is there to answer.
  const devtools = await profile.context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.setBypassServiceWorker', { bypass: true });
  await openApp(page, agent);
  await shareToApp(page, { files: [drawnPortrait()] });
  await page.getByText('MySpinBot was not ready to take what you shared.').waitFor();
  await screenshot(page, 'shared/6-desk-not-ready');
  expectNoComplaints(profile);
  await agent.stop();
});
