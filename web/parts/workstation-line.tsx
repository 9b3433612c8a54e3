// One quiet line: is the workstation here, being looked for, away, or none of ours. The filled lamp, the ring and the words say
// it; colour only repeats it.
import './workstation-line.css';
import { Show } from 'solid-js';

export interface WorkstationWords {
  state: 'here' | 'looking' | 'away' | 'unpaired';
  text: string;
  /** Where trust is made anew, should that be what is between the two. */
  trustAt?: string | undefined;
}

/** The other reason why a workstation is not reached, and the way to find out. */
export function TrustHint(props: { address: string }) {
  return (
    <span class="workstation-hint">
      If it is on, its certificate may be new: open{' '}
      <a href={`${props.address}/`} rel="external">
        {props.address}
      </a>
    </span>
  );
}

export function WorkstationLine(props: { words: WorkstationWords }) {
  return (
    <p class={`workstation workstation-${props.words.state}`} role="status">
      <span class="workstation-lamp" aria-hidden="true" />
      <span>
        {props.words.text}
        <Show when={props.words.trustAt}>{(address) => <TrustHint address={address()} />}</Show>
      </span>
    </p>
  );
}
