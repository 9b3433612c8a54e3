// Files that go straight between two machines: a person chooses the direct way, with a browser that tells nothing of
// its own addresses; somebody in between who swaps what the two ends are recognised by; and a device that is removed.
import { join } from 'node:path';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { Page } from 'playwright';
import { beforeAll, expect, test } from 'vitest';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import { addPhoto, choose, isSaved, newProject, openApp, workstationIsHere } from '../harness/app.ts';
import { expectNoComplaints, openProfile, screenshot } from '../harness/browser.ts';
import { drawnPortrait } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

let agent: RunningAgent;
beforeAll(async () => {
  agent = await startAgent({
    data: join(scratchFolder('direct'), 'data'),
    env: { MYSPINBOT_LOG: 'info' },
  });
  return async () => {
    // The native library lets the process go.
    expect(await agent.stop()).toBe(0);
  };
});

/** What the agent noted under this name, oldest first. */
function noted(event: string): Record<string, unknown>[] {
  return agent
    .log()
    .split('\n')
    .flatMap((line) => {
      try {
        const said = JSON.parse(line) as Record<string, unknown>;
        return Object.values(said).includes(event) ? [said] : [];
      } catch {
        return [];
      }
    });
}

async function moved(direction: 'in' | 'out'): Promise<number> {
  const text = await (await agent.ask(endpoints.metrics)).text();
  const found = new RegExp(
    `^myspinbot_links_moved_bytes_total\\{link="direct",direction="${direction}"\\} (\\d+)`,
    'm',
  );
  return Number(found.exec(text)?.[1] ?? 0);
}

/** The browser finds candidates and nobody hears of them: as where it has no leave to tell. */
const tellNothing = () =>
  Object.defineProperty(RTCPeerConnection.prototype, 'onicecandidate', { set: () => undefined });

async function goDirect(page: Page): Promise<void> {
  await page.goto(`${agent.url}/settings`);
  await choose(page, 'Direct');
  await expect.poll(() => page.getByRole('radio', { name: 'Direct' }).isChecked()).toBe(true);
}

// That removing a device ends its link is shown beside the agent's links, in direct.test.ts.
test('a photo goes to the workstation and on to another device, straight', async () => {
  const one = await openProfile();
  const first = await one.newPage();
  await first.addInitScript(tellNothing);
  await openApp(first, agent);
  await workstationIsHere(first);
  await goDirect(first);
  // Before there is a photo: the list shows it, so it would have come by the usual way.
  const other = await openProfile();
  const second = await other.newPage();
  await second.addInitScript(tellNothing);
  await openApp(second, agent);
  await workstationIsHere(second);
  await goDirect(second);
  const before = await moved('out');
  await first.goto(agent.url);
  await newProject(first);
  await addPhoto(first, drawnPortrait());
  await isSaved(first);
  // The workstation has the photo as soon as it has looked at it.
  await first.getByText('Good face').waitFor({ timeout: 60_000 });
  expect(await moved('in')).toBeGreaterThan(10_000);
  expect(noted('direct.open').length).toBeGreaterThan(0);
  const project = new URL(first.url()).pathname;
  await goDirect(first);
  await first
    .getByText(/^Direct/)
    .first()
    .waitFor();
  await screenshot(first, 'direct/1-settings');

  await second.goto(agent.url + project);
  await expect.poll(() => moved('out'), { timeout: 60_000 }).toBeGreaterThan(before + 10_000);
  await expect
    .poll(() =>
      second
        .locator('img')
        .evaluateAll((all) => all.filter((img) => (img as HTMLImageElement).naturalWidth > 0).length),
    )
    .toBeGreaterThan(0);

  expectNoComplaints(one);
  expectNoComplaints(other);
});

test('a fingerprint that somebody swaps on the way is found out by the workstation', async () => {
  const profile = await openProfile();
  const page = await profile.newPage();
  await page.addInitScript(() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function swapped(frame) {
      if (frame instanceof Uint8Array && frame[0] === 16) {
        const text = new TextDecoder('latin1').decode(frame);
        const at = text.indexOf('sha-256 ') + 8;
        if (at >= 8) frame[at] = text[at] === 'A' ? 66 : 65;
      }
      return send.call(this, frame);
    };
  });
  await openApp(page, agent);
  await workstationIsHere(page);
  const opened = noted('direct.open').length;
  const refused = () => noted('direct.refused').filter(({ why }) => why === 'bad-signature').length;
  const before = refused();
  await goDirect(page);
  await page.goto(agent.url);
  await newProject(page);
  await addPhoto(page, drawnPortrait());
  await expect.poll(refused, { timeout: 60_000 }).toBeGreaterThan(before);
  expect(noted('direct.open').length).toBe(opened);
});

test('and by the device, which then goes another way', async () => {
  const profile = await openProfile();
  const page = await profile.newPage();
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'warning') warnings.push(message.text());
  });
  await page.addInitScript(() => {
    const inherited = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage')!;
    Object.defineProperty(WebSocket.prototype, 'onmessage', {
      set(listener: (event: MessageEvent) => void) {
        inherited.set!.call(this, (event: MessageEvent) => {
          const frame = event.data instanceof ArrayBuffer ? new Uint8Array(event.data) : undefined;
          if (frame?.[0] === 16) {
            const text = new TextDecoder('latin1').decode(frame);
            const at = text.indexOf('sha-256 ') + 8;
            if (at >= 8) frame[at] = text[at] === 'A' ? 66 : 65;
          }
          listener.call(this, event);
        });
      },
    });
  });
  await openApp(page, agent);
  await workstationIsHere(page);
  const opened = noted('direct.open').length;
  await goDirect(page);
  await page.goto(agent.url);
  await newProject(page);
  await addPhoto(page, drawnPortrait());
  await expect.poll(() => warnings.join('\n'), { timeout: 60_000 }).toContain('Somebody changed');
  expect(noted('direct.open').length).toBe(opened);
  await page.goto(`${agent.url}/settings`);
  await choose(page, 'Fastest');
  await page
    .getByRole('region', { name: 'Files on the move' })
    .locator('p.figures')
    .getByText(/Socket|Requests/)
    .waitFor();
});
