// What a person may ask of a video: the one schema behind the command line, the HTTP API and the app.
// It owns names, limits and defaults; it does not know how any of it is made.
import { z } from 'zod';
import { type AssetHash, assetHashSchema } from '../asset/asset.ts';

export const sizes = ['720x720', '1080x1080', '720x1280', '1280x720'] as const;
export type Size = (typeof sizes)[number];

export const tones = ['casual', 'formal', 'playful', 'dramatic'] as const;
export type Tone = (typeof tones)[number];

/** Drawn backdrops that ship with the product. */
export const scenes = [
  'studio',
  'newsroom',
  'stage',
  'night-city',
  'meadow',
  'classroom',
  'space',
  'plain',
] as const;
export type Scene = (typeof scenes)[number];

/** BCP 47 primary tags of the languages the built-in speech speaks. */
export const languages = [
  'en',
  'de',
  'fr',
  'es',
  'it',
  'pt',
  'nl',
  'pl',
  'sv',
  'da',
  'nb',
  'fi',
  'cs',
  'tr',
  'el',
  'ro',
  'hu',
  'ru',
  'uk',
  'ar',
  'hi',
] as const;
export type Language = (typeof languages)[number];

/** Longest narration, in characters of text: about ten minutes of speech. */
export const MAX_SCRIPT_CHARS = 10_000;
/** Longest recording that can be narrated, in seconds. */
export const MAX_NARRATION_SECONDS = 600;
export const MIN_NARRATION_SECONDS = 0.5;
export const MAX_PHOTOS = 12;

/** `#rgb` or `#rrggbb`. */
export const colourSchema = z
  .string()
  .regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, 'a colour is #rgb or #rrggbb');

export const backgroundSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('keep') }),
  z.object({ kind: z.literal('blur') }),
  z.object({ kind: z.literal('colour'), colour: colourSchema }),
  z.object({ kind: z.literal('image'), image: assetHashSchema }),
  z.object({ kind: z.literal('scene'), scene: z.enum(scenes) }),
]);
export type Background = z.infer<typeof backgroundSchema>;

const langField = z.union([z.literal('auto'), z.enum(languages)]).default('auto');

export const narrationSchema = z.discriminatedUnion('kind', [
  /** The person's own words. */
  z.object({ kind: z.literal('text'), text: z.string().max(MAX_SCRIPT_CHARS), lang: langField }),
  /** The person's own recording, spoken as it is; `text` are its words when known. */
  z.object({
    kind: z.literal('recording'),
    audio: assetHashSchema,
    text: z.string().max(MAX_SCRIPT_CHARS).optional(),
    lang: langField,
  }),
  /** Let the script writer write it. */
  z.object({
    kind: z.literal('topic'),
    topic: z.string().max(300),
    tone: z.enum(tones).default('casual'),
    persona: z.string().max(120).default(''),
    seconds: z.int().min(5).max(60).default(20),
    lang: langField,
  }),
]);
export type Narration = z.infer<typeof narrationSchema>;

/** SHA-256 of a stage's recipe: the name of what it made. */
export const fingerprintSchema = z.string().regex(/^[0-9a-f]{64}$/);

export const spinOptionsSchema = z.object({
  photos: z.array(assetHashSchema).min(1).max(MAX_PHOTOS),
  /** Which face speaks when the chosen photo has several: index in reading order (left to right). */
  face: z.int().min(0).max(50).optional(),
  narration: narrationSchema,
  /** A look and a voice that were trained before, by name: used as they are instead of being made again. */
  look: fingerprintSchema.optional(),
  voice: fingerprintSchema.optional(),
  /** A clip whose pitch and tone the speech is matched to. */
  voiceClip: assetHashSchema.optional(),
  /** Built-in voice by name; absent = the language's default. */
  voiceName: z.string().max(60).optional(),
  size: z.enum(sizes).default('720x720'),
  fps: z.union([z.literal(24), z.literal(25), z.literal(30)]).default(25),
  /** Absent = no wish: the writer's own staging when it wrote the script, else the photo's background is kept. */
  background: backgroundSchema.optional(),
  captions: z.boolean().default(true),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
});
/** Everything that decides a video, as asked. */
export type SpinOptions = z.infer<typeof spinOptionsSchema>;
export type SpinOptionsInput = z.input<typeof spinOptionsSchema>;

/** Every asset a job cannot start without, each once. */
export function assetsNamed(options: SpinOptions): AssetHash[] {
  const hashes = new Set<AssetHash>(options.photos);
  if (options.voiceClip !== undefined) hashes.add(options.voiceClip);
  if (options.narration.kind === 'recording') hashes.add(options.narration.audio);
  if (options.background?.kind === 'image') hashes.add(options.background.image);
  return [...hashes];
}

/** Width and height in pixels of a named size. */
export function sizePixels(size: Size): { width: number; height: number } {
  const [width, height] = size.split('x').map(Number) as [number, number];
  return { width, height };
}
