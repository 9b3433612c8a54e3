// Whether what was typed lies safely on this device. "Saved" is a promise, so it is shown only when told so.
import './workstation-line.css';
import { Check, CircleAlert, Ellipsis } from 'lucide';
import { Icon } from '../design/icon.tsx';

const words = { saved: 'Saved', saving: 'Saving…', failed: 'Not saved' } as const;
const shapes = { saved: Check, saving: Ellipsis, failed: CircleAlert } as const;

export function SavedMark(props: { state: 'saved' | 'saving' | 'failed' }) {
  return (
    <span class={`saved saved-${props.state}`} role="status">
      <Icon shape={shapes[props.state]} size={16} />
      {words[props.state]}
    </span>
  );
}
