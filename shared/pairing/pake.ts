// The exchange that turns a short shared password into proof that both sides know it, without telling it to
// anybody who listens or pretends: SPAKE2+ (draft-bar-cfrg-spake2plus-02, as in Matter's PASE) by matter.js, bound to
// the pairing's context, so that a go-between with keys of its own gets nothing but one wrong guess.
import { Bytes, ec, Spake2p, StandardCrypto } from '@matter/general';
import { fromBase64Url, joined, toBase64Url } from './bytes.ts';

/** A guess is bounded by attempts, not by the cost of one; this only makes a stolen transcript useless in bulk. */
const ITERATIONS = 2000;
const W_BYTES = 40;
const SHARE_BYTES = 65;

/** What one side sends to the other: base64url. */
export interface AgentAnswer {
  /** The agent's share, and its proof that it knows the password. */
  share: string;
  confirm: string;
  /** What the device must send to prove the same. */
  expects: string;
}

/**
 * The device's side, first half. `share` goes to the agent; `finish` takes the answer and returns the proof to
 * send, or undefined when the agent does not know the password (a wrong code, or somebody in between).
 */
export async function deviceExchange(
  password: string,
  invitation: string,
): Promise<{
  share: string;
  finish(context: Uint8Array, answer: { share: string; confirm: string }): Promise<string | undefined>;
}> {
  const crypto = new StandardCrypto();
  const { w0, w1 } = await secrets(crypto, password, invitation);
  const random = crypto.randomBigInt(32, ec.p256.Point.CURVE().n);
  // The share does not depend on the context, which is known only when the agent has said its key.
  const share = new Spake2p(crypto, new Uint8Array(0), random, w0).computeX();
  return {
    share: toBase64Url(Bytes.of(share)),
    async finish(context, answer) {
      const theirs = fromBase64Url(answer.share);
      if (theirs?.length !== SHARE_BYTES) return undefined;
      try {
        const { hAY, hBX } = await new Spake2p(crypto, context, random, w0).computeSecretAndVerifiersFromY(
          w1,
          share,
          theirs,
        );
        return sameText(toBase64Url(Bytes.of(hBX)), answer.confirm) ? toBase64Url(Bytes.of(hAY)) : undefined;
      } catch {
        // Not a point of the curve.
        return undefined;
      }
    },
  };
}

/** The agent's side, whole. Undefined when the device's share is no point of the curve. */
export async function agentExchange(
  password: string,
  invitation: string,
  context: Uint8Array,
  deviceShare: string,
): Promise<AgentAnswer | undefined> {
  const crypto = new StandardCrypto();
  const theirs = fromBase64Url(deviceShare);
  if (theirs?.length !== SHARE_BYTES) return undefined;
  const { w0, w1 } = await secrets(crypto, password, invitation);
  try {
    const L = ec.p256.Point.BASE.multiply(w1).toBytes(false);
    const exchange = Spake2p.create(crypto, context, w0);
    const share = exchange.computeY();
    const { hAY, hBX } = await exchange.computeSecretAndVerifiersFromX(L, theirs, share);
    return {
      share: toBase64Url(Bytes.of(share)),
      confirm: toBase64Url(Bytes.of(hBX)),
      expects: toBase64Url(Bytes.of(hAY)),
    };
  } catch {
    return undefined;
  }
}

async function secrets(crypto: StandardCrypto, password: string, invitation: string) {
  const ws = Bytes.of(
    await crypto.createPbkdf2Key(
      joined(['myspinbot 1', password]),
      joined(['myspinbot 1', 'pairing salt', invitation]),
      ITERATIONS,
      W_BYTES * 2,
    ),
  );
  const { n } = ec.p256.Point.CURVE();
  const w0 = ec.mod(Bytes.asBigInt(ws.slice(0, W_BYTES)), n);
  const w1 = ec.mod(Bytes.asBigInt(ws.slice(W_BYTES)), n);
  return { w0, w1 };
}

/** Compares without telling by its duration where the difference is. */
export function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}
