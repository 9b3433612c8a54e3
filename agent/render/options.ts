// The command line of `myspinbot render`: words in, a checked plan out. It reads no files and starts nothing;
// what is wrong with the words is told here, in full, before any work.
import { parseArgs } from 'node:util';
import {
  colourSchema,
  type Language,
  languages,
  MAX_PHOTOS,
  type Scene,
  type Size,
  scenes,
  sizes,
  type Tone,
  tones,
} from '@myspinbot/shared/project/options.ts';

export type PlannedBackground =
  | { kind: 'keep' }
  | { kind: 'blur' }
  | { kind: 'colour'; colour: string }
  | { kind: 'scene'; scene: Scene }
  | { kind: 'file'; path: string };

export type PlannedNarration =
  | { kind: 'say'; text: string }
  | { kind: 'script'; path: string }
  | { kind: 'recording'; path: string; text?: string }
  | { kind: 'topic'; topic: string; tone: Tone; persona: string; seconds: number };

export interface RenderPlan {
  photos: string[];
  face?: number;
  narration: PlannedNarration;
  voiceClip?: string;
  voiceName?: string;
  lang: Language | 'auto';
  size: Size;
  fps: 24 | 25 | 30;
  /** Absent when nobody asked: the photo's own, or the writer's staging for a topic. */
  background?: PlannedBackground;
  captions: boolean;
  /** Half as wide and high again as `size`. */
  enlarge: boolean;
  seed: number;
  out: string;
  json: boolean;
}

export type ParsedRender =
  | { kind: 'plan'; plan: RenderPlan }
  | { kind: 'help' }
  | { kind: 'wrong'; message: string };

export const renderHelp = `myspinbot render: a talking video from a photo, on this machine, with no app

  myspinbot render --photo me.jpg --say "Hello there" --out bot.mp4

The picture
  --photo FILE            a photo of the face that speaks; repeat it and the best one is taken
  --face N                which face speaks when there are several: 1 is the leftmost (default: the largest)
  --size WxH              ${sizes.join(' | ')} (default 720x720)
  --background WHAT       keep | blur | a colour (#f4ead9) | a picture's path |
                          ${scenes.join(' | ')}
  --enlarge               half as wide and high again; finer with ComfyUI and an upscale model
  --captions on|off       burn the words in (default on); .vtt and .srt are always written
  --fps N                 24 | 25 | 30 (default 25)

The words, one of
  --say TEXT              speak this
  --script FILE           speak the text in this file
  --narration AUDIO       use this recording as it is; --text "its words" makes lips and captions exact
  --topic TEXT            let it be written: by Ollama where it is ready, else from templates
                          (--tone ${tones.join('|')}, --persona WHO, --seconds 5-60)

The voice
  --voice CLIP            match pitch and tone to this clip (matching, not cloning)
  --voice-name NAME       a built-in voice (see --lang)
  --lang CODE             auto | ${languages.join(' ')}

The result
  --out FILE              the video (default bot.mp4)
  --seed N                the same seed gives the same frames (default 1)
  --json                  one JSON object a line on stdout instead of a progress bar
  --help

Exit codes: 0 done, 1 failed, 2 bad usage or input.
`;

const options = {
  photo: { type: 'string', multiple: true },
  face: { type: 'string' },
  say: { type: 'string' },
  script: { type: 'string' },
  narration: { type: 'string' },
  text: { type: 'string' },
  topic: { type: 'string' },
  tone: { type: 'string' },
  persona: { type: 'string' },
  seconds: { type: 'string' },
  voice: { type: 'string' },
  'voice-name': { type: 'string' },
  lang: { type: 'string' },
  size: { type: 'string' },
  background: { type: 'string' },
  captions: { type: 'string' },
  enlarge: { type: 'boolean' },
  seed: { type: 'string' },
  fps: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

class Wrong extends Error {}

const read = (argv: readonly string[]) =>
  parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;

/** Pure. `wrong` carries one sentence that names the option, the rule and the value. */
export function parseRender(argv: readonly string[]): ParsedRender {
  try {
    const values = read(argv);
    if (values.help === true) return { kind: 'help' };
    const photos = values.photo ?? [];
    if (photos.length === 0) throw new Wrong('--photo FILE is needed: whose face speaks?');
    if (photos.length > MAX_PHOTOS) throw new Wrong(`--photo can be given ${MAX_PHOTOS} times at most`);
    const plan: RenderPlan = {
      photos,
      narration: narrationOf(values),
      lang: oneOf('--lang', ['auto', ...languages] as const, values.lang ?? 'auto'),
      size: oneOf('--size', sizes, values.size ?? '720x720'),
      fps: Number(oneOf('--fps', ['24', '25', '30'] as const, values.fps ?? '25')) as RenderPlan['fps'],
      captions: oneOf('--captions', ['on', 'off'] as const, values.captions ?? 'on') === 'on',
      enlarge: values.enlarge === true,
      seed: whole('--seed', values.seed ?? '1', 0, 2 ** 31 - 1),
      out: values.out ?? 'bot.mp4',
      json: values.json === true,
    };
    if (!/\.(mp4|m4v)$/i.test(plan.out)) throw new Wrong(`--out must end in .mp4, not "${plan.out}"`);
    if (values.face !== undefined) plan.face = whole('--face', values.face, 1, 51) - 1;
    if (values.voice !== undefined) plan.voiceClip = values.voice;
    if (values['voice-name'] !== undefined) plan.voiceName = values['voice-name'];
    if (values.background !== undefined) plan.background = backgroundOf(values.background);
    if (plan.narration.kind === 'recording' && (plan.voiceClip ?? plan.voiceName) !== undefined) {
      throw new Wrong('--narration is used as it is: leave --voice and --voice-name away');
    }
    return { kind: 'plan', plan };
  } catch (error) {
    // parseArgs explains unknown and incomplete options itself; its second sentence is for programmers.
    return { kind: 'wrong', message: (error as Error).message.split('. ')[0]! };
  }
}

function narrationOf(values: ReturnType<typeof read>): PlannedNarration {
  const given = (['say', 'script', 'narration', 'topic'] as const).filter(
    (name) => values[name] !== undefined,
  );
  if (given.length === 0) {
    throw new Wrong(
      'what should it say? Give one of --say TEXT, --script FILE, --narration AUDIO, --topic TEXT',
    );
  }
  if (given.length > 1) throw new Wrong(`--${given[0]} and --${given[1]} cannot be given together`);
  if (values.text !== undefined && given[0] !== 'narration') {
    throw new Wrong('--text holds the words of a recording: it goes with --narration');
  }
  for (const name of ['tone', 'persona', 'seconds'] as const) {
    if (values[name] !== undefined && given[0] !== 'topic') throw new Wrong(`--${name} goes with --topic`);
  }
  if (values.say !== undefined) return { kind: 'say', text: values.say };
  if (values.script !== undefined) return { kind: 'script', path: values.script };
  if (values.narration !== undefined) {
    const words = values.text === undefined ? {} : { text: values.text };
    return { kind: 'recording', path: values.narration, ...words };
  }
  return {
    kind: 'topic',
    topic: values.topic ?? '',
    tone: oneOf('--tone', tones, values.tone ?? 'casual'),
    persona: values.persona ?? '',
    seconds: whole('--seconds', values.seconds ?? '20', 5, 60),
  };
}

function backgroundOf(value: string): PlannedBackground {
  if (value === 'keep' || value === 'blur') return { kind: value };
  if ((scenes as readonly string[]).includes(value)) return { kind: 'scene', scene: value as Scene };
  if (value.startsWith('#')) {
    if (!colourSchema.safeParse(value).success) {
      throw new Wrong(`--background ${value} is no colour: write #rgb or #rrggbb`);
    }
    return { kind: 'colour', colour: value };
  }
  return { kind: 'file', path: value };
}

function oneOf<const T extends string>(name: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw new Wrong(`${name} must be one of ${allowed.join(', ')}, not "${value}"`);
  return found;
}

function whole(name: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || value.trim() === '' || number < least || number > most) {
    throw new Wrong(`${name} must be a whole number from ${least} to ${most}, not "${value}"`);
  }
  return number;
}
