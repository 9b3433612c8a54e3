// The stores of a data folder at which no agent runs: opened for one piece of housekeeping, then closed. No job is begun
// and nobody is let in. Holding the ledger keeps an agent from starting meanwhile.

import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import type { Finding } from '@myspinbot/shared/wire/housekeeping.ts';
import { type Clock, systemClock } from './clock.ts';
import { findComfyUi } from './comfyui/look-over.ts';
import { type Config, readConfig, serversOf } from './config.ts';
import { openDataFolder } from './data-folder.ts';
import { askGpus } from './gpu/ask.ts';
import {
  type DoctorOptions,
  findingOf,
  lookAtFolder,
  lookAtMachine,
  lookAtStores,
  lookAtWork,
  type Machine,
} from './housekeeping/doctor.ts';
import { createHousekeeping, type Housekeeping } from './housekeeping/housekeeping.ts';
import { type Restored, restore } from './housekeeping/restore.ts';
import type { KeptJobs, Progress, Stores } from './housekeeping/stores.ts';
import { createHub, type SocketHub } from './hub/hub.ts';
import { type Logger, silentLogger } from './log/logger.ts';
import { createPinoLogger } from './log/pino-logger.ts';
import { findFfmpeg } from './media/ffmpeg.ts';
import packageRecord from './package.json' with { type: 'json' };
import { createStageHosts } from './process/stage-hosts.ts';
import { type Ledger, openLedger } from './queue/ledger.ts';
import { openDiskVault } from './vault/disk-vault.ts';
import { openQuota } from './vault/quota.ts';

const { version } = packageRecord;

export interface StoresAtRest extends Stores {
  readonly documents: Stores['documents'] & Pick<SocketHub, 'bytes'>;
  /** Rows of the ledger that could not be read. */
  readonly malformed: number;
  close(): Promise<void>;
}

/** Throws Failure `not-found` where no agent ever was, `refused` while one runs. */
export async function openAtRest(dataDir: string, clock: Clock, log: Logger): Promise<StoresAtRest> {
  await mustBeThere(dataDir);
  await openDataFolder(dataDir, log);
  const ledger = await openLedger(join(dataDir, 'ledger'), log);
  try {
    const vault = await openDiskVault({ dir: join(dataDir, 'vault'), now: clock.now, log });
    const documents = await createHub({ dir: join(dataDir, 'documents'), clock, log });
    return {
      dataDir,
      vault,
      documents,
      queue: jobsOf(ledger),
      malformed: ledger.malformed,
      async close() {
        await documents.close();
        await ledger.close();
      },
    };
  } catch (cause) {
    await ledger.close();
    throw cause;
  }
}

/** Throws Failure `not-found` where no agent ever was. */
async function mustBeThere(dataDir: string): Promise<void> {
  await access(join(dataDir, 'agent-id')).catch((cause: unknown) => {
    throw new Failure({
      code: 'not-found',
      message: `There is nothing of MySpinBot in ${dataDir}.`,
      hint: 'The first start makes it. If the agent keeps its data elsewhere, name that folder: --data DIR.',
      cause,
    });
  });
}

/** How the stores of a copied folder are opened. */
export function openCopies(clock: Clock, log: Logger): (dir: string) => Promise<StoresAtRest> {
  return (dir) => openAtRest(dir, clock, log);
}

/** Throws Failure `refused` while an agent uses the folder. */
export async function mustBeUnused(dataDir: string): Promise<void> {
  const ledger = await openLedger(join(dataDir, 'ledger'), silentLogger);
  await ledger.close();
}

/** Restores a backup into a data folder. */
export function restoreAt(
  dataDir: string,
  file: string,
  options: { signal: AbortSignal; progress: Progress },
): Promise<Restored> {
  const openCopy = openCopies(systemClock, createPinoLogger('error'));
  return restore({ file, dataDir, now: systemClock.now(), openCopy, mustBeUnused }, options);
}

/** Housekeeping on a folder at which no agent runs; it is let go of afterwards, whatever happened. */
export async function keepHouseAtRest<T>(
  dataDir: string,
  work: (housekeeping: Housekeeping) => Promise<T>,
): Promise<T> {
  const clock = systemClock;
  const log = createPinoLogger('error');
  const stores = await openAtRest(dataDir, clock, log);
  const housekeeping = createHousekeeping({
    stores,
    version,
    machine: machineAtRest(dataDir, log),
    mustFit: mustFitIn(dataDir, stores),
    openCopy: openCopies(clock, log),
    clock,
    log,
  });
  try {
    return await work(housekeeping);
  } finally {
    await housekeeping.close();
    await stores.close();
  }
}

/** Looks over a folder at which no agent runs; also one whose stores cannot be opened. */
export async function doctorAtRest(dataDir: string, options: DoctorOptions): Promise<Finding[]> {
  const log = createPinoLogger('silent'); // what is wrong is told by what is found
  const findings: Finding[] = [];
  try {
    await mustBeThere(dataDir);
    // Before it is opened: that alone shuts it to others.
    findings.push(...(await lookAtFolder(dataDir, options)));
    const stores = await openAtRest(dataDir, systemClock, log);
    try {
      findings.push(...(await lookAtStores(stores, options)), ...(await lookAtWork(dataDir, options)));
    } finally {
      await stores.close();
    }
  } catch (cause) {
    options.signal?.throwIfAborted();
    const isNew = cause instanceof Failure && cause.code === 'not-found';
    findings.push(isNew ? { ...findingOf(cause), state: 'note' } : findingOf(cause));
  }
  return [...findings, ...(await lookAtMachine(dataDir, machineAtRest(dataDir, log), options))];
}

function machineAtRest(dataDir: string, log: Logger): Machine {
  return {
    ffmpeg: async () => (await findFfmpeg()).version,
    gpus: () => askGpus(),
    comfyui: () => findComfyUi(configOf(dataDir).comfyui),
    async engines(signal) {
      const world = serversOf(configOf(dataDir));
      const hosts = createStageHosts({ clock: systemClock, log, world });
      try {
        return (await hosts.describe(signal)).engines;
      } finally {
        await hosts.close();
      }
    },
  };
}

/** The settings that an agent on this folder would have. */
function configOf(dataDir: string): Config {
  const { env, platform } = process;
  return readConfig({ dataDir }, { env, platform, home: homedir() });
}

/** The quota of this folder's settings, as an agent would keep it. */
function mustFitIn(dataDir: string, { vault, documents }: StoresAtRest): (bytes: number) => void {
  const limits = configOf(dataDir).quota;
  const quota = openQuota({ limits, vault, documents: () => documents.bytes(), broughtBy: () => 0 });
  return (bytes) => quota.check({ kind: 'local' }, bytes);
}

/** What the queue would tell: nothing runs, so nothing is held. */
function jobsOf(ledger: Ledger): KeptJobs {
  const job: KeptJobs['job'] = (id) => ledger.jobs().find(({ request }) => request.id === id);
  return {
    jobs: () => ledger.jobs(),
    job,
    async remember(jobs) {
      const unknown = jobs.filter(({ request, run }) => isEnded(run.state) && job(request.id) === undefined);
      await Promise.all(unknown.map(({ request, run }) => ledger.record(request, run)));
    },
    artifacts: () => ledger.artifacts(),
    async forgetArtifacts(prints) {
      await ledger.forgetArtifacts(prints);
      return [...prints];
    },
    async forgetJobs(ids) {
      const meant = new Set(ids);
      const ended = ledger.jobs().filter(({ request, run }) => meant.has(request.id) && isEnded(run.state));
      await ledger.forgetJobs(ended.map(({ request }) => request.id));
    },
    rules: () => ledger.rules(),
    on: () => () => {},
  };
}
