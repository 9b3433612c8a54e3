// A code of digits, grouped while it is typed. What a pasted text means is asked of the screen; the caret stays
// behind the digit it was behind.
import './field.css';
import './code-field.css';
import { createUniqueId, onMount, Show } from 'solid-js';

export interface CodeFieldProps {
  label: string;
  value: string;
  placeholder: string;
  /** Groups what was typed; anything that is no digit falls out. */
  group: (typed: string) => string;
  onCode: (grouped: string) => void;
  /** True when the text was something else than a code and has been taken. */
  onText: (text: string) => boolean;
  error?: string | undefined;
  /** Takes the focus when it appears. */
  first?: boolean;
}

const digitsIn = (text: string) => text.replace(/\D/g, '').length;

export function CodeField(props: CodeFieldProps) {
  const id = createUniqueId();
  let entry: HTMLInputElement | undefined;
  onMount(() => {
    // Where it comes into a dialog that is open already.
    if (props.first === true) setTimeout(() => entry?.focus());
  });

  const take = (input: HTMLInputElement) => {
    if (props.onText(input.value)) {
      input.value = props.value;
      return;
    }
    const before = digitsIn(input.value.slice(0, input.selectionStart ?? input.value.length));
    const grouped = props.group(input.value);
    input.value = grouped;
    let caret = 0;
    for (let seen = 0; caret < grouped.length && seen < before; caret++) {
      if (digitsIn(grouped[caret]!) === 1) seen++;
    }
    input.setSelectionRange(caret, caret);
    props.onCode(grouped);
  };

  return (
    <div class="field">
      <label class="field-label" for={id}>
        {props.label}
      </label>
      <input
        ref={entry}
        id={id}
        data-first={props.first === true ? '' : undefined}
        type="text"
        inputMode="numeric"
        autocomplete="one-time-code"
        enterkeyhint="done"
        spellcheck={false}
        dir="ltr"
        class="entry code-entry"
        value={props.value}
        placeholder={props.placeholder}
        aria-invalid={props.error === undefined ? undefined : true}
        aria-describedby={props.error === undefined ? undefined : `${id}-error`}
        onInput={(event) => take(event.currentTarget)}
      />
      <Show when={props.error}>
        {(error) => (
          <p class="field-error" id={`${id}-error`} role="alert">
            {error()}
          </p>
        )}
      </Show>
    </div>
  );
}

/** A code to be typed elsewhere: read out digit by digit. */
export function CodeShown(props: { code: string; spent?: boolean }) {
  return (
    <span
      class="code-shown"
      tabIndex={-1}
      data-first=""
      classList={{ 'text-ink-faint line-through': props.spent === true }}
    >
      <span aria-hidden="true">{props.code}</span>
      <span class="for-ears-only">{[...props.code.replace(/\D/g, '')].join(' ')}</span>
    </span>
  );
}
