// Why nothing leaves this device, and the way to change that. Nothing at all where it is paired, or where the scene
// before the house says it already.
import { Link } from 'lucide';
import { Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import { useDesk } from './desk.ts';
import { standingWords } from './workstation-words.ts';

export function StandingCard() {
  const live = useLive();
  const desk = useDesk();
  return (
    <Show when={desk.doorway.scene() === undefined && standingWords(live.access())}>
      {(words) => (
        <Notice
          tone="info"
          title={words().title}
          next={words().next}
          actions={
            <Button tone="quiet" icon={Link} onClick={() => desk.doorway.setPairingOpen(true)}>
              {words().action}
            </Button>
          }
        />
      )}
    </Show>
  );
}
