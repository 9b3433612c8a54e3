// The power goes in the middle of a job: after the restart the job finishes by itself, and what was committed is
// not made again.
import { join } from 'node:path';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import { castSample, openApp, spin, videoPlays } from '../harness/app.ts';
import { agentAway, expectNoComplaints, openProfile } from '../harness/browser.ts';
import { jobStatus, waitForJob } from '../harness/job.ts';
import { scratchFolder } from '../harness/scratch.ts';

test('kill -9 in the middle of the portrait: the next start finishes the job', async () => {
  const data = join(scratchFolder('crash'), 'data');
  const first = await startAgent({ data });
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, first);
  await castSample(page);
  const jobId = new URL(await spin(page)).pathname.split('/').at(-1)!;

  const inTheMiddle = await waitForJob(first, jobId, ({ stage }) => stage === 'portrait', 60_000).catch(() =>
    jobStatus(first, jobId),
  );
  expect(inTheMiddle.state).toBe('running');
  const committed = inTheMiddle.stages.filter(({ state }) => state === 'done').map(({ stage }) => stage);
  expect(committed).toEqual(expect.arrayContaining(['look', 'speech', 'timing']));
  profile.expectComplaints(agentAway);
  await first.kill();

  const second = await startAgent({ data, port: first.port });
  const finished = await waitForJob(second, jobId);
  expect(finished.state).toBe('succeeded');
  for (const stage of committed) {
    expect(finished.stages.find((one) => one.stage === stage)?.state, stage).toBe('reused');
  }
  // The page was open all the time and shows the video without being touched.
  expect(await videoPlays(page)).toBeGreaterThan(3);
  const health = await fetch(`${second.url}${endpoints.health}`);
  expect(health.status).toBe(200);
  expectNoComplaints(profile);
  await second.stop();
});

test('a second agent on the same data folder is refused with the address of the first', async () => {
  const data = join(scratchFolder('two-agents'), 'data');
  const first = await startAgent({ data });
  await expect(startAgent({ data })).rejects.toThrow(first.url);
  await first.stop();
});
