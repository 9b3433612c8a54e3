// Where the focus goes when its element leaves: into the scene that is shown, and at last back to where it came from.
// Without it, it falls to the page's body: whoever uses a keyboard or listens begins at the top, behind the scene.

/**
 * Watches what is in `scene`. When the focus was lost by a change there, what asks to be first gets it, or the scene
 * itself; what comes later and asks takes it from the scene, and from nobody else. Returns the end of watching.
 */
export function makeFocusKeeper(scene: HTMLElement): () => void {
  const asks = (node: Node) =>
    node instanceof Element && (node.matches('[data-first]') || firstIn(node) !== null);
  const observer = new MutationObserver((changes) => {
    const isFree =
      document.activeElement === scene && changes.some(({ addedNodes }) => [...addedNodes].some(asks));
    if (!isLost() && !isFree) return;
    (firstIn(scene) ?? scene).focus({ preventScroll: true });
  });
  observer.observe(scene, { childList: true, subtree: true });
  return () => observer.disconnect();
}

/** What asks to be first in `scene`: marked with data-first. */
export function firstIn(scene: ParentNode): HTMLElement | null {
  return scene.querySelector<HTMLElement>('[data-first]');
}

/** Who has the focus now, to give it back later; a menu that is about to close stands for its button. */
export function focusedNow(): HTMLElement | undefined {
  const focused = document.activeElement;
  const button = focused?.closest('[role="menu"]')?.getAttribute('aria-labelledby');
  const keeper = button ? document.getElementById(button) : focused;
  return keeper instanceof HTMLElement && keeper !== document.body ? keeper : undefined;
}

/** Back to `to`, or to the page's content when that is gone. */
export function giveFocusBack(to: HTMLElement | undefined): void {
  const isThere = to?.isConnected === true && to.closest('[inert]') === null;
  const target = isThere ? to : document.querySelector<HTMLElement>('main');
  target?.focus({ preventScroll: !isThere });
}

/** Nobody has the focus. */
export function isLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}
