// A person wonders how the workstation is doing: the monitor shows what runs, how long it took and what moved, the same
// figures as a scrape, on a desk and on a phone; and says so when the workstation is gone.
import { readFileSync } from 'node:fs';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { Page } from 'playwright';
import { beforeAll, expect, test } from 'vitest';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import { openApp, overflow, workstationIsHere } from '../harness/app.ts';
import {
  agentAway,
  desktop,
  expectNoComplaints,
  openProfile,
  phone,
  screenshot,
} from '../harness/browser.ts';
import { drawnPortrait } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

let agent: RunningAgent;
beforeAll(async () => {
  agent = await startAgent({ data: scratchFolder('monitor') });
  return async () => {
    await agent.stop();
  };
});

/** What a theme changes has changed to its end. */
const painted = (page: Page) =>
  page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const changes = document.getAnimations().filter((one) => one instanceof CSSTransition);
    await Promise.all(changes.map((one) => one.finished.catch(() => undefined)));
  });

/** Tables and lines that reach over the edge: the page itself is cut off there. */
const sticksOut = (page: Page) =>
  page.evaluate(
    () =>
      [...document.querySelectorAll('main table, main svg')].filter(
        (part) => part.getBoundingClientRect().right > innerWidth,
      ).length,
  );

async function ask(): Promise<void> {
  const form = new FormData();
  form.set('photo', new Blob([readFileSync(drawnPortrait())]), 'me.png');
  form.set('script', 'How are you doing in there? I can hear you humming.');
  expect((await agent.ask(endpoints.generate, { method: 'POST', body: form })).status).toBe(202);
}

test('the monitor is a tap away and follows a job from its begin to its end', async () => {
  const profile = await openProfile({ viewport: desktop });
  const page = await profile.newPage();
  await openApp(page, agent, '/settings');
  await workstationIsHere(page);
  await page.getByRole('main').getByRole('link', { name: 'Monitor' }).click();
  await page.getByRole('heading', { name: 'Monitor' }).waitFor();
  await page.getByText('Nothing to do.').waitFor();
  await page.getByText('None ran since the workstation was started').waitFor();

  await ask();
  await page.getByText('Working on 1 job.').waitFor();
  await screenshot(page, 'monitor-at-work');
  await page.getByText('Nothing to do.').waitFor({ timeout: 150_000 });

  const stages = page.getByRole('table', { name: 'Stages' });
  await stages.getByRole('row', { name: /^The performance/ }).waitFor();
  const made = await stages
    .getByRole('row', { name: /^The performance/ })
    .getByRole('cell')
    .nth(2)
    .textContent();
  const scrape = await (await agent.ask(endpoints.metrics)).text();
  const [, counted] = /^myspinbot_stages_runs_total\{stage="portrait",.*outcome="done"\} (\d+)$/m.exec(
    scrape,
  )!;
  expect(made).toBe(counted);
  expect([await overflow(page), await sticksOut(page)]).toEqual([0, 0]);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await painted(page);
    await screenshot(page, `monitor-desktop-${colorScheme}`);
  }
  expectNoComplaints(profile);
});

test('on a phone nothing is wider than the screen', async () => {
  const profile = await openProfile({ viewport: phone, touch: true });
  const page = await profile.newPage();
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().endsWith(endpoints.monitor)) asked++;
  });
  await openApp(page, agent, '/monitor');
  await page.getByRole('table', { name: 'Links' }).waitFor();
  expect([await overflow(page), await sticksOut(page)]).toEqual([0, 0]);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await painted(page);
    await screenshot(page, `monitor-phone-${colorScheme}`);
  }
  await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(1);
  await page.getByRole('link', { name: 'Settings', exact: true }).locator('visible=true').click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  expectNoComplaints(profile);
});

test('the workstation goes: the last figures stay, with the time they are of', async () => {
  const profile = await openProfile({ viewport: phone });
  const page = await profile.newPage();
  await openApp(page, agent, '/monitor');
  await page.getByRole('table', { name: 'Links' }).waitFor();
  profile.expectComplaints(agentAway);
  // Presence that was on its way when the socket went.
  profile.expectComplaints(/WebSocket is already in CLOSING or CLOSED state/);
  await agent.stop();
  await page.getByText('Your workstation is out of reach').waitFor({ timeout: 60_000 });
  await page.getByText(/^These are the figures of /).waitFor();
  await screenshot(page, 'monitor-away');
  expectNoComplaints(profile);
});
