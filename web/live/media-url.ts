// Where a player finds a film: under its address on this device while a service worker answers there, so that it asks
// for what it needs and seeks offline; else under its object URL. Asked once per film, because an older worker of this
// app answers nothing there.
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { type Accessor, createComputed, createSignal, on } from 'solid-js';
import { localAddress } from '../vault/local-address.ts';

/** `held` is the asset's object URL; undefined while it is not here. Owned by the caller's root. */
export function createMediaUrl(
  asset: Accessor<AssetRef | undefined>,
  held: Accessor<string | undefined>,
  /** Whether this page's own worker answers for the file. Rejects or says no where there is none. */
  isAnswered: (address: string, hash: AssetHash) => Promise<boolean>,
): Accessor<string | undefined> {
  const [url, setUrl] = createSignal<string | undefined>();
  createComputed(
    on([() => asset()?.hash, held], ([hash, objectUrl]) => {
      if (hash === undefined || objectUrl === undefined) return setUrl(undefined);
      const address = localAddress(hash);
      isAnswered(address, hash)
        .catch(() => false)
        .then((is) => {
          // Let go of, or another film, while it was asked.
          if (held() !== objectUrl || asset()?.hash !== hash) return;
          setUrl(is ? address : objectUrl);
        });
    }),
  );
  return url;
}

/** Asks the page's service worker; a page without one has no local files, and the network is never asked. */
export function askWorker(world: {
  workers: Pick<ServiceWorkerContainer, 'controller'> | undefined;
  fetch: typeof fetch;
}): (address: string, hash: AssetHash) => Promise<boolean> {
  return async (address, hash) => {
    if (world.workers?.controller == null) return false;
    const answer = await world.fetch(address, { method: 'HEAD', cache: 'no-store' });
    return answer.ok && answer.headers.get('etag') === `"${hash}"`;
  };
}
