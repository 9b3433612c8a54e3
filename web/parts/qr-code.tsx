// A link as a picture for another device's camera. Loaded when one is shown: nobody needs it to start.
import './qr-code.css';
import { type JSX, Show } from 'solid-js';
import { renderSVG } from 'uqr';

/** Modules of white around it; the standard asks for four. */
const QUIET = 4;

export function QrCode(props: { text: string; label: string; over?: JSX.Element }) {
  return (
    <div class="qr-code" classList={{ 'qr-code-over': props.over !== undefined }}>
      {/* Drawn from the bits of the text alone: nothing of the text itself is in the markup. */}
      <div
        role="img"
        aria-label={props.label}
        innerHTML={renderSVG(props.text, { ecc: 'M', border: QUIET, pixelSize: 8 })}
      />
      <Show when={props.over}>
        <div class="qr-code-cover">{props.over}</div>
      </Show>
    </div>
  );
}
