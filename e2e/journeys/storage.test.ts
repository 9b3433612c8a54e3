// A person's film on their device: it plays and seeks with the workstation off, is freed to make room, and comes back
// when it is opened; a project that is kept offline brings everything by itself.
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import { castSample, openApp, overflow, spin, videoPlays, workstationIsHere } from '../harness/app.ts';
import {
  agentAway,
  desktop,
  expectNoComplaints,
  openProfile,
  phone,
  screenshot,
} from '../harness/browser.ts';
import { sampleTitle } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

/** Where the film plays from, once it does. */
async function playsFrom(page: Page): Promise<string> {
  await videoPlays(page);
  return page.locator('video').evaluate((video: HTMLVideoElement) => new URL(video.currentSrc).pathname);
}

/** Seeks as a person drags the slider, and returns where the film stands then. */
function seek(page: Page, share: number): Promise<number> {
  return page.locator('video').evaluate(
    (video: HTMLVideoElement, to) =>
      new Promise<number>((resolve, reject) => {
        video.pause();
        video.addEventListener('seeked', () => resolve(video.currentTime / video.duration), { once: true });
        video.addEventListener('error', () => reject(new Error(video.error?.message)), { once: true });
        video.currentTime = to * video.duration;
      }),
    share,
  );
}

/** What the page's own address for a file answers. */
function answer(page: Page, path: string, init: { method?: string; headers?: Record<string, string> } = {}) {
  return page.evaluate(
    async ([url, options]) => {
      const reply = await fetch(url, options);
      const bytes = (await reply.arrayBuffer()).byteLength;
      return {
        status: reply.status,
        bytes,
        headers: Object.fromEntries(reply.headers) as Record<string, string>,
      };
    },
    [path, init] as const,
  );
}

test('a film that is here seeks with the workstation off; freed, it comes back when it is opened', async () => {
  const data = join(scratchFolder('storage'), 'data');
  const before = await startAgent({ data });
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, before);
  await workstationIsHere(page);
  await castSample(page);
  await spin(page);
  await videoPlays(page);
  const job = page.url();
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });

  await before.stop();
  profile.expectComplaints(agentAway);
  await page.goto(job);
  const path = await playsFrom(page);
  expect(path).toMatch(/^\/local\/[0-9a-f]{64}$/);
  for (const share of [0.9, 0.1, 0.6]) expect(await seek(page, share)).toBeCloseTo(share, 1);

  const whole = await answer(page, path);
  expect([whole.status, whole.headers['content-type']]).toEqual([200, 'video/mp4']);
  const part = await answer(page, path, { headers: { Range: 'bytes=-100' } });
  expect([part.status, part.bytes, part.headers['content-range']]).toEqual([
    206,
    100,
    `bytes ${whole.bytes - 100}-${whole.bytes - 1}/${whole.bytes}`,
  ]);
  const head = await answer(page, path, { method: 'HEAD' });
  expect([head.status, head.bytes, head.headers['content-length']]).toEqual([200, 0, String(whole.bytes)]);
  profile.expectComplaints(/status of 4(04|16)/);
  expect((await answer(page, path, { headers: { Range: `bytes=${whole.bytes}-` } })).status).toBe(416);
  expect((await answer(page, `/local/${'0'.repeat(64)}`)).status).toBe(404);

  // Room is made; the film is on the workstation, which is off.
  await page.getByRole('link', { name: 'What is kept here' }).click();
  await page.getByRole('heading', { name: 'Storage' }).waitFor();
  const freeing = page.getByRole('button', { name: /^Free 1 video/ });
  await freeing.waitFor();
  await screenshot(page, 'storage/1-wide');
  await page.setViewportSize(phone);
  expect(await overflow(page)).toBe(0);
  await screenshot(page, 'storage/2-phone');
  await page.setViewportSize(desktop);
  await freeing.click();
  await page.getByText(/^On the workstation: 1 video/).waitFor();
  expect((await answer(page, path)).status).toBe(404);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await answer(page, path)).status).toBe(200);
  await freeing.click();
  await page.getByText(/^On the workstation: 1 video/).waitFor();
  await screenshot(page, 'storage/3-freed');

  // Neither a new start nor the workstation's return brings it back by itself.
  const after = await startAgent({ data, port: before.port });
  await page.reload();
  await workstationIsHere(page);
  await page.getByText(/^On the workstation: 1 video/).waitFor();
  await page.goto(job);
  expect(await playsFrom(page)).toBe(path);
  // Kept offline it comes without being opened.
  await page.goto(`${after.url}/storage`);
  await freeing.click();
  await page.getByText(/^On the workstation: 1 video/).waitFor();
  const row = page.getByRole('listitem', { name: sampleTitle() });
  await row.getByText('Keep offline').click();
  await row.getByText(/^Here: .*1 video/).waitFor();
  expect(await freeing.count()).toBe(0);
  await screenshot(page, 'storage/4-kept');
  expectNoComplaints(profile);
  await after.stop();
});
