// What else can be done with a thing, behind three dots (Kobalte's menu beneath).
import './dialog.css';
import { DropdownMenu } from '@kobalte/core/dropdown-menu';
import { Ellipsis, type IconNode } from 'lucide';
import { For } from 'solid-js';
import { Icon } from '../design/icon.tsx';

export interface MenuAction {
  label: string;
  icon: IconNode;
  danger?: boolean;
  act: () => void;
}

/** `text`: a button with words instead of the dots. */
export function Menu(props: {
  label: string;
  text?: string;
  shape?: IconNode;
  actions: readonly MenuAction[];
}) {
  return (
    <DropdownMenu gutter={4} placement={props.text === undefined ? 'bottom-end' : 'bottom-start'}>
      <DropdownMenu.Trigger
        class={`button ${props.text === undefined ? 'button-icon button-plain' : 'button-quiet'}`}
        aria-label={props.label}
        title={props.label}
      >
        <Icon shape={props.shape ?? Ellipsis} size={props.text === undefined ? 24 : 20} />
        {props.text}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content class="menu">
          <For each={props.actions}>
            {(action) => (
              <DropdownMenu.Item
                class={`menu-item ${action.danger === true ? 'menu-item-danger' : ''}`}
                onSelect={() => action.act()}
              >
                <Icon shape={action.icon} />
                {action.label}
              </DropdownMenu.Item>
            )}
          </For>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  );
}
