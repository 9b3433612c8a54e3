// The conversation between the agent and the process that has the WebRTC library. Both sides decode what they get: the
// child speaks with strangers in native code, and what it says is believed no more than they are.
//
//   agent                     child
//   ask                  ->   ready | missing            at its start and before each call: is it there, does it answer?
//   peer/make            ->   peer/signal*, peer/open, peer/failed?, peer/gone
//   peer/signal          ->
//   peer/send {message}  ->   peer/room {handled, waits}     after so many of them, and while any wait in the channel
//   peer/took {taken}    <->  peer/message {message}         the child gives up a peer whose messages nobody takes
//   peer/end             ->   peer/gone
import { z } from 'zod';

/** What a message costs besides its bytes: empty ones count too. */
export const MESSAGE_COST = 64;

const peer = z.int().nonnegative();
const count = z.int().nonnegative();
/** Text, or bytes in a view of their own. */
const message = z.custom<string | Uint8Array>((raw) => typeof raw === 'string' || raw instanceof Uint8Array);
const signal = z.object({
  type: z.string(),
  sdp: z.string().optional(),
  candidate: z
    .object({
      candidate: z.string(),
      sdpMLineIndex: z.number().nullish(),
      sdpMid: z.string().nullish(),
    })
    .optional(),
});

export const toChildSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ask') }),
  z.object({ type: z.literal('peer/make'), peer, side: z.enum(['calls', 'answers']) }),
  z.object({ type: z.literal('peer/signal'), peer, signal }),
  z.object({ type: z.literal('peer/send'), peer, message }),
  /** Of its messages so much was taken in all: bytes or signs, and MESSAGE_COST each. */
  z.object({ type: z.literal('peer/took'), peer, taken: count }),
  z.object({ type: z.literal('peer/end'), peer }),
]);
export type ToChild = z.infer<typeof toChildSchema>;

export const fromChildSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('missing'), why: z.string() }),
  z.object({ type: z.literal('peer/signal'), peer, signal }),
  z.object({ type: z.literal('peer/open'), peer }),
  z.object({ type: z.literal('peer/message'), peer, message }),
  /** `handled`: given to the channel in all. `waits`: of that, what the channel has not sent. */
  z.object({ type: z.literal('peer/room'), peer, handled: count, waits: count }),
  z.object({ type: z.literal('peer/failed'), peer, why: z.string() }),
  z.object({ type: z.literal('peer/gone'), peer }),
]);
export type FromChild = z.infer<typeof fromChildSchema>;
