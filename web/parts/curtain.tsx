// The stage with its curtain. `CurtainReveal` opens once over what it holds; `Proscenium` is the same house with
// the drapes gathered at the sides, for a scene that waits.
import './curtain.css';
import { createSignal, type JSX, onMount, Show } from 'solid-js';

/**
 * Opens in 400 ms, once. `play` false shows what is behind at once (a result seen before). With reduced motion
 * the cloth fades.
 */
export function CurtainReveal(props: {
  play: boolean;
  /** The shape of what is behind it, in any unit. */
  width: number;
  height: number;
  onOpened?: () => void;
  children: JSX.Element;
}) {
  const [state, setState] = createSignal<'closed' | 'opening' | 'open'>('closed');
  onMount(() => {
    if (!props.play) {
      setState('open');
      return;
    }
    // One frame of closed cloth, so that the eye sees it before it moves.
    requestAnimationFrame(() => requestAnimationFrame(() => setState('opening')));
  });
  return (
    <div
      class="stage stage-fitted"
      style={{ '--wide': String(props.width), '--tall': String(props.height) }}
      data-curtain={state()}
      classList={{ 'curtain-opening': state() === 'opening', 'curtain-open': state() === 'open' }}
    >
      {props.children}
      <Show when={state() !== 'open'}>
        <span class="drape drape-left" aria-hidden="true" />
        <span
          class="drape drape-right"
          aria-hidden="true"
          onAnimationEnd={() => {
            setState('open');
            props.onOpened?.();
          }}
        />
      </Show>
    </div>
  );
}

export function Proscenium(props: { children: JSX.Element; class?: string }) {
  return (
    <div class={`stage curtain-gathered ${props.class ?? ''}`}>
      <span class="beam" aria-hidden="true" />
      <span class="boards" aria-hidden="true" />
      <span class="drape drape-left" aria-hidden="true" />
      <span class="drape drape-right" aria-hidden="true" />
      <span class="valance" aria-hidden="true">
        <span class="valance-fringe" />
        <span class="valance-cloth" />
      </span>
      <div class="proscenium-scene">{props.children}</div>
    </div>
  );
}
