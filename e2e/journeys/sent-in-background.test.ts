// The person adds a photo, and closes the app before the workstation is back: the browser calls the app's worker, and
// the photo arrives without any page.
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import { addPhoto, isCaredFor, isSaved, newProject, openApp, workstationIsHere } from '../harness/app.ts';
import { agentAway, expectNoComplaints, openProfile, phone, screenshot } from '../harness/browser.ts';
import { drawnPortrait } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

/** What the app's own store has in its outbox. */
function outbox(page: Page): Promise<string[]> {
  return page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const open = indexedDB.open('myspinbot');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const keys = open.result.transaction('outbox').objectStore('outbox').getAllKeys();
          keys.onsuccess = () => {
            open.result.close();
            resolve(keys.result.map(String));
          };
        };
      }),
  );
}

/** Calls the worker as the browser does when it is on a network again. */
async function callWorker(devtools: CDPSession, origin: string): Promise<void> {
  const known = new Promise<string>((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find(({ scopeURL, isDeleted }) => scopeURL.startsWith(origin) && !isDeleted);
      if (ours !== undefined) resolve(ours.registrationId);
    });
  });
  await devtools.send('ServiceWorker.enable');
  await devtools.send('ServiceWorker.dispatchSyncEvent', {
    origin,
    registrationId: await known,
    tag: 'outbox/send',
    lastChance: false,
  });
  await devtools.send('ServiceWorker.disable');
}

test('a photo arrives without a page, when the workstation is back', async () => {
  const data = join(scratchFolder('background'), 'data');
  const before = await startAgent({ data });
  const profile = await openProfile({ viewport: phone, touch: true });
  const page = await profile.newPage();
  await openApp(page, before);
  await isCaredFor(page);
  await workstationIsHere(page);
  profile.expectComplaints(agentAway);
  await before.stop();
  await newProject(page);
  await addPhoto(page, drawnPortrait());
  await isSaved(page);
  await page
    .getByText(/^A file waits: /)
    .locator('visible=true')
    .first()
    .waitFor();
  await page
    .getByText(/^Paused: your workstation is out of reach/)
    .locator('visible=true')
    .first()
    .waitFor();
  await screenshot(page, 'background/1-phone-waits');
  const [photo] = await outbox(page);
  expect(photo).toMatch(/^[0-9a-f]{64}$/);
  await page.close();

  const after = await startAgent({ data, port: before.port });
  const has = async () => (await after.ask(`/api/assets/${photo}`)).status;
  expect(await has()).toBe(404);
  const elsewhere = await profile.newPage();
  const devtools = await profile.context.newCDPSession(elsewhere);
  await expect
    .poll(
      async () => {
        await callWorker(devtools, after.url);
        return has();
      },
      { timeout: 60_000, interval: 2000 },
    )
    .toBe(200);

  // And the app knows it when it is opened again.
  const again = await profile.newPage();
  await openApp(again, after);
  await workstationIsHere(again);
  expect(await outbox(again)).toEqual([]);
  expect(await again.getByText(/^A file waits|^Sending/).count()).toBe(0);
  expectNoComplaints(profile);
  await after.stop();
});
