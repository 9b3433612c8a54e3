// For the few things that cannot be undone: what happens, said before it does, and asked once.
import type { IconNode } from 'lucide';
import { type JSX, Show } from 'solid-js';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Notice } from './notice.tsx';

export function Confirm(props: {
  open: boolean;
  title: string;
  /** What happens and what stays. */
  text: string;
  action: string;
  icon?: IconNode;
  busy?: boolean;
  /** Something is still to be agreed to. */
  held?: boolean;
  trouble?: string | undefined;
  onConfirm: () => void;
  onClose: () => void;
  children?: JSX.Element;
}) {
  return (
    <Dialog open={props.open} title={props.title} onClose={() => props.onClose()}>
      <p class="text-ink-soft">{props.text}</p>
      {props.children}
      <Show when={props.trouble}>{(trouble) => <Notice tone="error" title={trouble()} />}</Show>
      <div class="flex flex-wrap justify-end gap-3">
        <Button tone="plain" onClick={() => props.onClose()}>
          Leave it as it is
        </Button>
        <Button
          tone="danger"
          {...(props.icon === undefined ? {} : { icon: props.icon })}
          busy={props.busy === true}
          held={props.held === true}
          onClick={() => props.held !== true && props.busy !== true && props.onConfirm()}
        >
          {props.action}
        </Button>
      </div>
    </Dialog>
  );
}
