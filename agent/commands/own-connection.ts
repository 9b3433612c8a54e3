// One question on one connection to the agent of this machine. The note of where it listens may be of one that crashed,
// and anybody may listen there now: so the agent proves first, on this very connection, that it knows the token, and only
// then is the token told. It does not know what is asked.
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { z } from 'zod';
import { isAgents, newNonce } from '../pairing/own-machine.ts';

/** It runs on this machine: longer means that it hangs. */
const ANSWER_MS = 15_000;
const proofSchema = z.object({ proof: z.string() });

export interface OwnAnswer {
  readonly isGood: boolean;
  readonly status: number;
  readonly text: string;
}

/** Throws Failure `refused` when it is not the agent that listens there; rejects when nobody answers. */
export async function askOwn(asked: {
  url: string;
  token: string;
  path: string;
  method: string;
  /** Sent as JSON. */
  body?: unknown;
}): Promise<OwnAnswer> {
  const { url, token } = asked;
  const connection = new Agent({ keepAlive: true, maxSockets: 1 });
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    const nonce = newNonce();
    const first = request(`${url}${endpoints.ownMachine}?nonce=${nonce}`, { agent: connection, signal });
    const proved = await answerTo(first);
    const { socket } = proved;
    const { localPort = 0, remotePort = 0, remoteAddress = '' } = socket;
    const wire = { address: remoteAddress, port: remotePort, peerPort: localPort };
    const told = proofSchema.safeParse(jsonOf(proved.text));
    if (!told.success || !isAgents(told.data.proof, token, nonce, wire)) throw notTheAgent(url);

    const body = asked.body === undefined ? undefined : JSON.stringify(asked.body);
    const options: RequestOptions = {
      agent: connection,
      signal,
      method: asked.method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body === undefined
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
      },
    };
    const second = request(`${url}${asked.path}`, options);
    // Nothing is sent before its end, and that not on a connection on which nobody proved anything.
    second.once('socket', (now: Socket) => {
      if (now === socket) second.end(body);
      else second.destroy(new Error('the connection ended'));
    });
    const answered = await answerTo(second, { isEndedLater: true });
    return { isGood: answered.status >= 200 && answered.status < 300, ...answered };
  } finally {
    connection.destroy();
  }
}

async function answerTo(
  asking: ReturnType<typeof request>,
  { isEndedLater = false } = {},
): Promise<{ status: number; text: string; socket: Socket }> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asking.once('response', resolve);
    asking.once('error', reject);
    if (!isEndedLater) asking.end();
  });
  const { socket } = answer;
  return { status: answer.statusCode ?? 0, text: await text(answer), socket };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // whoever speaks so is not the agent
  }
}

function notTheAgent(url: string): Failure {
  return new Failure({
    code: 'refused',
    message: `What answers at ${url} is not the agent of this data folder: it does not know its token. Nothing was told to it.`,
    hint: 'The agent may have crashed, and another program taken its port. Start it again: npm start.',
  });
}
