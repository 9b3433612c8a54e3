// Buttons and links that look like buttons. A button that cannot act yet stays reachable (aria-disabled) so
// that pressing it can say why.
import './button.css';
import type { IconNode } from 'lucide';
import { LoaderCircle } from 'lucide';
import { type JSX, Show, splitProps } from 'solid-js';
import { Icon } from '../design/icon.tsx';

export type ButtonTone = 'curtain' | 'quiet' | 'plain' | 'danger';

interface Look {
  tone?: ButtonTone;
  icon?: IconNode;
  busy?: boolean;
  wide?: boolean;
  big?: boolean;
}

export interface ButtonProps extends Look, Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  /** Cannot act now; the press still arrives, so that the screen can say what is missing. */
  held?: boolean;
}

const look = ['tone', 'icon', 'busy', 'wide', 'big', 'class', 'children'] as const;

function classes(props: Look & { class?: string | undefined }): string {
  return [
    'button',
    `button-${props.tone ?? 'quiet'}`,
    props.busy === true ? 'button-busy' : '',
    props.wide === true ? 'button-wide' : '',
    props.big === true ? 'button-big' : '',
    props.class ?? '',
  ]
    .filter((name) => name !== '')
    .join(' ');
}

export function Button(props: ButtonProps) {
  const [own, held, rest] = splitProps(props, look, ['held']);
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={held.held === true || own.busy === true ? true : undefined}
      aria-busy={own.busy === true ? true : undefined}
      class={classes(own)}
    >
      <Show when={own.busy === true ? LoaderCircle : own.icon}>{(shape) => <Icon shape={shape()} />}</Show>
      {own.children}
    </button>
  );
}

export interface LinkButtonProps extends Look, JSX.AnchorHTMLAttributes<HTMLAnchorElement> {}

export function LinkButton(props: LinkButtonProps) {
  const [own, rest] = splitProps(props, look);
  return (
    <a {...rest} class={classes(own)}>
      <Show when={own.icon}>{(shape) => <Icon shape={shape()} />}</Show>
      {own.children}
    </a>
  );
}

export interface IconButtonProps extends Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'aria-label'> {
  shape: IconNode;
  /** Read out, and shown when the pointer rests. */
  label: string;
  tone?: ButtonTone;
}

export function IconButton(props: IconButtonProps) {
  const [own, rest] = splitProps(props, ['shape', 'label', 'tone', 'class']);
  return (
    <button
      type="button"
      {...rest}
      aria-label={own.label}
      title={own.label}
      class={`button button-icon button-${own.tone ?? 'plain'} ${own.class ?? ''}`}
    >
      <Icon shape={own.shape} size={24} />
    </button>
  );
}
