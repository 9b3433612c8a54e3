// Asks the browser to call the app's worker once more when the page is gone (Background Sync), where there is such a
// thing: Chromium has it, Safari and Firefox do not.
import { type Accessor, createSignal } from 'solid-js';
import { SEND_TAG } from './send-tag.ts';

export interface BackgroundSync {
  /** Whether the browser would really call. */
  isSupported: Accessor<boolean>;
  /** Something is left to send; asked again and again it is one call. */
  ask(): void;
}

interface SyncRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}

export function createBackgroundSync(world: {
  /** Undefined where the browser has none, and in development. */
  container: Pick<ServiceWorkerContainer, 'ready'> | undefined;
  permissions: Pick<Permissions, 'query'> | undefined;
}): BackgroundSync {
  const [sync, setSync] = createSignal<NonNullable<SyncRegistration['sync']>>();
  const look = async () => {
    const registration = (await world.container?.ready) as SyncRegistration | undefined;
    const found = registration?.sync;
    if (found === undefined) return;
    // A person can switch it off in the browser's settings of this page.
    const name = 'background-sync' as PermissionName;
    const answer = await world.permissions?.query({ name }).catch(() => undefined); // Not every browser knows the name.
    if (answer?.state !== 'denied') setSync(found);
  };
  void look();
  return {
    isSupported: () => sync() !== undefined,
    ask() {
      // Said no after all: then it goes on when the app is open again.
      sync()
        ?.register(SEND_TAG)
        .catch(() => setSync(undefined));
    },
  };
}
