// Watches for a new version of the app and says so; it never reloads by itself, because a page may hold a recording
// or a sentence that is being written. Knows the browser's service worker registration and nothing of screens.
import { type Accessor, createSignal } from 'solid-js';
import type { AppUpdate, UpdateState } from '../live/update.ts';
import { TAKE_OVER } from './take-over.ts';

/** A page that stays open for days asks this often, when it is looked at. */
const CHECK_MS = 60 * 60 * 1000;

export interface UpdateWorld {
  /** Undefined where the browser has none (plain HTTP on a LAN). */
  container: ServiceWorkerContainer | undefined;
  url: string;
  now(): number;
  /** Calls back when the page is looked at again. */
  onVisible(seen: () => void): void;
  /** Calls back when a part of this version could not be loaded any more. */
  onPartMissing(missing: () => void): void;
  /** Resolves when nothing is lost by leaving the page. */
  settle(): Promise<void>;
  reload(): void;
}

export function createAppUpdate(world: UpdateWorld): AppUpdate {
  const [state, setState] = createSignal<UpdateState>('current');
  const { container } = world;
  let registration: ServiceWorkerRegistration | undefined;
  let asked = false;
  let checkedAt = world.now();

  const offer = () => {
    // Without a controller it is the first version ever, not a new one.
    if (container?.controller && state() === 'current') setState('ready');
  };
  const watch = (found: ServiceWorkerRegistration) => {
    registration = found;
    if (found.waiting !== null) offer();
    found.addEventListener('updatefound', () => {
      const { installing } = found;
      installing?.addEventListener('statechange', () => {
        if (installing.state === 'installed') offer();
      });
    });
  };

  // Without a worker's cache the files of an older version go when the workstation gets a newer one.
  world.onPartMissing(() => {
    if (state() === 'current') setState('replaced');
  });

  if (container !== undefined) {
    let hadController = container.controller !== null;
    container.addEventListener('controllerchange', () => {
      if (asked) world.reload();
      // Another tab took the new version: this page's later parts are gone from the cache.
      else if (hadController) setState('replaced');
      hadController = true;
    });
    container.register(world.url).then(
      (found) => found && watch(found),
      (cause: unknown) => {
        // The app works without; only opening it with the workstation off does not.
        console.warn('service-worker/not-registered', cause);
      },
    );
    world.onVisible(() => {
      if (registration === undefined || world.now() - checkedAt < CHECK_MS) return;
      checkedAt = world.now();
      registration.update().catch(() => undefined); // The workstation is off: asked again later.
    });
  }

  return {
    state: state satisfies Accessor<UpdateState>,
    async apply() {
      if (state() !== 'ready' && state() !== 'replaced') return;
      const wasReplaced = state() === 'replaced';
      setState('applying');
      // A store that cannot be written has said so; the person chose to go on.
      await world.settle().catch(() => undefined);
      const waiting = registration?.waiting;
      if (wasReplaced || !waiting) return world.reload();
      asked = true;
      waiting.postMessage({ type: TAKE_OVER });
    },
  };
}
