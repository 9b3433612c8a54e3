// One stage with its context: engines loaded, assets at their paths, outputs hashed as they are kept. It knows
// stages and engines; not the process it runs in, nor jobs, the vault or the ledger.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { type AssetHash, type AssetRef, assetHashSchema } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Capability } from '../engines/engine.ts';
import type { LoadedEngines } from '../engines/registry.ts';
import type { Logger } from '../log/logger.ts';
import type { KeptFile, StageResult, StageTask, StageWatch } from '../stages/host.ts';
import type { Engines, StageContext } from '../stages/stage.ts';
import { stages } from '../stages/stages.ts';

/** Throws what the stage throws. Nothing is told of progress that is not a share of something. */
export async function runStage(
  task: StageTask,
  loaded: LoadedEngines,
  watch: StageWatch,
  log: Logger,
  signal: AbortSignal,
): Promise<StageResult> {
  const { workDir } = task;
  await mkdir(workDir, { recursive: true });
  const stage = stages[task.stage];
  const engines: Partial<Record<Capability, unknown>> = {};
  for (const capability of stage.uses(task.options)) {
    engines[capability] = await loaded.engine(
      capability,
      task.engines[capability] ?? `${capability}/builtin`,
    );
  }
  const kept: KeptFile[] = [];
  const context: StageContext<Capability> = {
    engines: new Proxy(engines as Engines, {
      get(target, name) {
        const engine: unknown = Reflect.get(target, name);
        if (engine === undefined)
          throw ours(`The ${stage.name} stage did not say that it uses ${String(name)}.`);
        return engine;
      },
    }),
    assets: {
      path(hash) {
        const path = task.assets[hash];
        if (path !== undefined) return path;
        throw new Failure({
          code: 'not-found',
          message: `The asset ${hash} is not on this workstation.`,
          hint: 'Send the file again.',
        });
      },
    },
    work: {
      path: workDir,
      async keep(file, type, name) {
        const path = within(workDir, file);
        const ref: AssetRef = { ...(await measure(path)), type, ...(name === undefined ? {} : { name }) };
        kept.push({ ref, file: path });
        return ref;
      },
    },
    signal,
    log,
    smaller: task.smaller === true,
    progress(done, total) {
      if (total > 0 && Number.isFinite(done)) watch.progress(done, total);
    },
    preview(asset) {
      const still = kept.find((one) => one.ref.hash === asset.hash);
      if (still !== undefined) watch.preview(still);
    },
    live: ({ file, bytes }) => watch.live({ file: within(workDir, file), bytes }),
  };
  return { output: await stage.run(task.options, task.earlier, context), kept };
}

function within(workDir: string, file: string): string {
  const path = resolve(workDir, file);
  if (!path.startsWith(workDir + sep)) throw ours(`${path} is not in the stage's work directory.`);
  return path;
}

/** Size and SHA-256 of a finished file. */
async function measure(path: string): Promise<{ hash: AssetHash; bytes: number }> {
  const { size } = await stat(path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
  return { hash: assetHashSchema.parse(hash.digest('hex')), bytes: size };
}

/** A Failure that is nobody's fault but ours. */
export function ours(message: string): Failure {
  return new Failure({
    code: 'internal',
    message,
    hint: 'This is a fault of MySpinBot: please report it with this sentence.',
  });
}
