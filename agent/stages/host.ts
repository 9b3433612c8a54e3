// Where a stage runs: the port between the queue, which decides, and the child process that does the work.
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { StageName } from '@myspinbot/shared/job/job.ts';
import type { SpinOptions } from '@myspinbot/shared/project/options.ts';
import type { Capability } from '../engines/engine.ts';
import type { GrowingFilm } from '../engines/portrait/port.ts';
import type { Earlier } from './stage.ts';

export interface StageTask {
  stage: StageName;
  options: SpinOptions;
  earlier: Earlier;
  /** Engine ids for the capabilities that the stage uses. */
  engines: Partial<Record<Capability, string>>;
  /** It runs beside the leading job, in a host of its own. */
  beside?: boolean;
  /** Memory ran out before: engines work in their smaller settings. */
  smaller?: boolean | undefined;
  /** Path of a directory that is this run's alone: the host makes it before the stage begins, the caller removes it. */
  workDir: string;
  /** Read-only paths of every asset that `options` and `earlier` name. */
  assets: Readonly<Record<AssetHash, string>>;
}

/** A file that the stage declared as an output: still in the work directory, hashed, not yet in the vault. */
export interface KeptFile {
  ref: AssetRef;
  file: string;
}

export interface StageResult {
  output: unknown;
  kept: KeptFile[];
}

export interface StageWatch {
  progress(done: number, total: number): void;
  preview(still: KeptFile): void;
  /** A film in the work directory has so many bytes now; it goes with the directory. */
  live(film: GrowingFilm): void;
}

export interface StageHost {
  /**
   * Runs one stage; a second call waits for the first, unless it is to run beside it. Rejects with the stage's Failure, with Failure
   * `engine-failed` or `out-of-memory` when the process died, or with `signal.reason` once everything that the
   * stage started has ended.
   */
  run(task: StageTask, watch: StageWatch, signal: AbortSignal): Promise<StageResult>;
}
