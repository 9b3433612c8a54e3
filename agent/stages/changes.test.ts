// What the app says beforehand about stages that are made again, held against what the stages really read: each option is
// changed in turn, and outputs are invented from the fingerprint of what made them.
import { type StageName, stageNames } from '@myspinbot/shared/job/job.ts';
import { changedStages } from '@myspinbot/shared/pipeline/changes.ts';
import { pipelineOrder } from '@myspinbot/shared/pipeline/graph.ts';
import { shippedPipelines } from '@myspinbot/shared/pipeline/shipped.ts';
import {
  type SpinOptions,
  type SpinOptionsInput,
  spinOptionsSchema,
} from '@myspinbot/shared/project/options.ts';
import { FACE_POINTS } from '@myspinbot/shared/puppet/face-mesh.ts';
import { expect, test } from 'vitest';
import { fingerprint } from '../queue/fingerprint.ts';
import type { Earlier } from './stage.ts';
import { outputSchemas, stages } from './stages.ts';

const hash = (digit: string) => digit.repeat(64);
const portrait = shippedPipelines.get('portrait')!;

const narrations = {
  text: { kind: 'text', text: 'Hello', lang: 'en' },
  recording: { kind: 'recording', audio: hash('d'), text: 'Hello', lang: 'en' },
  topic: { kind: 'topic', topic: 'The sea', tone: 'casual', persona: '', seconds: 20, lang: 'en' },
} as const satisfies Record<string, SpinOptionsInput['narration']>;

/** An output in the form the stage promises, different in every part for every fingerprint. */
function invented(stage: StageName, made: string, options: SpinOptions): unknown {
  const number = Number.parseInt(made.slice(0, 8), 16) + 1;
  const file = (type: string) => ({ hash: made, bytes: 1, type });
  const word = { text: made.slice(0, 8), startMs: 0, endMs: 1, endsSentence: false };
  const isWritten = options.narration.kind === 'topic';
  const outputs: Record<StageName, unknown> = {
    // Only a writer chooses a staging, and nobody knows the words of a recording that came without.
    script: {
      text: options.narration.kind === 'recording' && options.narration.text === undefined ? null : made,
      title: made,
      scene: isWritten ? (number % 2 === 0 ? 'space' : 'meadow') : null,
    },
    look: {
      photo: file('image/png'),
      matte: file('image/png'),
      width: number,
      height: number,
      mesh: {
        points: new Array(FACE_POINTS * 3).fill(number),
        box: { x: number, y: 0, width: 1, height: 1 },
        yaw: 0,
        pitch: 0,
        roll: 0,
        eyeDistance: number,
        detection: 1,
        presence: 1,
      },
      faces: [],
    },
    voice: { profile: { kind: 'matched', pitchHz: number, pitchSpread: 1, tone: [], seconds: 3 } },
    speech: {
      wav: file('audio/wav'),
      durationMs: number,
      lang: 'en',
      voiceName: null,
      known:
        options.narration.kind === 'recording'
          ? null
          : { phones: [{ phone: 'a', startMs: 0, endMs: number, stress: 0 }], words: [word] },
    },
    timing: {
      timing: { durationMs: number, source: 'engine', phones: [], words: [word], energy: [number] },
    },
    portrait: { video: file('video/mp4'), frames: number, encoderShare: 1 },
    upscale: { video: file('video/mp4'), width: number, height: number },
    finish: {
      video: file('video/mp4'),
      poster: file('image/jpeg'),
      vtt: null,
      srt: null,
      durationMs: number,
      width: 1,
      height: 1,
      loudness: { lufs: -16, truePeakDb: -1 },
    },
  };
  return outputSchemas[stage].parse(outputs[stage]);
}

/** The fingerprint of every stage of one job, as the runner would make them. */
function fingerprints(options: SpinOptions): Map<StageName, string> {
  const earlier: Earlier = {};
  const made = new Map<StageName, string>();
  for (const { stage, params } of pipelineOrder(portrait)) {
    const { version, uses, ingredients } = stages[stage];
    const engines = uses(options).map((id) => ({ id, version: '1' }));
    const recipe = { stage, version, engines, params, ingredients: ingredients(options, earlier) };
    made.set(stage, fingerprint(recipe));
    earlier[stage] = invented(stage, made.get(stage)!, options);
  }
  return made;
}

const parse = (input: SpinOptionsInput) => spinOptionsSchema.parse(input);
type Change = [string, (from: SpinOptionsInput) => Partial<SpinOptionsInput>];
const changes: Change[] = [
  ['photos', () => ({ photos: [hash('b')] })],
  ['face', () => ({ face: 1 })],
  ['voiceClip', () => ({ voiceClip: hash('e') })],
  ['voiceName', () => ({ voiceName: 'en-bright' })],
  ['size', () => ({ size: '1080x1080' })],
  ['fps', () => ({ fps: 30 })],
  ['background', () => ({ background: { kind: 'blur' } })],
  ['captions', () => ({ captions: false })],
  ['seed', () => ({ seed: 7 })],
  [
    'narration.lang',
    ({ narration }) => ({ narration: { ...narration, lang: 'de' } as SpinOptionsInput['narration'] }),
  ],
  ...Object.values(narrations).map(
    (narration): Change => [`narration: ${narration.kind}`, () => ({ narration })],
  ),
  ['text', () => ({ narration: { ...narrations.text, text: 'Bye' } })],
  ['recording', () => ({ narration: { ...narrations.recording, audio: hash('f') } })],
  ['words of the recording', () => ({ narration: { ...narrations.recording, text: 'Bye' } })],
  ['topic', () => ({ narration: { ...narrations.topic, topic: 'The hills' } })],
  ['tone', () => ({ narration: { ...narrations.topic, tone: 'formal' } })],
  ['persona', () => ({ narration: { ...narrations.topic, persona: 'a pirate' } })],
  ['seconds', () => ({ narration: { ...narrations.topic, seconds: 30 } })],
];

test('every option has its turn', () => {
  // A look and a voice that were made before stand in for a whole stage: the runner reads those two, not a stage.
  const named = new Set([...changes.map(([name]) => name), 'narration', 'look', 'voice']);
  for (const option of Object.keys(spinOptionsSchema.shape)) expect(named).toContain(option);
});

for (const narration of Object.values(narrations)) {
  for (const background of [undefined, { kind: 'keep' }] as const) {
    test.each(changes)(
      `from ${narration.kind}, ${background === undefined ? 'no wish for a backdrop' : 'the photo kept'}: %s`,
      (_name, change) => {
        const from: SpinOptionsInput = { photos: [hash('a')], narration, background };
        const before = parse(from);
        const after = parse({ ...from, ...change(from) });
        const [old, now] = [fingerprints(before), fingerprints(after)];
        const really = stageNames.filter((stage) => old.get(stage) !== now.get(stage));
        expect(new Set(changedStages(portrait, before, after))).toEqual(new Set(really));
      },
    );
  }
}
