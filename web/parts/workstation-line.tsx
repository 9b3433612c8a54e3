// One quiet line: is the workstation here, being looked for, away, or none of ours. The filled lamp, the ring and the words say
// it; colour only repeats it.
import './workstation-line.css';

export interface WorkstationWords {
  state: 'here' | 'looking' | 'away' | 'unpaired';
  text: string;
}

export function WorkstationLine(props: { words: WorkstationWords }) {
  return (
    <p class={`workstation workstation-${props.words.state}`} role="status">
      <span class="workstation-lamp" aria-hidden="true" />
      <span>{props.words.text}</span>
    </p>
  );
}
