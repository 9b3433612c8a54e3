// The scene before the house: the whole screen is one stage, with somebody in the light and a sheet that asks one
// thing. `opening` lets the cloth fall and open on what is behind it, once.
import './foyer.css';
import { type JSX, onCleanup, onMount, Show } from 'solid-js';
import { Proscenium } from './curtain.tsx';
import { giveFocusBack, isLost, makeFocusKeeper } from './keep-focus.ts';

export interface FoyerProps {
  label: string;
  /** Who stands in the light; without anybody the place is empty. */
  actor?: JSX.Element;
  opening?: boolean;
  onOpened?: () => void;
  children: JSX.Element;
}

export function Foyer(props: FoyerProps) {
  let scene: HTMLDivElement | undefined;
  // Whoever listens instead of looking begins here, not in the house behind.
  onMount(() => {
    if (scene === undefined) return;
    scene.focus({ preventScroll: true });
    onCleanup(makeFocusKeeper(scene));
  });
  // The house opens a moment later.
  onCleanup(() => setTimeout(() => isLost() && giveFocusBack(undefined)));
  return (
    <Show
      when={props.opening !== true}
      fallback={
        <div class="foyer foyer-opening" aria-hidden="true">
          <div class="stage curtain-opening">
            <span class="drape drape-left" />
            <span class="drape drape-right" onAnimationEnd={() => props.onOpened?.()} />
          </div>
        </div>
      }
    >
      <div ref={scene} class="foyer" role="dialog" aria-modal="true" aria-label={props.label} tabIndex={-1}>
        <Proscenium>
          <div class="foyer-actor">{props.actor ?? <Nobody />}</div>
          <div class="foyer-sheet">{props.children}</div>
        </Proscenium>
      </div>
    </Show>
  );
}

/** The place in the light where nobody stands. */
export function Nobody() {
  return <span class="foyer-nobody" aria-hidden="true" />;
}

/** The dark house alone, while the scene is being fetched. */
export function FoyerDark() {
  return <div class="foyer" />;
}
