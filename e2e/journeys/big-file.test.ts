// A long recording on its way from a phone to the workstation and on to another device, while the Wi-Fi drops ten times and
// the workstation loses its power twice. Nobody presses anything: it arrives whole.
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import { choose, newProject, openApp } from '../harness/app.ts';
import { writeBigSound } from '../harness/big-sound.ts';
import { expectNoComplaints, openProfile } from '../harness/browser.ts';
import { chanceOf } from '../harness/chance.ts';
import { type Direction, type FaultProxy, startFaultProxy } from '../harness/fault-proxy.ts';
import { scratchFolder } from '../harness/scratch.ts';

/** Twenty minutes of speech. `npm run chaos -- transfer --long` comes with 419 MB, which takes a busy machine minutes. */
const BYTES = Number(process.env.BIG_FILE_MB ?? 100) * 1_000_000;
const CUTS_EACH_WAY = 5;
/** For a whole way of the file on a machine that does other things, too. */
const WAY_MS = 600_000;

test('a long recording arrives whole, both ways, through ten cuts and two power cuts', {
  timeout: 2 * WAY_MS,
}, async () => {
  const folder = scratchFolder('big-file');
  const data = join(folder, 'data');
  const file = join(folder, 'long-talk.wav');
  const hash = await writeBigSound(file, BYTES, 419);
  let agent = await startAgent({ data });
  const { port } = agent;
  const chance = chanceOf(419);
  const restart = async () => {
    await agent.kill();
    agent = await startAgent({ data, port });
  };

  const first = await deviceBehind(agent);
  await openApp(first.page, agent);
  await newProject(first.page);
  await choose(first.page, 'Speak it');
  await first.page.getByLabel('Use a file instead').setInputFiles(file);
  const up = disturb(first.proxy, 'up', chance, restart);
  await expect.poll(() => isWholeOn(agent, hash), { timeout: WAY_MS, interval: 200 }).toBe(true);
  expect(await up.stop()).toEqual({ cuts: CUTS_EACH_WAY, kills: 1 });
  rmSync(file);
  const project = new URL(first.page.url()).pathname;
  await first.close();

  const second = await deviceBehind(agent);
  await openApp(second.page, agent, project);
  const down = disturb(second.proxy, 'down', chance, restart);
  await expect.poll(() => hashInStore(second.page, hash), { timeout: WAY_MS, interval: 500 }).toBe(hash);
  expect(await down.stop()).toEqual({ cuts: CUTS_EACH_WAY, kills: 1 });
  await second.page
    .getByRole('button', { name: /^Play / })
    .first()
    .waitFor();

  const [sent, taken] = [first.proxy.bytes().up / BYTES, second.proxy.bytes().down / BYTES];
  console.log(
    `on the wire, the app itself included: ${sent.toFixed(3)} x the file up, ${taken.toFixed(3)} x down`,
  );
  await second.close();
  await agent.stop();
});

interface Behind {
  page: Page;
  proxy: FaultProxy;
  close(): Promise<void>;
}

/** A browser whose way to the agent is a bad network; to the page the agent is where it always is. */
async function deviceBehind(agent: RunningAgent): Promise<Behind> {
  const proxy = await startFaultProxy({ to: { port: agent.port } });
  const profile = await openProfile({
    args: [`--host-resolver-rules=MAP 127.0.0.1:${agent.port} 127.0.0.1:${proxy.port}`],
  });
  // Requests fail in every way there is while the line is cut.
  profile.expectComplaints(/net::ERR_|WebSocket connection to/);
  return {
    page: await profile.newPage(),
    proxy,
    async close() {
      expectNoComplaints(profile);
      await profile.close();
      await proxy.close();
    },
  };
}

/** Cuts everything that is open at drawn points of the file's way, and ends the agent at one of them. */
function disturb(
  proxy: FaultProxy,
  direction: Direction,
  chance: ReturnType<typeof chanceOf>,
  restart: () => Promise<void>,
) {
  const from = proxy.bytes()[direction];
  const points = Array.from(
    { length: CUTS_EACH_WAY + 1 },
    () => from + BYTES * (0.05 + 0.85 * chance.number()),
  );
  points.sort((a, b) => a - b);
  const powerCut = points[chance.between(1, CUTS_EACH_WAY - 1)];
  const done = { cuts: 0, kills: 0 };
  let working: Promise<void> | undefined;
  const timer = setInterval(() => {
    if (working !== undefined || points[0] === undefined || proxy.bytes()[direction] < points[0]) return;
    if (points.shift() === powerCut) {
      done.kills++;
      working = restart().finally(() => {
        working = undefined;
      });
    } else {
      done.cuts++;
      proxy.cut(chance.pick(['reset', 'end']));
    }
  }, 5);
  return {
    async stop() {
      clearInterval(timer);
      await working;
      return done;
    },
  };
}

async function isWholeOn(agent: RunningAgent, hash: string): Promise<boolean> {
  const path = `${endpoints.assets}/${hash}`;
  try {
    if ((await agent.ask(path, { method: 'HEAD' })).status !== 200) return false;
    const answer = await agent.ask(path);
    const found = createHash('sha256');
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) found.update(piece);
    return found.digest('hex') === hash;
  } catch {
    return false; // it is just being started again
  }
}

/** The hash of what the app has stored under this hash; undefined while that is not there. */
function hashInStore(page: Page, hash: string): Promise<string | undefined> {
  return page.evaluate(async (key) => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('myspinbot');
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    try {
      const row = await new Promise<{ blob: Blob } | undefined>((resolve, reject) => {
        const reading = database.transaction('blobs').objectStore('blobs').get(key);
        reading.onsuccess = () => resolve(reading.result as { blob: Blob } | undefined);
        reading.onerror = () => reject(reading.error);
      });
      if (row === undefined) return undefined;
      const digest = await crypto.subtle.digest('SHA-256', await row.blob.arrayBuffer());
      return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
    } finally {
      database.close();
    }
  }, hash);
}
