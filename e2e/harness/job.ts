// One job over HTTP, timed from the request to its end: for tests and benchmarks that open no app.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { RunningAgent } from './agent.ts';

export interface JobAsk {
  photo: string;
  script: string;
  options?: Record<string, unknown>;
}

export interface StageFacts {
  stage: string;
  state: string;
  engine?: string;
  startedAt?: number;
  finishedAt?: number;
}

export interface JobStatus {
  jobId: string;
  state: string;
  progress: number;
  stage: string | null;
  attempt: number;
  stages: StageFacts[];
  failure: { code: string; message: string; hint: string } | null;
}

/** Asks for a video and returns the job's id. Throws when the agent refuses. */
export async function askForJob(agent: RunningAgent, ask: JobAsk): Promise<string> {
  const form = new FormData();
  form.set('photo', new Blob([readFileSync(ask.photo)]), 'photo.png');
  form.set('script', ask.script);
  if (ask.options !== undefined) form.set('options', JSON.stringify(ask.options));
  const answer = await agent.ask(endpoints.generate, { method: 'POST', body: form });
  if (!answer.ok) throw new Error(`generate answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { jobId: string }).jobId;
}

export async function jobStatus(agent: RunningAgent, jobId: string): Promise<JobStatus> {
  const answer = await agent.ask(`${endpoints.status}/${jobId}`);
  if (!answer.ok) throw new Error(`status answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as JobStatus;
}

/** Waits until the job is as wanted, or has ended. Throws after `limitMs`. */
export async function waitForJob(
  agent: RunningAgent,
  jobId: string,
  isThere: (status: JobStatus) => boolean = () => false,
  limitMs = 180_000,
): Promise<JobStatus> {
  const until = Date.now() + limitMs;
  for (;;) {
    const status = await jobStatus(agent, jobId);
    if (isThere(status) || ['succeeded', 'failed', 'cancelled'].includes(status.state)) return status;
    if (Date.now() > until) throw new Error(`job ${jobId} is still ${status.state} (${status.stage})`);
    await pause(25);
  }
}

/** The finished video's bytes. */
export async function jobVideo(agent: RunningAgent, jobId: string): Promise<Uint8Array> {
  const answer = await agent.ask(`${endpoints.jobs}/${jobId}/result`);
  if (!answer.ok) throw new Error(`result answered ${answer.status}: ${await answer.text()}`);
  return new Uint8Array(await answer.arrayBuffer());
}
