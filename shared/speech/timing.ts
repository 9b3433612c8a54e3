// What is said and when: the record that flows from speech to timing to portrait and captions.
// It owns the form; who measured the times (engine events, alignment, regression) is named in `source`.
import { z } from 'zod';

/** One phone. `phone` is IPA (one segment, no stress marks, length mark allowed); '' is silence. */
export const phoneSchema = z.object({
  phone: z.string().max(8),
  startMs: z.number().min(0),
  endMs: z.number().min(0),
  /** 0 none, 1 secondary, 2 primary. */
  stress: z.int().min(0).max(2).default(0),
});
export type Phone = z.infer<typeof phoneSchema>;

export const wordSchema = z.object({
  text: z.string().max(200),
  startMs: z.number().min(0),
  endMs: z.number().min(0),
  /** True when a line or sentence ends after this word; captions may break here. */
  endsSentence: z.boolean().default(false),
});
export type Word = z.infer<typeof wordSchema>;

/** Mouth shape over time measured from sound alone (no text): 100 values a second, each 0..1. */
export const mouthTrackSchema = z.object({
  jaw: z.array(z.number()),
  wide: z.array(z.number()),
  round: z.array(z.number()),
  close: z.array(z.number()),
});
export type MouthTrack = z.infer<typeof mouthTrackSchema>;

export const TRACK_HZ = 100;

export const timingSchema = z.object({
  durationMs: z.number().positive(),
  source: z.enum(['engine', 'alignment', 'regression']),
  phones: z.array(phoneSchema),
  words: z.array(wordSchema),
  /** Loudness of the sound, 100 values a second, 0 (silence) to 1 (the clip's loud speech). */
  energy: z.array(z.number()),
  /** Only when `source` is 'regression'. */
  mouth: mouthTrackSchema.optional(),
});
export type Timing = z.infer<typeof timingSchema>;
