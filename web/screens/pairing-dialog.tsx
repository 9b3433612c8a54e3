// Pairing by a code that is typed or pasted, with how to come by one. Opened from wherever the app says that this
// device is not paired.
import { Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { CopyLine } from '../parts/copy-line.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { useToasts } from '../parts/toast.tsx';
import { createPairing } from './pairing.ts';
import { PairingCode } from './pairing-code.tsx';
import { PairingTrouble } from './pairing-name.tsx';
import { PAIR_COMMAND } from './pairing-words.ts';

export default function PairingDialog(props: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={props.open} title="Pair this device" onClose={() => props.onClose()}>
      <ByCode onClose={() => props.onClose()} />
    </Dialog>
  );
}

function ByCode(props: { onClose: () => void }) {
  const live = useLive();
  const toasts = useToasts();
  const pairing = createPairing();
  const done = () => {
    const access = live.access();
    toasts.show(
      access.state === 'paired'
        ? `Paired with ${access.agent.name}. What waited here is on its way.`
        : 'This device is paired.',
    );
    props.onClose();
  };

  return (
    <Show
      when={pairing.trouble()?.isSerious !== true}
      fallback={
        <div class="grid gap-4">
          <PairingTrouble pairing={pairing} />
          <Button tone="quiet" wide onClick={() => props.onClose()}>
            Go on without pairing
          </Button>
        </div>
      }
    >
      <div class="grid gap-4">
        <PairingCode pairing={pairing} onPaired={done} />
        <div class="grid gap-3 border-t border-line pt-4 text-small">
          <h3>Where the code comes from</h3>
          <p class="text-ink-soft">
            On the workstation, run this. It shows a code, and beside it a picture to point this device's
            camera at. The code is another one every two minutes: take the one you see now.
          </p>
          <CopyLine label="Copy the command" text={PAIR_COMMAND} />
          <p class="text-ink-soft">
            Or on a device that is paired already: Settings, Devices, "Add a device". A link you were sent can
            be pasted above, too.
          </p>
        </div>
      </div>
    </Show>
  );
}
