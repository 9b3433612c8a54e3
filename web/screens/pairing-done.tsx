// The end of a pairing before the curtain: who is in, and with whom.
import { useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { ownRoleWords } from './device-words.ts';

export function PairingDone(props: { name: string; onRaise: () => void }) {
  const live = useLive();
  const agent = () => {
    const access = live.access();
    return access.state === 'paired' ? access : undefined;
  };
  return (
    <div class="grid gap-4" role="status">
      <h1 tabIndex={-1} data-first="">
        You are in
      </h1>
      <p class="text-ink-soft">
        {props.name} is paired with {agent()?.agent.name ?? 'your workstation'}.{' '}
        {agent() === undefined ? '' : ownRoleWords[agent()!.role]}
      </p>
      <Button tone="curtain" wide onClick={() => props.onRaise()}>
        Raise the curtain
      </Button>
    </div>
  );
}
