// The app is put on the home screen: everything a browser wants for that is there, and any address of it opens
// with the workstation off.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import { castSample, openApp, workstationIsHere } from '../harness/app.ts';
import { agentAway, expectNoComplaints, openProfile, screenshot } from '../harness/browser.ts';
import { scratchFolder } from '../harness/scratch.ts';

interface Manifest {
  name: string;
  start_url: string;
  display: string;
  icons: { src: string; sizes: string; type: string; purpose?: string }[];
}

test('the app can be installed, and opens without the workstation', async () => {
  const agent = await startAgent({ data: join(scratchFolder('installed'), 'data') });
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, agent);

  const link = await page.locator('link[rel=manifest]').getAttribute('href');
  const manifest = (await (await fetch(new URL(link ?? '', agent.url))).json()) as Manifest;
  expect(manifest).toMatchObject({ name: 'MySpinBot', start_url: '/', display: 'standalone' });
  for (const size of ['192x192', '512x512']) {
    expect(manifest.icons.some((icon) => icon.sizes === size && icon.type === 'image/png')).toBe(true);
  }
  expect(manifest.icons.some((icon) => icon.purpose === 'maskable')).toBe(true);
  for (const icon of manifest.icons) {
    const answer = await fetch(new URL(icon.src, agent.url));
    expect([answer.status, answer.headers.get('content-type')], icon.src).toEqual([200, icon.type]);
  }

  expect(await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.scriptURL)).toContain(
    agent.url,
  );
  // The browser's own opinion: an empty list means it would offer to install.
  const devtools = await profile.context.newCDPSession(page);
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual(
    [],
  );

  await agent.stop();
  profile.expectComplaints(agentAway);
  const fresh = await profile.newPage();
  await openApp(fresh, agent, '/settings');
  await fresh.getByRole('heading').first().waitFor();
  await screenshot(fresh, 'installed/1-settings-offline');
  await openApp(fresh, agent);
  await screenshot(fresh, 'installed/2-home-offline');
  // The sample is part of the app: it is cast with nothing reachable.
  await castSample(fresh);
  await screenshot(fresh, 'installed/3-sample-offline');
  expectNoComplaints(profile);
});

test('the agent stops at once while a page is open on it, and the page is told', async () => {
  const agent = await startAgent({ data: join(scratchFolder('stops'), 'data') });
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, agent);
  await workstationIsHere(page);
  profile.expectComplaints(agentAway);
  const began = performance.now();
  expect(await agent.stop()).toBe(0);
  expect(performance.now() - began).toBeLessThan(3_000);
  await page
    .getByText(/workstation went away|Looking for your/)
    .locator('visible=true')
    .first()
    .waitFor();
  expectNoComplaints(profile);
});
