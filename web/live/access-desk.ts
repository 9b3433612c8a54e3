// What this device is to the workstation, as Solid state: pairing, being given another role, being removed or not
// known any more, and the invitation a page was opened with. It says what may be done and does not do it: documents
// and files are other people's business.
import { guestRoom, WORKSPACE_ROOM } from '@myspinbot/shared/document/layout.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { InvitationLink } from '@myspinbot/shared/pairing/invitation.ts';
import { type Accessor, batch, createComputed, createMemo, createSignal, on } from 'solid-js';
import { notReached } from '../identity/ask.ts';
import type { DeviceLook } from '../identity/device-kind.ts';
import { type Identity, isSeatedSo, type Seat, type Standing } from '../identity/identity.ts';
import { noteRemoval, readRemoval } from '../identity/removal-note.ts';
import { isToErase } from '../identity/removed-here.ts';
import { createSession, type Session, type Word } from '../identity/session.ts';
import type { Clock } from '../link/clock.ts';
import type { Access, Live, StrayLink } from './live.ts';

/** Between two questions of a removed device whether it is to erase what it keeps. */
const ASK_AGAIN_MS = 300_000;

/** The documents this device sits before, and what it may do there. */
export interface Place {
  /** The room of the workspace, or of what a guest sees instead. */
  room: string;
  mayWrite: boolean;
}

/** Another workstation takes the place of the one before; `keep` writes its record. */
export type NewWorkstation = (
  before: NonNullable<Standing>,
  next: NonNullable<Standing>,
  keep: () => Promise<void>,
  ways: typeof import('../vault/set-aside.ts'),
) => Promise<void>;

export interface AccessDesk {
  access: Accessor<Access>;
  place: Accessor<Place>;
  /** Whether links may be opened: paired, and not turned away. */
  isOpen: Accessor<boolean>;
  /** Throws Failure `refused` for a guest. */
  mustEdit(): void;
  readonly session: Session;
  invitation: Accessor<InvitationLink | undefined>;
  invitationTrouble: Accessor<Failure | undefined>;
  dismissInvitation(): void;
  strayLink: Accessor<StrayLink | undefined>;
  dismissStrayLink(): void;
  /** The page was opened with this link, or was given it later; undefined = with one that cannot be read. */
  invite(link: InvitationLink | undefined): void;
  pair: Live['pair'];
  /** Asks the workstation once more whether it knows this device. */
  lookAgain(): void;
  close(): void;
}

export function createAccessDesk(world: {
  identity: Identity;
  /** As it was read before the first paint. */
  first: Standing;
  fetch: typeof fetch;
  clock: Clock;
  device: DeviceLook;
  notes: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
  isOwnMachine: boolean;
  /** The workstation said something, so it is there. */
  onAnswer(): void;
  /** An owner removed this device and wants its data gone. */
  onErase(agentName: string): void;
  onNewWorkstation: NewWorkstation;
  /** Another tab did that. */
  onReplaced(): void;
}): AccessDesk {
  const { identity } = world;
  const [standing, setStanding] = createSignal<Standing>(world.first, { equals: isSame });
  /** The workstation's word on one device; it is not kept: the next start asks again. */
  const [away, setAway] = createSignal<{ device: string; why: 'unknown-here' | 'another-workstation' }>();
  const [erasedBy, setErasedBy] = createSignal(
    world.first === undefined ? readRemoval(world.notes) : undefined,
  );

  const access = createMemo(
    (): Access => {
      const now = standing();
      const by = erasedBy();
      if (by !== undefined) return { state: 'removed', agentName: by, erase: true };
      if (now === undefined) return { state: 'unpaired' };
      const { agent, device, deviceName, role, project } = now;
      if (now.state === 'removed') return { state: 'removed', agentName: agent.name, erase: false };
      const turned = away();
      if (turned?.device === device) return { state: 'forgotten', agentName: agent.name, why: turned.why };
      const { id, name, fingerprint } = agent;
      return { state: 'paired', device, deviceName, role, project, agent: { id, name, fingerprint } };
    },
    undefined,
    { equals: isSame },
  );
  // A guest who was removed still sees what it saw, and still writes nothing.
  const place = createMemo((): Place => placeOf(standing()), undefined, { equals: isSame });
  const isOpen = createMemo(() => access().state === 'paired');

  const hear = (word: Word) => {
    const now = standing();
    if (now?.device !== word.device || erasedBy() !== undefined) return;
    switch (word.state) {
      case 'busy':
        world.onAnswer();
        return;
      case 'known':
        world.onAnswer();
        batch(() => {
          setAway(undefined);
          seat(now, word);
        });
        return;
      case 'removed':
        if (word.erase) eraseFor(now.agent.name);
        else {
          setStanding({ ...now, state: 'removed' });
          kept(identity.remove(now.device));
        }
        return;
      case 'unknown':
        setAway({ device: now.device, why: 'unknown-here' });
        return;
      case 'another':
        setAway({ device: now.device, why: 'another-workstation' });
    }
  };
  const eraseFor = (agentName: string) => {
    setErasedBy(agentName);
    world.onErase(agentName);
  };
  const seat = (now: NonNullable<Standing>, { deviceName, role, project }: Seat) => {
    const next: Seat = { deviceName, role, project };
    if (now.state !== 'paired' || isSeatedSo(now, next)) return;
    setStanding({ ...now, ...next });
    kept(identity.seat(now.device, next));
  };

  const session = createSession({
    identity,
    speaksAs: () => standing()?.device,
    fetch: world.fetch,
    clock: world.clock,
    onWord: hear,
  });
  /** Removed, and keeping what it has: that may be changed as long as it has it. */
  let stopAskingAgain: (() => void) | undefined;
  const askLater = () => {
    stopAskingAgain = world.clock.after(ASK_AGAIN_MS, () => void askWhetherToErase());
  };
  const askWhetherToErase = async () => {
    const now = standing();
    if (now?.state !== 'removed' || erasedBy() !== undefined) return;
    const isWanted = await isToErase(now, { ...world, key: () => identity.removedKey(now.device) });
    if (standing()?.device !== now.device || standing()?.state !== 'removed') return;
    if (isWanted) eraseFor(now.agent.name);
    else askLater();
  };
  createComputed(
    on(access, (is, before) => {
      stopAskingAgain?.();
      stopAskingAgain = undefined;
      if (is.state !== 'removed' || is.erase) return;
      // Who has just been told is not told otherwise at once.
      if (before === undefined) void askWhetherToErase();
      else askLater();
    }),
  );
  /** What this tab itself was paired as last. */
  let mine: string | undefined;
  const stopWatching = identity.watch((next) => {
    // Another tab paired with another workstation: what is open here belongs to the one before.
    if (isAnother(standing(), next) && next?.device !== mine) world.onReplaced();
    else setStanding(next);
  });

  const isPairedWith = (fingerprint: string) => {
    const now = standing();
    return now?.state === 'paired' && now.agent.fingerprint === fingerprint;
  };
  const [invitation, setInvitation] = createSignal<InvitationLink>();
  const [invitationTrouble, setTrouble] = createSignal<Failure>();
  const [strayLink, setStray] = createSignal<StrayLink>();

  const pair: Live['pair'] = async (by, name) => {
    // All of it before the first word: a part that cannot be loaded later would leave the pairing halfway.
    const [{ pairDevice }, ways] = await Promise.all([
      import('../identity/pair.ts'),
      import('../vault/set-aside.ts'),
    ]).catch((cause: unknown) => {
      throw notReached(cause);
    });
    const made = await pairDevice(by, { ...world.device, name }, world);
    const next: NonNullable<Standing> = { state: 'paired', ...made.standing };
    mine = next.device;
    const keep = () => identity.pair(made.standing, made.key);
    const before = standing();
    if (before !== undefined && isAnother(before, next))
      await world.onNewWorkstation(before, next, keep, ways);
    else await keep();
    noteRemoval(world.notes, undefined);
    batch(() => {
      setErasedBy(undefined);
      setAway(undefined);
      setStanding(next);
      setTrouble(undefined);
      setInvitation(undefined);
      setStray(undefined);
    });
  };

  /** A link of the workstation that this device is paired with is kept in case it is not known there any more. */
  let spare: InvitationLink | undefined;
  const offer = (link: InvitationLink) => {
    if (!world.isOwnMachine) {
      setInvitation(link);
      return;
    }
    pair({ kind: 'link', link }, world.device.name).catch(async (error: unknown) => {
      // Another tab may have used it; else the person is told what went wrong, and asked.
      setStanding(await identity.read());
      if (isPairedWith(link.fingerprint)) return;
      batch(() => {
        if (error instanceof Failure) setTrouble(error);
        setInvitation(link);
      });
    });
  };
  const invite = (link: InvitationLink | undefined) => {
    if (link === undefined) return void setStray('damaged');
    if (!isOpen() || !isPairedWith(link.fingerprint)) return offer(link);
    spare = link;
    // On the own machine that link is how the app is opened.
    if (!world.isOwnMachine) setStray('paired-already');
  };
  createComputed(
    on(isOpen, (is) => {
      const link = spare;
      spare = undefined;
      if (!is) setStray((before) => (before === 'paired-already' ? undefined : before));
      if (!is && link !== undefined && erasedBy() === undefined) offer(link);
      else spare = link;
    }),
  );

  return {
    access,
    place,
    isOpen,
    mustEdit() {
      if (place().mayWrite) return;
      throw new Failure({
        code: 'refused',
        message: 'A guest sees this project and changes nothing.',
        hint: 'Ask for another invitation to make something yourself.',
      });
    },
    session,
    invitation,
    invitationTrouble,
    dismissInvitation() {
      batch(() => {
        setTrouble(undefined);
        setInvitation(undefined);
      });
    },
    strayLink,
    dismissStrayLink: () => setStray(undefined),
    invite,
    pair,
    lookAgain() {
      if (access().state !== 'forgotten') return;
      session.lookAgain();
      // Only the answer counts; links are opened when this device is known again.
      session.prove('token').catch(() => undefined);
    },
    close() {
      stopAskingAgain?.();
      stopWatching();
    },
  };
}

function placeOf(standing: Standing): Place {
  const isGuest = standing?.role === 'guest';
  const room = isGuest && standing.project !== null ? guestRoom(standing.project) : WORKSPACE_ROOM;
  return { room, mayWrite: !isGuest };
}

function isAnother(before: Standing, next: Standing): boolean {
  // By the key: a name anybody can take.
  return before !== undefined && next !== undefined && before.agent.fingerprint !== next.agent.fingerprint;
}

/** Records of plain fields. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The store says itself when it cannot be written, and the workstation says the same thing again next time. */
function kept(work: Promise<void>): void {
  work.catch(() => undefined);
}
