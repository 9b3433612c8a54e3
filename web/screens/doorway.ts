// Which scene stands before the house, if any: an invitation that was opened, a device that was removed or is not
// known any more, or nothing left at all. It decides, and draws nothing.
import { ARRIVAL, type InvitationLink } from '@myspinbot/shared/pairing/invitation.ts';
import { type Accessor, createEffect, createMemo, createSignal, onCleanup } from 'solid-js';
import { type Access, type StrayLink, useLive } from '../live/live.ts';

export type Scene =
  | { kind: 'erased' }
  | { kind: 'invited'; link: InvitationLink }
  /** From the page about trust, without an invitation. */
  | { kind: 'arrived' }
  /** A link was opened that pairs nobody. */
  | { kind: 'stray'; link: StrayLink }
  | { kind: 'removed'; agentName: string; erased: boolean }
  | { kind: 'forgotten'; agentName: string; why: 'unknown-here' | 'another-workstation' };

export interface Doorway {
  scene: Accessor<Scene | undefined>;
  /** Goes into the house all the same; asked again when it stands otherwise with the workstation. */
  lookAround(): void;
  /** The invitation has been dealt with, one way or the other. */
  leaveInvitation(): void;
  /** It has typed the code, or will not now. */
  leaveArrival(): void;
  /** Erases all that is kept here; throws what the store throws. */
  erase(): Promise<void>;
  /** The dialog for a code that was typed. */
  isPairingOpen: Accessor<boolean>;
  setPairingOpen(open: boolean): void;
}

const KEY = 'looked-around';

/** Owned by the app's root. */
export function createDoorway(): Doorway {
  const live = useLive();
  const [isErased, setErased] = createSignal(false);
  const [isPairingOpen, setPairingOpen] = createSignal(false);
  const [lookedAt, setLookedAt] = createSignal(readLooked());
  const [invited, setInvited] = createSignal<InvitationLink>();

  // Held here from the moment it was seen: pairing ends the invitation, and the curtain still has to open.
  createEffect(() => {
    const link = live.invitation();
    if (link !== undefined && live.access().state !== 'paired') setInvited(link);
  });

  const [hasArrived, setArrived] = createSignal(false);
  const arrive = () => {
    if (location.hash !== ARRIVAL) return;
    history.replaceState(history.state, '', location.pathname + location.search);
    setArrived(live.access().state !== 'paired');
  };
  arrive();
  addEventListener('hashchange', arrive);
  onCleanup(() => removeEventListener('hashchange', arrive));

  const scene = createMemo((): Scene | undefined => {
    if (isErased()) return { kind: 'erased' };
    const link = invited();
    if (link !== undefined) return { kind: 'invited', link };
    if (hasArrived()) return { kind: 'arrived' };
    const stray = live.strayLink();
    if (stray !== undefined) return { kind: 'stray', link: stray };
    const access = live.access();
    if (standingOf(access) === lookedAt()) return undefined;
    switch (access.state) {
      case 'removed':
        return { kind: 'removed', agentName: access.agentName, erased: access.erase };
      case 'forgotten':
        return { kind: 'forgotten', agentName: access.agentName, why: access.why };
      default:
        return undefined;
    }
  });

  const look = (standing: string) => {
    setLookedAt(standing);
    try {
      localStorage.setItem(KEY, standing);
    } catch {
      // Full or closed: it is asked again next time.
    }
  };
  // A device that is paired again and removed again is told again.
  createEffect(() => {
    if (live.access().state === 'paired' && lookedAt() !== '') look('');
  });

  return {
    scene,
    lookAround: () => look(standingOf(live.access())),
    leaveInvitation() {
      live.dismissInvitation();
      setInvited(undefined);
      setArrived(false);
    },
    leaveArrival: () => setArrived(false),
    async erase() {
      await live.eraseAll();
      setErased(true);
    },
    isPairingOpen,
    setPairingOpen,
  };
}

function standingOf(access: Access): string {
  switch (access.state) {
    case 'removed':
      return `removed ${access.agentName}`;
    case 'forgotten':
      return `forgotten ${access.agentName} ${access.why}`;
    default:
      return access.state;
  }
}

function readLooked(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}
