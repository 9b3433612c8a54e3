// Keys and signatures as the browser makes them: ECDSA on P-256 with SHA-256, signatures as r|s (64 bytes). The
// device's private key cannot be exported, so whoever copies the store copies no key. Knows no conversation.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { fromBase64Url, toBase64Url } from '@myspinbot/shared/pairing/bytes.ts';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;

export interface DeviceKey {
  /** Cannot be exported; signs. */
  privateKey: CryptoKey;
  /** SPKI, base64url. */
  publicKey: string;
}

/** A new key for one pairing. Throws Failure `refused` where the browser has no WebCrypto: an unprotected page. */
export async function makeDeviceKey(): Promise<DeviceKey> {
  if (globalThis.crypto?.subtle === undefined) {
    throw new Failure({
      code: 'engine-missing',
      message: 'This page is not protected, so the browser makes no keys for it.',
      hint: 'Open it by the https address that the workstation shows.',
    });
  }
  const pair = await crypto.subtle.generateKey(CURVE, false, ['sign', 'verify']);
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
  return { privateKey: pair.privateKey, publicKey: toBase64Url(spki) };
}

export async function signed(key: CryptoKey, statement: Uint8Array): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.sign(SIGNING, key, own(statement))));
}

/** Whether the holder of `publicKey` (SPKI, base64url) signed this. False for anything malformed; never throws. */
export async function isSignedBy(
  publicKey: string,
  statement: Uint8Array,
  signature: string,
): Promise<boolean> {
  const spki = fromBase64Url(publicKey);
  const bytes = fromBase64Url(signature);
  if (spki === undefined || bytes === undefined) return false;
  try {
    const key = await crypto.subtle.importKey('spki', own(spki), CURVE, false, ['verify']);
    return await crypto.subtle.verify(SIGNING, key, own(bytes), own(statement));
  } catch {
    // No key of this curve.
    return false;
  }
}

/** SHA-256 of a public key, base64url; undefined when it is not even base64url. */
export async function fingerprintOf(publicKey: string): Promise<string | undefined> {
  const spki = fromBase64Url(publicKey);
  if (spki === undefined) return undefined;
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', own(spki))));
}

/** 16 random bytes, base64url. */
export function newNonce(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
}

/** WebCrypto's types ask for bytes of an ArrayBuffer of their own. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
