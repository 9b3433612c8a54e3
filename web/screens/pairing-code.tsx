// The code that the workstation shows, typed here: shared by the dialog and the doorway. A link that is pasted instead
// is taken as what it is.
import { parseCode, parseLink } from '@myspinbot/shared/pairing/invitation.ts';
import { Link } from 'lucide';
import { createSignal } from 'solid-js';
import type { Live } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { CodeField } from '../parts/code-field.tsx';
import type { Pairing } from './pairing.ts';
import { PairingName, PairingTrouble } from './pairing-name.tsx';
import { groupCode } from './pairing-words.ts';

export function PairingCode(props: { pairing: Pairing; onPaired: () => void }) {
  const [code, setCode] = createSignal('');
  const [trouble, setTrouble] = createSignal<string>();
  const pair = async (by: Parameters<Live['pair']>[0]) => {
    if (await props.pairing.pair(by)) return props.onPaired();
    // A code that was wrong is not sent twice.
    if (props.pairing.trouble()?.tone === 'error') setCode('');
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (props.pairing.nameTrouble() !== undefined) return;
    if (parseCode(code()) === undefined) {
      setTrouble(code() === '' ? 'Type the eight digits of the code.' : 'The code has eight digits.');
      return;
    }
    void pair({ kind: 'code', code: code() });
  };
  return (
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
          if (props.pairing.nameTrouble() === undefined) void pair({ kind: 'link', link });
          return true;
        }}
      />
      <PairingName pairing={props.pairing} />
      <PairingTrouble pairing={props.pairing} />
      <Button type="submit" tone="curtain" icon={Link} wide busy={props.pairing.state() === 'pairing'}>
        {props.pairing.state() === 'pairing' ? 'Pairing…' : 'Pair this device'}
      </Button>
    </form>
  );
}
