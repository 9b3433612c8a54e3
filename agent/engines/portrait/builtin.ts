// The built-in portrait engine: one photo, animated by its face mesh on the CPU. It owns the order of work
// (stage, drawing thread, encoder) and their ends; how anything looks is shared/puppet's matter.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { sizePixels } from '@myspinbot/shared/project/options.ts';
import { planarBytes, planarView, rgbaFromPlanar } from '@myspinbot/shared/puppet/planar.ts';
import sharp from 'sharp';
import { type FfmpegTools, type RunningFfmpeg, spawnFfmpeg } from '../../media/ffmpeg.ts';
import { normaliseLoudness } from '../../media/loudness.ts';
import { moduleEntry } from '../../process/entry.ts';
import type { Readiness } from '../engine.ts';
import { portraitBuiltin } from './builtin-id.ts';
import { requireCaptionFilter, writeCaptions } from './captions.ts';
import { encoderArguments } from './encoder.ts';
import { createFrameRing, type FrameRing, openFrameRing, release, stopRing } from './frame-ring.ts';
import { createGrowingFile, type GrowingFile } from './growing-file.ts';
import type { PortraitContext, PortraitEngine, PortraitFrames, PortraitRequest } from './port.ts';
import type { DrawingOrder, DrawingReport } from './portrait-worker.ts';
import { type SceneRenderer, setStage } from './staging.ts';

export interface BuiltinPortraitWorld {
  ffmpeg: FfmpegTools;
  renderScene: SceneRenderer;
}

/** The still shows the speaker speaking: this far into the video. */
const PREVIEW_AT_MS = 600;

export function createBuiltinPortrait(world: BuiltinPortraitWorld): PortraitEngine {
  return {
    ...portraitBuiltin,
    showsLive: true,
    async probe(): Promise<Readiness> {
      return { ready: true, detail: `Photo animation on the CPU, encoded by ffmpeg ${world.ffmpeg.version}` };
    },
    render: (request, context) => render(world, request, context),
  };
}

async function render(
  world: BuiltinPortraitWorld,
  request: PortraitRequest,
  context: PortraitContext,
): Promise<PortraitFrames> {
  const { signal } = context;
  signal.throwIfAborted();
  const frames = Math.max(1, Math.round((request.timing.durationMs * request.fps) / 1000));
  const withCaptions = request.captions && request.timing.words.length > 0;
  const captions = withCaptions ? await writeCaptions(request, context.workDir, 0) : undefined;
  if (captions !== undefined) await requireCaptionFilter(world.ffmpeg, captions, signal);
  const [stage, sound] = await Promise.all([
    setStage(request, world.renderScene, signal),
    soundOfFilm(world, context),
  ]);
  if (withCaptions) await writeCaptions(request, context.workDir, stage.chinY);
  const { width, height } = sizePixels(request.size);
  const frameBytes = planarBytes(width, height);
  const memory = createFrameRing(frameBytes);
  const ring = openFrameRing(memory, frameBytes);
  const video = join(context.workDir, 'portrait.mp4');

  const film = sound === undefined ? undefined : openFilm(context);
  const outputs = { video, sound, frames, smaller: context.smaller === true };
  const encoder = spawnFfmpeg(world.ffmpeg, encoderArguments(request, captions, outputs), {
    signal,
    ...(film === undefined ? {} : { onOutput: (bytes: Buffer) => film.add(bytes) }),
    doing: 'encode the portrait',
    // Slow machines and ten-minute narrations: ten times real time and a minute on top.
    timeoutMs: 60_000 + request.timing.durationMs * 10,
  });
  const started = performance.now();
  const order: DrawingOrder = {
    stage,
    mesh: request.mesh,
    timing: request.timing,
    seed: request.seed,
    fps: request.fps,
    frames,
    memory,
  };
  let waitedMs: number;
  try {
    waitedMs = await feed(order, ring, encoder, request, context).catch(async (error: unknown) => {
      encoder.kill();
      await encoder.ended.catch(() => {}); // its death is our doing; `error` is the cause that is told
      throw error;
    });
    await encoder.ended;
  } finally {
    await film?.end();
  }
  const wallMs = performance.now() - started;
  return { video, frames, encoderShare: Math.min(1, waitedMs / wallMs) };
}

/**
 * What is heard in the film, as loud as in the finished video. A sound that cannot be read is found out here, where it
 * costs the film and not the encoder.
 */
async function soundOfFilm(
  world: BuiltinPortraitWorld,
  { live, workDir, signal, log }: PortraitContext,
): Promise<string | undefined> {
  if (live === undefined) return undefined;
  const sound = join(workDir, 'live-sound.wav');
  try {
    await normaliseLoudness(world.ffmpeg, live.wav, sound, { signal });
    return sound;
  } catch (error) {
    signal.throwIfAborted();
    log.warn('portrait.live-lost', { why: String(error) });
    return undefined;
  }
}

function openFilm({ live, workDir, log }: PortraitContext): GrowingFile {
  const file = join(workDir, 'live.mp4');
  return createGrowingFile(file, {
    grew: (bytes) => live?.grew({ file, bytes }),
    failed: (error) => log.warn('portrait.live-lost', { why: String(error) }),
  });
}

/** Runs the drawing thread and hands its frames to the encoder in order; resolves with the ms it waited. */
function feed(
  order: DrawingOrder,
  ring: FrameRing,
  encoder: RunningFfmpeg,
  request: PortraitRequest,
  context: PortraitContext,
): Promise<number> {
  const { signal } = context;
  const entry = moduleEntry('./portrait-worker.ts', import.meta.url);
  const worker = new Worker(entry.url, { workerData: order, execArgv: entry.execArgv });
  const previewFrame = Math.min(order.frames - 1, Math.round((PREVIEW_AT_MS * order.fps) / 1000));
  let preview: Promise<void> = Promise.resolve();
  let abandon = () => {};

  const drawn = new Promise<number>((resolve, reject) => {
    abandon = () => reject(signal.reason);
    signal.addEventListener('abort', abandon, { once: true });
    let waitedMs = 0;
    let written = 0;
    let isDrawn = false;
    const finishWhenWritten = () => {
      if (isDrawn && written === order.frames) encoder.stdin.end(() => resolve(waitedMs));
    };
    worker.on('message', (report: DrawingReport) => {
      if (report.type === 'done') {
        waitedMs = report.waitedMs;
        isDrawn = true;
        finishWhenWritten();
        return;
      }
      const bytes = ring.slots[report.slot]!;
      if (report.index === previewFrame)
        preview = writePreview(bytes.slice(), request, context).catch(reject);
      // The write's callback comes when the bytes are with the encoder: only then may the slot be drawn on.
      encoder.stdin.write(bytes, (error) => {
        if (error) return; // `ended` tells why
        release(ring, report.slot);
        written++;
        context.progress(written, order.frames);
        finishWhenWritten();
      });
    });
    worker.on('error', (cause: Error) =>
      reject(
        new Failure({
          code: /memory|heap/i.test(cause.message) ? 'out-of-memory' : 'internal',
          message: `Drawing the portrait failed: ${cause.message}`,
          hint: 'Try again with a smaller size; if it happens again, try another photo.',
          cause,
        }),
      ),
    );
    worker.on('exit', () => {
      if (!isDrawn) reject(new Failure(vanished));
    });
    // An encoder that ends before it has all frames has failed, whatever its exit code says.
    encoder.ended.then(
      () => {
        if (written < order.frames) reject(new Failure(endedEarly));
      },
      (error) => reject(error),
    );
  });
  return drawn
    .then(async (waitedMs) => {
      await preview;
      return waitedMs;
    })
    .finally(async () => {
      signal.removeEventListener('abort', abandon);
      stopRing(ring);
      await worker.terminate();
    });
}

const vanished = {
  code: 'internal',
  message: 'The drawing thread ended before the last frame.',
  hint: 'Try again; if it happens again, restart the agent.',
  retry: 'soon',
} as const;

const endedEarly = {
  code: 'engine-failed',
  message: 'ffmpeg ended before it had taken all frames.',
  hint: 'Try again; if it happens again, check the free disk space and the ffmpeg installation.',
  retry: 'soon',
} as const;

async function writePreview(
  frame: Uint8Array,
  request: PortraitRequest,
  context: PortraitContext,
): Promise<void> {
  const { width, height } = sizePixels(request.size);
  const rgba = rgbaFromPlanar(planarView(frame, width, height));
  const path = join(context.workDir, 'preview.jpg');
  await sharp(rgba, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .jpeg({ quality: 84 })
    .toFile(path);
  context.preview(path);
}
