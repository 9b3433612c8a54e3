// The gate: puts together the agent's key, the devices and tokens it knows, invitations, the exchange, proofs and
// limits, and answers what the port asks. Each of them has a file of its own; here is only who follows whom.
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { may, type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { signals } from '@myspinbot/shared/pairing/statements.ts';
import {
  type AgentIdentity,
  type AuditEntry,
  deviceNameSchema,
  parseProofProtocol,
} from '@myspinbot/shared/wire/pairing.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { makePrivate } from '../secret-file.ts';
import { openAudit } from './audit.ts';
import { createDownloads } from './downloads.ts';
import { createExchange } from './exchange.ts';
import { openIdentity } from './identity.ts';
import { createInvitations, type Random } from './invitations.ts';
import { addressOf, createLimit, type Limit, within } from './limits.ts';
import { openOwnMachine } from './own-machine.ts';
import type { Gate, Origin } from './port.ts';
import { createProofs } from './proofs.ts';
import { type KeptDevice, openRegistry } from './registry.ts';
import { isSignedBy } from './signatures.ts';
import { openStore, type Store } from './store.ts';
import { bearerOf, createDeviceTokens, hashOf, newScriptToken, TOKEN_MS } from './tokens.ts';

const roleWords = { owner: 'an owner', member: 'a member', guest: 'a guest' } as const;
const scopeWords = { read: 'may look', jobs: 'may look and spin', all: 'may do everything' } as const;

/** Nobody needs more; each is one that can be stolen. */
const MAX_SCRIPTS = 100;

// Limits, per address and second. A person types a code a few times; a page that lost its agent asks for five proofs
// every two seconds, and there may be some tabs of it.
const PAIRING = { burst: 30, perSecond: 1 / 2 };
const GUESSING = { burst: 10, perSecond: 1 / 6 };
const GUESSING_IN_ALL = { burst: 60, perSecond: 1 };
const CHALLENGES = { burst: 240, perSecond: 20 };
const TOKENS = { burst: 120, perSecond: 10 };
/** Proofs and tokens that were nobody's: a page has some of them after a restart. Beyond, it is noted. */
const MISSES = { burst: 10, perSecond: 1 / 6 };

export interface GateOptions {
  /** A folder of the gate's own; made 0700. */
  dir: string;
  /** Where the own machine's token lies: `<data>/local-token`. */
  localTokenFile: string;
  agent: { id: string; name: string };
  clock: Clock;
  log: Logger;
  /**
   * What links to this agent begin with, best first: "https://192.168.1.5:7777". The page about trust is at the same
   * ones over http. Empty when the agent is for its own machine alone.
   */
  addresses(): readonly string[];
  /** "http://127.0.0.1:7777". */
  ownMachineAddress(): string;
  random?: Random;
}

/**
 * Opens or creates everything that is remembered of devices. Throws Failure `refused` while another agent has it open,
 * `bad-input` when the agent's key is damaged or gone although devices were paired.
 */
export async function openGate(options: GateOptions): Promise<Gate> {
  const { dir } = options;
  const log = options.log.child({ of: 'pairing' });
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await makePrivate(dir, 0o700);
  await mkdir(dirname(options.localTokenFile), { recursive: true });
  const store = await openStore(join(dir, 'registry'), log);
  try {
    return await gateOn(store, options, log);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function gateOn(store: Store, options: GateOptions, log: Logger): Promise<Gate> {
  const { dir, clock } = options;
  const audit = await openAudit(store, clock, log);
  const registry = await openRegistry(store, audit, clock, log);
  const identity = await openIdentity(join(dir, 'identity.pem'), { mayBeNew: registry.isEmpty, log });
  const ownMachine = await openOwnMachine(options.localTokenFile, log);
  const { fingerprint } = identity;
  // As long as the wire allows: a machine's name may be longer.
  const { id, name } = options.agent;
  const agent: AgentIdentity = { id, name: name.slice(0, 80), key: identity.key };
  const { random, addresses, ownMachineAddress } = options;
  const invitations = createInvitations({
    clock,
    fingerprint,
    addresses,
    ownMachineAddress,
    ...(random === undefined ? {} : { random }),
  });
  const exchange = createExchange({
    agent,
    identity,
    invitations,
    registry,
    audit,
    clock,
    hostOf: ({ by }) => nameOf(by) ?? (by.kind === 'local' ? 'the workstation' : 'somebody who was removed'),
  });
  const proofs = createProofs({ agent: agent.id, identity, registry, clock });
  const tokens = createDeviceTokens(clock);
  // Open invitations are bounded by their attempts already: whoever floods the agent from many addresses must not
  // keep the one device away that was invited.
  const pairing = createLimit(clock, PAIRING);
  const guessing = createLimit(clock, GUESSING, GUESSING_IN_ALL);
  const challenges = createLimit(clock, CHALLENGES);
  const grants = createLimit(clock, TOKENS);
  // Who names a device that is welcome has buckets apart: whoever else comes from the same address, or is another
  // program of this machine, takes nothing away from it.
  const knownChallenges = createLimit(clock, CHALLENGES);
  const knownGrants = createLimit(clock, TOKENS);
  const downloads = createDownloads(clock);
  const misses = createLimit(clock, MISSES);
  const cutListeners = new Set<(principalId: string) => void>();

  /** Of a device or a script. */
  const standingOf = (id: string): Principal | undefined => {
    const device = registry.device(id);
    if (device !== undefined) return device.removed === undefined ? principalOf(device) : undefined;
    const script = registry.script(id);
    return script === undefined ? undefined : { kind: 'script', id, scope: script.scope };
  };
  const cut = (id: string) => {
    tokens.drop(id);
    proofs.forget(id);
    const now = standingOf(id);
    if (now === undefined || !may(now, { on: 'devices', may: 'manage' })) invitations.withdrawOf(id);
    for (const listener of cutListeners) {
      try {
        listener(id);
      } catch (error) {
        // One that fails must not keep the others from being told.
        log.error('pairing.cut-failed', { error: String(error) });
      }
    }
  };
  const missed = (origin: Origin) => {
    if (misses.take(origin) === 0) return;
    noteUnknown('refused', 'Many proofs and tokens that are nobody’s', origin);
  };
  const withinOf = (device: string, known: Limit, others: Limit, origin: Origin) => {
    const record = registry.device(device);
    if (record === undefined || record.removed !== undefined) return within(others, origin, 'A connection');
    within(known, { address: `${device} ${addressOf(origin)}`, isOwnMachine: false }, 'A connection');
  };
  const noteUnknown = (kind: AuditEntry['kind'], what: string, origin: Origin) =>
    audit.note({ kind, who: null, name: null, from: addressOf(origin), what });
  const nameOf = (who: Principal | undefined): string | null => {
    if (who?.kind === 'device') return registry.device(who.id)?.name ?? null;
    return who?.kind === 'script' ? (registry.script(who.id)?.name ?? null) : null;
  };
  const noteOf = (kind: AuditEntry['kind'], what: string, by: Principal, from: string | undefined) => ({
    kind,
    who: principalId(by),
    name: nameOf(by),
    from: placeOf(from),
    what,
  });
  const welcome = (id: string): KeptDevice => {
    const device = registry.device(id);
    if (device === undefined || device.removed !== undefined) throw notFound('device');
    return device;
  };
  const isLastOwner = ({ id, role }: KeptDevice) =>
    role === 'owner' &&
    !registry.devices().some((one) => one.role === 'owner' && one.removed === undefined && one.id !== id);

  const gate: Gate = {
    agent,
    fingerprint,

    proveOwn: ownMachine.prove,
    identify(authorization, origin) {
      const token = bearerOf(authorization);
      if (token === undefined) return undefined;
      // Not limited: a token cannot be guessed, and whoever has a right one must not suffer from a neighbour.
      if (origin.isOwnMachine && ownMachine.isToken(token)) return { kind: 'local' };
      const script = registry.scriptOfHash(hashOf(token));
      if (script !== undefined) return { kind: 'script', id: script.id, scope: script.scope };
      const device = registry.device(tokens.holder(token) ?? '');
      if (device !== undefined && device.removed === undefined) return principalOf(device);
      missed(origin);
      return undefined;
    },
    async identifySocket({ protocols, authorization, path }, origin) {
      const proof = parseProofProtocol(protocols);
      if (proof === undefined) return gate.identify(authorization, origin);
      try {
        const { device, isForged } = await proofs.verify(proof, `socket ${path.replace(/[?#].*$/s, '')}`);
        if (device !== undefined) return principalOf(device);
        if (isForged) noteUnknown('refused', 'A proof for a connection was not signed by its device', origin);
      } catch (error) {
        log.error('pairing.proof-failed', { error: String(error) });
      }
      missed(origin);
      return undefined;
    },

    async startPairing(start, origin) {
      const { isOwnMachine } = origin;
      const isInvited = invitations.isOpen(start.invitation, isOwnMachine);
      within(isInvited ? pairing : guessing, origin, 'Pairing');
      return await exchange.start(start, { address: addressOf(origin), isOwnMachine });
    },
    async finishPairing(finish) {
      const { paired, isAnew } = await exchange.finish(finish);
      // It may have other rights now, and whatever it had open stands on the old ones.
      if (isAnew) cut(paired.device);
      log.info('pairing.paired', { device: paired.device, role: paired.role, isAnew });
      return paired;
    },
    async challenge(asked, origin) {
      withinOf(asked.device, knownChallenges, challenges, origin);
      return await proofs.challenge(asked, addressOf(origin));
    },
    async grantToken(request, origin) {
      withinOf(request.device, knownGrants, grants, origin);
      const { device, isForged } = await proofs.verify(request, 'token');
      if (device !== undefined) {
        registry.touch(device.id, clock.now());
        return { token: tokens.grant(device.id), expiresInMs: TOKEN_MS };
      }
      if (isForged) noteUnknown('refused', 'A proof was not signed by its device', origin);
      throw new Failure({
        code: 'unpaired',
        message: 'This device did not prove that it is paired.',
        hint: 'Try again; if that does not help, pair it once more.',
        retry: 'soon',
      });
    },

    standing: (who) => (who.kind === 'local' ? who : standingOf(who.id)),
    invite(invite, by, inviteOptions) {
      // The one that every start prints is seldom used: it does not pay for that.
      if (inviteOptions?.ownMachineOnly !== true) void exchange.prepare();
      const invitation = invitations.invite(invite, by, inviteOptions);
      // One that nobody but this machine's own browser can use is made at every start.
      if (inviteOptions?.ownMachineOnly !== true) {
        audit.note(noteOf('invited', `A new ${invite.role} was invited`, by, inviteOptions?.from));
      }
      log.info('pairing.invited', { invitation: invitation.id, role: invite.role, by: principalId(by) });
      return invitation;
    },
    invitation: (id) => invitations.read(id),
    withdraw: (id) => invitations.withdraw(id),

    devices: () => registry.devices(),
    device(id) {
      const kept = registry.device(id);
      if (kept === undefined) return undefined;
      const { key: _, ...record } = kept;
      return record;
    },
    async changeDevice(id, change, by, from) {
      const device = welcome(id);
      const role = change.role ?? device.role;
      const project = role === 'guest' ? (change.project ?? device.project) : null;
      const name = change.name === undefined ? device.name : readName(change.name);
      if (device.role === 'guest' && role !== 'guest') {
        throw refusedChange(
          `${device.name} is a guest and has only what guests may see.`,
          'Remove it and pair it again with the other role.',
        );
      }
      if (role === 'guest' ? project === null : (change.project ?? null) !== null) {
        throw refusedChange(
          'A guest sees one project, everybody else all of them.',
          'Choose the project for a guest, and none for others.',
        );
      }
      if (role !== 'owner' && isLastOwner(device)) {
        throw refusedChange(
          `${device.name} is the last owner, and somebody must look after the devices.`,
          'Pair another owner first.',
        );
      }
      if (role === device.role && project === device.project && name === device.name) return;
      const isOtherRight = role !== device.role || project !== device.project;
      const what = isOtherRight
        ? `${name} is ${roleWords[role]} now`
        : `${device.name} is called ${name} now`;
      const written = registry.putDevice(
        { ...device, name, role, project },
        noteOf('changed', what, by, from),
      );
      if (isOtherRight) cut(id);
      await written;
    },
    async removeDevice(id, { erase }, by, from) {
      const device = registry.device(id);
      if (device === undefined) throw notFound('device');
      if (device.removed?.erase === erase) return await registry.save();
      const last = device.removed === undefined && isLastOwner(device) ? ', the last owner' : '';
      const removed = { at: device.removed?.at ?? clock.now(), erase };
      const what = `${device.name} was removed${last}${erase ? ', and is to erase what it keeps' : ''}`;
      // Nobody from this line on, whatever the disk says; and cut before anybody is told that it is done.
      const written = registry.putDevice({ ...device, removed }, noteOf('removed', what, by, from));
      cut(id);
      if (last !== '') log.warn('pairing.no-owner-left', { device: id });
      await written;
    },
    scripts: () => registry.scripts(),
    async makeScript(name, scope, by, from) {
      if (registry.scripts().length >= MAX_SCRIPTS) {
        throw new Failure({
          code: 'no-room',
          message: `There are ${MAX_SCRIPTS} tokens for scripts already.`,
          hint: 'Remove one that is not used any more.',
        });
      }
      const token = newScriptToken();
      const record = {
        id: `s_${randomBytes(12).toString('hex')}`,
        name: readName(name),
        scope,
        madeAt: clock.now(),
        seenAt: null,
      };
      const what = `A token for ${record.name} was made, which ${scopeWords[scope]}`;
      await registry.putScript({ ...record, hash: hashOf(token) }, noteOf('token-made', what, by, from));
      return { token, record };
    },
    async removeScript(id, by, from) {
      const script = registry.script(id);
      if (script === undefined) throw notFound('token');
      const note = noteOf('token-removed', `The token for ${script.name} was removed`, by, from);
      const written = registry.removeScript(id, note);
      cut(id);
      await written;
    },

    signSignals: (fields) => identity.sign(signals(fields)),
    async isSignedByDevice(fields, signature) {
      const device = registry.device(fields.device);
      if (device === undefined || device.removed !== undefined) return false;
      return await isSignedBy(device.key, signals(fields), signature);
    },

    seen(who) {
      if (who.kind !== 'local') registry.touch(who.id, clock.now());
    },
    brought(who, bytes) {
      if (who.kind === 'device') registry.touch(who.id, clock.now(), Math.max(0, bytes));
    },
    onCut(listener) {
      cutListeners.add(listener);
      return () => cutListeners.delete(listener);
    },

    note({ kind, what }, who, from) {
      audit.note({
        kind,
        who: who === undefined ? null : principalId(who),
        name: nameOf(who),
        from: placeOf(from),
        what,
      });
    },
    downloaded(file, who, from) {
      const what = downloads.words(file, who);
      if (what !== undefined) gate.note({ kind: 'downloaded', what }, who, from);
    },
    audit: (page) => audit.page(page),
    async close() {
      exchange.close();
      cutListeners.clear();
      await registry.flush();
      await audit.flush();
      await store.close();
    },
  };
  return gate;
}

function principalOf({ id, role, project }: KeptDevice): Principal | undefined {
  if (role !== 'guest') return { kind: 'device', id, role };
  // A guest of no project is nobody; the registry keeps none.
  return project === null ? undefined : { kind: 'device', id, role, project };
}

function placeOf(from: string | undefined): string | null {
  return from === undefined ? null : addressOf({ address: from, isOwnMachine: false });
}

function readName(name: string): string {
  const parsed = deviceNameSchema.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new Failure({
    code: 'bad-input',
    message: 'A name has 1 to 60 characters, and no control characters.',
    hint: 'Choose another one.',
  });
}

function refusedChange(message: string, hint: string): Failure {
  return new Failure({ code: 'bad-input', message, hint });
}

function notFound(what: 'device' | 'token'): Failure {
  return new Failure({
    code: 'not-found',
    message: `There is no such ${what}.`,
    hint: 'Look at the list again: it may have been removed already.',
  });
}
