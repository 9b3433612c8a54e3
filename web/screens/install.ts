// Whether this app can be put on the home screen, and how: the browser's own prompt where it offers one, steps in
// words where it does not (Safari on iPhone and iPad).
import { type Accessor, createSignal, onCleanup } from 'solid-js';

interface InstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

export type InstallState = 'installed' | 'offered' | 'ios' | 'unknown';

export interface Install {
  state: Accessor<InstallState>;
  /** Shows the browser's own question; only when the state is 'offered'. */
  ask(): Promise<void>;
}

/** Owned by the app's root: the browser offers once, early. */
export function createInstall(): Install {
  const [offer, setOffer] = createSignal<InstallPromptEvent>();
  const [installed, setInstalled] = createSignal(
    matchMedia('(display-mode: standalone)').matches ||
      (navigator as { standalone?: boolean }).standalone === true,
  );
  const onOffer = (event: Event) => {
    event.preventDefault();
    setOffer(event as InstallPromptEvent);
  };
  const onInstalled = () => setInstalled(true);
  addEventListener('beforeinstallprompt', onOffer);
  addEventListener('appinstalled', onInstalled);
  onCleanup(() => {
    removeEventListener('beforeinstallprompt', onOffer);
    removeEventListener('appinstalled', onInstalled);
  });
  // iPadOS calls itself a Mac; a Mac has no touch points.
  const isIos =
    /iPhone|iPad|iPod/.test(navigator.userAgent) ||
    (navigator.userAgent.includes('Mac') && navigator.maxTouchPoints > 1);
  return {
    state: () => (installed() ? 'installed' : offer() !== undefined ? 'offered' : isIos ? 'ios' : 'unknown'),
    async ask() {
      await offer()?.prompt();
      setOffer(undefined);
    },
  };
}
