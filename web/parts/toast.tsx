// What just happened, in a sentence, and the way back. Anything reversible is done at once and offers undo
// here instead of asking first. A toast waits while it is pointed at or focused.
import './toast.css';
import { createContext, For, type JSX, onCleanup, Show, useContext } from 'solid-js';
import { createStore } from 'solid-js/store';

/** Long enough to read a sentence and reach the button, by keyboard too. */
export const TOAST_MS = 7_000;

interface Toast {
  id: number;
  message: string;
  undo: (() => void) | undefined;
}

export interface Toasts {
  readonly shown: readonly Toast[];
  show(message: string, undo?: () => void): void;
  dismiss(id: number): void;
  /** Stops the clock of one toast while a person is at it. */
  hold(id: number): void;
  release(id: number): void;
}

/** At most three at a time: the oldest gives way. */
export function createToasts(): Toasts {
  const [store, set] = createStore<{ shown: Toast[] }>({ shown: [] });
  const clocks = new Map<number, ReturnType<typeof setTimeout>>();
  let made = 0;
  const stop = (id: number) => {
    clearTimeout(clocks.get(id));
    clocks.delete(id);
  };
  const dismiss = (id: number) => {
    stop(id);
    set('shown', (shown) => shown.filter((toast) => toast.id !== id));
  };
  const release = (id: number) => {
    stop(id);
    clocks.set(
      id,
      setTimeout(() => dismiss(id), TOAST_MS),
    );
  };
  onCleanup(() => {
    for (const id of [...clocks.keys()]) stop(id);
  });
  return {
    get shown() {
      return store.shown;
    },
    show(message, undo) {
      const id = ++made;
      for (const old of store.shown.slice(0, -2)) dismiss(old.id);
      set('shown', (shown) => [...shown, { id, message, undo }]);
      release(id);
    },
    dismiss,
    hold: stop,
    release,
  };
}

export const ToastContext = createContext<Toasts>();

export function useToasts(): Toasts {
  const toasts = useContext(ToastContext);
  if (toasts === undefined) throw new Error('useToasts needs a ToastContext.Provider above it');
  return toasts;
}

/** `children` stands there for longer than a toast: a message that waits for the person. */
export function ToastRail(props: { toasts: Toasts; children?: JSX.Element }) {
  return (
    <section class="toasts" aria-live="polite" aria-label="Messages">
      {props.children}
      <For each={props.toasts.shown}>
        {(toast) => (
          <div
            class="toast"
            role="status"
            onPointerEnter={() => props.toasts.hold(toast.id)}
            onPointerLeave={() => props.toasts.release(toast.id)}
            onFocusIn={() => props.toasts.hold(toast.id)}
            onFocusOut={() => props.toasts.release(toast.id)}
          >
            <p>{toast.message}</p>
            <Show when={toast.undo}>
              {(undo) => (
                <button
                  type="button"
                  class="toast-undo"
                  onClick={() => {
                    undo()();
                    props.toasts.dismiss(toast.id);
                  }}
                >
                  Undo
                </button>
              )}
            </Show>
            <Show when={toast.undo === undefined}>
              <button type="button" class="toast-undo" onClick={() => props.toasts.dismiss(toast.id)}>
                Close
              </button>
            </Show>
          </div>
        )}
      </For>
    </section>
  );
}

/** A message that stays until it is acted on. */
export function StandingMessage(props: { text: string; action: string; busy: boolean; onAct: () => void }) {
  return (
    <div class="toast" role="status">
      <p>{props.text}</p>
      <button
        type="button"
        class="toast-undo"
        aria-busy={props.busy || undefined}
        onClick={() => props.onAct()}
      >
        {props.action}
      </button>
    </div>
  );
}
