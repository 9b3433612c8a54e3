// A modal sheet: focus is kept inside, Escape and the veil close it (Kobalte's dialog beneath).
import './dialog.css';
import { Dialog as Kobalte } from '@kobalte/core/dialog';
import { X } from 'lucide';
import { createComputed, type JSX, onCleanup } from 'solid-js';
import { IconButton } from './button.tsx';
import { firstIn, focusedNow, giveFocusBack, makeFocusKeeper } from './keep-focus.ts';

/** What asks to be first is first, not the cross in the corner. */
function toTheFirst(event: Event) {
  const asking = firstIn((event.currentTarget ?? event.target) as HTMLElement);
  if (asking === null) return;
  event.preventDefault();
  asking.focus();
}

export function Dialog(props: { open: boolean; title: string; onClose: () => void; children: JSX.Element }) {
  let opener: HTMLElement | undefined;
  // Before anything in it takes the focus.
  createComputed(() => {
    if (props.open) opener = focusedNow();
  });
  return (
    <Kobalte open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="dialog-veil" />
        <div class="dialog-place">
          <Kobalte.Content
            ref={(scene: HTMLElement) => onCleanup(makeFocusKeeper(scene))}
            class="dialog"
            onOpenAutoFocus={toTheFirst}
            onCloseAutoFocus={(event) => {
              event.preventDefault();
              giveFocusBack(opener);
            }}
          >
            <div class="dialog-head">
              <Kobalte.Title as="h2">{props.title}</Kobalte.Title>
              <IconButton shape={X} label="Close" onClick={() => props.onClose()} />
            </div>
            {props.children}
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte>
  );
}
