// Devices: who may come in, how they got in, what scripts may do, what happened, and how the workstation is
// guarded. For owners; everybody else is told who can help.
import { Match, Show, Switch } from 'solid-js';
import { useLive } from '../live/live.ts';
import { LinkButton } from '../parts/button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Notice } from '../parts/notice.tsx';
import { TrustHint } from '../parts/workstation-line.tsx';
import { createAnswer } from './answer.ts';
import { Audit } from './devices-audit.tsx';
import { Guarded } from './devices-guarded.tsx';
import { DeviceList } from './devices-list.tsx';
import { Scripts } from './devices-scripts.tsx';
import { createRounds } from './rounds.ts';
import { StandingCard } from './standing-card.tsx';
import { isOwner, trustAddress } from './workstation-words.ts';

export default function Devices() {
  const live = useLive();
  return (
    <Switch
      fallback={
        <EmptyState
          title="Not from this device"
          text="Only an owner's device looks after the others. Ask whoever set up the workstation; yours stays as it is."
          action={
            <LinkButton tone="quiet" href="/">
              Home
            </LinkButton>
          }
        />
      }
    >
      <Match when={isOwner(live.access())}>
        <AsOwner />
      </Match>
      <Match when={live.access().state !== 'paired'}>
        <div class="mx-auto grid max-w-line gap-10 p-4 tablet:p-8">
          <h1>Devices</h1>
          <StandingCard />
        </div>
      </Match>
    </Switch>
  );
}

function AsOwner() {
  const live = useLive();
  const rounds = createRounds();
  const devices = createAnswer(() => live.devices.list(), rounds);
  const isAway = () => live.workstation().state !== 'here';
  const trustAt = trustAddress(location);
  return (
    <div class="mx-auto grid max-w-line gap-12 p-4 tablet:p-8">
      <div class="grid gap-4">
        <h1>Devices</h1>
        <Show when={isAway()}>
          <Notice
            tone="waiting"
            title="Your workstation is out of reach"
            next="It keeps the list of devices. You see it, and can change it, as soon as this app reaches it."
            actions={trustAt === undefined ? undefined : <TrustHint address={trustAt} />}
          />
        </Show>
      </div>
      {/* One refusal is enough: the rest is asked with the list, not beside it. */}
      <Show when={!isAway() || devices.value() !== undefined}>
        <DeviceList devices={devices} onDone={rounds.next} />
      </Show>
      <Show when={devices.value() !== undefined}>
        <Scripts rounds={rounds} />
        <Audit devices={devices.value() ?? []} rounds={rounds} />
        <Guarded onDone={rounds.next} />
      </Show>
    </div>
  );
}
