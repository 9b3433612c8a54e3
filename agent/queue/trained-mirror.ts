// The looks and voices of all projects, shown in the workspace document, and those that people threw away, forgotten here.
// It knows the queue's port and the document; like mirror.ts it may see anything twice, late or after a restart.
import { openTrained } from '@myspinbot/shared/document/trained.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import { type TrainedVersion, versionKey } from '@myspinbot/shared/job/trained.ts';
import type * as Y from 'yjs';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { canonicalJson } from './fingerprint.ts';
import type { Queue } from './port.ts';
import { indexTrained } from './trained-versions.ts';

export interface TrainedMirror {
  /** Resolves when what was made and thrown away so far is shown and forgotten, as far as it can be. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** While a job is worked on nothing is forgotten; the end of one is heard, this is for whatever was not. */
const TRY_AGAIN_MS = 60_000;

export function createTrainedMirror(options: {
  queue: Pick<Queue, 'jobs' | 'job' | 'hasArtifact' | 'forgetArtifacts' | 'on'>;
  workspace: Y.Doc;
  agent: string;
  clock: Clock;
  log: Logger;
}): TrainedMirror {
  const { queue, clock, log } = options;
  const document = openTrained(options.workspace, { role: 'agent', id: options.agent });
  const index = indexTrained(queue.jobs(), document.entries());
  let closed = false;
  let isWaiting = false;
  let stopRetry: (() => void) | undefined;

  /** What stands in the document becomes what is there. */
  const compare = async () => {
    const standing = new Map(document.all().map((version) => [versionKey(version), version]));
    const shown: TrainedVersion[] = [];
    const gone = new Set(standing.keys());
    const discards = document.discards();
    for (const version of index.all()) {
      const key = versionKey(version);
      if (discards.get(key) === version.madeAt) continue;
      if (!(await queue.hasArtifact(version.stage, version.fingerprint))) continue;
      gone.delete(key);
      if (canonicalJson(standing.get(key)) !== canonicalJson(version)) shown.push(version);
    }
    if (shown.length + gone.size > 0) document.report(shown, [...gone]);
  };

  /** Forgets what was thrown away, where no other project has the same. */
  const sweep = async () => {
    isWaiting = false;
    const discards = document.discards();
    for (const [key, madeAt] of discards) {
      const version = index.get(key);
      if (closed || version?.madeAt !== madeAt) continue;
      const { stage, fingerprint } = version;
      if (document.all().some((other) => other.fingerprint === fingerprint)) {
        document.report([], [key]);
      } else if (await queue.hasArtifact(stage, fingerprint)) {
        const forgotten = await queue.forgetArtifacts([fingerprint]);
        isWaiting ||= forgotten.length === 0;
      }
    }
    if (isWaiting && !closed) {
      stopRetry?.();
      stopRetry = clock.after(TRY_AGAIN_MS, () => next(sweep));
    }
  };

  let working: Promise<void> = Promise.resolve();
  const next = (step: () => Promise<void>) => {
    if (closed) return;
    working = working.then(step).catch((error: unknown) => {
      log.error('mirror.trained', { why: String(error) });
    });
  };

  const unwatch = document.watch(() => next(sweep));
  const unlisten = queue.on((event) => {
    if (event.type === 'forgotten') {
      const gone = new Set(event.artifacts);
      const keys = [...index.all()].filter(({ fingerprint }) => gone.has(fingerprint)).map(versionKey);
      if (keys.length > 0) document.report([], keys);
    } else if (event.type === 'run' && isEnded(event.run.state)) {
      const job = event.run.trained === undefined ? undefined : queue.job(event.job);
      const made = job === undefined ? [] : index.add(job);
      if (made.length > 0) document.report(made, []);
      // The job is put down in this turn; what it had found may be forgotten from the next one on.
      if (isWaiting) setImmediate(() => next(sweep));
    }
  });
  next(compare);
  next(sweep);

  return {
    async settled() {
      for (let seen: unknown; seen !== working; ) {
        seen = working;
        await working;
      }
    },
    async close() {
      closed = true;
      stopRetry?.();
      unwatch();
      unlisten();
      await working;
    },
  };
}
