// The finish capability: picture and sound become the file a person watches, with captions beside it.
import type { Word } from '@myspinbot/shared/speech/timing.ts';
import type { Engine, EngineContext } from '../engine.ts';

export interface FinishRequest {
  /** Silent H.264 MP4. */
  video: string;
  /** Mono 16-bit WAV, 48 kHz. */
  wav: string;
  words: readonly Word[];
  durationMs: number;
  fps: number;
}

export interface Finished {
  /** H.264 + AAC 48 kHz MP4, faststart, -16 LUFS. */
  video: string;
  /** JPEG. */
  poster: string;
  /** Absent when no words are known. */
  vtt?: string;
  srt?: string;
  durationMs: number;
  width: number;
  height: number;
  /** Integrated loudness and true peak of the sound that was joined. */
  loudness: { lufs: number; truePeakDb: number };
}

export interface FinishEngine extends Engine {
  readonly id: `finish/${string}`;
  finish(request: FinishRequest, context: EngineContext): Promise<Finished>;
}
