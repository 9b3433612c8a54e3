// The JSON that flows between stages and is stored as artifacts: one schema per stage. Files are asset
// references; everything else is plain data.
import { assetRefSchema } from '@myspinbot/shared/asset/asset.ts';
import { languages, scenes, tones } from '@myspinbot/shared/project/options.ts';
import { faceChoiceSchema, faceMeshSchema } from '@myspinbot/shared/puppet/face-mesh.ts';
import { phoneSchema, timingSchema, wordSchema } from '@myspinbot/shared/speech/timing.ts';
import { z } from 'zod';
import { scriptSceneSchema } from '../engines/script/port.ts';
import { voiceProfileSchema } from '../engines/voice/port.ts';

const notes = z.array(z.string()).default([]);

export const scriptOutputSchema = z.object({
  /** Null when the narration is a recording without known words. */
  text: z.string().nullable(),
  title: z.string().default(''),
  /** Set when the writer chose a staging; the person's own choice goes before it. */
  scene: z.enum(scenes).nullable().default(null),
  /** The same words part by part with what is to be seen; empty when the writer does not think in scenes. */
  scenes: z.array(scriptSceneSchema).default([]),
  tone: z.enum(tones).nullable().default(null),
  notes,
});
export type ScriptOutput = z.infer<typeof scriptOutputSchema>;

export const lookOutputSchema = z.object({
  photo: assetRefSchema,
  matte: assetRefSchema,
  width: z.int(),
  height: z.int(),
  mesh: faceMeshSchema,
  faces: z.array(faceChoiceSchema),
  notes,
});
export type LookOutput = z.infer<typeof lookOutputSchema>;

export const voiceOutputSchema = z.object({ profile: voiceProfileSchema, notes });
export type VoiceOutput = z.infer<typeof voiceOutputSchema>;

export const speechOutputSchema = z.object({
  wav: assetRefSchema,
  durationMs: z.number(),
  lang: z.union([z.enum(languages), z.literal('auto')]),
  voiceName: z.string().nullable(),
  /** Null when the sound is a person's recording. */
  known: z.object({ phones: z.array(phoneSchema), words: z.array(wordSchema) }).nullable(),
  notes,
});
export type SpeechOutput = z.infer<typeof speechOutputSchema>;

export const timingOutputSchema = z.object({ timing: timingSchema, notes });
export type TimingOutput = z.infer<typeof timingOutputSchema>;

export const portraitOutputSchema = z.object({
  video: assetRefSchema,
  frames: z.int(),
  encoderShare: z.number(),
  notes,
});
export type PortraitOutput = z.infer<typeof portraitOutputSchema>;

export const upscaleOutputSchema = z.object({
  video: assetRefSchema,
  width: z.int(),
  height: z.int(),
  notes,
});
export type UpscaleOutput = z.infer<typeof upscaleOutputSchema>;

export const finishOutputSchema = z.object({
  video: assetRefSchema,
  poster: assetRefSchema,
  vtt: assetRefSchema.nullable(),
  srt: assetRefSchema.nullable(),
  durationMs: z.number(),
  width: z.int(),
  height: z.int(),
  loudness: z.object({ lufs: z.number(), truePeakDb: z.number() }),
  notes,
});
export type FinishOutput = z.infer<typeof finishOutputSchema>;
