// Runs the decoder: a process for each picture, shut in like every tool that opens a stranger's file, one at a time. A
// picture that takes its decoder over has in reach what the walls of this machine leave, and nobody else's picture; one
// that needs too much memory or time costs the agent neither. Whoever knows that a picture comes has the process started ahead:
// starting takes longer than decoding an ordinary photo.
import { type ChildProcess, spawn } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type Cell, cellEnvironment, openField, type Walls } from '../process/confine.ts';
import { moduleEntry } from '../process/entry.ts';
import { DECODE_SECONDS, type Picture } from './decode-picture.ts';
import { strangersWalls } from './ffmpeg.ts';
import { type Answer, answerSchema, lineOf, type Question, splitLine } from './picture-wire.ts';

/** Address space: a bare process of this kind takes 1.4 GB of it, a picture at the limits less than one. */
const MEMORY_BYTES = 3 * 1024 ** 3;
/** It writes nothing; what runs it from sources remembers what it compiled. */
const FILE_BYTES = 4 * 1024 * 1024;
/** Of all its threads together. */
const CPU_SECONDS = 4 * DECODE_SECONDS;
/** The decoder gives up by itself; this is for one that does not. */
const LIMIT_MS = (DECODE_SECONDS + 5) * 1000;
/** A machine that is very busy, from sources. */
const READY_MS = 60_000;
/** One that is not used is let go: it takes 60 MB. */
const SPARE_MS = 60_000;

class EndedEarly extends Error {}

interface Decoder {
  readonly child: ChildProcess;
  /** Resolves when it can be asked. */
  readonly ready: Promise<void>;
}

let spare: { decoder: Promise<Decoder>; letGo: NodeJS.Timeout } | undefined;
let last: Promise<unknown> = Promise.resolve();
/** What was found to work here, once per process. */
let walls: Promise<Walls> | undefined;

/** Starts a process ahead, for a picture that comes soon. */
export function preparePictures(): void {
  if (spare !== undefined) clearTimeout(spare.letGo);
  const decoder = spare?.decoder ?? start();
  decoder.catch(() => undefined); // whoever needs it is told
  const letGo = setTimeout(() => {
    spare = undefined;
    void decoder.then(end, () => undefined);
  }, SPARE_MS).unref();
  spare = { decoder, letGo };
}

/**
 * Has the file at `path` decoded. Throws Failure `bad-input` when it cannot be, and what reading the file throws.
 */
export function inPictureProcess(path: string, how: Omit<Question, 'bytes'>): Promise<Picture> {
  const turn = last.then(() => decode(path, how));
  last = turn.catch(() => undefined);
  return turn;
}

/** Whether pictures are shut in like other strangers' files. True until it was found that they cannot be. */
export let areShutIn = true;

async function decode(path: string, how: Omit<Question, 'bytes'>): Promise<Picture> {
  const { size } = await stat(path);
  // A process that starts keeps nobody, but whoever waits for a picture waits.
  const waiting = setInterval(() => undefined, LIMIT_MS);
  const decoder = await taken().finally(() => clearInterval(waiting));
  const { child } = decoder;
  hold(child, true);
  const timer = setTimeout(() => end(decoder), LIMIT_MS);
  try {
    const answer = heardFrom(child, how, size);
    answer.catch(() => undefined); // it may end before all was written; told below
    child.stdin!.write(lineOf({ ...how, bytes: size }));
    // One that ended early says so by its answer, or by none.
    await pipeline(createReadStream(path), child.stdin!).catch((cause: NodeJS.ErrnoException) => {
      if (!['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET'].includes(cause.code ?? '')) throw cause;
    });
    return await answer;
  } finally {
    clearTimeout(timer);
    end(decoder);
  }
}

/** A process that nobody asked anything yet. */
async function taken(): Promise<Decoder> {
  if (spare === undefined) return await start();
  const { decoder: starting, letGo } = spare;
  spare = undefined;
  clearTimeout(letGo);
  const decoder = await starting;
  const { exitCode, signalCode } = decoder.child;
  // One that waited may have been ended from outside: that is not the picture's fault.
  return exitCode === null && signalCode === null ? decoder : await start();
}

/** Its answer, as long as it is one that a decoder gives. */
function heardFrom(child: ChildProcess, how: Omit<Question, 'bytes'>, size: number): Promise<Picture> {
  const most = how.longestSide ** 2 * 3 + 1024 * 1024;
  return new Promise((resolve, reject) => {
    let heard: Buffer[] = [];
    let bytes = 0;
    let answer: Answer | undefined;
    const wrong = () => reject(tooMuch(size));
    child.stdout!.on('data', (piece: Buffer) => {
      heard.push(piece);
      bytes += piece.length;
      try {
        if (answer === undefined) {
          const line = splitLine(heard);
          if (line === undefined) return;
          answer = answerSchema.parse(line.message);
          heard = [line.rest];
          bytes = line.rest.length;
        }
        if (answer.type === 'failed') return reject(new Failure(answer.failure));
        const { width, height, notes } = answer;
        const isPixels = how.into === 'pixels';
        if (Math.max(width, height) > how.longestSide || answer.bytes > most || bytes > answer.bytes) {
          return wrong();
        }
        if (isPixels && answer.bytes !== width * height * 3) return wrong();
        if (bytes === answer.bytes) resolve({ data: Buffer.concat(heard), width, height, notes });
      } catch {
        wrong();
      }
    });
    // Ended by a limit, or by what is in the picture: there is nothing to tell the two apart, and no need to.
    child.once('close', wrong);
  });
}

async function start(): Promise<Decoder> {
  walls ??= strangersWalls();
  const around = await walls;
  const decoder = startIn(around);
  try {
    await decoder.ready;
    return decoder;
  } catch (cause) {
    end(decoder);
    if (around === openField || !(cause instanceof EndedEarly)) throw cannotStart(cause);
    // No picture was near it: it is the walls that do not let it work on this machine.
    areShutIn = false;
    walls = Promise.resolve(openField);
    return await start();
  }
}

function startIn({ around }: Walls): Decoder {
  const entry = moduleEntry('./picture-decoder.ts', import.meta.url);
  const cell: Cell = {
    reads: programFolders(entry.path),
    memoryBytes: MEMORY_BYTES,
    cpuSeconds: CPU_SECONDS,
    fileBytes: FILE_BYTES,
  };
  // WebAssembly, which what runs it from sources uses, would ask for 8 GB of address space to guard itself.
  const options = ['--disable-wasm-trap-handler', ...entry.execArgv];
  const command = around(process.execPath, [...options, entry.path], cell);
  const child = spawn(command.command, command.args, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: cellEnvironment(),
    windowsHide: true,
  });
  child.stdin!.on('error', () => undefined); // whoever writes hears of it, too
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('it did not start in time')), READY_MS).unref();
    const gone = () => {
      clearTimeout(timer);
      reject(new EndedEarly('it ended before it was ready'));
    };
    child.once('error', gone);
    child.once('close', gone);
    child.stdout!.once('data', () => {
      clearTimeout(timer);
      child.off('close', gone);
      resolve();
    });
  });
  hold(child, false);
  return { child, ready };
}

/** Whether this process goes on for its sake: a spare one keeps nobody. */
function hold(child: ChildProcess, isHeld: boolean): void {
  for (const one of [child, child.stdin as Socket, child.stdout as Socket]) {
    if (isHeld) one.ref();
    else one.unref();
  }
}

function end({ child }: Decoder): void {
  child.kill('SIGKILL');
  for (const stream of [child.stdin, child.stdout]) stream?.destroy();
}

/** Our own program and its packages; never a folder in which somebody's things may be. */
function programFolders(entry: string): string[] {
  let root = dirname(entry);
  // Packages of ours have a node_modules each, which points into the one of the whole.
  while (
    !['pnpm-workspace.yaml', join('node_modules', '.pnpm')].some((name) => existsSync(join(root, name)))
  ) {
    if (dirname(root) === root) return [dirname(entry)];
    root = dirname(root);
  }
  return ['node_modules', 'agent', 'shared', join('dist', 'agent')]
    .map((name) => join(root, name))
    .filter(existsSync);
}

function tooMuch(size: number): Failure {
  return new Failure({
    code: 'bad-input',
    message: `The picture (${Math.ceil(size / 1e6)} MB) could not be decoded with the memory and time that a picture gets.`,
    hint: 'Save a smaller copy as JPEG (4000 pixels on the longer side is plenty) and use that.',
  });
}

function cannotStart(cause: unknown): Failure {
  return new Failure({
    code: 'internal',
    message: `Pictures cannot be opened: the process for it does not start (${cause instanceof Error ? cause.message : String(cause)}).`,
    hint: 'Try again; if it happens again, start the agent anew and look at its log.',
    retry: 'soon',
    cause,
  });
}
