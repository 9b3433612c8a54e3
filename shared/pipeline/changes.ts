// Which stages will be made again when options change: told before a job is asked for, also without the workstation. It
// knows what each stage reads of the options and what it takes of earlier stages; a test beside the stages holds both to
// what they really read. It does not know what the workstation has kept: that is at most what is left out here.
import type { StageName } from '../job/job.ts';
import type { SpinOptions } from '../project/options.ts';
import { type Pipeline, type PipelineNode, pipelineOrder } from './graph.ts';

interface Reading {
  /** What of the options decides the output, as plain JSON. */
  reads(options: SpinOptions): unknown;
  /** The earlier stages whose output does, where the pipeline has them. */
  takes(options: SpinOptions): readonly StageName[];
}

const isSpoken = ({ narration }: SpinOptions) => narration.kind === 'recording';

const readings: Readonly<Record<StageName, Reading>> = {
  script: {
    reads: ({ narration, seed }) =>
      narration.kind === 'topic' ? { narration, seed } : { text: narration.text ?? null },
    takes: () => [],
  },
  look: {
    reads: ({ look, photos, face }) => (look === undefined ? { photos, face } : { look }),
    takes: () => [],
  },
  voice: {
    // Who speaks with their own recording needs no voice; the clip is then not listened to.
    reads: (options) =>
      options.voice === undefined
        ? { clip: isSpoken(options) ? null : (options.voiceClip ?? null) }
        : { voice: options.voice },
    takes: () => [],
  },
  speech: {
    reads: ({ narration, voiceName, seed }) =>
      narration.kind === 'recording'
        ? { audio: narration.audio, lang: narration.lang }
        : { lang: narration.lang, voiceName, seed },
    takes: (options) => (isSpoken(options) ? [] : ['script', 'voice']),
  },
  timing: {
    reads: () => ({}),
    // The words are looked for in a recording; what was spoken here brings its own times.
    takes: (options) => (isSpoken(options) ? ['script', 'speech'] : ['speech']),
  },
  portrait: {
    reads: ({ background, size, fps, captions, seed }) => ({ background, size, fps, captions, seed }),
    takes: ({ background }) => (background === undefined ? ['look', 'timing', 'script'] : ['look', 'timing']),
  },
  upscale: {
    reads: ({ size, fps }) => ({ size, fps }),
    takes: () => ['portrait'],
  },
  finish: {
    reads: ({ fps }) => ({ fps }),
    takes: () => ['portrait', 'upscale', 'speech', 'timing'],
  },
};

/**
 * The stages of `pipeline` that are made again when `after` is asked for where `before` was made, by `was` if that was
 * another one; in its own order.
 */
export function changedStages(
  pipeline: Pipeline,
  before: SpinOptions,
  after: SpinOptions,
  was: Pipeline = pipeline,
): StageName[] {
  const changed = new Set<StageName>();
  /** Those that only one of the two has: made now, or missing to whoever took what they made. */
  const different = new Set<StageName>();
  for (const stage of [...stagesOf(pipeline), ...stagesOf(was)])
    if (!stagesOf(pipeline).has(stage) || !stagesOf(was).has(stage)) different.add(stage);
  for (const node of pipelineOrder(pipeline))
    if (different.has(node.stage) || isChanged(node, before, after, new Set([...changed, ...different])))
      changed.add(node.stage);
  return [...changed];
}

function stagesOf({ nodes }: Pipeline): ReadonlySet<StageName> {
  return new Set(nodes.map(({ stage }) => stage));
}

function isChanged(
  { stage }: PipelineNode,
  before: SpinOptions,
  after: SpinOptions,
  changed: ReadonlySet<StageName>,
): boolean {
  const { reads, takes } = readings[stage];
  if (!isSame(reads(before), reads(after))) return true;
  return takes(after).some((earlier) => changed.has(earlier));
}

/** Plain JSON: equal when it reads the same; a member that is undefined is none. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) =>
    isSame((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
  );
}
