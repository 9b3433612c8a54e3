// A workstation's half of pairing and of proving, in memory, for tests: real keys, real signatures, the real exchange,
// over a `fetch` that needs no network. It holds devices to what the wire says and forgets nothing by itself.
import type { InvitationLink } from '@myspinbot/shared/pairing/invitation.ts';
import {
  agentAccepts,
  agentChallenges,
  agentRemoves,
  deviceAsks,
  deviceJoins,
  deviceProves,
  type PairingContext,
  pairingContext,
} from '@myspinbot/shared/pairing/statements.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  type AgentIdentity,
  challengeSchema,
  MAX_PAIRING_BYTES,
  type Paired,
  pairingFinishSchema,
  pairingStartSchema,
  parseProofProtocol,
  type TokenRequest,
  tokenRequestSchema,
} from '@myspinbot/shared/wire/pairing.ts';
import { z } from 'zod';
import type { Standing } from './identity.ts';
import { fingerprintOf, isSignedBy, makeDeviceKey, newNonce, signed } from './keys.ts';

type Seat = { role: 'owner' | 'member'; project: null } | { role: 'guest'; project: ProjectId };

interface Known {
  key: string;
  name: string;
  seat: Seat;
  removed: { erase: boolean; isHeard: boolean } | undefined;
}

export interface FakeAgent {
  readonly identity: AgentIdentity;
  readonly fingerprint: string;
  /** Opens an invitation; the second way in has its own password. */
  invite(seat?: Seat): { link: InvitationLink; code: string };
  /** A device that is paired already, with the key it holds. */
  adopt(name: string, seat?: Seat): Promise<{ standing: NonNullable<Standing>; key: CryptoKey }>;
  devices(): readonly { id: string; name: string; role: string }[];
  seat(device: string, seat: Seat): void;
  rename(device: string, name: string): void;
  remove(device: string, erase: boolean): void;
  /** Whether a removed device itself asked and was told so. */
  wasHeard(device: string): boolean;
  /** Loses its memory of this device. */
  forget(device: string): void;
  /** Ends every token, as a new start does. */
  forgetTokens(): void;

  fetch: typeof fetch;
  /** Which device opens this socket; undefined = refused before the upgrade. */
  admits(url: string, protocols: readonly string[]): Promise<string | undefined>;
  /** Whether this `Authorization` is good now. */
  isGranted(authorization: string | null): boolean;
  /** Paths that were asked, in order. */
  readonly asked: string[];
}

const TOKEN_MS = 600_000;

export async function createFakeAgent(
  options: {
    id?: string;
    name?: string;
    /** False = nobody answers, as with the cable pulled. */
    isHere?: () => boolean;
    now?: () => number;
    /** Answers everything that is not about pairing and proving, for those who may ask. */
    rest?: typeof fetch;
    /** Changes an answer on its way, as somebody in between would. */
    tamper?: (path: string, answer: Record<string, unknown>) => Record<string, unknown>;
  } = {},
): Promise<FakeAgent> {
  const key = await makeDeviceKey();
  const identity: AgentIdentity = {
    id: options.id ?? 'agent-1',
    name: options.name ?? 'Study',
    key: key.publicKey,
  };
  const fingerprint = (await fingerprintOf(key.publicKey))!;
  const now = options.now ?? (() => 0);
  const known = new Map<string, Known>();
  const invitations = new Map<string, { secret: string; digits: string; seat: Seat; left: number }>();
  const sessions = new Map<
    string,
    {
      invitation: string;
      expects: string;
      context: PairingContext;
      shares: { device: string; agent: string };
    }
  >();
  /** Nonces that were given out and not used yet. */
  const nonces = new Map<string, string>();
  const tokens = new Map<string, { device: string; until: number }>();
  const asked: string[] = [];
  let made = 0;

  const newId = () => `d_${String(++made).padStart(24, '0')}`;
  const proves = async (proof: TokenRequest, purpose: string): Promise<boolean> => {
    const device = known.get(proof.device);
    if (nonces.get(proof.nonce) !== proof.device || device === undefined || device.removed) return false;
    nonces.delete(proof.nonce);
    const statement = deviceProves({ agent: identity.id, device: proof.device, nonce: proof.nonce, purpose });
    return isSignedBy(device.key, statement, proof.signature);
  };

  const start = async (body: unknown) => {
    const asking = pairingStartSchema.parse(body);
    const open = invitations.get(asking.invitation);
    if (open === undefined || open.left === 0) throw refusal(403, 'wrong-code', 'That invitation is over.');
    open.left--;
    const context: PairingContext = {
      invitation: asking.invitation,
      agentKey: identity.key,
      deviceKey: asking.device.key,
      deviceName: asking.device.name,
      deviceKind: asking.device.kind,
    };
    const { agentExchange } = await import('@myspinbot/shared/pairing/pake.ts');
    const answer = await agentExchange(
      asking.password === 'secret' ? open.secret : open.digits,
      asking.invitation,
      pairingContext(context),
      asking.share,
    );
    if (answer === undefined) throw refusal(400, 'bad-input', 'That share is no point of the curve.');
    const session = newNonce();
    const { share, confirm, expects } = answer;
    const shares = { device: asking.share, agent: share };
    sessions.set(session, { invitation: asking.invitation, expects, context, shares });
    return { session, agent: identity, share, confirm };
  };

  const finish = async (body: unknown): Promise<Paired> => {
    const asking = pairingFinishSchema.parse(body);
    const session = sessions.get(asking.session);
    sessions.delete(asking.session);
    const open = invitations.get(session?.invitation ?? '');
    if (session === undefined || open === undefined) {
      throw refusal(403, 'wrong-code', 'That invitation is over.', { retry: 'never' });
    }
    if (asking.confirm !== session.expects) {
      throw refusal(403, 'wrong-code', 'The code does not match.', {
        hint: open.left === 0 ? 'Ask for a new one.' : `It allows ${open.left} more.`,
        retry: open.left === 0 ? 'never' : 'soon',
      });
    }
    const joins = deviceJoins(session.context, session.shares);
    if (!(await isSignedBy(session.context.deviceKey, joins, asking.signature))) {
      throw refusal(403, 'wrong-code', 'The device did not prove its key.');
    }
    invitations.delete(session.invitation);
    const device = newId();
    const { seat } = open;
    known.set(device, {
      key: session.context.deviceKey,
      name: session.context.deviceName,
      seat,
      removed: undefined,
    });
    const accepts = agentAccepts(session.context, { device, role: seat.role, project: seat.project ?? '' });
    return { device, ...seat, signature: await signed(key.privateKey, accepts) };
  };

  const challenge = async (body: unknown) => {
    const { device, nonce: deviceNonce, signature: asks } = challengeSchema.parse(body);
    const found = known.get(device);
    if (found === undefined) return { state: 'unknown', agent: identity.id };
    const named = { agent: identity.id, device, deviceNonce };
    const isIt = asks !== undefined && (await isSignedBy(found.key, deviceAsks(named), asks));
    if (found.removed !== undefined) {
      const { erase } = found.removed;
      found.removed.isHeard ||= isIt;
      const removes = agentRemoves({ ...named, erase });
      return { state: 'removed', erase, signature: await signed(key.privateKey, removes) };
    }
    const nonce = newNonce();
    nonces.set(nonce, device);
    const signature = await signed(key.privateKey, agentChallenges({ ...named, nonce }));
    return {
      state: 'known',
      nonce,
      signature,
      ...(isIt ? { seat: { name: found.name, ...found.seat } } : {}),
    };
  };

  const token = async (body: unknown) => {
    const proof = tokenRequestSchema.parse(body);
    if (!(await proves(proof, 'token'))) throw refusal(401, 'unpaired', 'That proves nothing.');
    const made = newNonce();
    tokens.set(made, { device: proof.device, until: now() + TOKEN_MS });
    return { token: made, expiresInMs: TOKEN_MS };
  };

  const isGranted = (authorization: string | null) => {
    const grant = tokens.get(authorization?.replace(/^Bearer /, '') ?? '');
    return grant !== undefined && now() < grant.until && known.get(grant.device)?.removed === undefined;
  };
  const verbs: Readonly<Record<string, (body: unknown) => Promise<object>>> = {
    [endpoints.pairingStart]: start,
    [endpoints.pairingFinish]: finish,
    [endpoints.challenge]: challenge,
    [endpoints.token]: token,
  };

  return {
    identity,
    fingerprint,
    invite(seat = { role: 'owner', project: null }) {
      const invitation = String(10 + (++made % 90));
      const secret = newNonce();
      invitations.set(invitation, { secret, digits: '345678', seat, left: 3 });
      return { link: { invitation, secret, fingerprint }, code: `${invitation}-345-678` };
    },
    async adopt(name, seat = { role: 'owner', project: null }) {
      const deviceKey = await makeDeviceKey();
      const device = newId();
      known.set(device, { key: deviceKey.publicKey, name, seat, removed: undefined });
      const agent = { ...identity, fingerprint };
      return { standing: { state: 'paired', agent, device, ...seat }, key: deviceKey.privateKey };
    },
    devices: () => [...known].map(([id, { name, seat }]) => ({ id, name, role: seat.role })),
    seat(device, seat) {
      known.get(device)!.seat = seat;
    },
    rename(device, name) {
      known.get(device)!.name = name;
    },
    remove(device, erase) {
      known.get(device)!.removed = { erase, isHeard: false };
    },
    wasHeard: (device) => known.get(device)?.removed?.isHeard === true,
    forget: (device) => void known.delete(device),
    forgetTokens: () => tokens.clear(),
    async fetch(input, init) {
      if (options.isHere?.() === false) throw new TypeError('Failed to fetch');
      const path = String(input);
      asked.push(path);
      const verb = verbs[path];
      if (verb === undefined) {
        if (!isGranted(new Headers(init?.headers).get('Authorization'))) {
          return refusal(401, 'unpaired', 'Nobody knows who asks.');
        }
        return options.rest?.(input, init) ?? new Response('{}');
      }
      try {
        const text = String(init?.body);
        if (text.length > MAX_PAIRING_BYTES) return refusal(413, 'bad-input', 'That is too much.');
        const answer = { ...(await verb(JSON.parse(text))) } as Record<string, unknown>;
        return Response.json(options.tamper?.(path, answer) ?? answer);
      } catch (thrown) {
        if (thrown instanceof Response) return thrown;
        if (thrown instanceof z.ZodError) return refusal(400, 'bad-input', thrown.message);
        throw thrown;
      }
    },
    async admits(url, protocols) {
      const proof = parseProofProtocol(protocols.join(', '));
      if (proof === undefined || !protocols.includes('myspinbot')) return undefined;
      return (await proves(proof, `socket ${new URL(url).pathname}`)) ? proof.device : undefined;
    },
    isGranted,
    asked,
  };
}

function refusal(
  status: number,
  code: string,
  message: string,
  more: { hint?: string; retry?: 'soon' | 'never' } = {},
): Response {
  return Response.json({ code, message, hint: 'Try again.', ...more }, { status });
}
