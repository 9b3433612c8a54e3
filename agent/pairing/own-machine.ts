// The secret that lies in a file on the agent's own machine, new at each start: whoever can read the file is this
// account. By it a command is known to the agent, and the agent to a command, which must not tell it to whatever
// program happens to listen where an agent was. It does not know requests.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { toBase64Url, utf8 } from '@myspinbot/shared/pairing/bytes.ts';
import type { Logger } from '../log/logger.ts';
import { readSecretFile, writeSecretFile } from '../secret-file.ts';

const TOKEN_BYTES = 32;

/** One connection, as both of its ends see it: an answer to it is of no use on another. */
export interface Wire {
  /** The agent's end: without it, somebody between could pass on what the agent says at another address. */
  readonly address: string;
  readonly port: number;
  /** The command's end. */
  readonly peerPort: number;
}

export interface OwnMachine {
  isToken(given: string): boolean;
  /** What only this agent can answer to a command that asks with `nonce` on `wire`. */
  prove(nonce: string, wire: Wire): string;
}

/** Makes the token of this start. */
export async function openOwnMachine(file: string, log: Logger): Promise<OwnMachine> {
  const kept = await readSecretFile(file);
  if (kept?.isPrivate === false) log.warn('pairing.local-token-was-readable', { file });
  const token = toBase64Url(randomBytes(TOKEN_BYTES));
  await writeSecretFile(file, `${token}\n`);
  const hash = createHash('sha256').update(token).digest();
  return {
    isToken: (given) => timingSafeEqual(createHash('sha256').update(given).digest(), hash),
    prove: (nonce, wire) => proofOf(token, nonce, wire),
  };
}

/** For a command: whether it is the agent that answered. */
export function isAgents(proof: string, token: string, nonce: string, wire: Wire): boolean {
  const [given, wanted] = [utf8(proof), utf8(proofOf(token, nonce, wire))];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

export function newNonce(): string {
  return toBase64Url(randomBytes(TOKEN_BYTES));
}

function proofOf(token: string, nonce: string, { address, port, peerPort }: Wire): string {
  const plain = address.replace(/^::ffff:/i, '');
  const statement = ['myspinbot 1 own agent', nonce, plain, String(port), String(peerPort)].join('\n');
  return toBase64Url(createHmac('sha256', token).update(statement).digest());
}
