// One open invitation as an owner watches it: what the workstation says of it every second, and how long it lasts by
// this device's own clock in between. Taken back when nobody looks any more.
import type { Failure } from '@myspinbot/shared/failure/failure.ts';
import { INVITATION_MS } from '@myspinbot/shared/pairing/invitation.ts';
import type { Invitation, Invite } from '@myspinbot/shared/wire/pairing.ts';
import { type Accessor, createSignal, onCleanup } from 'solid-js';
import { useLive } from '../live/live.ts';
import { failureOf } from './answer.ts';

const TICK_MS = 1000;

export interface WatchedInvitation {
  invitation: Accessor<Invitation | undefined>;
  isMaking: Accessor<boolean>;
  failure: Accessor<Failure | undefined>;
  leftMs: Accessor<number>;
  readonly wholeMs: number;
  /** Makes one, taking back the one before. */
  make(invite: Invite): Promise<void>;
  /** Takes back what is open and forgets it. */
  drop(): void;
}

/** Owned by the caller's root. `onUsed` is told once for each device that came in. */
export function createInvitation(onUsed: () => void): WatchedInvitation {
  const live = useLive();
  const [invitation, setInvitation] = createSignal<Invitation>();
  const [isMaking, setMaking] = createSignal(false);
  const [failure, setFailure] = createSignal<Failure>();
  const [leftMs, setLeftMs] = createSignal(0);
  let endsAt = 0;
  let isAsking = false;
  let isOver = false;

  const isOpen = () => invitation()?.state.state === 'open';
  const take = (next: Invitation) => {
    endsAt = Date.now() + next.expiresInMs;
    setLeftMs(next.expiresInMs);
    setInvitation(next);
  };
  const ask = async (id: string) => {
    isAsking = true;
    try {
      const next = await live.devices.invitation(id);
      // Another one may have been made meanwhile.
      if (isOver || invitation()?.id !== id || !isOpen()) return;
      take(next);
      if (next.state.state === 'used') onUsed();
    } catch {
      // The next second asks again, and the clock here goes on: nothing is claimed that is not known.
    } finally {
      isAsking = false;
    }
  };
  const clock = setInterval(() => {
    const now = invitation();
    if (now === undefined || !isOpen()) return;
    const left = Math.max(0, endsAt - Date.now());
    setLeftMs(left);
    if (left === 0) setInvitation({ ...now, state: { state: 'expired' } });
    else if (!isAsking) void ask(now.id);
  }, TICK_MS);

  const drop = () => {
    const now = invitation();
    setInvitation(undefined);
    if (now?.state.state !== 'open') return;
    live.devices.withdraw(now.id).catch(() => {
      // It ends by itself within two minutes.
    });
  };
  onCleanup(() => {
    isOver = true;
    clearInterval(clock);
    drop();
  });

  return {
    invitation,
    isMaking,
    failure,
    leftMs,
    wholeMs: INVITATION_MS,
    async make(invite) {
      drop();
      setMaking(true);
      setFailure(undefined);
      try {
        const made = await live.devices.invite(invite);
        if (isOver) {
          await live.devices.withdraw(made.id).catch(() => undefined);
          return;
        }
        take(made);
      } catch (error) {
        setFailure(failureOf(error));
      } finally {
        setMaking(false);
      }
    },
    drop,
  };
}
