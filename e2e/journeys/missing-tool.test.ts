// A workstation without ffmpeg: the job says what to install, and once it is installed the agent notices by
// itself; nobody has to restart anything.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import { askForJob, waitForJob } from '../harness/job.ts';
import { drawnPortrait } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

const folder = scratchFolder('missing-tool');
const tools = join(folder, 'bin');

test('a missing ffmpeg fails the job in a sentence; installed while the agent runs, it is found', async () => {
  mkdirSync(tools);
  const agent = await startAgent({ data: join(folder, 'data'), env: { PATH: tools } });
  const finishIsReady = async () => {
    const answer = await agent.ask(endpoints.capabilities);
    const { engines } = (await answer.json()) as {
      engines: { id: string; readiness: { ready: boolean; hint?: string } }[];
    };
    return engines.find((engine) => engine.id === 'finish/builtin')?.readiness;
  };
  try {
    await expect.poll(finishIsReady, { timeout: 30_000 }).toMatchObject({
      ready: false,
      hint: expect.stringMatching(/Install ffmpeg/),
    });
    const first = await waitForJob(agent, await askForJob(agent, { photo: drawnPortrait(), script: 'Hi.' }));
    expect(first).toMatchObject({
      state: 'failed',
      failure: { code: 'engine-missing', hint: expect.stringMatching(/Install ffmpeg/) },
    });

    for (const name of ['ffmpeg', 'ffprobe']) {
      symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(tools, name));
    }
    const second = await waitForJob(agent, await askForJob(agent, { photo: drawnPortrait(), script: 'Hi.' }));
    // Whether the engines were asked again in time or only after this failure, the next one succeeds.
    expect(['succeeded', 'failed']).toContain(second.state);
    await expect.poll(finishIsReady, { timeout: 30_000 }).toMatchObject({ ready: true });
    const third = await waitForJob(agent, await askForJob(agent, { photo: drawnPortrait(), script: 'Hi.' }));
    expect(third.state).toBe('succeeded');
  } finally {
    await agent.stop();
  }
});
