// A new device that has just learnt to trust the workstation, and has no invitation yet: it is asked for the code that
// is shown where its journey began.
import { useNavigate } from '@solidjs/router';
import { createSignal, onCleanup, Show } from 'solid-js';
import { Button } from '../parts/button.tsx';
import { Foyer, Nobody } from '../parts/foyer.tsx';
import { Medallion } from '../parts/medallion.tsx';
import { Facts } from '../parts/section.tsx';
import type { Doorway } from './doorway.ts';
import { createPairing } from './pairing.ts';
import { PairingCode } from './pairing-code.tsx';
import { PairingDone } from './pairing-done.tsx';
import { PairingTrouble } from './pairing-name.tsx';

/** Long enough to read who it is paired with; a press goes on at once. */
const DONE_MS = 2_600;

export function Arrived(props: { doorway: Doorway }) {
  const navigate = useNavigate();
  const pairing = createPairing();
  const [isLeaving, setLeaving] = createSignal(false);
  let clock: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(clock));
  const leave = () => {
    clearTimeout(clock);
    navigate('/');
    setLeaving(true);
  };
  const isSerious = () => pairing.trouble()?.isSerious === true;
  const notNow = (words: string) => (
    <Button tone="plain" wide onClick={() => props.doorway.leaveArrival()}>
      {words}
    </Button>
  );
  return (
    <Foyer
      label="Pair this device"
      opening={isLeaving()}
      onOpened={() => props.doorway.leaveArrival()}
      actor={
        <Show when={!isSerious()} fallback={<Nobody />}>
          <Medallion
            name={pairing.name()}
            seed={location.host}
            size="large"
            state={pairing.state() === 'paired' ? 'done' : undefined}
            progress={pairing.state() === 'paired' ? 1 : undefined}
            spinning={pairing.state() !== 'asking'}
            decorative
          />
        </Show>
      }
    >
      <Show
        when={pairing.state() !== 'paired'}
        fallback={<PairingDone name={pairing.name()} onRaise={leave} />}
      >
        <Show
          when={!isSerious()}
          fallback={
            <>
              <h1>Stop here</h1>
              <PairingTrouble pairing={pairing} />
              {notNow('Go on without pairing')}
            </>
          }
        >
          <div class="grid gap-1">
            <h1>Trusted. Now the code</h1>
            <p class="text-small text-ink-soft">
              Eight digits, beside the picture you scanned. There is a fresh one every two minutes: take the
              one that stands there now. Or point the camera at the second picture.
            </p>
          </div>
          <Facts facts={[['Workstation', location.host]]} />
          <PairingCode
            pairing={pairing}
            onPaired={() => {
              clock = setTimeout(leave, DONE_MS);
            }}
          />
          {notNow('Not now')}
        </Show>
      </Show>
    </Foyer>
  );
}
