// What stands in an `Authorization` header: a device's token for some minutes, and a script's until it is removed (that
// of the agent's own machine is own-machine.ts). All are 256 random bits and are looked up by their hash, so the time a
// look-up takes tells nothing about a token.
import { createHash, randomBytes } from 'node:crypto';
import { toBase64Url } from '@myspinbot/shared/pairing/bytes.ts';
import type { Clock } from '../clock.ts';
import { lasts } from './freshness.ts';

export const TOKEN_MS = 600_000;
/** One per tab and worker of a device; the oldest goes. */
const TOKENS_PER_DEVICE = 8;
const TOKEN_BYTES = 32;
const SCRIPT_PREFIX = 'msb_';

export interface DeviceTokens {
  grant(device: string): string;
  /** The device this was granted to, while it lasts. */
  holder(token: string): string | undefined;
  /** From now on no token of this device is good. */
  drop(device: string): void;
}

export function createDeviceTokens(clock: Clock): DeviceTokens {
  /** By the token's hash, oldest first. */
  const granted = new Map<string, { device: string; at: number }>();
  return {
    grant(device) {
      const now = clock.now();
      const own: string[] = [];
      for (const [hash, grant] of granted) {
        if (!lasts(grant.at, TOKEN_MS, now)) granted.delete(hash);
        else if (grant.device === device) own.push(hash);
      }
      if (own.length >= TOKENS_PER_DEVICE) granted.delete(own[0]!);
      const token = newToken();
      granted.set(hashOf(token), { device, at: now });
      return token;
    },
    holder(token) {
      const grant = granted.get(hashOf(token));
      return grant !== undefined && lasts(grant.at, TOKEN_MS, clock.now()) ? grant.device : undefined;
    },
    drop(device) {
      for (const [hash, grant] of granted) if (grant.device === device) granted.delete(hash);
    },
  };
}

/** The token of an `Authorization: Bearer` header; undefined for anything else. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer ([\w-]{16,100})$/i.exec((authorization ?? '').slice(0, 200))?.[1];
}

export function newScriptToken(): string {
  return `${SCRIPT_PREFIX}${newToken()}`;
}

/** SHA-256, base64url: what is kept of a token. */
export function hashOf(token: string): string {
  return toBase64Url(createHash('sha256').update(token).digest());
}

function newToken(): string {
  return toBase64Url(randomBytes(TOKEN_BYTES));
}
