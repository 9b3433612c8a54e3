// A text that is meant for elsewhere, with a button that copies it. Says for a moment that it did.
import './copy-line.css';
import { Check, Copy } from 'lucide';
import { createSignal, onCleanup } from 'solid-js';
import { IconButton } from './button.tsx';

/** Long enough to be seen. */
const COPIED_MS = 2_000;

export function CopyLine(props: { label: string; text: string; shown?: string }) {
  const [state, setState] = createSignal<'waiting' | 'copied' | 'refused'>('waiting');
  let clock: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(clock));
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.text);
      setState('copied');
    } catch {
      // The browser said no: the text can still be selected by hand.
      setState('refused');
    }
    clearTimeout(clock);
    clock = setTimeout(() => setState('waiting'), COPIED_MS);
  };
  const said = () => ({ waiting: '', copied: 'Copied', refused: 'Select it and copy it by hand' })[state()];
  return (
    <div class="copy-line">
      <code dir="ltr">{props.shown ?? props.text}</code>
      <IconButton
        shape={state() === 'copied' ? Check : Copy}
        label={state() === 'waiting' ? props.label : said()}
        onClick={() => void copy()}
      />
      <span class="for-ears-only" role="status">
        {said()}
      </span>
    </div>
  );
}
