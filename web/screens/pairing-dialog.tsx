// Pairing by a code that is typed or pasted, with how to come by one. Opened from wherever the app says that this
// device is not paired.
import { parseCode, parseLink } from '@myspinbot/shared/pairing/invitation.ts';
import { Link } from 'lucide';
import { createSignal, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { CodeField } from '../parts/code-field.tsx';
import { CopyLine } from '../parts/copy-line.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { useToasts } from '../parts/toast.tsx';
import { createPairing } from './pairing.ts';
import { PairingName, PairingTrouble } from './pairing-name.tsx';
import { groupCode, PAIR_COMMAND } from './pairing-words.ts';

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
  const [code, setCode] = createSignal('');
  const [trouble, setTrouble] = createSignal<string>();

  const pair = async (by: Parameters<typeof live.pair>[0]) => {
    if (!(await pairing.pair(by))) {
      // A code that was wrong is not sent twice.
      if (pairing.trouble()?.tone === 'error') setCode('');
      return;
    }
    const access = live.access();
    toasts.show(
      access.state === 'paired'
        ? `Paired with ${access.agent.name}. What waited here is on its way.`
        : 'This device is paired.',
    );
    props.onClose();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (pairing.nameTrouble() !== undefined) return;
    if (parseCode(code()) === undefined) {
      setTrouble(code() === '' ? 'Type the eight digits of the code.' : 'The code has eight digits.');
      return;
    }
    void pair({ kind: 'code', code: code() });
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
      <form class="grid gap-4" onSubmit={submit}>
        <CodeField
          label="Code"
          placeholder="00-000-000"
          value={code()}
          group={groupCode}
          first
          error={trouble()}
          onCode={(grouped) => {
            setTrouble(undefined);
            setCode(grouped);
          }}
          onText={(text) => {
            const link = parseLink(text);
            if (link === undefined) return false;
            if (pairing.nameTrouble() === undefined) void pair({ kind: 'link', link });
            return true;
          }}
        />
        <PairingName pairing={pairing} />
        <PairingTrouble pairing={pairing} />
        <Button type="submit" tone="curtain" icon={Link} wide busy={pairing.state() === 'pairing'}>
          {pairing.state() === 'pairing' ? 'Pairing…' : 'Pair this device'}
        </Button>
        <div class="grid gap-3 border-t border-line pt-4 text-small">
          <h3>Where the code comes from</h3>
          <p class="text-ink-soft">
            On the workstation, run this. It shows a code, and a picture to point this device's camera at.
          </p>
          <CopyLine label="Copy the command" text={PAIR_COMMAND} />
          <p class="text-ink-soft">
            Or on a device that is paired already: Settings, Devices, "Add a device". A link you were sent can
            be pasted above, too.
          </p>
        </div>
      </form>
    </Show>
  );
}
