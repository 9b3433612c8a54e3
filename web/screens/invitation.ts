// One open invitation as an owner watches it: what the workstation says of it every second, and how long it lasts by
// this device's own clock in between. When it has ended unused a fresh one takes its place, for as long as that is
// sensible. Taken back when nobody looks any more.
import type { Failure } from '@myspinbot/shared/failure/failure.ts';
import { INVITATION_MS, mayShowAnother } from '@myspinbot/shared/pairing/invitation.ts';
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
  /** It ended unused, and a fresh one is on its way. */
  isRenewing(): boolean;
  /** A fresh one took the place of one that ended, and nobody has tried it yet. */
  isFresh: Accessor<boolean>;
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
  const [isFresh, setFresh] = createSignal(false);
  /** What is shown one after the other since somebody asked. */
  let shown: { invite: Invite; since: number; count: number } | undefined;
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
    if (now === undefined) return;
    if (!isOpen()) return void renew();
    const left = Math.max(0, endsAt - Date.now());
    setLeftMs(left);
    if (left === 0) setInvitation({ ...now, state: { state: 'expired' } });
    else if (!isAsking) void ask(now.id);
  }, TICK_MS);

  const mayRenew = () => {
    const state = invitation()?.state.state;
    if ((state !== 'expired' && state !== 'spent') || failure() !== undefined) return false;
    return shown !== undefined && mayShowAnother(shown, Date.now());
  };
  const renew = async () => {
    if (shown === undefined || isMaking() || !mayRenew()) return;
    shown.count += 1;
    await show(shown.invite, true);
  };
  const show = async (invite: Invite, fresh: boolean) => {
    setMaking(true);
    setFailure(undefined);
    try {
      const made = await live.devices.invite(invite);
      if (isOver) {
        await live.devices.withdraw(made.id).catch(() => undefined);
        return;
      }
      setFresh(fresh);
      take(made);
    } catch (error) {
      setFailure(failureOf(error));
    } finally {
      setMaking(false);
    }
  };

  const drop = () => {
    shown = undefined;
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
    isRenewing: () => mayRenew() || (isMaking() && invitation() !== undefined),
    isFresh,
    async make(invite) {
      drop();
      shown = { invite, since: Date.now(), count: 1 };
      await show(invite, false);
    },
    drop,
  };
}
