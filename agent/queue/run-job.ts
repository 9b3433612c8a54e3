// One claimed job through its pipeline: stage by stage, each served from its artifact or run in the stage host
// and committed. It decides what is reused; it does not decide which job runs, nor a job's state.
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobRequest, JobResult, JobRun, StageRun } from '@myspinbot/shared/job/job.ts';
import { type Pipeline, type PipelineNode, pipelineOrder } from '@myspinbot/shared/pipeline/graph.ts';
import { pipelineProgress } from '@myspinbot/shared/pipeline/progress.ts';
import { assetsNamed } from '@myspinbot/shared/project/options.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import type { Capability } from '../engines/engine.ts';
import type { GrowingFilm } from '../engines/portrait/port.ts';
import { select } from '../engines/select.ts';
import type { Logger } from '../log/logger.ts';
import type { KeptFile, StageHost } from '../stages/host.ts';
import { finishOutputSchema } from '../stages/outputs.ts';
import type { Earlier } from '../stages/stage.ts';
import { outputSchemas, stages } from '../stages/stages.ts';
import type { Vault } from '../vault/port.ts';
import { adopt, assetsIn, reusable } from './artifacts.ts';
import type { Clock } from './clock.ts';
import { expectedMs, guessSeconds, stageLeftMs, stageLimitMs, workUnits } from './estimate.ts';
import { fingerprint } from './fingerprint.ts';
import type { Claim, Ledger } from './ledger.ts';
import type { QueueEvent } from './port.ts';

export interface RunWorld {
  ledger: Ledger;
  vault: Vault;
  host: StageHost;
  /** What the engines said of themselves last. */
  offers: () => readonly EngineEntry[];
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
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Puts the stages into the job's run; with `write` it is also made durable and told. */
  save(stages: StageRun[], write?: (run: JobRun) => Promise<unknown>): Promise<void>;
  progress(progress: JobProgress): void;
  live(film: GrowingFilm, whole: boolean): void;
  stageEnded(event: Extract<QueueEvent, { type: 'stage' }>): void;
}

/** How often progress is told while a stage runs. */
const PROGRESS_EVERY_MS = 250;
/** What a result carries at most; the schema's own limits. */
const MAX_NOTES = 20;
const MAX_NOTE_CHARS = 400;

/** Throws the stage's Failure, Failure `timed-out`, or `session.signal.reason`. */
export async function runJob(world: RunWorld, session: RunSession, pipeline: Pipeline): Promise<JobResult> {
  const { ledger, clock } = world;
  const { request, claim, signal } = session;
  const { options } = request;
  const job = request.id;
  const nodes = pipelineOrder(pipeline);
  const runs: StageRun[] = nodes.map((node) => ({ stage: node.stage, state: 'waiting' }));
  const set = (index: number, run: StageRun) => {
    runs[index] = run;
    return [...runs];
  };

  const done = new Set<string>();
  const earlier: Earlier = {};
  const known = new Set<AssetHash>(assetsNamed(options));
  const engines: Record<string, string> = {};
  const notes: string[] = [];
  let seconds = guessSeconds(options);
  let reached = 0;
  let still: AssetRef | undefined;

  const expected = (node: PipelineNode, engine: string | null) =>
    expectedMs(node.stage, workUnits(node.stage, options, seconds), ledger.paces(node.stage, engine));
  const tell = (node: PipelineNode, engine: string | null, fraction: number, elapsedMs: number) => {
    reached = Math.max(reached, pipelineProgress(pipeline, done, new Map([[node.id, fraction]])));
    let leftMs = stageLeftMs(expected(node, engine), elapsedMs, fraction);
    for (const later of nodes) {
      if (later.id === node.id || done.has(later.id)) continue;
      leftMs += expected(later, chooseEngines(world.offers(), later, options).main);
    }
    session.progress({
      job,
      stage: node.stage,
      stageFraction: fraction,
      fraction: reached,
      leftMs,
      ...(still === undefined ? {} : { preview: still }),
    });
  };

  for (const [index, node] of nodes.entries()) {
    signal.throwIfAborted();
    const stage = stages[node.stage];
    const chosen = chooseEngines(world.offers(), node, options);
    if (chosen.missing !== undefined) throw chosen.missing;
    const recipe = { version: stage.version, engines: chosen.identities };
    const print = fingerprint({
      stage: node.stage,
      ...recipe,
      params: node.params,
      ingredients: stage.ingredients(options, earlier),
    });

    const startedAt = clock.now();
    const ended = (outcome: 'done' | 'reused' | 'failed' | 'cancelled') =>
      session.stageEnded({
        type: 'stage',
        job,
        stage: node.stage,
        engine: chosen.main ?? 'none',
        outcome,
        ms: clock.now() - startedAt,
      });
    const named = chosen.main === null ? {} : { engine: chosen.main };
    let artifact = await reusable(world, node.stage, print);
    if (artifact !== undefined) {
      const stageRun = { stage: node.stage, ...named, startedAt, finishedAt: clock.now() };
      await session.save(set(index, { ...stageRun, state: 'reused' }));
      ended('reused');
    } else {
      const running: StageRun = { stage: node.stage, state: 'running', startedAt, ...named };
      await session.save(set(index, running), (run) => ledger.start(claim, node.id, print, startedAt, run));
      tell(node, chosen.main, 0, 0);
      const workDir = join(world.workDir, `${job}-${claim.fence}-${node.id}`);
      const units = workUnits(node.stage, options, seconds);
      const limit = limitSignal(
        clock,
        world.limitMs?.(node.stage) ?? stageLimitMs(node.stage, units, ledger.paces(node.stage, chosen.main)),
        node.stage,
      );
      let toldAt = startedAt;
      let fraction = 0;
      let previewing: Promise<void> | undefined;
      let film: GrowingFilm | undefined;
      try {
        signal.throwIfAborted();
        await mkdir(workDir, { recursive: true });
        const result = await world.host.run(
          {
            stage: node.stage,
            options,
            earlier: pick(earlier),
            engines: chosen.ids,
            workDir,
            assets: Object.fromEntries([...known].map((hash) => [hash, world.vault.path(hash)])),
          },
          {
            progress(part, total) {
              fraction = Math.max(fraction, Math.min(1, part / total));
              if (clock.now() - toldAt < PROGRESS_EVERY_MS) return;
              toldAt = clock.now();
              tell(node, chosen.main, fraction, toldAt - startedAt);
            },
            preview(file) {
              previewing ??= showPreview(world, file, session.log, (ref) => {
                still = ref;
                tell(node, chosen.main, fraction, clock.now() - startedAt);
              });
            },
            live(grown) {
              // The host's word goes no further than the stage's own folder.
              if (dirname(grown.file) !== workDir || signal.aborted) return;
              film = grown;
              session.live(grown, false);
            },
          },
          AbortSignal.any([signal, limit.signal]),
        );
        await previewing;
        if (film !== undefined) session.live(film, true);
        const ms = clock.now() - startedAt;
        artifact = {
          fingerprint: print,
          stage: node.stage,
          engine: chosen.main,
          recipe,
          output: outputSchemas[node.stage].parse(result.output),
          assets: assetsIn(result.output),
          ms,
          madeAt: clock.now(),
        };
        await adopt(world, claim, artifact, result.kept, known);
        // Too late to cancel this stage, not too late to cancel the job: what is made is kept.
        const finished: StageRun = { ...running, state: 'done', finishedAt: clock.now() };
        const measured = artifact;
        const made = measuredUnits(node, options, measured.output, units);
        await session.save(set(index, finished), (run) =>
          ledger.commit(claim, node.id, measured, { units: made, ms }, run),
        );
        ended('done');
      } catch (error) {
        await previewing;
        ended(signal.aborted ? 'cancelled' : 'failed');
        if (signal.aborted) throw signal.reason;
        await session.save(set(index, { ...running, state: 'failed', finishedAt: clock.now() }));
        throw error;
      } finally {
        limit.stop();
        // Left behind only when the disk itself refuses; the next start empties the folder.
        await rm(workDir, { recursive: true, force: true }).catch(() => {});
      }
    }

    done.add(node.id);
    earlier[node.stage] = artifact.output;
    for (const ref of artifact.assets) known.add(ref.hash);
    if (chosen.main !== null) engines[node.stage] = chosen.main;
    const output = artifact.output as { notes?: unknown; durationMs?: unknown };
    if (Array.isArray(output.notes)) notes.push(...output.notes.map(String));
    if (node.stage === 'speech' && typeof output.durationMs === 'number') seconds = output.durationMs / 1000;
  }

  const { video, poster, vtt, srt, durationMs, width, height } = finishOutputSchema.parse(earlier.finish);
  const told = [...new Set(notes)].slice(0, MAX_NOTES).map((note) => note.slice(0, MAX_NOTE_CHARS));
  return { video, poster, vtt, srt, durationMs, width, height, engines, notes: told };
}

interface ChosenEngines {
  /** Engine of the stage's own capability; null when it needs none for this job. */
  main: string | null;
  ids: Partial<Record<Capability, string>>;
  identities: { id: string; version: string }[];
  missing?: Failure;
}

function chooseEngines(
  offers: readonly EngineEntry[],
  node: PipelineNode,
  options: JobRequest['options'],
): ChosenEngines {
  const chosen: ChosenEngines = { main: null, ids: {}, identities: [] };
  for (const capability of stages[node.stage].uses(options)) {
    const wanted = node.engine?.startsWith(`${capability}/`) === true ? node.engine : undefined;
    const selection = select(offers, capability, wanted);
    if (!selection.found) {
      chosen.missing ??= new Failure({
        code: 'engine-missing',
        message:
          wanted === undefined
            ? `No engine on this workstation can do ${capability}.`
            : `The engine ${wanted} cannot work on this workstation.`,
        hint: selection.hint,
      });
      continue;
    }
    const { id, version } = selection.engine;
    chosen.main ??= id;
    chosen.ids[capability] = id;
    chosen.identities.push({ id, version });
  }
  return chosen;
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

/** Earlier outputs as they are now: a task does not change under the host's hands. */
function pick(earlier: Earlier): Earlier {
  return { ...earlier };
}

function limitSignal(clock: Clock, limitMs: number, stage: string) {
  const control = new AbortController();
  const minutes = Math.round(limitMs / 60_000);
  const stop = clock.after(limitMs, () =>
    control.abort(
      new Failure({
        code: 'timed-out',
        message: `The ${stage} stage did not end within ${minutes < 1 ? `${Math.round(limitMs / 1000)} s` : `${minutes} min`} and was stopped.`,
        hint: 'Try again; if it happens again, choose a smaller size or a shorter text.',
        retry: 'soon',
      }),
    ),
  );
  return { signal: control.signal, stop };
}
