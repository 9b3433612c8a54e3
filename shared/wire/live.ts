// The conversation by which a device watches a video while it is being made, over the link that moves assets: its frames
// travel between the transfer's, and neither knows the other. Text frames carry these messages as JSON, binary frames
// pieces of the film, a fragmented MP4 that only grows.
//
//   device                                   agent
//   live/watch {job, from, credit}    ->                       (any time while the job is open; remembered)
//                                     <-  live/start {job, film, stream, from, mime, width, height}
//                                     <-  [piece] ...          (as the film grows, never past the credit)
//   live/more {job, bytes}            ->                       (so many more bytes may be sent)
//                                     <-  live/end {job, why}  (finished: every byte of the film was sent)
//   live/stop {job}                   ->
//
// A device that was cut off says on the next link which film it has and up to where. Another film (the agent started
// again, a second attempt) begins at 0 whatever was said. A job without a film is never started and merely ends.
// What is malformed ends the link; a type that is not known here comes from a newer peer and is passed over.
import { z } from 'zod';
import { jobIdSchema } from '../job/job.ts';
import type { Decoded } from './transfer.ts';

/** Bytes of film in one frame: with its header it fits every data channel's message. */
export const MAX_LIVE_PIECE = 60 * 1024;
/** What a watcher may have let be sent and not taken: two or three seconds of film in a large size. */
export const LIVE_WINDOW = 1024 * 1024;
/** Most credit an agent keeps for one watcher, whatever it is granted. */
export const MAX_LIVE_CREDIT = 4 * LIVE_WINDOW;
/** Films one link may watch at once. */
export const MAX_LIVE_WATCHES = 4;
/** The longest message is a start, of about 300 characters. */
export const MAX_LIVE_TEXT = 1024;
/** Far beyond ten minutes of the largest picture; every offset below it is an exact number. */
const MAX_FILM_BYTES = 2 ** 40;

const offset = z.int().min(0).max(MAX_FILM_BYTES);
const film = z.string().regex(/^[0-9a-z]{8,40}$/);
const side = z.int().min(1).max(16_384);

export const liveMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('live/watch'),
    job: jobIdSchema,
    /** The film that `from` bytes are there of; absent at the beginning. */
    film: film.optional(),
    from: offset,
    credit: z.int().min(1).max(MAX_LIVE_CREDIT),
  }),
  z.object({
    type: z.literal('live/more'),
    job: jobIdSchema,
    bytes: z.int().min(1).max(MAX_LIVE_CREDIT),
  }),
  z.object({ type: z.literal('live/stop'), job: jobIdSchema }),
  z.object({
    type: z.literal('live/start'),
    job: jobIdSchema,
    film,
    /** What the film's pieces are marked with on this link. */
    stream: z.int().min(0).max(0xffff_ffff),
    from: offset,
    /** For `MediaSource.isTypeSupported`. */
    mime: z.string().regex(/^video\/mp4; codecs="avc1\.[0-9a-f]{6}(, mp4a\.40\.[0-9]{1,2})?"$/),
    width: side,
    height: side,
  }),
  z.object({
    type: z.literal('live/end'),
    job: jobIdSchema,
    /** `unknown`: there is no such job, or it is not this device's to see. */
    why: z.enum(['finished', 'failed', 'cancelled', 'unknown']),
  }),
]);
export type LiveMessage = z.infer<typeof liveMessageSchema>;
export type LiveEnd = Extract<LiveMessage, { type: 'live/end' }>['why'];

/** Whether a text frame is of this conversation; cheap, so that a long offer is not parsed twice. */
export function isLiveText(frame: string): boolean {
  return frame.startsWith('{"type":"live/');
}

/** Decodes one text frame. `unknown` = a type this version does not know: pass it over. */
export function decodeLive(raw: string): Decoded<LiveMessage> {
  if (raw.length > MAX_LIVE_TEXT) return { ok: false, unknown: false, why: 'too long' };
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    return { ok: false, unknown: false, why: 'not JSON' };
  }
  const parsed = liveMessageSchema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const type = (json as { type?: unknown } | null)?.type;
  const known = liveMessageSchema.options.some((option) => option.shape.type.value === type);
  return {
    ok: false,
    unknown: typeof type === 'string' && !known,
    why: parsed.error.issues[0]?.message ?? '',
  };
}

/** The type comes first: that is how a frame is told from the transfer's. */
export function encodeLive({ type, ...rest }: LiveMessage): string {
  return JSON.stringify({ type, ...rest });
}
