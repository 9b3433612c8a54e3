// A modal sheet: focus is kept inside, Escape and the veil close it (Kobalte's dialog beneath).
import './dialog.css';
import { Dialog as Kobalte } from '@kobalte/core/dialog';
import { X } from 'lucide';
import type { JSX } from 'solid-js';
import { IconButton } from './button.tsx';

/** What asks to be first is first, not the cross in the corner. */
function toTheFirst(event: Event) {
  const first = (event.currentTarget ?? event.target) as HTMLElement | null;
  const asking = first?.querySelector<HTMLElement>('[data-first]');
  if (asking === null || asking === undefined) return;
  event.preventDefault();
  asking.focus();
}

export function Dialog(props: { open: boolean; title: string; onClose: () => void; children: JSX.Element }) {
  return (
    <Kobalte open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="dialog-veil" />
        <div class="dialog-place">
          <Kobalte.Content class="dialog" onOpenAutoFocus={toTheFirst}>
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
