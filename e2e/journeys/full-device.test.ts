// The device has no room left when the video arrives: the person is told wherever they look, nothing is lost, and it
// goes on when there is room.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import { castSample, openApp, spin, videoPlays, workstationIsHere } from '../harness/app.ts';
import { expectNoComplaints, openProfile, screenshot } from '../harness/browser.ts';
import { scratchFolder } from '../harness/scratch.ts';

test('a video that does not fit waits on the workstation, and comes when there is room', async () => {
  const agent = await startAgent({ data: join(scratchFolder('full-device'), 'data') });
  const folder = scratchFolder('full-device-profile');
  const before = await openProfile({ folder });
  const first = await before.newPage();
  await openApp(first, agent);
  await workstationIsHere(first);
  await castSample(first);
  const project = first.url();
  await first.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await before.close();
  // Once more: browsers keep what they compiled of the app beside it, and count that.
  const warm = await openProfile({ folder });
  const second = await warm.newPage();
  await second.goto(project);
  await workstationIsHere(second);
  const used = await second.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  await warm.close();

  // Before the app opens its database: that one remembers for a while how much room there was.
  const profile = await openProfile({ folder });
  const page = await profile.newPage();
  const devtools = await profile.context.newCDPSession(page);
  const { origin } = new URL(agent.url);
  // Room for words and a poster, and for a video of 1.1 MB while it comes, but not for putting it together.
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: used + 1_500_000 });
  await page.goto(project);
  await workstationIsHere(page);
  await spin(page);

  const full = page.getByText(/^This device is full: /);
  await full.waitFor({ timeout: 150_000 });
  await page.getByText(/There is no room for this video on this device/).waitFor({ timeout: 150_000 });
  await screenshot(page, 'full-device/1-premiere');
  await page.getByRole('button', { name: 'Make room' }).click();
  await page.getByText(/^There is no room left/).waitFor();
  await screenshot(page, 'full-device/2-storage');

  // Room is made elsewhere on the device: changes are saved by themselves; for files a person may be quicker.
  await devtools.send('Storage.overrideQuotaForOrigin', { origin });
  const again = page.getByRole('button', { name: 'Try again' });
  await expect
    .poll(
      async () => {
        if (await again.isVisible()) await again.click();
        return page.getByText(/^There is no room left/).count();
      },
      { timeout: 60_000 },
    )
    .toBe(0);
  // The same page, not loaded anew.
  await page.goBack();
  expect(await videoPlays(page)).toBeGreaterThan(1.5);
  expect(await full.count()).toBe(0);
  expectNoComplaints(profile);
  await agent.stop();
});
