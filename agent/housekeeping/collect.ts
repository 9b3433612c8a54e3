// Garbage collection. Results are kept. What stages in between have made is forgotten once nobody has used it for as long
// as the rules say; a file goes when nothing names it and it has lain there for a day. It knows what is named from
// names.ts, and nothing of how files or records are stored.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import {
  type Collected,
  type CollectedKind,
  collectedKinds,
  kindOf,
} from '@myspinbot/shared/wire/housekeeping.ts';
import { addHashes, DAY_MS, type Names, readNames } from './names.ts';
import type { Progress, Stores } from './stores.ts';

/** A file that was brought or made within this time is left: whoever brought it may be about to name it. */
export const GRACE_MS = DAY_MS;

/** `now`: epoch ms. Stops between two files when `signal` aborts, and rejects with its reason. */
export async function collect(
  stores: Stores,
  options: { now: number; dryRun: boolean; signal?: AbortSignal; progress?: Progress },
): Promise<Collected> {
  const { queue, vault } = stores;
  const { now, dryRun, signal } = options;
  const before = now - queue.rules().keepDays * DAY_MS;
  // What is asked for while this looks around is named, too.
  const asked = new Set<string>();
  const stop = queue.on((event) => {
    if (event.type === 'run') addHashes(queue.job(event.job), asked);
  });
  try {
    const names = await readNames(stores, before);
    const jobs = await forgetJobs(stores, names.over, dryRun);
    const { forgotten, heldBack } = await forgetArtifacts(stores, names, { before, dryRun });
    const report = emptyReport({ dryRun, jobs, artifacts: forgotten, heldBack });
    const all = vault.hashes();
    for (const [done, hash] of all.entries()) {
      signal?.throwIfAborted();
      options.progress?.(done, all.length);
      const ref = vault.ref(hash);
      const file = await vault.examine(hash, 'size');
      if (file === undefined) {
        // Somebody took it away by hand: all that is left is to know it.
        if (!dryRun) await vault.remove(hash);
      } else if (names.named.has(hash) || asked.has(hash)) add(report.kept, file.bytes);
      else if (file.keptAt > now - GRACE_MS) add(report.young, file.bytes);
      else {
        add(report.kinds[kindOf(ref?.type)], file.bytes);
        if (!dryRun) await vault.remove(hash);
      }
    }
    return report;
  } finally {
    stop();
  }
}

async function forgetJobs(stores: Stores, over: readonly JobId[], dryRun: boolean): Promise<number> {
  if (!dryRun && over.length > 0) await stores.queue.forgetJobs(over);
  return over.length;
}

/** Forgets what nobody has used for long; the assets of all others become named. */
async function forgetArtifacts(
  { queue }: Stores,
  { named, oldestUnended }: Names,
  { before, dryRun }: { before: number; dryRun: boolean },
): Promise<{ forgotten: number; heldBack: number }> {
  const results = new Set(named);
  // What was used since may be what a job that has not ended goes on with.
  const unusedSince = Math.min(before, oldestUnended);
  const old = new Map<string, readonly AssetHash[]>();
  for await (const { fingerprint, stage, assets, usedAt } of queue.artifacts()) {
    const hashes = assets.map(({ hash }) => hash);
    const isOfResult = stage === 'finish' && hashes.every((hash) => results.has(hash));
    const isNamed = results.has(fingerprint);
    if (isOfResult || isNamed || usedAt >= unusedSince) for (const hash of hashes) named.add(hash);
    else old.set(fingerprint, hashes);
  }
  const wished = [...old.keys()];
  const forgotten = dryRun || wished.length === 0 ? wished : await queue.forgetArtifacts(wished);
  const gone = new Set(forgotten);
  for (const [print, hashes] of old) {
    if (!gone.has(print)) for (const hash of hashes) named.add(hash);
  }
  return { forgotten: forgotten.length, heldBack: wished.length - forgotten.length };
}

type Counted = { files: number; bytes: number };

function emptyReport(facts: Pick<Collected, 'dryRun' | 'jobs' | 'artifacts' | 'heldBack'>): Collected {
  const none = (): Counted => ({ files: 0, bytes: 0 });
  const kinds = Object.fromEntries(collectedKinds.map((kind) => [kind, none()]));
  return { ...facts, kinds: kinds as Record<CollectedKind, Counted>, kept: none(), young: none() };
}

function add(to: Counted, bytes: number): void {
  to.files++;
  to.bytes += bytes;
}
