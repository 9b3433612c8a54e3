// How a stranger becomes a device: two requests, between which both sides come to know that the other one has the
// invitation's password (shared/pairing/pake.ts), and after which the device has proved its key and the agent has
// signed what it accepts. Who may be invited and where devices are kept is others' business.
import { randomBytes } from 'node:crypto';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { toBase64Url } from '@myspinbot/shared/pairing/bytes.ts';
import {
  agentAccepts,
  deviceJoins,
  type PairingContext,
  pairingContext,
} from '@myspinbot/shared/pairing/statements.ts';
import type {
  AgentIdentity,
  Paired,
  PairingFinish,
  PairingStart,
  PairingStarted,
} from '@myspinbot/shared/wire/pairing.ts';
import type { Clock } from '../clock.ts';
import type { Audit } from './audit.ts';
import type { Identity } from './identity.ts';
import type { Attempt, Invitations } from './invitations.ts';
import type { KeptDevice, Registry } from './registry.ts';
import { isPublicKey, isSignedBy } from './signatures.ts';

/** An app sends the second request within a second of the answer to the first; a slow phone within a few. */
const SESSION_MS = 60_000;
/** More than all attempts of all open invitations; beyond it the oldest is broken off. */
export const MAX_SESSIONS = 32;
/** Devices that are welcome at one time: a house, not a company. */
const MAX_DEVICES = 256;

interface Session {
  attempt: Attempt;
  from: string;
  context: PairingContext;
  shares: { device: string; agent: string };
  expects: string;
  stopWaiting(): void;
}

export interface Exchange {
  /**
   * Loads and warms what the exchange computes with: the first one takes 300 ms, every other one 20. Never throws: what is
   * wrong with it shows when it is needed.
   */
  prepare(): Promise<void>;
  /** Throws Failure `wrong-code`, or `bad-input` for a key or share that is none. */
  start(start: PairingStart, from: { address: string; isOwnMachine: boolean }): Promise<PairingStarted>;
  /** `isAnew` = this key was paired already, and is now what the invitation says. */
  finish(finish: PairingFinish): Promise<{ paired: Paired; isAnew: boolean }>;
  close(): void;
}

export function createExchange(world: {
  agent: AgentIdentity;
  identity: Identity;
  invitations: Invitations;
  registry: Registry;
  audit: Audit;
  clock: Clock;
  /** Who invited, in words for the log. */
  hostOf(attempt: Attempt): string;
}): Exchange {
  const { agent, identity, invitations, registry, audit, clock } = world;
  /** Oldest first. */
  const sessions = new Map<string, Session>();
  let prepared: Promise<void> | undefined;

  const failed = (from: string, what: string) =>
    audit.note({ kind: 'pairing-failed', who: null, name: null, from, what });
  const breakOff = (id: string, what: string) => {
    const session = sessions.get(id);
    if (session === undefined) return;
    sessions.delete(id);
    session.stopWaiting();
    session.attempt.over();
    failed(session.from, what);
  };
  /** The same key is the same device, however often it is paired; but one that was removed stays removed for good. */
  const deviceOf = (
    context: PairingContext,
    { invite }: Attempt,
  ): { device: KeptDevice; isAnew: boolean } => {
    const known = registry.deviceOfKey(context.deviceKey);
    const now = clock.now();
    const named = {
      name: context.deviceName,
      kind: context.deviceKind as KeptDevice['kind'],
      role: invite.role,
      project: invite.project ?? null,
      key: context.deviceKey,
      seenAt: now,
    };
    if (known !== undefined) return { device: { ...known, ...named }, isAnew: true };
    const id = `d_${randomBytes(12).toString('hex')}`;
    return { device: { id, ...named, pairedAt: now, broughtBytes: 0 }, isAnew: false };
  };

  return {
    prepare() {
      prepared ??= warm().catch(() => undefined);
      return prepared;
    },
    async start({ invitation, device, share, password }, from) {
      const context: PairingContext = {
        invitation,
        agentKey: agent.key,
        deviceKey: device.key,
        deviceName: device.name,
        deviceKind: device.kind,
      };
      if (!(await isPublicKey(device.key))) throw noPairing('its key is not one of the curve P-256');
      let attempt: Attempt;
      try {
        attempt = invitations.attempt(invitation, password, from.isOwnMachine);
      } catch (error) {
        failed(from.address, 'A code was tried that belongs to no open invitation');
        throw error;
      }
      const { agentExchange } = await import('@myspinbot/shared/pairing/pake.ts');
      const answer = await agentExchange(attempt.password, invitation, pairingContext(context), share);
      if (answer === undefined) {
        attempt.over();
        failed(from.address, 'A pairing was asked for with something that is none');
        throw noPairing('its share is not a point of the curve P-256');
      }
      const session = toBase64Url(randomBytes(16));
      if (sessions.size >= MAX_SESSIONS) breakOff(sessions.keys().next().value!, 'A pairing was broken off');
      sessions.set(session, {
        attempt,
        from: from.address,
        context,
        shares: { device: share, agent: answer.share },
        expects: answer.expects,
        stopWaiting: clock.after(SESSION_MS, () => breakOff(session, 'A pairing was begun and not finished')),
      });
      return { session, agent, share: answer.share, confirm: answer.confirm };
    },

    async finish({ session: id, confirm, signature }) {
      const session = sessions.get(id);
      if (session === undefined) {
        throw new Failure({
          code: 'wrong-code',
          message: 'This pairing took too long, or was answered already.',
          hint: 'Try the code once more, or ask for a new one.',
        });
      }
      // Answered once, right or wrong.
      sessions.delete(id);
      session.stopWaiting();
      const { attempt, context, shares, from } = session;
      try {
        const { sameText } = await import('@myspinbot/shared/pairing/pake.ts');
        const knows = sameText(confirm, session.expects);
        const holds = await isSignedBy(context.deviceKey, deviceJoins(context, shares), signature);
        if (!knows || !holds) {
          failed(from, knows ? 'A device did not prove its key' : 'A code did not match');
          throw wrongCode(attempt.attemptsLeft);
        }
        const { device, isAnew } = deviceOf(context, attempt);
        if (
          !isAnew &&
          registry.devices().filter(({ removed }) => removed === undefined).length >= MAX_DEVICES
        ) {
          throw new Failure({
            code: 'no-room',
            message: `${MAX_DEVICES} devices are paired with this workstation, and no more fit.`,
            hint: 'Remove one that is not used any more.',
          });
        }
        // No waiting between looking and taking: of two devices at once one is first.
        const taken = attempt.take(device);
        const { role, project } = device;
        try {
          await registry.putDevice(device, {
            kind: 'paired',
            who: device.id,
            name: device.name,
            from,
            what: `${isAnew ? 'Paired anew' : 'Paired'} as ${role}${project === null ? '' : ' of one project'}, invited by ${world.hostOf(attempt)}`,
          });
        } catch (error) {
          taken.giveBack();
          throw error;
        }
        const accepted = { device: device.id, role, project: project ?? '' };
        const signed = await identity.sign(agentAccepts(context, accepted));
        return { paired: { device: device.id, role, project, signature: signed }, isAnew };
      } finally {
        attempt.over();
      }
    },
    close() {
      for (const { stopWaiting } of sessions.values()) stopWaiting();
      sessions.clear();
    },
  };
}

async function warm(): Promise<void> {
  const { agentExchange, deviceExchange } = await import('@myspinbot/shared/pairing/pake.ts');
  const { share } = await deviceExchange('warm', '00');
  await agentExchange('warm', '00', new Uint8Array(0), share);
}

function noPairing(why: string): Failure {
  return new Failure({
    code: 'bad-input',
    message: `This is no request to be paired: ${why}.`,
    hint: 'Open the app again by the address that the workstation shows.',
  });
}

function wrongCode(attemptsLeft: number): Failure {
  const tries = attemptsLeft === 1 ? 'one more try' : `${attemptsLeft} more tries`;
  return new Failure({
    code: 'wrong-code',
    message: 'The code does not match.',
    hint: attemptsLeft === 0 ? 'Ask for a new one.' : `Look at it again: it allows ${tries}.`,
    retry: attemptsLeft === 0 ? 'never' : 'soon',
  });
}
