// A labelled line or area of text with a hint and an error. Direction follows the text itself, so that Arabic
// and Hebrew run the right way in every field.
import './field.css';
import { createEffect, createUniqueId, type JSX, on, onMount, Show } from 'solid-js';

export interface FieldProps {
  label: string;
  value: string;
  onText: (text: string) => void;
  hint?: JSX.Element;
  error?: string | undefined;
  placeholder?: string;
  maxLength?: number;
  /** Keeps the label for ears only where the place on the screen says it. */
  labelHidden?: boolean;
  id?: string;
  /** Takes the focus when it appears. */
  first?: boolean;
}

function useIds(props: FieldProps) {
  const made = createUniqueId();
  const id = () => props.id ?? made;
  const describedBy = () =>
    [props.error === undefined ? '' : `${id()}-error`, props.hint === undefined ? '' : `${id()}-hint`]
      .filter((part) => part !== '')
      .join(' ') || undefined;
  return { id, describedBy };
}

function Around(props: { field: FieldProps; id: string; children: JSX.Element }) {
  return (
    <div class="field">
      <label class={props.field.labelHidden === true ? 'for-ears-only' : 'field-label'} for={props.id}>
        {props.field.label}
      </label>
      {props.children}
      <Show when={props.field.error}>
        {(error) => (
          <p class="field-error" id={`${props.id}-error`} role="alert">
            {error()}
          </p>
        )}
      </Show>
      <Show when={props.field.hint}>
        <p class="field-hint" id={`${props.id}-hint`}>
          {props.field.hint}
        </p>
      </Show>
    </div>
  );
}

export function Field(props: FieldProps) {
  const { id, describedBy } = useIds(props);
  let entry: HTMLInputElement | undefined;
  onMount(() => {
    // After a menu or dialog has given the focus back.
    if (props.first === true) setTimeout(() => entry?.select());
  });
  return (
    <Around field={props} id={id()}>
      <input
        ref={entry}
        id={id()}
        data-first={props.first === true ? '' : undefined}
        type="text"
        dir="auto"
        class="entry"
        value={props.value}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        aria-invalid={props.error === undefined ? undefined : true}
        aria-describedby={describedBy()}
        autocomplete="off"
        onInput={(event) => props.onText(event.currentTarget.value)}
      />
    </Around>
  );
}

/** Browsers without field-sizing get the height from the text itself. */
function growWith(text: () => string, area: () => HTMLTextAreaElement | undefined): void {
  createEffect(
    on(text, () => {
      const element = area();
      if (element === undefined || CSS.supports?.('field-sizing', 'content') === true) return;
      element.style.height = 'auto';
      element.style.height = `${element.scrollHeight}px`;
    }),
  );
}

/** A name as a title that is written in place: long ones wrap, Enter ends. */
export function TitleField(props: FieldProps) {
  const { id, describedBy } = useIds(props);
  let area: HTMLTextAreaElement | undefined;
  growWith(
    () => props.value,
    () => area,
  );
  return (
    <Around field={props} id={id()}>
      <textarea
        ref={area}
        id={id()}
        dir="auto"
        rows={1}
        class="entry entry-title"
        value={props.value}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        aria-describedby={describedBy()}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          event.currentTarget.blur();
        }}
        onInput={(event) => props.onText(event.currentTarget.value.replaceAll('\n', ' '))}
      />
    </Around>
  );
}

/** Grows with its text up to most of the screen's height. */
export function TextArea(props: FieldProps & { rows?: number }) {
  const { id, describedBy } = useIds(props);
  let area: HTMLTextAreaElement | undefined;
  growWith(
    () => props.value,
    () => area,
  );
  return (
    <Around field={props} id={id()}>
      <textarea
        ref={area}
        id={id()}
        dir="auto"
        class="entry entry-area"
        style={{ '--rows': String(props.rows ?? 4) }}
        value={props.value}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        aria-invalid={props.error === undefined ? undefined : true}
        aria-describedby={describedBy()}
        onInput={(event) => props.onText(event.currentTarget.value)}
      />
    </Around>
  );
}
