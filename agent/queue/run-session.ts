// What a run is given: the world in which stages run, and what the queue lends to this one job.
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import type { JobRequest, JobRun, StageRun } from '@myspinbot/shared/job/job.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import type { Clock } from '../clock.ts';
import type { Capability } from '../engines/engine.ts';
import type { GrowingFilm } from '../engines/portrait/port.ts';
import type { Logger } from '../log/logger.ts';
import type { StageHost } from '../stages/host.ts';
import type { Vault } from '../vault/port.ts';
import type { Turn } from './lanes.ts';
import type { Claim, Ledger } from './ledger.ts';
import type { QueueEvent } from './port.ts';

export interface RunWorld {
  ledger: Ledger;
  vault: Vault;
  host: StageHost;
  /** What the engines said of themselves last. */
  offers: () => readonly EngineEntry[];
  /** Makes `offers` true again for engines that come and go, if there are any among these capabilities. Never throws. */
  askAgain?: (capabilities: readonly Capability[], signal: AbortSignal) => Promise<void>;
  clock: Clock;
  /** Directory for scratch, on the vault's disk. */
  workDir: string;
  /** Time limit of a stage; the learned one when absent. */
  limitMs?: (stage: StageRun['stage']) => number;
}

/** What the queue lends to a run: the job's record, changed only through `save`. */
export interface RunSession {
  readonly request: JobRequest;
  readonly claim: Claim;
  /** Stages from there on count as made only under this fence or a later one. */
  readonly fresh: JobRun['fresh'];
  /** Engines work in their smaller settings. */
  readonly smaller: boolean;
  /** Its own among the jobs that are worked on. */
  readonly turn: Turn;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Puts the stages into the job's run; with `write` it is also made durable and told. */
  save(stages: StageRun[], write?: (run: JobRun) => Promise<unknown>): Promise<void>;
  progress(progress: JobProgress): void;
  live(film: GrowingFilm, whole: boolean): void;
  stageEnded(event: Extract<QueueEvent, { type: 'stage' }>): void;
  /** Takes a folder that nobody needs any more; whether it is gone already is nobody's concern. */
  discard(folder: string): void;
}
