// `myspinbot render`: one job, with no app and no daemon. The person's files go into a workshop of its own that
// is gone afterwards (faces and voices are private), the queue runs the job there as it would for the app, and
// the video and its captions are put where they were asked for.
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { type AssetRef, MAX_ASSET_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { Failure, type FailureCode } from '@myspinbot/shared/failure/failure.ts';
import type { JobId, JobRequest, JobResult, JobRun, StageRun } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import {
  MAX_SCRIPT_CHARS,
  type SpinOptionsInput,
  spinOptionsSchema,
} from '@myspinbot/shared/project/options.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import type { EngineCatalog } from '../engines/registry.ts';
import type { Logger } from '../log/logger.ts';
import type { HostWorld } from '../process/messages.ts';
import type { Queue } from '../queue/port.ts';
import type { Vault } from '../vault/port.ts';
import { openWorkshop } from '../workshop.ts';
import type { RenderPlan } from './options.ts';
import type { Report } from './report.ts';

export interface RenderWorld {
  /** Folder for the workshop while it lasts, on a disk with room for the video. */
  scratchDir: string;
  catalog: EngineCatalog;
  log: Logger;
  report: Report;
  /** Aborted when the person stops it: the job is cancelled and nothing is left behind. */
  signal: AbortSignal;
  now(): number;
  tools?: Partial<HostWorld>;
}

/** What the person gave that cannot be used, as opposed to what went wrong: the exit code tells them apart. */
const inputCodes: ReadonlySet<FailureCode> = new Set([
  'bad-input',
  'no-face',
  'several-faces',
  'face-too-small',
  'face-unclear',
  'audio-silent',
  'audio-too-short',
  'audio-too-long',
  'text-empty',
  'text-too-long',
  'language-unknown',
  'not-found',
]);

/** Runs the plan to its end and reports it. Returns the exit code: 0 done, 1 failed, 2 bad input. */
export async function render(plan: RenderPlan, world: RenderWorld): Promise<0 | 1 | 2> {
  const startedAt = world.now();
  try {
    const out = await checkedOut(plan.out);
    const text = await checkedWords(plan);
    await removeLeftovers(world.scratchDir);
    const dir = join(world.scratchDir, `${process.pid}-${randomBytes(4).toString('hex')}`);
    const workshop = await openWorkshop({
      dir,
      log: world.log,
      catalog: world.catalog,
      ...(world.tools === undefined ? {} : { world: world.tools }),
    });
    try {
      const { vault, queue } = workshop;
      const request = await requestOf(plan, text, vault, world.now());
      const result = await follow(queue, request, world);
      for (const note of result.notes) world.report.note(note);
      const files = await deliver(result, vault, out);
      world.report.done(files, result, world.now() - startedAt);
      return 0;
    } finally {
      await workshop.close();
      await rm(dir, { recursive: true, force: true });
    }
  } catch (error) {
    if (world.signal.aborted) return 1;
    const failure = error instanceof Failure ? error : unexpected(error);
    if (!(error instanceof Failure)) world.log.error('render.failed', { why: String(error) });
    world.report.failed(failure.toRecord());
    return inputCodes.has(failure.code) ? 2 : 1;
  }
}

/** Absolute path of the video, in a folder that exists. Throws Failure `bad-input`. */
async function checkedOut(out: string): Promise<string> {
  const path = resolve(out);
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (folder?.isDirectory() === true) return path;
  throw new Failure({
    code: 'bad-input',
    message: `There is no folder ${dirname(path)} for the video.`,
    hint: 'Make it, or choose another --out.',
  });
}

/** The words to speak, when there are any. Throws Failure `text-empty`, `text-too-long`, `not-found`, `bad-input`. */
async function checkedWords(plan: RenderPlan): Promise<string | undefined> {
  const { narration } = plan;
  let text: string;
  if (narration.kind === 'say') text = narration.text;
  else if (narration.kind === 'script') {
    const size = await sizeOf(narration.path, 'script');
    // Four bytes a character at most; a larger file cannot be a script, so it is not read.
    text = size > MAX_SCRIPT_CHARS * 4 ? ' '.repeat(MAX_SCRIPT_CHARS + 1) : await readText(narration.path);
  } else return narration.kind === 'recording' ? narration.text : undefined;
  if (text.length > MAX_SCRIPT_CHARS) {
    throw new Failure({
      code: 'text-too-long',
      message: `The script is longer than ${MAX_SCRIPT_CHARS} characters.`,
      hint: 'Shorten it, or make several videos.',
    });
  }
  if (text.trim() === '') {
    throw new Failure({
      code: 'text-empty',
      message: 'The script is empty.',
      hint: 'Write what the bot should say.',
    });
  }
  return text;
}

async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    throw new Failure({
      code: 'bad-input',
      message: `The script ${path} is not a text in UTF-8.`,
      hint: 'Save it as plain text (UTF-8) and try again.',
      cause,
    });
  }
}

async function sizeOf(path: string, what: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) {
    throw new Failure({
      code: 'not-found',
      message: `The ${what} ${path} was not found.`,
      hint: 'Check the path and try again.',
    });
  }
  return found.size;
}

async function requestOf(
  plan: RenderPlan,
  text: string | undefined,
  vault: Vault,
  at: number,
): Promise<JobRequest> {
  const assets: AssetRef[] = [];
  const keep = async (path: string, what: string) => {
    const size = await sizeOf(path, what);
    if (size === 0 || size > MAX_ASSET_BYTES) {
      throw new Failure({
        code: 'bad-input',
        message: `The ${what} ${path} is ${size === 0 ? 'empty' : 'larger than 2 GB'}.`,
        hint: 'Choose another file.',
      });
    }
    const ref = await vault.put(createReadStream(path), basename(path).slice(0, 200));
    assets.push(ref);
    return ref.hash;
  };
  const photos = [];
  for (const photo of plan.photos) photos.push(await keep(photo, 'photo'));
  const { narration: words, background } = plan;
  const narration: SpinOptionsInput['narration'] =
    words.kind === 'recording'
      ? {
          kind: 'recording',
          audio: await keep(words.path, 'recording'),
          lang: plan.lang,
          ...(text === undefined ? {} : { text }),
        }
      : words.kind === 'topic'
        ? { ...words, lang: plan.lang }
        : { kind: 'text', text: text ?? '', lang: plan.lang };
  const options = spinOptionsSchema.parse({
    photos,
    narration,
    size: plan.size,
    fps: plan.fps,
    captions: plan.captions,
    seed: plan.seed,
    ...(plan.face === undefined ? {} : { face: plan.face }),
    ...(plan.voiceName === undefined ? {} : { voiceName: plan.voiceName }),
    ...(plan.voiceClip === undefined ? {} : { voiceClip: await keep(plan.voiceClip, 'voice clip') }),
    ...(background === undefined
      ? {}
      : {
          background:
            background.kind === 'file'
              ? { kind: 'image', image: await keep(background.path, 'background') }
              : background,
        }),
  });
  const id = randomBytes(10).toString('hex');
  return {
    id: `j_${id}` as JobId,
    project: `p_${id}` as ProjectId,
    pipeline: plan.enlarge ? 'portrait-large' : 'portrait',
    options,
    assets,
    device: 'command-line',
    requestedAt: at,
  };
}

/** Puts the job into the queue and reports until it has ended. Throws its Failure, or `signal.reason`. */
async function follow(queue: Queue, request: JobRequest, world: RenderWorld): Promise<JobResult> {
  const { report, signal } = world;
  const told = new Map<string, StageRun['state']>();
  const tellStages = (run: JobRun) => {
    for (const { stage, state, engine } of run.stages) {
      if (told.get(stage) === state) continue;
      told.set(stage, state);
      if (state === 'running' || state === 'done' || state === 'reused') report.stage(stage, state, engine);
    }
  };
  let settle: (run: JobRun) => void = () => {};
  const ended = new Promise<JobRun>((resolve) => {
    settle = resolve;
  });
  const off = queue.on((event) => {
    if ((event.type !== 'run' && event.type !== 'progress') || event.job !== request.id) return;
    if (event.type === 'progress') {
      const { stage, fraction, leftMs } = event.progress;
      report.progress(stage, fraction, leftMs);
      return;
    }
    tellStages(event.run);
    if (isEnded(event.run.state)) settle(event.run);
  });
  const cancel = () => void queue.cancel(request.id);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    await queue.request(request);
    if (signal.aborted) cancel();
    const run = await ended;
    if (run.result !== undefined) return run.result;
    signal.throwIfAborted();
    throw run.failure === undefined ? unexpected(run.state) : Failure.fromRecord(run.failure);
  } finally {
    off();
    signal.removeEventListener('abort', cancel);
  }
}

/** Copies the results beside each other: bot.mp4, bot.vtt, bot.srt. A half-written file never has the name. */
async function deliver(
  result: JobResult,
  vault: Vault,
  out: string,
): Promise<{ video: string; vtt?: string; srt?: string }> {
  const stem = out.slice(0, -extname(out).length);
  const put = async (ref: AssetRef, path: string) => {
    const partial = `${path}.part`;
    try {
      await copyFile(vault.path(ref.hash), partial);
      await chmod(partial, 0o644); // the vault's own files are read-only
      await rename(partial, path);
    } catch (cause) {
      await rm(partial, { force: true });
      const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
      throw new Failure({
        code: full ? 'disk-full' : 'bad-input',
        message: `The video is ready, but ${path} cannot be written: ${(cause as Error).message}.`,
        hint: full ? 'Free some space, or choose another --out.' : 'Choose another --out.',
        cause,
      });
    }
    return path;
  };
  return {
    video: await put(result.video, out),
    ...(result.vtt === null ? {} : { vtt: await put(result.vtt, `${stem}.vtt`) }),
    ...(result.srt === null ? {} : { srt: await put(result.srt, `${stem}.srt`) }),
  };
}

/** Workshops of renders that were killed: their folder is named by a process that is gone. */
async function removeLeftovers(scratchDir: string): Promise<void> {
  await mkdir(scratchDir, { recursive: true, mode: 0o700 });
  for (const name of await readdir(scratchDir)) {
    const pid = Number(/^(\d+)-[0-9a-f]{8}$/.exec(name)?.[1]);
    if (Number.isInteger(pid) && !isAlive(pid)) {
      await rm(join(scratchDir, name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function unexpected(cause: unknown): Failure {
  return new Failure({
    code: 'internal',
    message: `Something in MySpinBot went wrong: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: 'Try again; if it happens again, please report this sentence.',
    cause,
  });
}
