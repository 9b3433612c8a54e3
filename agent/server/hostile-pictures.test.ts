// Pictures made to take the agent's memory and time: it does not decode them itself, and goes on answering meanwhile.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallPng } from '../media/testing/small-picture.ts';
import { removeSmallAgents, type SmallAgent, startSmallAgent } from './fixtures/small-agent.ts';

/** What one of them takes to decode; that four are sent and answered takes less. */
const MOST_MIB = 120;

let agent: SmallAgent;
let folder: string;
beforeAll(async () => {
  agent = await startSmallAgent();
  folder = mkdtempSync(join(tmpdir(), 'hostile-'));
});
afterAll(async () => {
  await agent.stop();
  await removeSmallAgents();
  rmSync(folder, { recursive: true, force: true });
});

/** 16 megapixels in some kilobytes, of which a decoder must hold every coefficient: 100 MB. */
function hungryPicture(): Buffer {
  const path = join(folder, 'hungry.jpg');
  const sharp = createRequire(import.meta.url).resolve('sharp');
  const program = `require(${JSON.stringify(sharp)})({ create: { width: 4000, height: 4000, channels: 3, background: '#987' } })
    .jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toFile(${JSON.stringify(path)})`;
  execFileSync(process.execPath, ['-e', program]);
  return readFileSync(path);
}

function post(photo: Uint8Array): Promise<Response> {
  const form = new FormData();
  form.append('photo', new Blob([Uint8Array.from(photo)]), 'a.jpg');
  form.append('script', 'Hello');
  return fetch(`${agent.url}/api/generate`, { method: 'POST', headers: agent.headers(), body: form });
}

test('four at once are decoded elsewhere, and the agent answers meanwhile', async () => {
  const hungry = hungryPicture();
  expect((await post(smallPng(1))).status).toBe(202);
  // The most that this process ever had, as the system counts it.
  const mostMib = () => process.resourceUsage().maxRSS / 1024;
  const before = mostMib();
  let answers = 0;
  let isOver = false;
  const forms = Promise.all([1, 2, 3, 4].map(() => post(hungry))).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const { status } = await fetch(`${agent.url}/health`);
    expect(status).toBe(200);
    answers++;
    // Every question leaves something behind, too.
    await pause(100);
  }
  expect((await forms).map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  expect(answers).toBeGreaterThan(3);
  expect(mostMib() - before).toBeLessThan(MOST_MIB);
}, 240_000);
