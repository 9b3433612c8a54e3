// Where jobs are really done: a vault, a ledger, a queue and its stage hosts in one folder. The daemon puts
// documents and sockets around it; the command line uses it alone. It knows no network.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { shippedPipelines } from '@myspinbot/shared/pipeline/shipped.ts';
import { type Clock, systemClock } from './clock.ts';
import { type EngineCatalog, entriesOf } from './engines/registry.ts';
import type { Logger } from './log/logger.ts';
import type { HostWorld } from './process/messages.ts';
import { createStageHosts, type StageHosts } from './process/stage-hosts.ts';
import { createAskAgain } from './queue/ask-again.ts';
import { createIdleWatch } from './queue/idle.ts';
import { openLedger } from './queue/ledger.ts';
import { readPipelines } from './queue/own-pipelines.ts';
import type { Queue } from './queue/port.ts';
import { createQueue } from './queue/queue.ts';
import { takeTenure } from './queue/tenure.ts';
import { openDiskVault } from './vault/disk-vault.ts';
import type { Vault } from './vault/port.ts';

export interface Workshop {
  readonly vault: Vault;
  readonly queue: Queue;
  readonly hosts: StageHosts;
  /** What the engines said of themselves last; the queue chooses by this. */
  offers(): readonly EngineEntry[];
  setOffers(entries: readonly EngineEntry[]): void;
  /** Called when an engine was asked again before a stage and answered differently. Returns the way to stop it. */
  onOffers(changed: () => void): () => void;
  /** Interrupts the running job (it is kept), ends the stage hosts and closes the stores. */
  close(): Promise<void>;
}

/** Opens or makes the workshop in `dir`. Throws Failure `refused` while another process has it open. */
export async function openWorkshop(options: {
  dir: string;
  log: Logger;
  catalog: EngineCatalog;
  clock?: Clock;
  world?: Partial<HostWorld>;
  /** Whether what failed is tried again by itself later; true when absent. */
  isPatient?: boolean;
}): Promise<Workshop> {
  const { dir, log } = options;
  const clock = options.clock ?? systemClock;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  // The lock of the store comes first: whoever is refused has taken nothing.
  const ledger = await openLedger(join(dir, 'ledger'), log, () => takeTenure(dir, clock.now()));
  let offers: readonly EngineEntry[] = entriesOf(options.catalog);
  const listeners = new Set<() => void>();
  const vault = await openDiskVault({ dir: join(dir, 'vault'), now: clock.now, log });
  const hosts = createStageHosts({
    clock,
    log,
    ...(options.world === undefined ? {} : { world: options.world }),
  });
  const askAgain = createAskAgain({
    offers: () => offers,
    describe: async (ids, signal) => (await hosts.describe(signal, ids)).engines,
    changed(entries) {
      offers = entries;
      for (const listener of listeners) listener();
    },
    clock,
    log,
  });
  const own = await readPipelines(join(dir, 'pipelines'), new Set(shippedPipelines.keys()), log);
  const queue = await createQueue({
    ledger,
    vault,
    host: hosts,
    offers: () => offers,
    askAgain: askAgain.before,
    clock,
    log,
    copiedAt: ledger.copiedAt,
    isBusy: createIdleWatch(clock),
    isPatient: options.isPatient ?? true,
    workDir: join(dir, 'work'),
    pipelines: new Map([...shippedPipelines, ...own.usable]),
    unusablePipelines: own.unusable,
  });
  return {
    vault,
    queue,
    hosts,
    offers: () => offers,
    setOffers(entries) {
      offers = entries;
      askAgain.answered(entries.map(({ id }) => id));
    },
    onOffers(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    async close() {
      await queue.close();
      await hosts.close();
      await ledger.close();
    },
  };
}
