// The timing capability: when each sound is made. From the engine's own phones, from a recording and its
// text (alignment), or from a recording alone (regression).
import type { Language } from '@myspinbot/shared/project/options.ts';
import type { Phone, Timing, Word } from '@myspinbot/shared/speech/timing.ts';
import type { Engine, EngineContext } from '../engine.ts';

export interface TimingRequest {
  /** Mono 16-bit WAV, 48 kHz. */
  wav: string;
  /** Known times, when the sound was synthesised. */
  known?: { phones: Phone[]; words: Word[] };
  /** The words of a recording, when known. */
  text?: string;
  lang: Language | 'auto';
}

export interface TimingEngine extends Engine {
  readonly id: `timing/${string}`;
  /** Notes say when an alignment was refused and the sound alone was used. */
  time(request: TimingRequest, context: EngineContext): Promise<{ timing: Timing; notes: string[] }>;
}
