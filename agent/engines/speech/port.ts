// The speech capability: from text to sound with times, following a voice profile.
import type { VoiceEntry } from '@myspinbot/shared/document/agent-entry.ts';
import type { Language } from '@myspinbot/shared/project/options.ts';
import type { Phone, Word } from '@myspinbot/shared/speech/timing.ts';
import type { Engine, EngineContext } from '../engine.ts';
import type { VoiceProfile } from '../voice/port.ts';

export interface SpeechRequest {
  text: string;
  /** 'auto' = guess from the text. */
  lang: Language | 'auto';
  voice: VoiceProfile;
  voiceName?: string;
  seed: number;
}

export interface Speech {
  /** Mono 16-bit WAV, 48 kHz, in the work directory, with 150 ms silence before and 300 ms after the words. */
  wav: string;
  durationMs: number;
  lang: Language;
  /** Name of the voice that spoke. */
  voiceName: string;
  /** Exact times from the engine, on the same clock as `wav`. */
  phones: Phone[];
  words: Word[];
  /** "The language was taken for German", "3 emoji were left out". */
  notes: string[];
}

export interface SpeechEngine extends Engine {
  readonly id: `speech/${string}`;
  voices(): readonly VoiceEntry[];
  /** Throws Failure `text-empty`, `text-too-long`, `language-unknown`, `bad-input` (unknown voice name). */
  speak(request: SpeechRequest, context: EngineContext): Promise<Speech>;
}
