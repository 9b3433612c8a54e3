// A place for an element that is older than the place and outlives it: a film that goes on while screens change. The
// element is moved in when the place stands in the page, not before: what is not there yet belongs to a document of its
// own, and Chromium loads a film anew, in vain, whose document changes.
import { createEffect, onCleanup } from 'solid-js';

export function Placed(props: { element: HTMLElement; class: string }) {
  let place: HTMLSpanElement | undefined;
  createEffect(() => {
    const { element } = props;
    let waiting = 0;
    const move = () => {
      if (place?.isConnected === true) place.replaceChildren(element);
      else waiting = requestAnimationFrame(move);
    };
    move();
    onCleanup(() => {
      cancelAnimationFrame(waiting);
      // Somebody else may have taken it by now.
      if (element.parentNode === place) element.remove();
    });
  });
  return <span ref={place} class={props.class} />;
}
