// Looks over everything that is kept and everything that is needed, and says of each how it is and what to do. With
// `repair` it mends what can be mended without losing anything that is whole: rights of folders, damaged files (devices
// that have them send them again), what was left half-written. It never changes a store it cannot read.
import { chmod, readdir, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Finding } from '@myspinbot/shared/wire/housekeeping.ts';
import type { ComfyFound } from '../comfyui/look-over.ts';
import type { GpuAnswer } from '../gpu/ask.ts';
import { readNames } from './names.ts';
import { emptyScratch, leftInScratch } from './scratch.ts';
import type { Progress, Stores } from './stores.ts';

export interface DoctorOptions {
  /** Sizes alone instead of every byte. */
  quick: boolean;
  repair: boolean;
  signal?: AbortSignal | undefined;
  progress?: Progress | undefined;
}

/** What is asked of the machine. */
export interface Machine {
  /** Version of ffmpeg. Throws Failure `engine-missing`. */
  ffmpeg(): Promise<string>;
  gpus(): Promise<GpuAnswer>;
  /** `isWanted`: somebody said where it is. */
  comfyui(): Promise<ComfyFound & { isWanted: boolean }>;
  engines(signal: AbortSignal): Promise<readonly EngineEntry[]>;
}

const OTHERS = 0o077;
/** A long video in the making takes some hundred MB. */
const LITTLE_BYTES = 2e9;
const TOO_LITTLE_BYTES = 200e6;
const ENGINES_MS = 60_000;

/** The data folder itself and what lies beside it; needs nothing to be open. */
export async function lookAtFolder(dataDir: string, { repair }: DoctorOptions): Promise<Finding[]> {
  const found: Finding[] = [];
  const open: string[] = [];
  if (process.platform !== 'win32') {
    for (const name of ['', 'vault', 'documents', 'ledger', 'pairing', 'certificates', 'work']) {
      const path = join(dataDir, name);
      const mode = await stat(path).then(
        (one) => one.mode,
        () => 0, // not every folder is there from the beginning
      );
      if ((mode & OTHERS) !== 0) open.push(path);
    }
  }
  if (open.length === 0)
    found.push({ state: 'ok', what: `The data folder ${dataDir} is for this account alone.` });
  else if (repair) {
    for (const path of open) await chmod(path, 0o700);
    found.push({ state: 'mended', what: `${open.join(', ')} was open to other accounts.` });
  } else {
    found.push({
      state: 'bad',
      what: `Other accounts may look into ${open.join(', ')}.`,
      hint: `chmod 700 ${open.map((path) => `"${path}"`).join(' ')}, or --repair`,
    });
  }
  for (const name of await readdir(dirname(dataDir)).catch((): string[] => [])) {
    const left = name.startsWith(`${basename(dataDir)}.`) ? name.slice(basename(dataDir).length) : '';
    const path = join(dirname(dataDir), name);
    if (/^\.before-[\dT-]+$/.test(left)) {
      const hint = 'Remove it when you are sure that you need nothing of it.';
      found.push({ state: 'note', what: `What was there before a restore is still in ${path}.`, hint });
    } else if (/^\.restoring-[0-9a-f]{8}$/.test(left)) {
      const hint = 'Remove it unless a restore is running.';
      found.push({ state: 'note', what: `A restore that did not end has left ${path}.`, hint });
    }
  }
  return found;
}

/** Everything that is kept. `malformed`: rows of the ledger that could not be read, where that is known. */
export async function lookAtStores(
  stores: Stores & { malformed?: number },
  options: DoctorOptions,
): Promise<Finding[]> {
  return [
    await lookAtJobs(stores),
    ...(await lookAtDocuments(stores)),
    ...(await lookAtAssets(stores, options)),
    ...(await lookAtLeftovers(stores, options)),
  ];
}

async function lookAtJobs({ queue, malformed = 0 }: Stores & { malformed?: number }): Promise<Finding> {
  let artifacts = 0;
  for await (const _one of queue.artifacts()) artifacts++;
  const what = `The ledger knows ${counted(queue.jobs().length, 'job')} and ${counted(artifacts, 'stage output')}`;
  if (malformed === 0) return { state: 'ok', what: `${what}.` };
  const hint = 'They are left alone: a newer version may have written them.';
  return { state: 'note', what: `${what}; ${counted(malformed, 'row')} of it cannot be read.`, hint };
}

async function lookAtDocuments({ documents }: Stores): Promise<Finding[]> {
  const rooms = await documents.rooms();
  const broken: Finding[] = [];
  for (const room of rooms) {
    await documents
      .read(room, () => undefined)
      .catch((cause: unknown) => {
        broken.push({
          state: 'bad',
          what: `The document ${room} cannot be opened: ${String(cause)}.`,
          hint: 'Open it on a device that has it, or restore a backup.',
        });
      });
  }
  if (broken.length > 0) return broken;
  return [{ state: 'ok', what: `${counted(rooms.length, 'document')} can be opened.` }];
}

async function lookAtAssets(stores: Stores, options: DoctorOptions): Promise<Finding[]> {
  const { vault } = stores;
  const all = vault.hashes();
  const total = vault.usage().bytes;
  const broken: AssetHash[] = [];
  let gone = 0;
  let done = 0;
  for (const hash of all) {
    options.signal?.throwIfAborted();
    options.progress?.(done, total);
    const file = await vault.examine(hash, options.quick ? 'size' : 'hash');
    if (file?.isWhole === false) broken.push(hash);
    if (file === undefined) {
      gone++;
      // Whoever asks for it is told that it is not here, and may send it.
      if (options.repair) await vault.remove(hash);
    }
    done += file?.bytes ?? 0;
  }
  const found: Finding[] = [];
  if (broken.length === 0) {
    const how = options.quick ? 'the size it should have (not read: --quick)' : 'what its hash says';
    found.push({
      state: 'ok',
      what: `${counted(all.length - gone, 'file')} (${megabytes(total)}) looked at, each is ${how}.`,
    });
  } else if (options.repair) {
    for (const hash of broken) await vault.remove(hash);
    found.push({
      state: 'mended',
      what: `${counted(broken.length, 'damaged file')} removed.`,
      hint: 'A device that has one sends it again when it next comes; a video can be made again.',
    });
  } else {
    found.push({
      state: 'bad',
      what: `${counted(broken.length, 'file')} damaged: ${broken
        .map((hash) => hash.slice(0, 12))
        .slice(0, 10)
        .join(', ')}${broken.length > 10 ? ', …' : ''}.`,
      hint: '--repair removes them, so that devices that have them send them again.',
    });
  }
  if (gone > 0) {
    const what = `${counted(gone, 'file')} went from the vault by another hand.`;
    found.push(
      options.repair
        ? { state: 'mended', what }
        : { state: 'bad', what, hint: '--repair has them asked for again.' },
    );
  }
  const { files } = await readNames(stores, Number.NEGATIVE_INFINITY);
  const missing = [...files.keys()].filter((hash) => vault.ref(hash) === undefined).length;
  if (missing > 0) {
    found.push({
      state: 'note',
      what: `${counted(missing, 'file')} named by projects or jobs but not here.`,
      hint: 'Open the project on the device that has them.',
    });
  }
  return found;
}

async function lookAtLeftovers({ vault, dataDir }: Stores, { repair }: DoctorOptions): Promise<Finding[]> {
  const found: Finding[] = [];
  const left = await leftInScratch(dataDir);
  if (left > 0) {
    const what = `${counted(left, 'piece')} of housekeeping did not end and left something half-written.`;
    if (repair) await emptyScratch(dataDir);
    found.push(repair ? { state: 'mended', what } : { state: 'bad', what, hint: '--repair removes it.' });
  } else found.push({ state: 'ok', what: 'Nothing was left half-written.' });
  if (repair) await vault.tidy();
  const unfinished = vault.unfinished();
  if (unfinished > 0) {
    found.push({
      state: 'note',
      what: `Uploads that were interrupted take ${megabytes(unfinished)}.`,
      hint: 'They go on when their devices come back, and are given up after a day.',
    });
  }
  return found;
}

/** What a stage that was killed left in its folder. Only where no agent runs: with one they are in use. */
export async function lookAtWork(dataDir: string, { repair }: DoctorOptions): Promise<Finding[]> {
  const dir = join(dataDir, 'work');
  const left = (await readdir(dir).catch((): string[] => [])).length;
  if (left === 0) return [];
  const what = `${counted(left, 'folder')} of stages that did not end.`;
  if (repair)
    for (const name of await readdir(dir)) await rm(join(dir, name), { recursive: true, force: true });
  return [
    repair
      ? { state: 'mended', what }
      : { state: 'note', what, hint: 'The next start removes them, or --repair.' },
  ];
}

/** The disk, ffmpeg, the graphics cards and the engines. */
export async function lookAtMachine(
  dataDir: string,
  machine: Machine,
  { signal }: DoctorOptions,
): Promise<Finding[]> {
  return [
    await lookAtDisk(dataDir),
    await lookAtFfmpeg(machine),
    ...(await lookAtGpus(machine)),
    lookAtComfyUi(await machine.comfyui()),
    ...(await lookAtEngines(machine, signal)),
  ];
}

async function lookAtDisk(dataDir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await existing(dataDir));
  const free = bavail * bsize;
  const what = `The disk has ${megabytes(free)} free.`;
  if (free >= LITTLE_BYTES) return { state: 'ok', what };
  const hint =
    'Make room on the disk that holds the data folder; npx myspinbot gc --dry-run says what may go.';
  return { state: free < TOO_LITTLE_BYTES ? 'bad' : 'note', what, hint };
}

/** The folder, or the nearest one above it that is there. */
async function existing(dir: string): Promise<string> {
  const isThere = await stat(dir).then(
    () => true,
    () => false,
  );
  return isThere || dirname(dir) === dir ? dir : existing(dirname(dir));
}

async function lookAtFfmpeg(machine: Machine): Promise<Finding> {
  try {
    return { state: 'ok', what: `ffmpeg ${await machine.ffmpeg()} is there.` };
  } catch (cause) {
    return findingOf(cause);
  }
}

async function lookAtGpus(machine: Machine): Promise<Finding[]> {
  const answer = await machine.gpus();
  switch (answer.state) {
    case 'absent':
      return [{ state: 'ok', what: 'No NVIDIA graphics card: everything is made on the processor.' }];
    case 'failing':
      return [
        {
          state: 'note',
          what: `The driver of the graphics card does not answer: ${answer.trouble}`,
          hint: 'Run nvidia-smi; after a driver update the machine has to be restarted.',
        },
      ];
    case 'read':
      return answer.readings.map(({ index, name, driver, memoryFree, memoryTotal }): Finding => {
        const memory =
          memoryFree === undefined || memoryTotal === undefined
            ? 'its memory is not told'
            : `${gibibytes(memoryFree)} of ${gibibytes(memoryTotal)} free`;
        return {
          state: 'ok',
          what: `Graphics card ${index}: ${name}, driver ${driver ?? 'unknown'}, ${memory}.`,
        };
      });
  }
}

function lookAtComfyUi(found: ComfyFound & { isWanted: boolean }): Finding {
  if (found.state === 'there') {
    const { version, device } = found.stats;
    const has = `${counted(found.checkpoints, 'checkpoint')}, ${counted(found.loras, 'LoRA')}, ${counted(found.upscalers, 'upscale model')}`;
    return {
      state: 'ok',
      what: `${found.server} is there: version ${version} on ${device.name}, ${gibibytes(device.free)} free, ${has}.`,
    };
  }
  const { message, hint } = found;
  if (found.state === 'absent' && !found.isWanted)
    return { state: 'ok', what: `${message} Nothing needs it.` };
  return { state: 'note', what: message, hint };
}

/** As cards are sold: 16 GB of theirs are GiB. */
function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

async function lookAtEngines(machine: Machine, signal: AbortSignal | undefined): Promise<Finding[]> {
  const limit = AbortSignal.timeout(ENGINES_MS);
  try {
    const entries = await machine.engines(signal === undefined ? limit : AbortSignal.any([signal, limit]));
    return entries.map(({ id, tier, readiness }): Finding => {
      if (readiness.ready)
        return { state: 'ok', what: `${id} is ready: ${readiness.detail}.`.replace(/\.+$/, '.') };
      // Without a built-in one no video is made at all; of the others each is one way more.
      const state = tier === 'builtin' ? 'bad' : 'note';
      return { state, what: `${id} is not ready (${readiness.reason}).`, hint: readiness.hint };
    });
  } catch (cause) {
    signal?.throwIfAborted();
    return [findingOf(cause)];
  }
}

/** Something that cannot be used, in its own words. */
export function findingOf(cause: unknown): Finding {
  if (cause instanceof Failure) return { state: 'bad', what: cause.message, hint: cause.hint };
  return { state: 'bad', what: cause instanceof Error ? cause.message : String(cause) };
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
