// A device for tests: a key of its own, the device's half of the exchange, and proofs, spoken to a gate in the same
// process or to an agent over HTTP. It holds the agent to what the wire says, as the app does, and asks no clock.
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { Failure, failureRecordSchema } from '@myspinbot/shared/failure/failure.ts';
import { fromBase64Url, toBase64Url } from '@myspinbot/shared/pairing/bytes.ts';
import { parseCode, parseLink } from '@myspinbot/shared/pairing/invitation.ts';
import { deviceExchange } from '@myspinbot/shared/pairing/pake.ts';
import {
  agentAccepts,
  agentChallenges,
  agentRemoves,
  deviceAsks,
  deviceJoins,
  deviceProves,
  pairingContext,
  type Signals,
  signals,
} from '@myspinbot/shared/pairing/statements.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  type AgentIdentity,
  type Challenge,
  type Challenged,
  challengedSchema,
  type DeviceRecord,
  PAIRING_VERSION,
  type Paired,
  type PairingFinish,
  type PairingStart,
  type PairingStarted,
  pairedSchema,
  pairingStartedSchema,
  proofProtocol,
  SOCKET_PROTOCOL,
  type TokenGrant,
  type TokenRequest,
  tokenGrantSchema,
} from '@myspinbot/shared/wire/pairing.ts';
import type { z } from 'zod';
import type { Gate, Origin } from '../port.ts';
import { CURVE, isSignedBy, signed, writtenPublicKey } from '../signatures.ts';

export const ownMachine: Origin = { address: '127.0.0.1', isOwnMachine: true };
export const fromNetwork: Origin = { address: '192.168.1.23', isOwnMachine: false };

export interface TestDeviceOptions {
  name?: string;
  kind?: DeviceRecord['kind'];
  /** Where a gate is told the device speaks from; default: the network. */
  origin?: Origin;
  /** For an agent over HTTPS whose authority Node does not know. */
  fetch?: typeof fetch;
}

/** The two requests of one pairing, apart: for what happens between them. */
export interface StartedPairing {
  started: PairingStarted;
  /** What pairing/finish is sent; undefined when the agent does not know the password. */
  finish: PairingFinish | undefined;
  /** Checks the agent's word and remembers it. */
  accept(paired: Paired): Promise<Paired>;
}

export interface TestDevice {
  /** SPKI, base64url. */
  readonly key: string;
  /** Set by `pair`. */
  id: string | undefined;
  agent: AgentIdentity | undefined;
  /** With a link (or its fragment) or a typed code. Throws Failure `wrong-code` and whatever the agent refuses. */
  pair(by: string): Promise<Paired>;
  startPairing(by: string): Promise<StartedPairing>;
  finishPairing(begun: StartedPairing): Promise<Paired>;
  /** What the first request of a pairing would say. */
  pairingStart(by: string): Promise<PairingStart>;
  /** The agent's answer, its signature checked. */
  challenge(): Promise<Challenged>;
  /** A fresh proof. Throws Failure `unpaired` when the agent does not know this device any more. */
  prove(purpose: 'token' | `socket ${string}`): Promise<TokenRequest>;
  /** Signs how this device's end of a direct link is recognised. */
  signSignals(fields: Signals): Promise<string>;
  token(): Promise<string>;
  /** Headers of a request of this device, with a fresh token. */
  headers(): Promise<{ Authorization: string }>;
  /** What a WebSocket is opened with; `path` as in the URL, room included, without a query. */
  proofProtocols(path: string): Promise<string[]>;
}

/** `to` is a gate, or where an agent listens: "http://127.0.0.1:7777". */
export async function createTestDevice(
  to: Gate | string,
  options: TestDeviceOptions = {},
): Promise<TestDevice> {
  const pair = await webcrypto.subtle.generateKey(CURVE, false, ['sign', 'verify']);
  const key = await writtenPublicKey(pair.publicKey);
  const named = { key, name: options.name ?? 'Test phone', kind: options.kind ?? 'phone' };
  const speak = typeof to === 'string' ? overHttp(to, options) : inProcess(to, options.origin ?? fromNetwork);

  const begin = async (by: string) => {
    const link = parseLink(by);
    const code = parseCode(by);
    const invitation = link?.invitation ?? code?.invitation;
    if (invitation === undefined) throw new Error(`${by} is neither a link nor a code`);
    const exchange = await deviceExchange(link?.secret ?? code!.digits, invitation);
    const password = link === undefined ? 'code' : 'secret';
    const start: PairingStart = {
      version: PAIRING_VERSION,
      invitation,
      device: named,
      share: exchange.share,
      password,
    };
    return { link, start, exchange };
  };

  const device: TestDevice = {
    key,
    id: undefined,
    agent: undefined,
    pairingStart: async (by) => (await begin(by)).start,
    async startPairing(by) {
      const { link, start, exchange } = await begin(by);
      const started = await speak.startPairing(start);
      const context = pairingContextOf(start, started.agent.key);
      const isExpected = link === undefined || link.fingerprint === fingerprintOf(started.agent.key);
      const confirm = isExpected ? await exchange.finish(pairingContext(context), started) : undefined;
      const joins = deviceJoins(context, { device: start.share, agent: started.share });
      return {
        started,
        finish:
          confirm === undefined
            ? undefined
            : { session: started.session, confirm, signature: await signed(pair.privateKey, joins) },
        async accept(paired) {
          const accepted = { device: paired.device, role: paired.role, project: paired.project ?? '' };
          if (!(await isSignedBy(started.agent.key, agentAccepts(context, accepted), paired.signature))) {
            throw wrongCode('The agent did not sign what it accepted.');
          }
          device.id = paired.device;
          device.agent = started.agent;
          return paired;
        },
      };
    },
    async finishPairing(begun) {
      if (begun.finish === undefined) throw wrongCode('The agent does not know this code.');
      return await begun.accept(await speak.finishPairing(begun.finish));
    },
    pair: async (by) => await device.finishPairing(await device.startPairing(by)),

    async challenge() {
      const { id, agent } = pairedOnly(device);
      const deviceNonce = toBase64Url(randomBytes(16));
      const fields = { agent: agent.id, device: id, deviceNonce };
      const signature = await signed(pair.privateKey, deviceAsks(fields));
      const answer = await speak.challenge({ device: id, nonce: deviceNonce, signature });
      if (answer.state === 'unknown') return answer;
      const statement =
        answer.state === 'known'
          ? agentChallenges({ ...fields, nonce: answer.nonce })
          : agentRemoves({ ...fields, erase: answer.erase });
      if (!(await isSignedBy(agent.key, statement, answer.signature))) {
        throw new Error('the answer to a challenge is not signed by the agent that was paired');
      }
      return answer;
    },
    async prove(purpose) {
      const { id, agent } = pairedOnly(device);
      const answer = await device.challenge();
      if (answer.state !== 'known') {
        throw new Failure({
          code: 'unpaired',
          message: `To the agent this device is ${answer.state}.`,
          hint: 'Pair it again.',
        });
      }
      const { nonce } = answer;
      const statement = deviceProves({ agent: agent.id, device: id, nonce, purpose });
      return { device: id, nonce, signature: await signed(pair.privateKey, statement) };
    },
    signSignals: (fields) => signed(pair.privateKey, signals(fields)),
    token: async () => (await speak.grantToken(await device.prove('token'))).token,
    headers: async () => ({ Authorization: `Bearer ${await device.token()}` }),
    proofProtocols: async (path) => [SOCKET_PROTOCOL, proofProtocol(await device.prove(`socket ${path}`))],
  };
  return device;
}

/** SHA-256 of a key as links carry it. */
export function fingerprintOf(key: string): string {
  return toBase64Url(createHash('sha256').update(fromBase64Url(key)!).digest());
}

function pairingContextOf(start: PairingStart, agentKey: string) {
  const { invitation, device } = start;
  return {
    invitation,
    agentKey,
    deviceKey: device.key,
    deviceName: device.name,
    deviceKind: device.kind,
  };
}

function pairedOnly({ id, agent }: TestDevice): { id: string; agent: AgentIdentity } {
  if (id === undefined || agent === undefined) throw new Error('this test device was not paired');
  return { id, agent };
}

function wrongCode(message: string): Failure {
  return new Failure({ code: 'wrong-code', message, hint: 'Ask for a new code.' });
}

interface Speech {
  startPairing(start: PairingStart): Promise<PairingStarted>;
  finishPairing(finish: PairingFinish): Promise<Paired>;
  challenge(asked: Challenge): Promise<Challenged>;
  grantToken(request: TokenRequest): Promise<TokenGrant>;
}

function inProcess(gate: Gate, origin: Origin): Speech {
  return {
    startPairing: (start) => gate.startPairing(start, origin),
    finishPairing: (finish) => gate.finishPairing(finish, origin),
    challenge: (asked) => gate.challenge(asked, origin),
    grantToken: (request) => gate.grantToken(request, origin),
  };
}

function overHttp(baseUrl: string, options: TestDeviceOptions): Speech {
  const ask = async <T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> => {
    const answer = await (options.fetch ?? fetch)(new URL(path, baseUrl), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.ok) return schema.parse(JSON.parse(text));
    const refused = failureRecordSchema.partial({ retry: true }).safeParse(jsonOrUndefined(text));
    if (!refused.success) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 200)}`);
    throw new Failure({ ...refused.data, retry: refused.data.retry ?? 'never' });
  };
  return {
    startPairing: (start) => ask(endpoints.pairingStart, start, pairingStartedSchema),
    finishPairing: (finish) => ask(endpoints.pairingFinish, finish, pairedSchema),
    challenge: (asked) => ask(endpoints.challenge, asked, challengedSchema),
    grantToken: (request) => ask(endpoints.token, request, tokenGrantSchema),
  };
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema refuses it, and the caller tells what was answered
  }
}
