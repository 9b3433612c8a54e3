// What this device will be called, and what went wrong last: shared by the curtain and the dialog.
import { Show } from 'solid-js';
import { Field } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import type { Pairing } from './pairing.ts';

export function PairingName(props: { pairing: Pairing }) {
  return (
    <Field
      label="What this device is called"
      value={props.pairing.name()}
      maxLength={60}
      error={props.pairing.nameTrouble()}
      onText={props.pairing.setName}
    />
  );
}

export function PairingTrouble(props: { pairing: Pairing }) {
  return (
    <Show when={props.pairing.trouble()} keyed>
      {(trouble) => (
        <Notice tone={trouble.tone} title={trouble.title} next={trouble.next} kept={trouble.kept} />
      )}
    </Show>
  );
}
