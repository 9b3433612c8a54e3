// How fast and how heavy the main job is: ten seconds of speech from a photo, whole job, on an agent that has
// never seen it and whose engines have answered once, as when somebody has opened the app; then the same with
// another text, and the very same again.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import { benchOptions, type Figure, median, report } from '../harness/figures.ts';
import { askForJob, jobVideo, waitForJob } from '../harness/job.ts';
import { mediaFacts } from '../harness/media.ts';
import { drawnPortrait } from '../harness/place.ts';
import { watchTree } from '../harness/process-tree.ts';
import { watchWorkspace } from '../harness/workspace-watch.ts';

/** About eleven seconds of the built-in voice each (11.4 and 11.6), so that whole jobs can be compared. */
const words =
  'Good evening, and welcome to a very small theatre. Tonight one photograph will speak for ten seconds, without any cloud, any account, or any graphics card at all.';
const otherWords =
  'Thank you all for coming back to our very small theatre. The same photograph has learned a few more lines since then, and it is going to say every single one of them to you right now.';

interface OneJob {
  wallS: number;
  videoS: number;
  ffmpegShare: number;
  previewS: number;
  peakMB: number;
}

/** An agent that has just started is still asking its engines how they are, which costs a processor for a moment. */
async function enginesAnswered(agent: RunningAgent): Promise<void> {
  for (;;) {
    const answer = await agent.ask(endpoints.capabilities);
    const { voices } = (await answer.json()) as { voices: unknown[] };
    if (voices.length > 0) return;
    await pause(50);
  }
}

async function timed(agent: RunningAgent, script: string, options: Record<string, unknown>): Promise<OneJob> {
  const watch = await watchWorkspace(agent);
  const use = watchTree(agent.pid);
  const began = performance.now();
  let previewS = Number.NaN;
  watch.onProgress(({ preview }) => {
    if (preview !== undefined && Number.isNaN(previewS)) previewS = (performance.now() - began) / 1000;
  });
  const jobId = await askForJob(agent, { photo: drawnPortrait(), script, options });
  const status = await waitForJob(agent, jobId);
  const wallS = (performance.now() - began) / 1000;
  const used = use.stop();
  watch.close();
  if (status.state !== 'succeeded') throw new Error(`the job ${status.state}: ${status.failure?.message}`);
  const file = join(scratch, `${jobId}.mp4`);
  writeFileSync(file, await jobVideo(agent, jobId));
  const { durationS } = await mediaFacts(file);
  return {
    wallS,
    videoS: durationS,
    ffmpegShare: used.cpuMs('ffmpeg') / used.cpuMs(),
    previewS,
    peakMB: used.peakBytes / 1e6,
  };
}

const bench = benchOptions('portrait');
const scratch = mkdtempSync(join(tmpdir(), 'bench-portrait-'));
const first: OneJob[] = [];
const second: OneJob[] = [];
const repeated: OneJob[] = [];
const staged: OneJob[] = [];
/** The same first job, asked for in the moment the agent listens: its engines are still being asked and loaded. */
const cold: OneJob[] = [];
/** Only the text changed, right after that first job. */
const coldSecond: OneJob[] = [];
try {
  for (let run = 0; run < bench.runs; run += 1) {
    for (const [options, into] of [
      [{ size: '720x720' }, first],
      [{ size: '1280x720', background: { kind: 'scene', scene: 'studio' } }, staged],
    ] as const) {
      const data = join(scratch, `${run}-${options.size}`);
      const agent = await startAgent({ data });
      await enginesAnswered(agent);
      into.push(await timed(agent, words, options));
      if (into === first) {
        second.push(await timed(agent, otherWords, options));
        repeated.push(await timed(agent, words, options));
      }
      await agent.stop();
    }
    const justStarted = await startAgent({ data: join(scratch, `${run}-cold`) });
    cold.push(await timed(justStarted, words, { size: '720x720' }));
    coldSecond.push(await timed(justStarted, otherWords, { size: '720x720' }));
    await justStarted.stop();
    process.stderr.write(`run ${run + 1} of ${bench.runs}\n`);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

const realTime = (jobs: OneJob[]) => median(jobs.map(({ wallS, videoS }) => wallS / videoS));
const of = (jobs: OneJob[], field: keyof OneJob) => median(jobs.map((job) => job[field]));
const figures: Figure[] = [
  { figure: 'length of the video', ours: of(first, 'videoS'), unit: 's' },
  { figure: 'whole job / length, 720x720', ours: realTime(first), unit: 'x', limit: 0.6 },
  { figure: 'the same, asked for as the agent starts', ours: realTime(cold), unit: 'x', limit: 0.6 },
  { figure: 'whole job / length, 1280x720 with a scene', ours: realTime(staged), unit: 'x', limit: 0.8 },
  {
    figure: 'share of ffmpeg in the processor time, 720x720',
    ours: 100 * of(first, 'ffmpegShare'),
    unit: '%',
  },
  {
    figure: 'only the text changed / first job of a fresh agent',
    ours: (100 * of(coldSecond, 'wallS')) / of(cold, 'wallS'),
    unit: '%',
    limit: 70,
  },
  // With engines loaded before the first job, what is left to save is the look at the photo.
  {
    figure: 'only the text changed / first job, engines loaded before',
    ours: (100 * of(second, 'wallS')) / of(first, 'wallS'),
    unit: '%',
  },
  { figure: 'the very same job again', ours: of(repeated, 'wallS'), unit: 's' },
  { figure: 'first preview after the request', ours: of(first, 'previewS'), unit: 's', limit: 3 },
  { figure: 'the same, asked for as the agent starts', ours: of(cold, 'previewS'), unit: 's', limit: 3 },
  {
    figure: 'peak memory of the agent and its workers',
    ours: Math.max(...[...first, ...second, ...staged].map(({ peakMB }) => peakMB)),
    unit: 'MB',
    limit: 900,
  },
];
report('portrait', figures, bench);
