// What is on its way, and what happens to it when the person leaves.
import './sending-line.css';
import { ArrowUpFromLine } from 'lucide';
import { Icon } from '../design/icon.tsx';

export function SendingLine(props: { title: string; next: string }) {
  return (
    <div class="sending">
      <Icon shape={ArrowUpFromLine} size={16} />
      <p class="sending-title">{props.title}</p>
      {/* Read out when it changes, unlike the bytes above it. */}
      <p class="sending-next" role="status">
        {props.next}
      </p>
    </div>
  );
}
