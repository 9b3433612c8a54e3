// What the rest of the agent may ask about trust: who somebody is, who may be paired, who is not welcome any more.
// How it is remembered and proved is this folder's own business. Nothing here knows HTTP replies or sockets.
import type { Principal, Role, Scope } from '@myspinbot/shared/access/access.ts';
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { Signals } from '@myspinbot/shared/pairing/statements.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import type {
  AgentIdentity,
  AuditEntry,
  Challenge,
  Challenged,
  DeviceRecord,
  Invitation,
  Invite,
  Paired,
  PairingFinish,
  PairingStart,
  PairingStarted,
  ScriptToken,
  TokenGrant,
  TokenRequest,
} from '@myspinbot/shared/wire/pairing.ts';
import type { Wire } from './own-machine.ts';

/** Where a request or socket comes from, as far as the network knows. */
export interface Origin {
  /** The remote address, without a port. */
  address: string;
  /** From this very machine over the loopback, plain or not. */
  isOwnMachine: boolean;
}

export interface Gate {
  readonly agent: AgentIdentity;
  /** SHA-256 of the agent's key (SPKI), base64url. */
  readonly fingerprint: string;

  /** What shows a command of this machine's own account that it speaks to the agent, before it says who it is. */
  proveOwn(nonce: string, wire: Wire): string;
  /**
   * Who sent this `Authorization` header: a device's short-lived token, a script's token, or, from this machine
   * alone, the local token. Undefined for anything else; never throws.
   */
  identify(authorization: string | undefined, origin: Origin): Principal | undefined;
  /**
   * Who opens this socket: by the proof in its subprotocols (good once, for this path), or by `Authorization` as
   * above. Undefined for anything else; never throws.
   */
  identifySocket(
    asked: { protocols: string | undefined; authorization: string | undefined; path: string },
    origin: Origin,
  ): Promise<Principal | undefined>;

  /** Throws Failure `wrong-code` (wrong, used, expired, spent, not from here) or `too-often`. Spends an attempt. */
  startPairing(start: PairingStart, origin: Origin): Promise<PairingStarted>;
  finishPairing(finish: PairingFinish, origin: Origin): Promise<Paired>;
  /** Throws Failure `too-often`. */
  challenge(asked: Challenge, origin: Origin): Promise<Challenged>;
  /** Throws Failure `unpaired` when the proof is wrong, old or used; `too-often`. */
  grantToken(request: TokenRequest, origin: Origin): Promise<TokenGrant>;

  /**
   * What somebody who was identified before is now: other rights, perhaps; undefined when nobody any more. Whatever was
   * let in asks it again before it takes effect.
   */
  standing(who: Principal): Principal | undefined;

  /**
   * `links` are made by whoever knows the addresses: see `addresses` in GateOptions. It ends when whoever made it may
   * not look after devices any more.
   */
  invite(invite: Invite, by: Principal, options?: InviteOptions): Invitation;
  invitation(id: string): Invitation | undefined;
  withdraw(id: string): void;

  devices(): readonly DeviceRecord[];
  device(id: string): DeviceRecord | undefined;
  // `from`: the address the wish came from, for the log.
  /** Throws Failure `not-found`; Failure `bad-input` when the last owner would lose the role. */
  changeDevice(
    id: string,
    change: { name?: string; role?: Role; project?: ProjectId | null },
    by: Principal,
    from?: string,
  ): Promise<void>;
  /** From the moment this resolves the device is nobody. Idempotent. Throws Failure `not-found`. */
  removeDevice(id: string, options: { erase: boolean }, by: Principal, from?: string): Promise<void>;
  scripts(): readonly ScriptToken[];
  /** The token itself is told once and kept only as a hash. */
  makeScript(
    name: string,
    scope: Scope,
    by: Principal,
    from?: string,
  ): Promise<{ token: string; record: ScriptToken }>;
  removeScript(id: string, by: Principal, from?: string): Promise<void>;

  /** Signs how the agent's end of a direct link is recognised. */
  signSignals(fields: Signals): Promise<string>;
  /** Whether the device that they name, still paired, signed how its end is recognised. Never throws. */
  isSignedByDevice(fields: Signals, signature: string): Promise<boolean>;

  /** This principal was just heard of: for "last seen". */
  seen(who: Principal): void;
  /** A device brought so many bytes; counts for its quota. */
  brought(who: Principal, bytes: number): void;
  /** Somebody's rights ended or changed: live sockets of theirs must be cut. Called before removeDevice resolves. */
  onCut(listener: (principalId: string) => void): () => void;

  /** Notes what happened; `who` undefined = somebody unknown. Never throws. */
  note(entry: Pick<AuditEntry, 'kind' | 'what'>, who: Principal | undefined, from: string | undefined): void;
  /**
   * A file went to `who`, or a part of it did: noted once an hour for each file and asker, however many pieces they ask
   * for. Never throws.
   */
  downloaded(
    file: Pick<AssetRef, 'hash' | 'type'>,
    who: Principal | undefined,
    from: string | undefined,
  ): void;
  /** Newest first. */
  audit(page: { before?: number | undefined; limit: number }): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

export interface InviteOptions {
  /** Only from this machine, for its own browser. */
  ownMachineOnly?: boolean;
  /** Default: INVITATION_MS. */
  lastsMs?: number;
  /** The address the wish came from, for the log. */
  from?: string | undefined;
}
