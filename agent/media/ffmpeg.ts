// The one door to ffmpeg and ffprobe: where they are, how they are run, and what their ends mean. Callers give
// arguments and get a result or a Failure; nobody else spawns them. It does not know what is encoded or why.
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { z } from 'zod';
import {
  type Command,
  type Confinement,
  cellEnvironment,
  openField,
  tryWalls,
  type Walls,
} from '../process/confine.ts';

export interface FfmpegTools {
  /** Absolute paths. */
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** "5.1.9", or the build's own word for itself when it has no number. */
  readonly version: string;
}

export interface RunOptions {
  signal?: AbortSignal;
  /** Ends the run with Failure `timed-out`; default 10 minutes, because a hung tool must never hang a job. */
  timeoutMs?: number;
  /** Called with the output's position in ms as ffmpeg reports it. */
  onProgress?: (outMs: number) => void;
  /** Takes what the tool writes to its output (`pipe:1`), piece by piece; it is read to its end whatever happens. */
  onOutput?: (bytes: Buffer) => void;
  /** What was being done, for the message: "mix the sound". */
  doing?: string;
  /** Files that came from outside are opened shut in: no network, no other files, bounded memory and time. */
  strange?: Strange;
}

export interface Strange {
  /** Absolute paths of every file the arguments name as an input. */
  readonly reads: readonly string[];
  /** The folder of the output; absent = the tool only prints. */
  readonly writes?: string;
  /** Largest output in bytes. */
  readonly outputBytes?: number;
}

/** How many characters of a tool's stderr are kept: enough for its last words, bounded whatever it prints. */
const TAIL_CHARS = 8_000;
const DEFAULT_TIMEOUT_MS = 10 * 60_000;
const OLDEST_MAJOR = 5;
/** ffmpeg's and the system's words for it, in any build. */
export const fullDisk = /No space left on device/i;
/** Its words when the limit on CPU time (SIGXCPU) ended it. */
const overTime = /received signal 24\b/;

/**
 * Options for any input that came from outside: no network, no other protocols hidden in a playlist, a bounded look
 * for streams, no single allocation beyond what a real header asks for, and few threads, each of which has a stack.
 */
export const hostileInput: readonly string[] = [
  ...['-protocol_whitelist', 'file,pipe'],
  ...['-probesize', '10000000', '-analyzeduration', '10000000'],
  ...['-max_alloc', String(256 * 1024 * 1024), '-threads', '2'],
];

/** Output options: nothing that a source says of itself (who, where, when, with what; chapters) is taken along. */
export const untold: readonly string[] = [
  ...['-map_metadata', '-1', '-map_metadata:s', '-1', '-map_chapters', '-1'],
];

/** Containers of sound and film. Playlists, manifests and scripts, which name other files, are not among them. */
export const soundFormats: readonly string[] = [
  '-format_whitelist',
  [
    ...['aac', 'aiff', 'amr', 'asf', 'au', 'avi', 'caf', 'flac', 'matroska', 'webm'],
    ...['mov', 'mp4', 'm4a', '3gp', '3g2', 'mj2', 'mp3', 'mpeg', 'mpegts', 'ogg', 'wav', 'w64'],
  ].join(','),
];

/** Address space of a confined ffmpeg: its libraries take 250 MB of it, an hour of sound hardly any. */
const CELL_MEMORY_BYTES = 1536 * 1024 * 1024;
/** A tool that only prints writes no file to speak of. */
const CELL_FILE_BYTES = 1024 * 1024;
/** Streams of one file that are looked at; a real one has fewer than ten. */
const MAX_STREAMS = 64;
/** ffprobe's JSON of a real file is a few KB. */
const MAX_PRINTED_CHARS = 1_000_000;

export interface FfmpegPlaces {
  /** Directories searched before the PATH. */
  first?: readonly string[];
  /** Directories searched after it (a copy that set-up installed). */
  last?: readonly string[];
}

let found: Promise<FfmpegTools> | undefined;

/**
 * ffmpeg and ffprobe of version 5 or newer, looked up once per process: `places.first`, the PATH, `places.last`.
 * Throws Failure `engine-missing` with what to install.
 */
export function findFfmpeg(places: FfmpegPlaces = {}): Promise<FfmpegTools> {
  found ??= search(places).catch((error) => {
    found = undefined; // it may be installed while we run
    throw error;
  });
  return found;
}

async function search(places: FfmpegPlaces): Promise<FfmpegTools> {
  const directories = [
    ...(places.first ?? []),
    // The PATH is the system's own list of tools, not configuration of ours.
    ...(process.env.PATH ?? '').split(delimiter),
    ...(places.last ?? []),
  ].filter((directory) => directory !== '');
  let tooOld: string | undefined;
  for (const directory of directories) {
    const ffmpeg = executable(directory, 'ffmpeg');
    const ffprobe = executable(directory, 'ffprobe');
    if (ffmpeg === undefined || ffprobe === undefined) continue;
    const version = await readVersion(ffmpeg);
    if (version === undefined) continue;
    const major = Number.parseInt(version, 10);
    // Builds from a development branch say "N-12345-g..." or a date; those are newer than any release we need.
    if (Number.isNaN(major) || major >= OLDEST_MAJOR) return { ffmpeg, ffprobe, version };
    tooOld = version;
  }
  throw new Failure({
    code: 'engine-missing',
    message:
      tooOld === undefined
        ? 'ffmpeg was not found on this machine.'
        : `ffmpeg ${tooOld} is too old: version ${OLDEST_MAJOR} or newer is needed.`,
    hint: 'Install ffmpeg 5 or newer (Debian and Ubuntu: apt install ffmpeg; macOS: brew install ffmpeg), then start again.',
  });
}

/** One trial per ffmpeg and process. */
const walls = new Map<string, Promise<Walls>>();

function wallsOf(tools: FfmpegTools): Promise<Walls> {
  let found = walls.get(tools.ffmpeg);
  if (found === undefined) {
    const raw = ['-f', 'u8', '-ar', '8000', '-ac', '1'];
    const quiet = ['-v', 'quiet', '-nostdin', '-y'];
    found = tryWalls({
      tool: tools.ffmpeg,
      idle: ['-version'],
      copy: (from, to) => [...quiet, ...raw, '-i', from, '-f', 'u8', to],
      connect: (port) => [
        ...[...quiet, ...raw, '-i', `tcp://127.0.0.1:${port}?timeout=1000000`],
        ...['-f', 'null', '-'],
      ],
    });
    walls.set(tools.ffmpeg, found);
  }
  return found;
}

/** The walls around whatever opens a stranger's file, as they were tried with ffmpeg. Never throws. */
export async function strangersWalls(): Promise<Walls> {
  try {
    return await wallsOf(await findFfmpeg());
  } catch {
    return openField; // without ffmpeg nobody can try them
  }
}

/** What a stranger's file cannot reach when ffmpeg opens it on this machine, as it was tried. Never throws. */
export async function confinement(): Promise<Confinement> {
  return (await strangersWalls()).report;
}

/** The command as it is run: as it is for our own files, shut in for strange ones. */
async function shutIn(
  tools: FfmpegTools,
  command: string,
  args: readonly string[],
  { strange, timeoutMs = DEFAULT_TIMEOUT_MS }: RunOptions,
): Promise<Command> {
  if (strange === undefined) return { command, args };
  const { around } = await wallsOf(tools);
  return around(command, args, {
    reads: strange.reads,
    ...(strange.writes === undefined ? {} : { writes: strange.writes }),
    memoryBytes: CELL_MEMORY_BYTES,
    // Two threads at work all the time.
    cpuSeconds: Math.ceil(timeoutMs / 500),
    fileBytes: strange.outputBytes ?? CELL_FILE_BYTES,
  });
}

function executable(directory: string, name: string): string | undefined {
  const path = join(directory, process.platform === 'win32' ? `${name}.exe` : name);
  try {
    return statSync(path).isFile() ? path : undefined;
  } catch {
    return undefined; // not in this directory: the next one is tried
  }
}

async function readVersion(ffmpeg: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(
      { command: ffmpeg, args: ['-version'] },
      { timeoutMs: 10_000, doing: 'ask ffmpeg for its version' },
    );
    return /^ffmpeg version (?:n)?(\S+)/.exec(stdout)?.[1]?.split('-')[0];
  } catch {
    return undefined; // cannot be run here (another architecture, broken libraries): the next one is tried
  }
}

/**
 * Runs ffmpeg to its end. Resolves with the last lines of stderr (filters print measurements there).
 * Throws Failure `engine-failed`, `timed-out`, `disk-full` or `engine-missing`; rethrows `signal.reason`.
 */
export async function runFfmpeg(
  tools: FfmpegTools,
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ stderr: string }> {
  const progress = options.onProgress === undefined ? [] : ['-progress', 'pipe:1', '-stats_period', '0.2'];
  const command = await shutIn(
    tools,
    tools.ffmpeg,
    ['-hide_banner', '-nostdin', '-y', ...progress, ...args],
    options,
  );
  const { stderr } = await run(command, options);
  return { stderr };
}

const told = z.string().max(200).optional();
const count = z.number().optional();
const streamSchema = z.object({
  index: z.int().min(0),
  codec_type: told,
  codec_name: told,
  profile: told,
  pix_fmt: told,
  color_range: told,
  color_space: told,
  color_primaries: told,
  color_transfer: told,
  width: count,
  height: count,
  sample_rate: told,
  channels: count,
  duration: told,
  start_time: told,
  nb_frames: told,
  avg_frame_rate: told,
});
const formatSchema = z.object({
  format_name: told,
  duration: told,
  start_time: told,
  size: told,
  bit_rate: told,
});
const mediaProbeSchema = z.object({
  format: formatSchema.default({}),
  streams: z.array(streamSchema).max(MAX_STREAMS).default([]),
});
/** What ffprobe says of a file; only the fields the product reads, everything optional since files lie. */
export type MediaProbe = z.infer<typeof mediaProbeSchema>;

/** Names what is to be printed: a stranger's titles and comments never reach us. */
const PRINTED = [
  `format=${Object.keys(formatSchema.shape).join()}`,
  `stream=${Object.keys(streamSchema.shape).join()}`,
  'stream_tags=',
  'stream_disposition=',
  'format_tags=',
].join(':');

/**
 * Reads a file's streams and duration, always shut in: it opens whatever it is given. `formats` narrows the
 * containers (soundFormats). Throws Failure `bad-input` when ffprobe sees no media in it.
 */
export async function probe(
  tools: FfmpegTools,
  file: string,
  options: RunOptions & { formats?: readonly string[] } = {},
): Promise<MediaProbe> {
  const path = resolve(file); // never taken for an option or a protocol
  const args = [
    ...['-v', 'error', ...hostileInput, ...(options.formats ?? [])],
    ...['-print_format', 'json', '-show_entries', PRINTED, '-i', path],
  ];
  const limited: RunOptions = {
    timeoutMs: 20_000,
    doing: 'read the file',
    strange: { reads: [path] },
    ...options,
  };
  let stdout: string;
  try {
    ({ stdout } = await run(await shutIn(tools, tools.ffprobe, args, limited), limited));
  } catch (error) {
    if (error instanceof Failure && error.code === 'engine-failed') throw notMedia(error);
    throw error;
  }
  return readProbe(stdout);
}

/** Checks what ffprobe printed; the file decides over much of it. Throws Failure `bad-input`. */
export function readProbe(printed: string): MediaProbe {
  try {
    return mediaProbeSchema.parse(JSON.parse(printed));
  } catch (cause) {
    throw notMedia(cause);
  }
}

function notMedia(cause: unknown): Failure {
  return new Failure({
    code: 'bad-input',
    message: 'This file is not a sound or video that can be read.',
    hint: 'Try a WAV, MP3, M4A, OGG, WebM or MP4 file, or record it again.',
    cause,
  });
}

export interface RunningFfmpeg {
  readonly stdin: Writable;
  /** Resolves at exit 0; rejects as runFfmpeg does. Always awaited by the caller. */
  readonly ended: Promise<{ stderr: string }>;
  kill(): void;
}

/**
 * Starts ffmpeg with a pipe for its input (`-i pipe:0` in the arguments). A write after its death does not
 * throw: the end is told by `ended`, so that there is one place where a failure is read.
 */
export function spawnFfmpeg(
  tools: FfmpegTools,
  args: readonly string[],
  options: RunOptions = {},
): RunningFfmpeg {
  const child = spawn(tools.ffmpeg, ['-hide_banner', '-y', ...args], {
    stdio: ['pipe', options.onOutput === undefined ? 'ignore' : 'pipe', 'pipe'],
    windowsHide: true,
  }) as ChildProcessByStdio<Writable, Readable | null, Readable>;
  child.stdin.on('error', () => {}); // EPIPE: `ended` tells why it died
  const ended = follow(child, tools.ffmpeg, options).then(({ stderr }) => ({ stderr }));
  ended.catch(() => {}); // the caller awaits it later; until then it is not an unhandled rejection
  return { stdin: child.stdin, ended, kill: () => child.kill('SIGKILL') };
}

async function run(
  { command, args }: Command,
  options: RunOptions,
): Promise<{ stdout: string; stderr: string }> {
  options.signal?.throwIfAborted();
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    ...(options.strange === undefined ? {} : { env: cellEnvironment() }),
  });
  return follow(child, command, options);
}

/** Follows a child to its end: keeps its last words, its time limit and the caller's signal. */
function follow(
  child: ChildProcess,
  command: string,
  options: RunOptions,
): Promise<{ stdout: string; stderr: string }> {
  const doing = options.doing ?? 'process the file';
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const abort = () => child.kill('SIGKILL');
    options.signal?.addEventListener('abort', abort, { once: true });
    if (options.signal?.aborted) abort();

    if (options.onOutput !== undefined) child.stdout?.on('data', options.onOutput);
    else
      child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
        if (options.onProgress === undefined) {
          // A flood is cut and then fails to parse, which is right.
          if (stdout.length < MAX_PRINTED_CHARS) stdout += chunk;
          return;
        }
        const times = [...chunk.matchAll(/out_time_us=(\d+)/g)];
        const last = times.at(-1)?.[1];
        if (last !== undefined) options.onProgress(Number(last) / 1000);
      });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(-TAIL_CHARS);
    });
    const settle = (end: () => void) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      end();
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle(() =>
        reject(
          new Failure({
            code: 'engine-missing',
            message: `Could not start ${command} to ${doing}: ${error.message}.`,
            hint: 'Install ffmpeg 5 or newer and start again.',
            cause: error,
          }),
        ),
      );
    });
    child.on('close', (code, signal) => {
      settle(() => {
        if (options.signal?.aborted) reject(options.signal.reason);
        else if (timedOut || overTime.test(stderr)) {
          reject(timeOut(doing, options.timeoutMs ?? DEFAULT_TIMEOUT_MS));
        }
        // ffmpeg 5 exits 0 when only the trailer or the close met a full disk: the text is the truth.
        else if (code === 0 && !fullDisk.test(stderr)) resolve({ stdout, stderr });
        else reject(toolFailure(doing, code, signal, stderr));
      });
    });
  });
}

export function timeOut(doing: string, limitMs: number): Failure {
  return new Failure({
    code: 'timed-out',
    message: `ffmpeg did not ${doing} within ${Math.round(limitMs / 1000)} seconds and was ended.`,
    hint: 'Try again; if it happens with the same file again, try a shorter or another file.',
    retry: 'soon',
  });
}

/** What an end that was not a success means for the person, read from the tool's last words. */
export function toolFailure(
  doing: string,
  code: number | null,
  signal: string | null,
  stderr: string,
): Failure {
  if (fullDisk.test(stderr)) {
    return new Failure({
      code: 'disk-full',
      message: `The disk is full: ffmpeg could not ${doing}.`,
      hint: 'Free some space on the workstation, then tap Retry. Everything made so far is kept.',
      retry: 'soon',
    });
  }
  const last = stderr.trim().split('\n').slice(-3).join(' | ').slice(0, 600);
  const end = signal === null ? `with exit code ${code}` : `by ${signal}`;
  return new Failure({
    code: 'engine-failed',
    message: `ffmpeg could not ${doing}: it ended ${end}${last === '' ? '.' : ` after saying: ${last}`}`,
    hint:
      signal === null
        ? 'Tap Retry; if it fails again the file may be damaged.'
        : 'It was ended from outside (perhaps the machine ran out of memory). Tap Retry.',
    retry: 'soon',
  });
}
