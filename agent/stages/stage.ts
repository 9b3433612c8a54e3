// A stage is one step of a pipeline: a recipe a newcomer can read aloud. It knows capabilities, never tools;
// no Yjs, sockets, environment, metrics or retries live in it: the runner owns those.
import type { AssetHash, AssetRef, AssetType } from '@myspinbot/shared/asset/asset.ts';
import type { StageName } from '@myspinbot/shared/job/job.ts';
import type { SpinOptions } from '@myspinbot/shared/project/options.ts';
import type { Capability } from '../engines/engine.ts';
import type { FinishEngine } from '../engines/finish/port.ts';
import type { LookEngine } from '../engines/look/port.ts';
import type { GrowingFilm, PortraitEngine } from '../engines/portrait/port.ts';
import type { ScriptEngine } from '../engines/script/port.ts';
import type { SpeechEngine } from '../engines/speech/port.ts';
import type { TimingEngine } from '../engines/timing/port.ts';
import type { UpscaleEngine } from '../engines/upscale/port.ts';
import type { VoiceEngine } from '../engines/voice/port.ts';
import type { Logger } from '../log/logger.ts';

export interface Engines {
  script: ScriptEngine;
  look: LookEngine;
  voice: VoiceEngine;
  speech: SpeechEngine;
  timing: TimingEngine;
  portrait: PortraitEngine;
  upscale: UpscaleEngine;
  finish: FinishEngine;
}

/** Where a stage finds the bytes of an asset: a read-only path. Throws Failure `not-found`. */
export interface AssetReader {
  path(hash: AssetHash): string;
}

/** A stage's scratch directory, removed by the runner. */
export interface WorkDir {
  readonly path: string;
  /** Declares a file in the work directory as an output: hashed here, committed to the vault by the runner. */
  keep(file: string, type: AssetType, name?: string): Promise<AssetRef>;
}

export interface StageContext<Needs extends Capability> {
  /** Reading one that `uses` did not name throws: it is ours to fix. */
  readonly engines: Pick<Engines, Needs>;
  readonly assets: AssetReader;
  readonly work: WorkDir;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Memory ran out before: what is handed on to the engine. */
  readonly smaller: boolean;
  progress(done: number, total: number): void;
  /** A still for the person to see while the stage runs: an asset kept before the stage commits. */
  preview(asset: AssetRef): void;
  /** The video so far, with its sound, for whoever watches it being made: a file in the work directory. */
  live(film: GrowingFilm): void;
}

/** JSON outputs of the stages that ran before, by stage name. Schemas are in stages/outputs.ts. */
export type Earlier = Partial<Record<StageName, unknown>>;

export interface Stage<Needs extends Capability = Capability> {
  readonly name: StageName;
  /** Changes whenever the stage's own code could give another output for the same input. */
  readonly version: string;
  /** Every capability it may use. */
  readonly needs: readonly Needs[];
  /** Those of them that this job uses: only these are loaded, and only these are part of the fingerprint. */
  uses(options: SpinOptions): readonly Needs[];
  /**
   * Everything of the options and of earlier outputs that decides the output, as plain JSON. The runner hashes
   * it with the stage's version and the engines' ids and versions: same fingerprint, same artifact.
   */
  ingredients(options: SpinOptions, earlier: Earlier): unknown;
  /** Returns the stage's JSON output; asset references in it must come from `work.keep`. */
  run(options: SpinOptions, earlier: Earlier, context: StageContext<Needs>): Promise<unknown>;
}
