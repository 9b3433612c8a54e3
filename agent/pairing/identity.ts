// The agent's own key: by it devices know that they speak to the workstation they were paired with. It is made once
// and never replaced by itself, since to every device a new key is another workstation.
import { createHash, createPublicKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { toBase64Url, utf8 } from '@myspinbot/shared/pairing/bytes.ts';
import type { Logger } from '../log/logger.ts';
import { makePrivate, readSecretFile, writeSecretFile } from '../secret-file.ts';
import { CURVE, isSignedBy, signed } from './signatures.ts';

export interface Identity {
  /** SPKI, base64url. */
  readonly key: string;
  /** SHA-256 of the SPKI, base64url. */
  readonly fingerprint: string;
  sign(statement: Uint8Array): Promise<string>;
}

/**
 * Reads the key, or makes it when there is none and `mayBeNew`. Throws Failure `bad-input` when the file is damaged,
 * or missing although devices were paired with it.
 */
export async function openIdentity(
  file: string,
  { mayBeNew, log }: { mayBeNew: boolean; log: Logger },
): Promise<Identity> {
  const kept = await readSecretFile(file);
  if (kept !== undefined) {
    if (!kept.isPrivate) {
      log.warn('pairing.key-was-readable', { file });
      await makePrivate(file, 0o600);
    }
    return await readIdentity(kept.text).catch((cause: unknown) => {
      throw unusable(`The key of this workstation in ${file} is damaged.`, file, cause);
    });
  }
  if (!mayBeNew) {
    throw unusable(`The key of this workstation, ${file}, is missing although devices are paired.`, file);
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const identity = await readIdentity(pem);
  await writeSecretFile(file, pem);
  log.info('pairing.key-made', { fingerprint: identity.fingerprint });
  return identity;
}

async function readIdentity(pem: string): Promise<Identity> {
  const body = /^-----BEGIN PRIVATE KEY-----([\w+/=\s]+)-----END PRIVATE KEY-----\s*$/.exec(pem)?.[1];
  if (body === undefined) throw new Error('not a private key in PEM');
  const der = Buffer.from(body, 'base64');
  const privateKey = await webcrypto.subtle.importKey('pkcs8', der, CURVE, false, ['sign']);
  const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  const identity: Identity = {
    key: toBase64Url(spki),
    fingerprint: toBase64Url(createHash('sha256').update(spki).digest()),
    sign: (statement) => signed(privateKey, statement),
  };
  // A flipped bit may leave a readable file whose two halves are no pair.
  const probe = utf8('myspinbot 1 probe');
  if (!(await isSignedBy(identity.key, probe, await identity.sign(probe)))) {
    throw new Error('its halves are no pair');
  }
  return identity;
}

function unusable(message: string, file: string, cause?: unknown): Failure {
  return new Failure({
    code: 'bad-input',
    message,
    hint: `Put ${file} back from a backup. Without it every device must be paired anew: then remove the folder it lies in.`,
    cause,
  });
}
