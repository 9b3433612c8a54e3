// The conversation by which a device and the agent open a direct link, carried by the sync socket of the device's first
// room as messages of a type of their own (SIGNAL_MESSAGE, then one text). Who is at the other end of that socket was
// proved when it opened; what is said here is signed all the same, since it decides which key the link will trust.
//
//   device                                               agent
//   signal/offer {peer, sdp, signature}           ->            (verifies the device's signature; makes its end)
//   signal/candidate {peer, candidate} ...        ->            (none are needed: the agent is reached, not called)
//                                                 <-  signal/answer {peer, sdp, signature}
//                                                 <-  signal/candidate {peer, candidate} ...
//   (verifies; both ends meet; the first frame on the link is a hello)
//   signal/end {peer}  from either side: over, whatever its state.   signal/refuse {peer, why}: the agent will not.
//
// Signed, by the paired key of whoever describes itself: pairing/statements.ts, `signals`. Only those fingerprints are
// ever trusted. Addresses are not signed: a wrong one leads nowhere.
import { z } from 'zod';
import { MAX_CANDIDATE, MAX_SDP } from '../direct/description.ts';
import { nonceSchema, signatureSchema } from './pairing.ts';

/** The type of these among the messages of a sync socket; 0 to 3 are y-protocols'. */
export const SIGNAL_MESSAGE = 16;
/** Longest text of this conversation. */
export const MAX_SIGNAL_TEXT = 32 * 1024;

/** busy: too many links. unavailable: this workstation has no WebRTC. not-allowed, bad-signature, bad-description: no. */
export const signalRefusals = [
  'busy',
  'unavailable',
  'not-allowed',
  'bad-signature',
  'bad-description',
] as const;
export type SignalRefusal = (typeof signalRefusals)[number];

/** Chosen by the device, 16 random bytes: one attempt, one link. */
const peer = nonceSchema;
const sdp = z.string().min(1).max(MAX_SDP);

export const signalMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('signal/offer'), peer, sdp, signature: signatureSchema }),
  z.object({ type: z.literal('signal/answer'), peer, sdp, signature: signatureSchema }),
  z.object({ type: z.literal('signal/candidate'), peer, candidate: z.string().min(1).max(MAX_CANDIDATE) }),
  z.object({
    type: z.literal('signal/refuse'),
    peer,
    why: z.enum(signalRefusals),
    hint: z.string().max(400).optional(),
  }),
  z.object({ type: z.literal('signal/end'), peer }),
]);
export type SignalMessage = z.infer<typeof signalMessageSchema>;

export type DecodedSignal =
  | { ok: true; value: SignalMessage }
  /** `unknown` = a type this version does not know: count it and go on. */
  | { ok: false; unknown: boolean; why: string };

/** Never throws. */
export function decodeSignal(raw: string): DecodedSignal {
  if (raw.length > MAX_SIGNAL_TEXT) return { ok: false, unknown: false, why: 'too long' };
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    return { ok: false, unknown: false, why: 'not JSON' };
  }
  const parsed = signalMessageSchema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const type = (json as { type?: unknown } | null)?.type;
  const known = signalMessageSchema.options.some((option) => option.shape.type.value === type);
  return {
    ok: false,
    unknown: typeof type === 'string' && !known,
    why: parsed.error.issues[0]?.message ?? '',
  };
}

export function encodeSignal(message: SignalMessage): string {
  return JSON.stringify(message);
}
