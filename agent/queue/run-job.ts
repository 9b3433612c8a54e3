// One claimed job through its pipeline: stage by stage, each served from its artifact or made. It decides what is
// reused; it does not decide which job runs, nor a job's state, nor how a stage is made (make-stage.ts).
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobResult, StageRun, Trained } from '@myspinbot/shared/job/job.ts';
import { type Pipeline, type PipelineNode, pipelineOrder } from '@myspinbot/shared/pipeline/graph.ts';
import { assetsNamed } from '@myspinbot/shared/project/options.ts';
import { finishOutputSchema, lookOutputSchema } from '../stages/outputs.ts';
import { stages } from '../stages/stages.ts';
import { reusable } from './artifacts.ts';
import { chooseEngines } from './choose-engines.ts';
import { progressOf } from './job-progress.ts';
import type { Artifact } from './ledger.ts';
import { makeStage, type Step, stageEvent, stageRun, type Walk } from './make-stage.ts';
import type { RunSession, RunWorld } from './run-session.ts';
import { fromStageOn, pinnedPrint, printOf } from './stage-print.ts';

export interface Made {
  /** Absent for a pipeline that makes no video. */
  result?: JobResult;
  trained: Trained[];
  /** Fingerprints of the artifacts that were there already. */
  reused: string[];
  /** What was written last is durable: it may be waited for together with the job's end. */
  committed: Promise<void>;
}

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
      const made = await makeStage(world, session, walk, { index, node, chosen, print });
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

/** A stage whose artifact was there. */
async function served(world: RunWorld, session: RunSession, walk: Walk, step: Step): Promise<void> {
  const { index, node, chosen } = step;
  const at = world.clock.now();
  const named = chosen.main === null ? {} : { engine: chosen.main };
  const run: StageRun = { stage: node.stage, ...named, startedAt: at, finishedAt: at, state: 'reused' };
  await session.save(stageRun(walk, index, run));
  stageEvent(session, step, 'reused', 0);
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
