// One of many: a list that opens under its field, searchable by typing (Kobalte's select beneath).
import './dialog.css';
import { Select } from '@kobalte/core/select';
import { Check, ChevronsUpDown } from 'lucide';
import { Icon } from '../design/icon.tsx';

export interface ChoiceOption<Value extends string> {
  value: Value;
  label: string;
}

export function Choice<Value extends string>(props: {
  label: string;
  options: readonly ChoiceOption<Value>[];
  value: Value;
  onChoose: (value: Value) => void;
  hint?: string;
}) {
  const chosen = () => props.options.find((option) => option.value === props.value) ?? null;
  return (
    <Select<ChoiceOption<Value>>
      options={[...props.options]}
      optionValue="value"
      optionTextValue="label"
      value={chosen()}
      onChange={(option) => option !== null && props.onChoose(option.value)}
      disallowEmptySelection
      sameWidth
      gutter={4}
      class="field"
      itemComponent={(item) => (
        <Select.Item item={item.item} class="menu-item">
          <Select.ItemLabel>{item.item.rawValue.label}</Select.ItemLabel>
          <Select.ItemIndicator class="menu-item-mark">
            <Icon shape={Check} />
          </Select.ItemIndicator>
        </Select.Item>
      )}
    >
      <Select.Label class="field-label">{props.label}</Select.Label>
      <Select.Trigger class="entry choice">
        <Select.Value<ChoiceOption<Value>> class="choice-value">
          {(state) => state.selectedOption()?.label}
        </Select.Value>
        <Icon shape={ChevronsUpDown} size={16} />
      </Select.Trigger>
      {props.hint === undefined ? null : <p class="field-hint">{props.hint}</p>}
      <Select.Portal>
        <Select.Content class="menu">
          <Select.Listbox class="menu-list" />
        </Select.Content>
      </Select.Portal>
    </Select>
  );
}
