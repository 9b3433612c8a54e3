// The ledger remembers, durably: jobs and their runs, who may work on a job (claim with its fence), which stage
// was started, and what stages have made (artifacts by fingerprint). It decides one thing alone: whether a
// claim is still the current one. It does not know what a legal state is, nor how a stage runs.
//
//   job/<id>            { request, run }           the run is replaced, the request never
//   fence               number                     the last one granted; never given twice
//   claim/<id>          { job, attempt, fence, grantedAt }
//   start/<id>/<node>   { fence, fingerprint, startedAt, starts }
//   artifact/<print>    Artifact
//   used/<print>        number                     when it was last reused, if it was
//   rules               QueueRules                 what people decided for all jobs
//   pace/<stage>/<eng>  [{ units, ms }]            how long it took on this machine, the last few
import { type AssetRef, assetRefSchema } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import {
  type JobId,
  type JobRequest,
  type JobRun,
  jobIdSchema,
  jobRequestSchema,
  jobRunSchema,
  type StageName,
  stageNames,
} from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import { defaultRules, type QueueRules, queueRulesSchema } from '@myspinbot/shared/job/rules.ts';
import { ClassicLevel } from 'classic-level';
import { z } from 'zod';
import type { Logger } from '../log/logger.ts';
import type { KeptArtifact, QueuedJob } from './port.ts';
import type { Tenure } from './tenure.ts';

const claimSchema = z.object({
  job: jobIdSchema,
  attempt: z.int().min(1),
  fence: z.int().min(1),
  grantedAt: z.number(),
});
/** "I take this job." A higher fence makes every older claim on anything of that job harmless. */
export type Claim = z.infer<typeof claimSchema>;

const startSchema = z.object({
  fence: z.int(),
  fingerprint: z.string(),
  startedAt: z.number(),
  /** How often a stage with this fingerprint was started without an end that we know of. */
  starts: z.int(),
});
export type StageStart = z.infer<typeof startSchema>;

const artifactSchema = z.object({
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  stage: z.enum(stageNames),
  /** Id of the engine that made it; null when the stage needed none. */
  engine: z.string().nullable(),
  /** Version of the stage and of its engines: with the fingerprint's ingredients, how it was made. */
  recipe: z.object({
    version: z.string(),
    engines: z.array(z.object({ id: z.string(), version: z.string() })),
  }),
  output: z.json(),
  /** Every asset the output names. */
  assets: z.array(assetRefSchema),
  ms: z.number(),
  madeAt: z.number(),
  /** The claim's under which it was made. */
  fence: z.int().default(0),
});
export interface Artifact {
  fingerprint: string;
  stage: StageName;
  engine: string | null;
  recipe: { version: string; engines: { id: string; version: string }[] };
  output: unknown;
  assets: AssetRef[];
  ms: number;
  madeAt: number;
  fence: number;
}

const paceSchema = z.array(z.object({ units: z.number().positive(), ms: z.number().min(0) }));
/** One measured stage: `units` of work (seconds of speech, or 1) took `ms`. */
export type Pace = z.infer<typeof paceSchema>[number];

/** How many measurements are kept per stage and engine: enough for a median, quick to follow a change. */
export const PACES_KEPT = 15;

export interface Ledger {
  /** What was replayed at opening. */
  jobs(): readonly QueuedJob[];
  /** Last measurements, oldest first. */
  paces(stage: StageName, engine: string | null): readonly Pace[];
  /** When its folder was found to be a copy of another; undefined when it is not. */
  readonly copiedAt: number | undefined;
  /** Rows that could not be read at opening; they are left where they are. */
  readonly malformed: number;

  // Whatever is written throws Failure `fenced` when the ledger's folder was given to another.

  /** Remembers a new job, or its run without any claim (queued, cancelled before it ran, interrupted). */
  record(request: JobRequest, run: JobRun): Promise<void>;
  /**
   * Grants the job to the caller: every older claim on it is refused from now on. `run` is stored with it. The claim
   * counts at once and is durable with `written`; whatever is written under it comes after it on the disk.
   */
  grant(request: JobRequest, run: JobRun, grantedAt: number): { claim: Claim; written: Promise<void> };
  /** A claim that is durable. */
  claim(request: JobRequest, run: JobRun, grantedAt: number): Promise<Claim>;
  /** Whether this claim is the current one on its job, and the ledger still that of its folder. */
  holds(claim: Claim): boolean;
  /** The highest fence given so far. */
  readonly fence: number;
  /** Stores a run under a claim. Throws Failure `fenced` when the claim is not the current one. */
  advance(claim: Claim, run: JobRun): Promise<void>;
  /** How often the stage was started with this fingerprint, over all lives of the agent, without an end that we know of. */
  startsOf(job: JobId, node: string, fingerprint: string): number;
  /** A stage is about to run. Throws Failure `fenced`. Resolves with how often it was started so far. */
  start(claim: Claim, node: string, fingerprint: string, startedAt: number, run: JobRun): Promise<StageStart>;
  /** What a stage made, with the run that says so, in one write. Throws Failure `fenced`. */
  commit(claim: Claim, node: string, artifact: Artifact, pace: Pace | undefined, run: JobRun): Promise<void>;
  /**
   * The holder lets go, at the job's end or politely before: the run is stored, the claim ends. `reused`: fingerprints
   * of the artifacts that served it, at `at`. Throws Failure `fenced`.
   */
  end(claim: Claim, run: JobRun, reused?: { prints: readonly string[]; at: number }): Promise<void>;

  artifact(fingerprint: string): Promise<Artifact | undefined>;
  artifacts(): AsyncIterable<KeptArtifact>;
  forgetArtifacts(fingerprints: readonly string[]): Promise<void>;
  /** The jobs and everything that is known of them alone. */
  forgetJobs(jobs: readonly JobId[]): Promise<void>;

  rules(): QueueRules;
  setRules(rules: QueueRules): Promise<void>;
  close(): Promise<void>;
}

type Row = { type: 'put'; key: string; value: string } | { type: 'del'; key: string };

/**
 * Opens or creates the ledger in `directory`. Throws Failure `refused` while another process has it open.
 * A damaged store is repaired; what cannot be read afterwards is counted, logged and left alone. `take`: takes the folder
 * it belongs to, once the store is ours; without it the ledger is nobody else's.
 */
export async function openLedger(
  directory: string,
  log: Logger,
  take?: () => Promise<Tenure>,
): Promise<Ledger> {
  const db = await openStore(directory, log);
  const tenure = await take?.();
  const jobs = new Map<JobId, QueuedJob>();
  const claims = new Map<JobId, Claim>();
  const starts = new Map<string, StageStart>();
  const paces = new Map<string, Pace[]>();
  let fence = tenure?.firstFence ?? 0;
  let rules = defaultRules;
  let malformed = 0;

  const read = <T>(schema: z.ZodType<T>, key: string, text: string): T | undefined => {
    const parsed = schema.safeParse(jsonOrUndefined(text));
    if (parsed.success) return parsed.data;
    malformed += 1;
    log.warn('ledger.malformed', { key });
    return undefined;
  };
  const jobRow = z.object({ request: jobRequestSchema, run: jobRunSchema });
  // Artifacts are many and large and are read one by one when asked for; all other kinds sort after them.
  for await (const [key, text] of db.iterator({ gt: 'artifact0' })) {
    const [kind, ...rest] = key.split('/');
    if (kind === 'job') {
      const row = endedRow(text) ?? read(jobRow, key, text);
      if (row !== undefined) jobs.set(row.request.id, row);
    } else if (kind === 'claim') {
      const claim = read(claimSchema, key, text);
      if (claim === undefined) continue;
      claims.set(claim.job, claim);
      fence = Math.max(fence, claim.fence);
    } else if (kind === 'fence') {
      fence = Math.max(fence, read(z.int(), key, text) ?? 0);
    } else if (kind === 'start') {
      const start = read(startSchema, key, text);
      if (start !== undefined) starts.set(rest.join('/'), start);
    } else if (kind === 'pace') {
      const pace = read(paceSchema, key, text);
      if (pace !== undefined) paces.set(rest.join('/'), pace);
    } else if (kind === 'rules') {
      rules = read(queueRulesSchema, key, text) ?? defaultRules;
    }
  }

  // Writes that arrive while one is on its way to the disk share the next one: one sync for many jobs.
  // The order of calls is the order on disk.
  let pending: { rows: Row[]; done: () => void; failed: (error: unknown) => void }[] = [];
  let writing = false;
  const flush = async () => {
    if (writing) return;
    writing = true;
    // What is asked for in the same turn of the loop goes along: a request, its claim and its first stage are one write.
    await new Promise((resolve) => setImmediate(resolve));
    while (pending.length > 0) {
      const group = pending;
      pending = [];
      try {
        // Of what was written several times only the last is seen after it.
        const rows = new Map(group.flatMap((write) => write.rows.map((row) => [row.key, row])));
        await db.batch([...rows.values()], { sync: true });
        for (const write of group) write.done();
      } catch (error) {
        for (const write of group) write.failed(storeFailure(error));
      }
    }
    writing = false;
  };
  const write = (rows: Row[]) =>
    new Promise<void>((done, failed) => {
      pending.push({ rows, done, failed });
      void flush();
    });

  const put = (key: string, value: unknown): Row => ({ type: 'put', key, value: JSON.stringify(value) });
  /** A request never changes: it is put into words once for as long as its job is worked on. */
  const words = new WeakMap<JobRequest, string>();
  const jobPut = (request: JobRequest, run: JobRun): Row => {
    jobs.set(request.id, { request, run });
    const said = words.get(request) ?? JSON.stringify(request);
    words.set(request, said);
    return {
      type: 'put',
      key: `job/${request.id}`,
      value: `{"request":${said},"run":${JSON.stringify(run)}}`,
    };
  };
  const isOurs = () => tenure === undefined || tenure.holds();
  const mustBeOurs = () => {
    if (!isOurs()) throw folderGivenOn(directory);
  };
  const under = (claim: Claim): JobRequest => {
    const current = claims.get(claim.job);
    const job = jobs.get(claim.job);
    mustBeOurs();
    if (current === undefined || current.fence !== claim.fence || job === undefined) {
      throw new Failure({
        code: 'fenced',
        message: `Job ${claim.job} was given on: claim ${claim.fence} is no longer the current one (${current?.fence ?? 'none'}).`,
        hint: 'Nothing to do: the newer run goes on.',
      });
    }
    return job.request;
  };
  const startRows = (job: JobId): Row[] => {
    const rows: Row[] = [];
    for (const key of starts.keys()) {
      if (!key.startsWith(`${job}/`)) continue;
      starts.delete(key);
      rows.push({ type: 'del', key: `start/${key}` });
    }
    return rows;
  };

  const ledger: Ledger = {
    jobs: () => [...jobs.values()],
    paces: (stage, engine) => paces.get(`${stage}/${engine ?? ''}`) ?? [],
    copiedAt: tenure?.copiedAt,
    get malformed() {
      return malformed;
    },

    async record(request, run) {
      mustBeOurs();
      const rows = [jobPut(request, run)];
      if (claims.delete(request.id)) rows.push({ type: 'del', key: `claim/${request.id}` });
      await write(rows);
    },
    grant(request, run, grantedAt) {
      mustBeOurs();
      fence += 1;
      const claim: Claim = { job: request.id, attempt: run.attempt, fence, grantedAt };
      claims.set(request.id, claim);
      const rows = [put(`claim/${request.id}`, claim), jobPut(request, run)];
      // A term's fences are its own; without one they are remembered one by one.
      if (tenure === undefined) rows.push(put('fence', fence));
      return { claim, written: write(rows) };
    },
    async claim(request, run, grantedAt) {
      const { claim, written } = ledger.grant(request, run, grantedAt);
      await written;
      return claim;
    },
    holds: (claim) => claims.get(claim.job)?.fence === claim.fence && isOurs(),
    get fence() {
      return fence;
    },
    async advance(claim, run) {
      await write([jobPut(under(claim), run)]);
    },
    startsOf(job, node, fingerprint) {
      const before = starts.get(`${job}/${node}`);
      return before?.fingerprint === fingerprint ? before.starts : 0;
    },
    async start(claim, node, fingerprint, startedAt, run) {
      const request = under(claim);
      const key = `${claim.job}/${node}`;
      const again = ledger.startsOf(claim.job, node, fingerprint);
      const start: StageStart = { fence: claim.fence, fingerprint, startedAt, starts: again + 1 };
      starts.set(key, start);
      await write([put(`start/${key}`, start), jobPut(request, run)]);
      return start;
    },
    async commit(claim, node, artifact, pace, run) {
      const request = under(claim);
      const rows = [put(`artifact/${artifact.fingerprint}`, artifact), jobPut(request, run)];
      if (starts.delete(`${claim.job}/${node}`))
        rows.push({ type: 'del', key: `start/${claim.job}/${node}` });
      if (pace !== undefined) {
        const key = `${artifact.stage}/${artifact.engine ?? ''}`;
        const kept = [...(paces.get(key) ?? []), pace].slice(-PACES_KEPT);
        paces.set(key, kept);
        rows.push(put(`pace/${key}`, kept));
      }
      await write(rows);
    },
    async end(claim, run, reused) {
      const request = under(claim);
      claims.delete(claim.job);
      const rows: Row[] = [
        jobPut(request, run),
        { type: 'del', key: `claim/${claim.job}` },
        ...startRows(claim.job),
        ...(reused?.prints ?? []).map((print) => put(`used/${print}`, reused!.at)),
      ];
      words.delete(request);
      await write(rows);
    },

    async artifact(fingerprint) {
      // Some 10 µs; a turn of the loop costs more, and whoever asks is about to start a stage.
      const text = db.getSync(`artifact/${fingerprint}`);
      if (text === undefined) return undefined;
      return read(artifactSchema, `artifact/${fingerprint}`, text);
    },
    async *artifacts() {
      // A snapshot: what is made meanwhile is not among them.
      for await (const [key, text] of db.iterator({ gt: 'artifact/', lt: 'artifact0' })) {
        const artifact = read(artifactSchema, key, text);
        if (artifact === undefined) continue;
        const { fingerprint, stage, assets, madeAt } = artifact;
        const used = Number(db.getSync(`used/${fingerprint}`));
        yield { fingerprint, stage, assets, madeAt, usedAt: Number.isFinite(used) ? used : madeAt };
      }
    },
    async forgetArtifacts(fingerprints) {
      mustBeOurs();
      const rows = fingerprints.flatMap((print): Row[] => [
        { type: 'del', key: `artifact/${print}` },
        { type: 'del', key: `used/${print}` },
      ]);
      await write(rows);
    },
    async forgetJobs(ids) {
      mustBeOurs();
      const rows = ids.flatMap((id): Row[] => {
        jobs.delete(id);
        const gone: Row[] = [{ type: 'del', key: `job/${id}` }, ...startRows(id)];
        if (claims.delete(id)) gone.push({ type: 'del', key: `claim/${id}` });
        return gone;
      });
      await write(rows);
    },

    rules: () => rules,
    async setRules(next) {
      mustBeOurs();
      rules = next;
      await write([put('rules', next)]);
    },
    async close() {
      while (writing || pending.length > 0) await write([]).catch(() => {});
      await db.close();
      await tenure?.close();
    },
  };
  return ledger;
}

async function openStore(directory: string, log: Logger): Promise<ClassicLevel<string, string>> {
  const open = async () => {
    const db = new ClassicLevel<string, string>(directory, { keyEncoding: 'utf8', valueEncoding: 'utf8' });
    await db.open();
    return db;
  };
  try {
    return await open();
  } catch (error) {
    const code = causeCode(error);
    if (code === 'LEVEL_LOCKED') {
      throw new Failure({
        code: 'refused',
        message: `Another MySpinBot agent is using the data in ${directory}.`,
        hint: 'Use the agent that is already running, or stop it first.',
        cause: error,
      });
    }
    if (code !== 'LEVEL_CORRUPTION') throw storeFailure(error);
    log.error('ledger.repair', { directory });
    await ClassicLevel.repair(directory);
    return await open();
  }
}

/**
 * A row of a job that has ended, looked at no further than its frame: it was held to its schema when it was written, nothing
 * happens to it any more, and ten thousand of them would cost every start a second. Undefined for any other row.
 */
function endedRow(text: string): QueuedJob | undefined {
  const row = jsonOrUndefined(text) as Partial<QueuedJob> | null | undefined;
  const { request, run } = row ?? {};
  const isWhole =
    jobIdSchema.safeParse(request?.id).success &&
    typeof request?.project === 'string' &&
    typeof request.requestedAt === 'number' &&
    Array.isArray(request.options?.photos) &&
    Array.isArray(run?.stages) &&
    typeof run.queuedAt === 'number' &&
    isEnded(run.state);
  return isWhole ? (row as QueuedJob) : undefined;
}

function folderGivenOn(directory: string): Failure {
  return new Failure({
    code: 'fenced',
    message: `The data in ${directory} was taken over by another agent.`,
    hint: 'Use the agent that took it over, or stop that one and start this one again.',
  });
}

function storeFailure(error: unknown): unknown {
  const text = error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error);
  if (!/no space left|ENOSPC/i.test(text)) return error;
  return new Failure({
    code: 'disk-full',
    message: 'The disk is full: the queue could not write down what it does.',
    hint: 'Make some room on the disk that holds the data folder, then try again.',
    retry: 'soon',
    cause: error,
  });
}

function causeCode(error: unknown): unknown {
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  return cause?.code ?? (error as { code?: unknown } | null)?.code;
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema refuses undefined: counted as malformed by the caller
  }
}
