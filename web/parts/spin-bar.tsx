// The sticky bar of a project. Pressing Spin turns the medallion once; while something is missing the press says
// what, and leads there.
import './spin-bar.css';
import { type JSX, Show } from 'solid-js';
import { Button } from './button.tsx';
import { Medallion } from './medallion.tsx';

export function SpinBar(props: {
  name: string;
  src: string | undefined;
  seed: string;
  /** "About 0:12 · Square 720×720" */
  summary: string;
  /** What is missing, in words; undefined = ready. */
  missing: string | undefined;
  /** Shown under the summary when nothing is missing. */
  note?: string | undefined;
  spinning: boolean;
  saved: JSX.Element;
  onSpin: () => void;
  /** Spin was pressed while something is missing. */
  onHeld: () => void;
}) {
  return (
    <div
      class="spin-bar"
      classList={{ 'spin-bar-missing': props.missing !== undefined }}
      data-testid="spin-bar"
    >
      <div class="spin-bar-row">
        <Medallion
          name={props.name}
          src={props.src}
          seed={props.seed}
          size="small"
          spinning={props.spinning}
          decorative
        />
        <div class="spin-bar-words" id="spin-words" role="status">
          <Show
            when={props.missing}
            fallback={
              <>
                <span class="spin-bar-first">{props.summary}</span>
                <Show when={props.note}>{(note) => <span class="spin-bar-second">{note()}</span>}</Show>
              </>
            }
          >
            {(missing) => <span class="spin-bar-second">{missing()}</span>}
          </Show>
        </div>
        <span class="hidden tablet:inline">{props.saved}</span>
        <Button
          tone="curtain"
          held={props.missing !== undefined}
          busy={props.spinning}
          aria-describedby="spin-words"
          onClick={() => {
            if (props.spinning) return;
            if (props.missing === undefined) props.onSpin();
            else props.onHeld();
          }}
        >
          Spin
        </Button>
      </div>
    </div>
  );
}
