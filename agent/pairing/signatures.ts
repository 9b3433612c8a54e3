// Keys and signatures of the pairing: ECDSA on P-256 with SHA-256, signatures as r|s (64 bytes), keys as SPKI. It
// knows what a key is, not whose it is nor what is signed.
import { webcrypto } from 'node:crypto';
import { fromBase64Url, toBase64Url } from '@myspinbot/shared/pairing/bytes.ts';

const { subtle } = webcrypto;
export const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;

export async function signed(key: webcrypto.CryptoKey, statement: Uint8Array): Promise<string> {
  return toBase64Url(new Uint8Array(await subtle.sign(SIGNING, key, statement)));
}

/** Whether the holder of `publicKey` (SPKI, base64url) signed this. False for anything malformed; never throws. */
export async function isSignedBy(
  publicKey: string,
  statement: Uint8Array,
  signature: string,
): Promise<boolean> {
  const key = await readPublicKey(publicKey);
  const bytes = fromBase64Url(signature);
  if (key === undefined || bytes?.length !== 64) return false;
  return await subtle.verify(SIGNING, key, bytes, statement);
}

/** Whether this is the one way to write a key of this curve: no other text means the same key. Never throws. */
export async function isPublicKey(publicKey: string): Promise<boolean> {
  const key = await readPublicKey(publicKey);
  return key !== undefined && (await writtenPublicKey(key)) === publicKey;
}

/** SPKI, base64url. */
export async function writtenPublicKey(key: webcrypto.CryptoKey): Promise<string> {
  return toBase64Url(new Uint8Array(await subtle.exportKey('spki', key)));
}

async function readPublicKey(publicKey: string): Promise<webcrypto.CryptoKey | undefined> {
  const spki = fromBase64Url(publicKey);
  if (spki === undefined) return undefined;
  try {
    return await subtle.importKey('spki', spki, CURVE, true, ['verify']);
  } catch {
    // Not a point of the curve, or another kind of key.
    return undefined;
  }
}
