// The script capability: from a topic to scene and narration.
import { type Language, type Scene, scenes, type Tone } from '@myspinbot/shared/project/options.ts';
import { z } from 'zod';
import type { Engine, EngineContext } from '../engine.ts';

export interface ScriptRequest {
  topic: string;
  tone: Tone;
  /** Who speaks ("a retired pirate"); may be empty. */
  persona: string;
  /** Wanted length of the narration in seconds of speech. */
  seconds: number;
  lang: Language;
  seed: number;
}

/** A part of the talk with its staging, for engines that draw a picture to it. */
export const scriptSceneSchema = z.object({
  /** The drawn backdrop that comes nearest. */
  backdrop: z.enum(scenes),
  /** What is to be seen, in a few English words; may be empty. */
  picture: z.string().max(300),
  narration: z.string(),
});
export type ScriptScene = z.infer<typeof scriptSceneSchema>;

export interface Script {
  title: string;
  /** The staging that suits the words. */
  scene: Scene;
  /** All that is spoken. */
  narration: string;
  /** The same words part by part, in order, by a writer that thinks in scenes. */
  scenes?: readonly ScriptScene[];
  /** How it turned out, when the writer says so. */
  tone?: Tone;
  /** What a person should know of how it was written. */
  notes?: readonly string[];
}

export interface ScriptEngine extends Engine {
  readonly id: `script/${string}`;
  write(request: ScriptRequest, context: EngineContext): Promise<Script>;
}
