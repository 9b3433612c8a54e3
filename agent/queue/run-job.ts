// One claimed job through its pipeline: stage by stage, each served from its artifact or run in the stage host
// and committed. It decides what is reused; it does not decide which job runs, nor a job's state.
import { dirname, join } from 'node:path';
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobRequest, JobResult, JobRun, StageRun, Trained } from '@myspinbot/shared/job/job.ts';
import { type Pipeline, type PipelineNode, pipelineOrder } from '@myspinbot/shared/pipeline/graph.ts';
import { assetsNamed } from '@myspinbot/shared/project/options.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import type { Capability } from '../engines/engine.ts';
import type { GrowingFilm } from '../engines/portrait/port.ts';
import type { Logger } from '../log/logger.ts';
import type { KeptFile, StageHost, StageResult, StageWatch } from '../stages/host.ts';
import { finishOutputSchema, lookOutputSchema } from '../stages/outputs.ts';
import type { Earlier } from '../stages/stage.ts';
import { outputSchemas, stages } from '../stages/stages.ts';
import type { Vault } from '../vault/port.ts';
import { adopt, assetsIn, reusable } from './artifacts.ts';
import { type ChosenEngines, chooseEngines } from './choose-engines.ts';
import type { Clock } from './clock.ts';
import { stageLimitMs, workUnits } from './estimate.ts';
import { fingerprint } from './fingerprint.ts';
import { type ProgressOfJob, progressOf } from './job-progress.ts';
import type { Lanes } from './lanes.ts';
import type { Artifact, Claim, Ledger } from './ledger.ts';
import type { QueueEvent } from './port.ts';
import { every, limitSignal } from './stage-limit.ts';

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
  readonly lanes: Lanes;
  /** Among the jobs that are worked on: lower leads. */
  readonly turn: number;
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

export interface Made {
  /** Absent for a pipeline that makes no video. */
  result?: JobResult;
  trained: Trained[];
  /** Fingerprints of the artifacts that were there already. */
  reused: string[];
  /** What was written last is durable: it may be waited for together with the job's end. */
  committed: Promise<void>;
}

/** How often progress is told while a stage runs, at most and at least. */
const PROGRESS_EVERY_MS = 250;
const TELL_EVERY_MS = 1000;
/** A stage that was begun so often, and never came to an end because the whole agent ended first, is not begun again. */
const MAX_STARTS = 5;
/** What a result carries at most; the schema's own limits. */
const MAX_NOTES = 20;
const MAX_NOTE_CHARS = 400;

/** Throws the stage's Failure, Failure `timed-out`, or `session.signal.reason`. */
export async function runJob(world: RunWorld, session: RunSession, pipeline: Pipeline): Promise<Made> {
  const { request, fresh, signal } = session;
  const { options } = request;
  const nodes = pipelineOrder(pipeline);
  const anew = fromStageOn(pipeline, fresh?.from);
  const walk: Walk = {
    runs: nodes.map((node) => ({ stage: node.stage, state: 'waiting' })),
    earlier: {},
    known: new Set(assetsNamed(options)),
    told: progressOf(
      request,
      pipeline,
      world.ledger,
      (node) => chooseEngines(world.offers(), node, options).main,
    ),
  };
  const engines: Record<string, string> = {};
  const notes: string[] = [];
  const trained: Trained[] = [];
  const reused: string[] = [];
  let committed: Promise<void> = Promise.resolve();

  for (const [index, node] of nodes.entries()) {
    signal.throwIfAborted();
    await world.askAgain?.(stages[node.stage].uses(options), signal);
    signal.throwIfAborted();
    const chosen = chooseEngines(world.offers(), node, options);
    if (chosen.missing !== undefined) throw chosen.missing;
    const pinned = pinnedPrint(node, options);
    const print = pinned ?? printOf(node, options, walk.earlier, chosen);
    const since = pinned === undefined && anew.has(node.id) ? fresh?.fence : undefined;
    let artifact = await reusable(world, node.stage, print, since);
    if (artifact !== undefined) {
      reused.push(print);
      await served(world, session, walk, { index, node, chosen });
    } else {
      if (pinned !== undefined) throw pinnedGone(node);
      const made = await make(world, session, walk, { index, node, chosen, print });
      artifact = made.artifact;
      // The last one goes to the disk together with the job's end.
      if (index < nodes.length - 1) await made.committed;
      else committed = made.committed;
    }

    walk.told.done(node);
    walk.earlier[node.stage] = artifact.output;
    for (const ref of artifact.assets) walk.known.add(ref.hash);
    if (chosen.main !== null) engines[node.stage] = chosen.main;
    const output = artifact.output as { notes?: unknown; durationMs?: unknown };
    if (Array.isArray(output.notes)) notes.push(...output.notes.map(String));
    if (node.stage === 'speech' && typeof output.durationMs === 'number') {
      walk.told.seconds = output.durationMs / 1000;
    }
    const kept = trainedOf(artifact);
    if (kept !== undefined) trained.push(kept);
  }

  committed.catch(() => undefined); // whoever waits for the job's end hears of it
  if (walk.earlier.finish === undefined) return { trained, reused, committed };
  const { video, poster, vtt, srt, durationMs, width, height } = finishOutputSchema.parse(
    walk.earlier.finish,
  );
  if (session.smaller) notes.push('Memory ran out: it was made again with smaller settings.');
  return {
    result: { video, poster, vtt, srt, durationMs, width, height, engines, notes: bounded(notes) },
    trained,
    reused,
    committed,
  };
}

/** What a run has found so far. */
interface Walk {
  runs: StageRun[];
  earlier: Earlier;
  known: Set<AssetHash>;
  told: ProgressOfJob;
}
interface Step {
  index: number;
  node: PipelineNode;
  chosen: ChosenEngines;
}

function stageRun(walk: Walk, index: number, run: StageRun): StageRun[] {
  walk.runs[index] = run;
  return [...walk.runs];
}

function stageEvent(
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

/** A stage whose artifact was there. */
async function served(world: RunWorld, session: RunSession, walk: Walk, step: Step): Promise<void> {
  const { index, node, chosen } = step;
  const at = world.clock.now();
  const named = chosen.main === null ? {} : { engine: chosen.main };
  const run: StageRun = { stage: node.stage, ...named, startedAt: at, finishedAt: at, state: 'reused' };
  await session.save(stageRun(walk, index, run));
  stageEvent(session, step, 'reused', 0);
}

/** Runs a stage and commits what it made. */
async function make(
  world: RunWorld,
  session: RunSession,
  walk: Walk,
  step: Step & { print: string },
): Promise<{ artifact: Artifact; committed: Promise<void> }> {
  const { ledger, clock } = world;
  const { claim, signal, request } = session;
  const { index, node, chosen, print } = step;
  const leave = await session.lanes.enter(chosen.lane, session.turn, signal);
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
        beside: !session.lanes.leads(session.turn),
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

export function printOf(
  node: PipelineNode,
  options: JobRequest['options'],
  earlier: Earlier,
  chosen: ChosenEngines,
): string {
  const stage = stages[node.stage];
  return fingerprint({
    stage: node.stage,
    version: stage.version,
    engines: chosen.identities,
    params: node.params,
    ingredients: stage.ingredients(options, earlier),
  });
}

/** Ids of the nodes of that stage and of all that follow from them. */
export function fromStageOn(pipeline: Pipeline, from: StageRun['stage'] | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  if (from === undefined) return found;
  for (const node of pipelineOrder(pipeline)) {
    const follows = pipeline.edges.some((edge) => edge.to === node.id && found.has(edge.from));
    if (node.stage === from || follows) found.add(node.id);
  }
  return found;
}

/** The look or voice that was asked for by name. */
export function pinnedPrint({ stage }: PipelineNode, options: JobRequest['options']): string | undefined {
  if (stage === 'look') return options.look;
  return stage === 'voice' ? options.voice : undefined;
}

function takesTheAgentAlong({ stage }: PipelineNode): Failure {
  return new Failure({
    code: 'engine-failed',
    message: `The agent ended ${MAX_STARTS} times while the ${stage} stage of this job ran.`,
    hint: 'Try again when the machine is at rest; if it ends again, change the photo or shorten the text, and report it.',
  });
}

function pinnedGone({ stage }: PipelineNode): Failure {
  return new Failure({
    code: 'not-found',
    message: `The ${stage} that this video was to be made with is not on the workstation any more.`,
    hint: `Choose another ${stage}, or let it be made again.`,
  });
}

/** What a look or voice stage made, as a thing of its own; undefined of other stages and where nothing was made. */
function trainedOf({ stage, fingerprint, engine, madeAt, output }: Artifact): Trained | undefined {
  if ((stage !== 'look' && stage !== 'voice') || engine === null) return undefined;
  const look = stage === 'look' ? lookOutputSchema.safeParse(output) : undefined;
  const { notes } = output as { notes?: unknown };
  return {
    stage,
    fingerprint,
    engine,
    madeAt,
    ...(look?.success === true ? { cover: look.data.photo } : {}),
    notes: Array.isArray(notes) ? bounded(notes.map(String)) : [],
  };
}

function bounded(notes: readonly string[]): string[] {
  return [...new Set(notes)].slice(0, MAX_NOTES).map((note) => note.slice(0, MAX_NOTE_CHARS));
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
