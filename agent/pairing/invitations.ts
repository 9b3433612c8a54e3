// Invitations: who may be paired next, by which secret, for how long and after how many tries not any more. In memory
// only: a restart ends them all. It does not know the exchange, the network nor the disk.
import { randomBytes, randomInt } from 'node:crypto';
import { type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { toBase64Url } from '@myspinbot/shared/pairing/bytes.ts';
import { formatCode, fragmentOf, INVITATION_MS, MAX_ATTEMPTS } from '@myspinbot/shared/pairing/invitation.ts';
import type { Invitation, Invite } from '@myspinbot/shared/wire/pairing.ts';
import type { Clock } from '../clock.ts';
import { lasts } from './freshness.ts';
import type { InviteOptions } from './port.ts';

/** A person invites one device, rarely two; more open ones only make guessing easier. */
const MAX_OPEN = 8;
/** An ended invitation is remembered this long, for whoever looks at it and so that its number means nothing else. */
const REMEMBERED_MS = 600_000;
const NUMBERS = 100;
/** The wire carries no more links. */
const MAX_LINKS = 20;

export interface Random {
  /** 0 <= number < below, evenly. */
  number(below: number): number;
  bytes(count: number): Uint8Array;
}
const systemRandom: Random = {
  number: (below) => randomInt(below),
  bytes: (count) => randomBytes(count),
};

/** One try at an invitation; `over` must be called when nothing more comes of it. */
export interface Attempt {
  readonly password: string;
  readonly invite: Invite;
  /** Who made the invitation. */
  readonly by: Principal;
  readonly attemptsLeft: number;
  /**
   * Takes the invitation for this device: from now on nobody else has it. Throws Failure `wrong-code` when somebody was
   * faster or it was taken back. `giveBack` when the device could not be remembered.
   */
  take(device: { id: string; name: string }): { giveBack(): void };
  over(): void;
}

export interface Invitations {
  /** Throws Failure `too-often` when too many are open. */
  invite(invite: Invite, by: Principal, options?: InviteOptions): Invitation;
  read(id: string): Invitation | undefined;
  /** Idempotent; nothing happens for an unknown or ended one. */
  withdraw(id: string): void;
  /** All that this principal made; of exchanges that are under way with them nothing comes any more. */
  withdrawOf(principal: string): void;
  /** Whether an attempt would be let through now; for whoever asks, from where they ask. */
  isOpen(id: string, isOwnMachine: boolean): boolean;
  /** Spends one attempt. Throws Failure `wrong-code`, in words for whoever holds the code. */
  attempt(id: string, by: 'secret' | 'code', isOwnMachine: boolean): Attempt;
}

type End = Exclude<Invitation['state'], { state: 'open' }>;
interface Kept {
  readonly id: string;
  readonly invite: Invite;
  readonly by: Principal;
  readonly secret: string;
  readonly digits: string;
  readonly ownMachineOnly: boolean;
  readonly madeAt: number;
  readonly lastsMs: number;
  attemptsLeft: number;
  /** Attempts of which something may still come. */
  underWay: number;
  end: { state: End; at: number } | undefined;
  /** Also while a device has it of which nobody knows yet whether it can be remembered. */
  isWithdrawn: boolean;
}

export function createInvitations(world: {
  clock: Clock;
  random?: Random;
  fingerprint: string;
  addresses(): readonly string[];
  ownMachineAddress(): string;
}): Invitations {
  const { clock, random = systemRandom } = world;
  const all = new Map<string, Kept>();

  /** Ends what time or tries have ended, and forgets what ended long ago. */
  const settle = () => {
    const now = clock.now();
    for (const kept of all.values()) {
      // While an exchange that began in time is under way, the invitation can still be used.
      if (kept.end === undefined && kept.underWay === 0) {
        if (kept.attemptsLeft === 0) kept.end = { state: { state: 'spent' }, at: now };
        else if (!lasts(kept.madeAt, kept.lastsMs, now)) kept.end = { state: { state: 'expired' }, at: now };
      }
      if (kept.end !== undefined && !lasts(kept.end.at, REMEMBERED_MS, now)) all.delete(kept.id);
    }
  };
  const show = (kept: Kept): Invitation => {
    const { id, invite, secret, digits, madeAt, lastsMs, attemptsLeft, end } = kept;
    const fragment = fragmentOf({ invitation: id, secret, fingerprint: world.fingerprint });
    const bases = (
      kept.ownMachineOnly ? [world.ownMachineAddress()] : world.addresses().slice(0, MAX_LINKS)
    ).map((base) => base.replace(/\/$/, ''));
    return {
      id,
      role: invite.role,
      project: invite.project ?? null,
      code: formatCode(id, digits),
      // Whoever answers in the place of a plain address reads what is in its fragment: there is nothing in it.
      trustLinks: bases.flatMap((base) =>
        base.startsWith('https:') ? [`${base.replace(/^https:/, 'http:')}/`] : [],
      ),
      links: bases.map((base) => `${base}/${fragment}`),
      expiresInMs: end === undefined ? Math.max(0, lastsMs - Math.abs(clock.now() - madeAt)) : 0,
      attemptsLeft,
      state: end?.state ?? { state: 'open' },
    };
  };

  /** The invitation, or why an attempt at it is refused. */
  const standing = (
    id: string,
    isOwnMachine: boolean,
  ): { kept: Kept } | { why: End['state'] | 'unknown' } => {
    settle();
    const kept = all.get(id);
    // To the network an invitation for the own machine is not there: nobody else can use it up.
    if (kept === undefined || (kept.ownMachineOnly && !isOwnMachine)) return { why: 'unknown' };
    if (kept.end !== undefined) return { why: kept.end.state.state };
    if (kept.attemptsLeft === 0) return { why: 'spent' };
    return lasts(kept.madeAt, kept.lastsMs, clock.now()) ? { kept } : { why: 'expired' };
  };

  const withdraw = (kept: Kept) => {
    kept.isWithdrawn = true;
    kept.end ??= { state: { state: 'withdrawn' }, at: clock.now() };
  };

  return {
    invite(invite, by, options = {}) {
      settle();
      const open = [...all.values()].filter(({ end }) => end === undefined);
      const free = Array.from({ length: NUMBERS }, (_, number) => String(number).padStart(2, '0')).filter(
        (id) => !all.has(id),
      );
      if (open.length >= MAX_OPEN || free.length === 0) {
        throw new Failure({
          code: 'too-often',
          message:
            open.length >= MAX_OPEN
              ? `${MAX_OPEN} invitations are open already.`
              : 'Very many invitations were made within the last minutes.',
          hint: 'Wait until one has ended: each lasts two minutes. Closing a dialog that shows one takes it back.',
          retry: 'soon',
        });
      }
      const kept: Kept = {
        id: free[random.number(free.length)]!,
        invite,
        by,
        secret: toBase64Url(random.bytes(16)),
        digits: String(random.number(1_000_000)).padStart(6, '0'),
        ownMachineOnly: options.ownMachineOnly ?? false,
        madeAt: clock.now(),
        lastsMs: options.lastsMs ?? INVITATION_MS,
        attemptsLeft: MAX_ATTEMPTS,
        underWay: 0,
        end: undefined,
        isWithdrawn: false,
      };
      all.set(kept.id, kept);
      return show(kept);
    },
    read(id) {
      settle();
      const kept = all.get(id);
      return kept === undefined ? undefined : show(kept);
    },
    withdraw(id) {
      settle();
      const kept = all.get(id);
      if (kept !== undefined) withdraw(kept);
    },
    withdrawOf(principal) {
      settle();
      for (const kept of all.values()) if (principalId(kept.by) === principal) withdraw(kept);
    },
    isOpen: (id, isOwnMachine) => !('why' in standing(id, isOwnMachine)),
    attempt(id, by, isOwnMachine) {
      const found = standing(id, isOwnMachine);
      if ('why' in found) throw ended(found.why);
      const { kept } = found;
      kept.attemptsLeft -= 1;
      kept.underWay += 1;
      let isOver = false;
      const over = () => {
        if (!isOver) kept.underWay -= 1;
        isOver = true;
      };
      return {
        password: by === 'secret' ? kept.secret : kept.digits,
        invite: kept.invite,
        by: kept.by,
        attemptsLeft: kept.attemptsLeft,
        take({ id: device, name }) {
          if (kept.end !== undefined) throw ended(kept.end.state.state);
          kept.end = { state: { state: 'used', device, name }, at: clock.now() };
          return {
            giveBack() {
              kept.end = undefined;
              if (kept.isWithdrawn) withdraw(kept);
            },
          };
        },
        over,
      };
    },
  };
}

/** Why an invitation is of no use, to whoever holds its code. */
function ended(why: End['state'] | 'unknown'): Failure {
  const messages = {
    unknown: 'The workstation knows no such code.',
    used: 'This code was used already, and each is good for one device.',
    expired: 'This code has expired.',
    spent: 'This code was tried too often and is good no more.',
    withdrawn: 'This code was taken back.',
  } as const;
  return new Failure({
    code: 'wrong-code',
    message: messages[why],
    hint: 'Ask for a new one: "Add a device" in the app of a paired owner, or "npx myspinbot pair" on the workstation.',
    retry: 'never',
  });
}
