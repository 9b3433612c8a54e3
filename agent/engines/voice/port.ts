// The voice capability: from a clip of a person to a voice profile that speech can follow.
// Built in: pitch and tone measured for matching (matching, never cloning).
import { z } from 'zod';
import type { Engine, EngineContext } from '../engine.ts';

export const voiceProfileSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('default') }),
  z.object({
    kind: z.literal('matched'),
    /** Median fundamental frequency of the voiced parts, Hz. */
    pitchHz: z.number().positive(),
    /** Spread of pitch, semitones (standard deviation). */
    pitchSpread: z.number().min(0),
    /** Long-term average spectrum in dB relative to its own mean: [band centre Hz, dB]. */
    tone: z.array(z.tuple([z.number(), z.number()])),
    /** Seconds of speech it was measured on. */
    seconds: z.number().positive(),
  }),
]);
export type VoiceProfile = z.infer<typeof voiceProfileSchema>;

export interface VoiceEngine extends Engine {
  readonly id: `voice/${string}`;
  /** Throws Failure `audio-silent`, `audio-too-short` (< 2 s of speech), `bad-input`. */
  profile(clip: string, context: EngineContext): Promise<VoiceProfile & { notes?: string[] }>;
}
