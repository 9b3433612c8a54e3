// A link was opened that pairs nobody: it is damaged, or this device is in already. Somebody opened it for a reason, so
// they are told what became of it and what leads to what they wanted.
import { Match, Show, Switch } from 'solid-js';
import { type StrayLink, useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { Foyer, Nobody } from '../parts/foyer.tsx';
import { Medallion } from '../parts/medallion.tsx';
import { roleWords } from './device-words.ts';
import type { Doorway } from './doorway.ts';

export function Stray(props: { doorway: Doorway; link: StrayLink }) {
  const live = useLive();
  const paired = () => {
    const access = live.access();
    return access.state === 'paired' ? access : undefined;
  };
  const leave = () => live.dismissStrayLink();
  const typeCode = () => {
    leave();
    props.doorway.setPairingOpen(true);
  };
  return (
    <Foyer
      label="About the link that was opened"
      actor={
        <Show when={paired()} fallback={<Nobody />}>
          {(access) => (
            <Medallion name={access().agent.name} seed={access().agent.name} size="large" decorative />
          )}
        </Show>
      }
    >
      <Switch>
        <Match when={props.link === 'paired-already' && paired()}>
          {(access) => (
            <>
              <h1>This device is paired already</h1>
              <p class="text-ink-soft">
                {access().agent.name} knows it as {roleWords[access().role].label.toLowerCase()}. The
                invitation was not used: another device can take it.
              </p>
              <Show when={access().role !== 'owner'}>
                <p class="text-small text-ink-soft">
                  To let this one do more, an owner changes what it may do: in Devices, on their own device.
                </p>
              </Show>
              <Button tone="curtain" wide onClick={leave}>
                Go on
              </Button>
            </>
          )}
        </Match>
        <Match when={props.link === 'damaged'}>
          <h1>This link is damaged</h1>
          <p class="text-ink-soft">
            A part of the invitation is missing or was changed on the way, so it pairs nobody. Scan the
            picture again{paired() === undefined ? ', or type the code that stands beside it.' : '.'}
          </p>
          <Show when={paired()}>
            {(access) => (
              <p class="text-small text-ink-soft">
                This device is paired with {access().agent.name} already, and needs none.
              </p>
            )}
          </Show>
          <div class="grid gap-2">
            <Show when={paired() === undefined}>
              <Button tone="curtain" wide onClick={typeCode}>
                Type the code
              </Button>
            </Show>
            <Button tone={paired() === undefined ? 'plain' : 'curtain'} wide onClick={leave}>
              {paired() === undefined ? 'Not now' : 'Go on'}
            </Button>
          </div>
        </Match>
      </Switch>
    </Foyer>
  );
}
