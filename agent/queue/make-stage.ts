// One stage that is not there yet: it waits for its lane, runs in the stage host, watched and within its time limit, and
// what it made is committed. It does not know what was reused before it nor what comes after.
import { dirname, join } from 'node:path';
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobRequest, StageRun } from '@myspinbot/shared/job/job.ts';
import type { PipelineNode } from '@myspinbot/shared/pipeline/graph.ts';
import type { GrowingFilm } from '../engines/portrait/port.ts';
import type { Logger } from '../log/logger.ts';
import type { KeptFile, StageResult, StageWatch } from '../stages/host.ts';
import type { Earlier } from '../stages/stage.ts';
import { outputSchemas, stages } from '../stages/stages.ts';
import { adopt, assetsIn } from './artifacts.ts';
import type { ChosenEngines } from './choose-engines.ts';
import { stageLimitMs, workUnits } from './estimate.ts';
import type { ProgressOfJob } from './job-progress.ts';
import type { Artifact } from './ledger.ts';
import type { QueueEvent } from './port.ts';
import type { RunSession, RunWorld } from './run-session.ts';
import { every, limitSignal } from './stage-limit.ts';

/** How often progress is told while a stage runs, at most and at least. */
const PROGRESS_EVERY_MS = 250;
const TELL_EVERY_MS = 1000;
/** A stage that was begun so often, and never came to an end because the whole agent ended first, is not begun again. */
const MAX_STARTS = 5;

/** What a run has found so far. */
export interface Walk {
  runs: StageRun[];
  earlier: Earlier;
  known: Set<AssetHash>;
  told: ProgressOfJob;
}
export interface Step {
  index: number;
  node: PipelineNode;
  chosen: ChosenEngines;
}

export function stageRun(walk: Walk, index: number, run: StageRun): StageRun[] {
  walk.runs[index] = run;
  return [...walk.runs];
}

export function stageEvent(
  { request, stageEnded }: RunSession,
  { node, chosen }: Step,
  outcome: Extract<QueueEvent, { type: 'stage' }>['outcome'],
  ms: number,
): void {
  stageEnded({
    type: 'stage',
    job: request.id,
    stage: node.stage,
    engine: chosen.main ?? 'none',
    outcome,
    ms,
  });
}

/** Runs a stage and commits what it made. */
export async function makeStage(
  world: RunWorld,
  session: RunSession,
  walk: Walk,
  step: Step & { print: string },
): Promise<{ artifact: Artifact; committed: Promise<void> }> {
  const { ledger, clock } = world;
  const { claim, signal, request } = session;
  const { index, node, chosen, print } = step;
  const leave = await session.turn.enter(chosen.lane, signal);
  const startedAt = clock.now();
  const running: StageRun = {
    stage: node.stage,
    state: 'running',
    startedAt,
    ...(chosen.main === null ? {} : { engine: chosen.main }),
  };
  const workDir = join(world.workDir, `${request.id}-${claim.fence}-${node.id}`);
  const units = workUnits(node.stage, request.options, walk.told.seconds);
  try {
    // The claim is on the disk; that the stage began may follow while it works.
    if (ledger.startsOf(claim.job, node.id, print) >= MAX_STARTS) throw takesTheAgentAlong(node);
    const begun = session.save(stageRun(walk, index, running), (run) =>
      ledger.start(claim, node.id, print, startedAt, run),
    );
    begun.catch(() => undefined); // what the stage made is written after it, and fails like it
    const result = await inHost(world, session, walk, { ...step, workDir, startedAt, units });
    const ms = clock.now() - startedAt;
    const artifact: Artifact = {
      fingerprint: print,
      stage: node.stage,
      engine: chosen.main,
      recipe: { version: stages[node.stage].version, engines: chosen.identities },
      output: outputSchemas[node.stage].parse(result.output),
      assets: assetsIn(result.output),
      ms,
      madeAt: clock.now(),
      fence: claim.fence,
    };
    await adopt(world, claim, artifact, result.kept, walk.known);
    // Too late to cancel this stage, not too late to cancel the job: what is made is kept.
    const finished: StageRun = { ...running, state: 'done', finishedAt: clock.now() };
    const pace = { units: measuredUnits(node, request.options, artifact.output, units), ms };
    const committed = session
      .save(stageRun(walk, index, finished), (run) => ledger.commit(claim, node.id, artifact, pace, run))
      .then(() => stageEvent(session, step, 'done', ms));
    return { artifact, committed };
  } catch (error) {
    stageEvent(session, step, signal.aborted ? 'cancelled' : 'failed', clock.now() - startedAt);
    if (signal.aborted) throw signal.reason;
    await session.save(stageRun(walk, index, { ...running, state: 'failed', finishedAt: clock.now() }));
    throw error;
  } finally {
    leave();
    session.discard(workDir);
  }
}

/** The stage in its host, watched: progress, preview and film are told, the time limit is kept. */
async function inHost(
  world: RunWorld,
  session: RunSession,
  walk: Walk,
  step: Step & { workDir: string; startedAt: number; units: number },
): Promise<StageResult> {
  const { ledger, clock, vault } = world;
  const { signal, request, smaller } = session;
  const { node, chosen, workDir, startedAt, units } = step;
  const { stage } = node;
  let toldAt = startedAt;
  let fraction = 0;
  let previewing: Promise<void> | undefined;
  let film: GrowingFilm | undefined;
  const tell = () => {
    toldAt = clock.now();
    session.progress(walk.told.at(node, chosen.main, fraction, toldAt - startedAt));
  };
  const watch: StageWatch = {
    progress(part, total) {
      fraction = Math.max(fraction, Math.min(1, part / total));
      if (clock.now() - toldAt >= PROGRESS_EVERY_MS) tell();
    },
    preview(file) {
      previewing ??= showPreview(world, file, session.log, (ref) => {
        walk.told.still = ref;
        tell();
      });
    },
    live(grown) {
      // The host's word goes no further than the stage's own folder.
      if (dirname(grown.file) !== workDir || signal.aborted) return;
      film = grown;
      session.live(grown, false);
    },
  };
  signal.throwIfAborted();
  tell();
  const limitMs =
    world.limitMs?.(stage) ?? stageLimitMs(stage, units, ledger.paces(stage, chosen.main), chosen.lane);
  const limit = limitSignal(clock, limitMs, stage);
  const stopTelling = every(clock, TELL_EVERY_MS, tell);
  try {
    const result = await world.host.run(
      {
        stage,
        options: request.options,
        // As it is now: a task does not change under the host's hands.
        earlier: { ...walk.earlier },
        engines: chosen.ids,
        beside: !session.turn.leads(),
        smaller,
        workDir,
        assets: Object.fromEntries([...walk.known].map((hash) => [hash, vault.path(hash)])),
      },
      watch,
      AbortSignal.any([signal, limit.signal]),
    );
    if (film !== undefined) session.live(film, true);
    return result;
  } finally {
    limit.stop();
    stopTelling();
    await previewing;
  }
}

function takesTheAgentAlong({ stage }: PipelineNode): Failure {
  return new Failure({
    code: 'engine-failed',
    message: `The agent ended ${MAX_STARTS} times while the ${stage} stage of this job ran.`,
    hint: 'Try again when the machine is at rest; if it ends again, change the photo or shorten the text, and report it.',
  });
}

async function showPreview(
  { vault }: RunWorld,
  { file, ref }: KeptFile,
  log: Logger,
  shown: (ref: AssetRef) => void,
): Promise<void> {
  try {
    await vault.adopt(file, ref);
    shown(ref);
  } catch (error) {
    log.warn('preview.lost', { why: String(error) }); // a still is a courtesy: the work goes on
  }
}

/** The work a stage turned out to have: speech knows its length only afterwards. */
function measuredUnits(
  node: PipelineNode,
  options: JobRequest['options'],
  output: unknown,
  before: number,
): number {
  if (node.stage !== 'speech') return before;
  const { durationMs } = outputSchemas.speech.parse(output);
  return workUnits('speech', options, durationMs / 1000);
}
