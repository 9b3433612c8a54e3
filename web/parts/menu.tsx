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

export function Menu(props: { label: string; actions: readonly MenuAction[] }) {
  return (
    <DropdownMenu gutter={4}>
      <DropdownMenu.Trigger
        class="button button-icon button-plain"
        aria-label={props.label}
        title={props.label}
      >
        <Icon shape={Ellipsis} size={24} />
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
