// A time of day, as "07:00".
import './field.css';
import { createUniqueId } from 'solid-js';

export function TimeField(props: { label: string; value: string; onTime: (time: string) => void }) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {props.label}
      </label>
      <input
        id={id}
        type="time"
        class="entry figures"
        required
        value={props.value}
        // Empty while somebody is still typing.
        onChange={(event) => {
          if (event.currentTarget.value !== '') props.onTime(event.currentTarget.value.slice(0, 5));
          else event.currentTarget.value = props.value;
        }}
      />
    </div>
  );
}
