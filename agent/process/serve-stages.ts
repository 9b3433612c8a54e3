// The stage host's side of the conversation: takes one piece of work at a time, gives the stage its context,
// and answers. It knows stages and engines; nothing of jobs, the vault or the ledger.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { createEngines, type EngineCatalog, type LoadedEngines, probeAll } from '../engines/registry.ts';
import type { Logger } from '../log/logger.ts';
import { findFfmpeg, strangersWalls } from '../media/ffmpeg.ts';
import { preparePictures } from '../media/picture-process.ts';
import type { StageWatch } from '../stages/host.ts';
import { type FromHost, type ToHost, toHostSchema } from './messages.ts';
import { endWithParent } from './outlive.ts';
import { ours, runStage } from './run-stage.ts';

/** Progress sent at most this often; the agent's own throttle is coarser. */
const PROGRESS_EVERY_MS = 60;
/** How often the agent hears that this process is not stuck. */
const ALIVE_EVERY_MS = 2000;

type Call = Exclude<ToHost, { type: 'host/open' }>;

/** Serves until the parent goes. Called once, in a process that was forked for it. */
export function serveStages(catalog: EngineCatalog): void {
  endWithParent();
  setInterval(() => send({ type: 'host/alive' }), ALIVE_EVERY_MS).unref();
  let engines: LoadedEngines | undefined;
  let last: Promise<void> = Promise.resolve();
  process.on('message', (raw) => {
    const decoded = toHostSchema.safeParse(raw);
    if (!decoded.success) {
      const call = (raw as { call?: unknown } | null)?.call;
      const failure = ours(`The stage host did not understand: ${decoded.error.issues[0]?.message ?? ''}`);
      if (typeof call === 'number') send({ type: 'call/failed', call, failure: failure.toRecord() });
      else hostLog().error('host.not-understood');
      return;
    }
    const message = decoded.data;
    if (message.type === 'host/open') {
      const { ffmpegFirst, ffmpegLast, ollama, comfyui } = message.world;
      const ffmpeg = () => findFfmpeg({ first: ffmpegFirst, last: ffmpegLast });
      // Looked up once per process: from here on everybody in it finds the same one. If there is none,
      // whoever needs it says so.
      ffmpeg().catch(() => {});
      // What can be shut is found out before the first picture waits for it.
      void strangersWalls();
      engines = createEngines(catalog, { ffmpeg, ollama, ...(comfyui === undefined ? {} : { comfyui }) });
      return;
    }
    // One after the other: engines keep state between calls and need not be safe side by side.
    last = last.then(async () => {
      try {
        if (engines === undefined) throw ours('The stage host was asked to work before it was opened.');
        send(await answer(message, engines));
      } catch (error) {
        const failure = error instanceof Failure ? error : unexpected(error);
        if (failure.code === 'internal') {
          hostLog().error('host.unexpected', { stack: error instanceof Error ? error.stack : String(error) });
        }
        send({ type: 'call/failed', call: message.call, failure: failure.toRecord() });
      }
    });
  });
}

async function answer(message: Call, engines: LoadedEngines): Promise<FromHost> {
  const { call } = message;
  // Nothing aborts inside a host: the whole group is ended from outside.
  const { signal } = new AbortController();
  switch (message.type) {
    case 'stage/run': {
      // Of a job that begins, a picture is opened soon.
      if (message.stage === 'script' || message.stage === 'look') preparePictures();
      let toldAt = 0;
      const watch: StageWatch = {
        progress(done, total) {
          const now = performance.now();
          if (now - toldAt < PROGRESS_EVERY_MS) return;
          toldAt = now;
          send({ type: 'stage/progress', call, done, total });
        },
        preview: (still) => send({ type: 'stage/preview', call, still }),
        live: (film) => send({ type: 'stage/live', call, film }),
      };
      const { output, kept } = await runStage(message, engines, watch, hostLog(), signal);
      return { type: 'stage/done', call, output, kept };
    }
    case 'photo/inspect': {
      preparePictures();
      const look = engines.catalog.find((offer) => offer.capability === 'look');
      const inspection = await (await engines.engine('look', look?.id ?? 'look')).inspect(
        message.path,
        signal,
      );
      return { type: 'photo/inspected', call, inspection };
    }
    case 'engines/describe': {
      const entries = await probeAll(engines, signal, message.only);
      const speakers = entries.filter((entry) => entry.capability === 'speech' && entry.readiness.ready);
      const voices = await Promise.all(
        speakers.map(async ({ id }) => (await engines.engine('speech', id)).voices()),
      );
      return { type: 'engines/described', call, engines: entries, voices: voices.flat() };
    }
  }
}

function send(message: FromHost): void {
  process.send?.(message);
}

function hostLog(scope: Record<string, unknown> = {}): Logger {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, fields = {}) =>
      send({ type: 'log', level, event, fields: { ...scope, ...fields } });
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => hostLog({ ...scope, ...fields }),
  };
}

function unexpected(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  if (/ENOSPC|no space left/i.test(text)) {
    return new Failure({
      code: 'disk-full',
      message: 'The disk of the workstation is full.',
      hint: 'Free some space on the disk that holds the data folder, then try again.',
      retry: 'soon',
      cause: error,
    });
  }
  return new Failure({
    code: 'internal',
    message: `Something went wrong that should not: ${text}`,
    hint: 'Try again; if it stays, please report it with this sentence.',
    retry: 'soon',
    cause: error,
  });
}
