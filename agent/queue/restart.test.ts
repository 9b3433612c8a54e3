// The agent is killed outright in the middle of every stage and started again: the job finishes, what was
// committed is not made again, and nobody of the old life is left.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StageName, stageNames } from '@myspinbot/shared/job/job.ts';
import { afterAll, expect, test } from 'vitest';
import { openStageLog } from '../stages/fixtures/stage-log.ts';
import { requestFor } from './fixtures/job-requests.ts';
import { isAlive, killableAgent } from './fixtures/killable-agent.ts';

const folders: string[] = [];
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
});

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'restart-'));
  folders.push(folder);
  const dataDir = join(folder, 'data');
  const log = openStageLog(mkdtempSync(join(folder, 'log-')));
  return { dataDir, log, agent: killableAgent(dataDir, log.folder) };
}

// Every stage whose engine is used by a job with a topic and a voice clip: all of them.
const everyStage = {
  narration: { kind: 'topic', topic: 'the sea' },
} as const;

async function gone(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
}

test('killed in the middle of each stage in turn, it finishes, and no committed stage runs again', async () => {
  const { dataDir, log, agent } = place();
  const starts: number[] = [];
  starts.push((await agent.start()).ms);
  const photo = await agent.put('a photo');
  const clip = await agent.put('a voice clip');
  const request = requestFor(photo, '', { options: { ...everyStage, voiceClip: clip.hash } });
  log.behave(Object.fromEntries(stageNames.map((stage) => [stage, 'waits'])));
  await agent.request(request);
  const order: StageName[] = ['script', 'look', 'voice', 'speech', 'timing', 'portrait', 'finish'];
  for (const [index, stage] of order.entries()) {
    await log.until(() => log.count(stage) === 1);
    const { pid } = log.events().findLast((one) => one.stage === stage)!;
    await agent.kill();
    await gone(pid);
    // The stage works from now on; the ones after it still wait.
    log.behave(Object.fromEntries(order.slice(index + 1).map((later) => [later, 'waits'])));
    starts.push((await agent.start()).ms);
  }
  const run = await agent.ended(request.id);
  expect(run).toMatchObject({ state: 'succeeded', attempt: order.length + 1 });
  // Once interrupted, once to its end: never a third time.
  for (const stage of order) expect(log.count(stage), stage).toBe(2);
  for (const stage of order)
    expect(log.events().filter((one) => one.stage === stage && one.event === 'left')).toHaveLength(1);
  expect(readdirSync(join(dataDir, 'work'))).toEqual([]);
  await agent.close();
  console.log(
    `restart: killed ${order.length} times, replayed in at most ${Math.max(...starts).toFixed(0)} ms`,
  );
}, 120_000);

test.each(['spins', 'leaves-a-child'] as const)(
  'a stage that %s dies with a killed agent, and its children with it',
  async (behaviour) => {
    const { log, agent } = place();
    await agent.start();
    const request = requestFor(await agent.put('a photo'), 'Hello');
    log.behave({ portrait: behaviour });
    await agent.request(request);
    const last = behaviour === 'spins' ? 'entered' : 'child';
    await log.until(() => log.events().some((one) => one.stage === 'portrait' && one.event === last));
    const pids = log.events().map((one) => one.pid);
    await agent.kill();
    for (const pid of new Set(pids)) await gone(pid);
    log.behave({});
    await agent.start();
    expect(await agent.ended(request.id)).toMatchObject({ state: 'succeeded', attempt: 2 });
    expect(log.count('look')).toBe(1);
    await agent.close();
  },
  60_000,
);
