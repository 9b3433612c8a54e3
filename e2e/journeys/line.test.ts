// Three jobs on a phone: their order is changed, one is held, one is cancelled in the middle of its picture, the power goes
// at the workstation, the phone is out of reach and comes back. Everything else arrives.
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import {
  addPhoto,
  newProject,
  openApp,
  overflow,
  spin,
  videoPlays,
  words,
  workstationIsHere,
} from '../harness/app.ts';
import { agentAway, expectNoComplaints, openProfile, phone, screenshot } from '../harness/browser.ts';
import { jobStatus, waitForJob } from '../harness/job.ts';
import { drawnPortrait } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

const sentence = 'This is a sentence that takes a little while to say, and then some more of it. ';

/** A project of its own with these many sentences, spun; returns the job's id. */
async function spun(page: Page, agent: RunningAgent, name: string, sentences: number): Promise<string> {
  await page.goto(`${agent.url}/`);
  await newProject(page);
  await page.getByRole('textbox', { name: 'Name of the project' }).fill(name);
  await addPhoto(page, drawnPortrait());
  await words(page).fill(sentence.repeat(sentences));
  return new URL(await spin(page)).pathname.split('/').at(-1)!;
}

const waiting = (page: Page) => page.getByRole('list', { name: 'Next' });
const names = (page: Page) => waiting(page).locator('.job-row-title').allTextContents();

/** Pulls a job of the line by its grip onto the place of another one. */
async function pull(page: Page, name: string, onto: string): Promise<void> {
  const grip = waiting(page).getByRole('button', { name: new RegExp(`^Move ${name}`) });
  const from = (await grip.boundingBox())!;
  const to = (await waiting(page).locator('li', { hasText: onto }).boundingBox())!;
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + from.width / 2, to.y + to.height / 2, { steps: 8 });
  await page.mouse.move(from.x + from.width / 2, to.y + 6, { steps: 4 });
  await screenshot(page, 'line/2-pulled');
  await page.mouse.up();
}

async function choose(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

test('a line of three: moved, held, cancelled, interrupted and out of reach; the rest arrives', async () => {
  const data = join(scratchFolder('line'), 'data');
  const first = await startAgent({ data });
  const profile = await openProfile({ viewport: phone, touch: true });
  const page = await profile.newPage();
  await openApp(page, first);
  await workstationIsHere(page);
  const long = await spun(page, first, 'The long one', 24);
  const held = await spun(page, first, 'The held one', 1);
  const last = await spun(page, first, 'The last one', 4);

  await page.goto(`${first.url}/line`);
  await expect.poll(() => names(page), { timeout: 20_000 }).toEqual(['The held one', 'The last one']);
  await page.getByRole('region', { name: 'On now' }).getByText('The long one').waitFor();
  await screenshot(page, 'line/1-line');
  expect(await overflow(page)).toBe(0);

  await pull(page, 'The last one', 'The held one');
  await expect.poll(() => names(page)).toEqual(['The last one', 'The held one']);
  await page.reload();
  await expect.poll(() => names(page), { timeout: 20_000 }).toEqual(['The last one', 'The held one']);

  await choose(page, 'The held one', 'Pause');
  await waiting(page).getByText('Paused').waitFor();
  await expect.poll(async () => (await jobStatus(first, held)).state).toBe('paused');

  await waitForJob(first, long, ({ stage }) => stage === 'portrait', 120_000);
  const cancelled = performance.now();
  await choose(page, 'The long one', 'Cancel');
  expect((await waitForJob(first, long)).state).toBe('cancelled');
  expect(performance.now() - cancelled, 'a cancel is a matter of seconds').toBeLessThan(10_000);

  const inTheMiddle = await waitForJob(first, last, ({ stage }) => stage === 'portrait', 60_000);
  expect(inTheMiddle.state).toBe('running');
  await screenshot(page, 'line/3-next');
  const committed = inTheMiddle.stages.filter(({ state }) => state === 'done').map(({ stage }) => stage);
  profile.expectComplaints(agentAway);
  await profile.context.setOffline(true);
  await first.kill();

  // Out of reach a person goes on deciding.
  await page.getByText(/is kept, and told when it is back/).waitFor({ timeout: 30_000 });
  await choose(page, 'The held one', 'Let it go on');
  await screenshot(page, 'line/4-out-of-reach');

  const second = await startAgent({ data, port: first.port });
  const finished = await waitForJob(second, last);
  expect(finished.state).toBe('succeeded');
  for (const stage of committed) {
    expect(finished.stages.find((one) => one.stage === stage)?.state, stage).toBe('reused');
  }
  expect((await jobStatus(second, held)).state, 'nobody has told it yet').toBe('paused');

  await profile.context.setOffline(false);
  expect((await waitForJob(second, held)).state).toBe('succeeded');
  await page.getByText('Nobody waits').waitFor({ timeout: 30_000 });
  for (const job of [held, last]) {
    await page.goto(`${second.url}/job/${job}`);
    expect(await videoPlays(page)).toBeGreaterThan(2);
  }
  expect((await jobStatus(second, long)).state).toBe('cancelled');
  await page.goto(`${second.url}/history`);
  await page.getByRole('region', { name: 'Stopped along the way' }).getByText('The long one').waitFor();
  expectNoComplaints(profile);
  expect(await second.stop()).toBe(0);
});
