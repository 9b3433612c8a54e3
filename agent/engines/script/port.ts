// The script capability: from a topic to scene and narration.
import type { Language, Scene, Tone } from '@myspinbot/shared/project/options.ts';
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

export interface Script {
  title: string;
  /** The staging that suits the words. */
  scene: Scene;
  narration: string;
}

export interface ScriptEngine extends Engine {
  readonly id: `script/${string}`;
  write(request: ScriptRequest, context: EngineContext): Promise<Script>;
}
