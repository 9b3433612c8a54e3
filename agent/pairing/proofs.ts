// How a device proves, later on, that it is the one that was paired: the agent says a number nobody could know, signed,
// and the device signs it together with what it wants. Each number is good once, for a minute, for one device.
import { randomBytes } from 'node:crypto';
import { toBase64Url } from '@myspinbot/shared/pairing/bytes.ts';
import {
  agentChallenges,
  agentRemoves,
  deviceAsks,
  deviceProves,
} from '@myspinbot/shared/pairing/statements.ts';
import type { Challenge, Challenged, TokenRequest } from '@myspinbot/shared/wire/pairing.ts';
import type { Clock } from '../clock.ts';
import { lasts } from './freshness.ts';
import type { Identity } from './identity.ts';
import type { KeptDevice, Registry } from './registry.ts';
import { isSignedBy } from './signatures.ts';

const NONCE_MS = 60_000;
/** A page that opens all its rooms at once needs six or seven. */
export const NONCES_PER_DEVICE = 16;
export const NONCES_IN_ALL = 4096;

export interface Proofs {
  /** `from`: the address that asks, so that one cannot use up the numbers another one waits for. */
  challenge(asked: Challenge, from: string): Promise<Challenged>;
  /**
   * The device that made this proof for this purpose, unless it is wrong, old, used or of a removed device. Right or
   * wrong, its number is used up. `isForged` tells a number that was given out from a signature that is not the device's.
   */
  verify(proof: TokenRequest, purpose: string): Promise<{ device?: KeptDevice; isForged: boolean }>;
  /** Nothing given to this device is good any more. */
  forget(device: string): void;
}

export function createProofs(world: {
  agent: string;
  identity: Identity;
  registry: Registry;
  clock: Clock;
}): Proofs {
  const { agent, identity, registry, clock } = world;
  /** Oldest first. */
  const nonces = new Map<string, { device: string; from: string; at: number }>();

  const makeRoom = (device: string, from: string) => {
    const now = clock.now();
    const own: string[] = [];
    const ofDevice: string[] = [];
    for (const [nonce, given] of nonces) {
      if (!lasts(given.at, NONCE_MS, now)) nonces.delete(nonce);
      else if (given.device === device) {
        ofDevice.push(nonce);
        if (given.from === from) own.push(nonce);
      }
    }
    // Whoever asks too much loses their own first: a stranger who knows a device's name cannot push it out.
    if (ofDevice.length >= NONCES_PER_DEVICE) nonces.delete(own[0] ?? ofDevice[0]!);
    if (nonces.size >= NONCES_IN_ALL) nonces.delete(nonces.keys().next().value!);
  };

  return {
    async challenge({ device: id, nonce: deviceNonce, signature: asks }, from) {
      const fields = { agent, device: id, deviceNonce };
      const key = registry.device(id)?.key;
      const isTheDevice =
        key !== undefined && asks !== undefined && (await isSignedBy(key, deviceAsks(fields), asks));
      const device = registry.device(id);
      if (device === undefined) return { state: 'unknown', agent };
      if (device.removed !== undefined) {
        const { erase } = device.removed;
        // Whoever only knows its name is told too, but the owner is not made to believe that it was the device.
        if (isTheDevice) registry.told(id, clock.now());
        return {
          state: 'removed',
          erase,
          signature: await identity.sign(agentRemoves({ ...fields, erase })),
        };
      }
      makeRoom(id, from);
      const nonce = toBase64Url(randomBytes(16));
      nonces.set(nonce, { device: id, from, at: clock.now() });
      const signature = await identity.sign(agentChallenges({ ...fields, nonce }));
      const { name, role, project } = device;
      return { state: 'known', nonce, signature, ...(isTheDevice ? { seat: { name, role, project } } : {}) };
    },
    async verify({ device: id, nonce, signature }, purpose) {
      const given = nonces.get(nonce);
      if (given === undefined || given.device !== id) return { isForged: false };
      nonces.delete(nonce);
      const key = registry.device(id)?.key;
      if (key === undefined || !lasts(given.at, NONCE_MS, clock.now())) return { isForged: false };
      const statement = deviceProves({ agent, device: id, nonce, purpose });
      if (!(await isSignedBy(key, statement, signature))) return { isForged: true };
      // Asked again: it may have been removed while the signature was looked at.
      const device = registry.device(id);
      if (device === undefined || device.removed !== undefined) return { isForged: false };
      return { device, isForged: false };
    },
    forget(device) {
      for (const [nonce, given] of nonces) if (given.device === device) nonces.delete(nonce);
    },
  };
}
