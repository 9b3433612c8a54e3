// What is signed with the paired keys: every statement begins with its purpose, so that a signature made for one
// thing is never good for another. Signatures are ECDSA P-256 with SHA-256 in the r|s form (64 bytes).
import { joined } from './bytes.ts';

const VERSION = 'myspinbot 1';

/** Everything that two sides who pair must agree on; what the shared password is bound to. */
export interface PairingContext {
  invitation: string;
  agentKey: string;
  deviceKey: string;
  deviceName: string;
  deviceKind: string;
}

export function pairingContext(context: PairingContext): Uint8Array {
  const { invitation, agentKey, deviceKey, deviceName, deviceKind } = context;
  return joined([VERSION, 'pairing', invitation, agentKey, deviceKey, deviceName, deviceKind]);
}

/** The device's word that it holds its key, over both shares of this exchange. */
export function deviceJoins(context: PairingContext, shares: { device: string; agent: string }): Uint8Array {
  return concat(pairingContext(context), joined(['device joins', shares.device, shares.agent]));
}

/** The agent's word that this device is paired, and as what. */
export function agentAccepts(
  context: PairingContext,
  accepted: { device: string; role: string; project: string },
): Uint8Array {
  return concat(
    pairingContext(context),
    joined(['agent accepts', accepted.device, accepted.role, accepted.project]),
  );
}

/** The device's wish to speak: by it the agent tells the device, and nobody else, what it is now. */
export function deviceAsks(fields: { agent: string; device: string; deviceNonce: string }): Uint8Array {
  return joined([VERSION, 'device asks', fields.agent, fields.device, fields.deviceNonce]);
}

/** The agent's answer to a device that wants to speak: proves that this is the agent that was paired. */
export function agentChallenges(fields: {
  agent: string;
  device: string;
  deviceNonce: string;
  nonce: string;
}): Uint8Array {
  return joined([VERSION, 'agent challenges', fields.agent, fields.device, fields.deviceNonce, fields.nonce]);
}

/** The device's answer. `purpose` is "token", or "socket" and the path it opens. */
export function deviceProves(fields: {
  agent: string;
  device: string;
  nonce: string;
  purpose: string;
}): Uint8Array {
  return joined([VERSION, 'device proves', fields.agent, fields.device, fields.nonce, fields.purpose]);
}

/** The agent's word that a device was removed, and whether what the app kept there should be erased. */
export function agentRemoves(fields: {
  agent: string;
  device: string;
  deviceNonce: string;
  erase: boolean;
}): Uint8Array {
  return joined([
    VERSION,
    'agent removes',
    fields.agent,
    fields.device,
    fields.deviceNonce,
    String(fields.erase),
  ]);
}

/** One side's description of its end of a direct link; whose it is, and which end it answers. */
export interface Signals {
  agent: string;
  device: string;
  /** The attempt, as the device named it. */
  peer: string;
  side: 'agent' | 'device';
  /** Of the certificate that this end will show: "AB:CD:...". */
  fingerprint: string;
  /** The fingerprint that an answer answers; empty in an offer. */
  answers: string;
  /** The whole description as it is sent, so that nothing of it can be changed on the way. */
  sdp: string;
}

/** A side's word on how its end of a direct link is recognised. */
export function signals(fields: Signals): Uint8Array {
  const { agent, device, peer, side, fingerprint, answers, sdp } = fields;
  return joined([VERSION, 'signals', agent, device, peer, side, fingerprint, answers, sdp]);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
