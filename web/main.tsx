// The app's composition root: the browser's own things are picked up here and nowhere else, handed to the live
// layer, and the screens are mounted. The lists are painted in the first frame, from this device's store.
import './design/design.css';
import { type InvitationLink, parseLink } from '@myspinbot/shared/pairing/invitation.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { render } from 'solid-js/web';
import { config } from 'zod';
import { deviceLook } from './identity/device-kind.ts';
import { createBytes } from './link/bytes.ts';
import { systemClock } from './link/clock.ts';
import { openLinkStates } from './link/link-states.ts';
import { BellContext } from './live/bell.ts';
import { createLive } from './live/create-live.ts';
import { browserSources } from './live/film-feed.ts';
import { LiveContext } from './live/live.ts';
import { UpdateContext } from './live/update.ts';
import { createBackgroundSync } from './pwa/background-sync.ts';
import { createBell } from './pwa/bell.ts';
import { createAppUpdate } from './pwa/update.ts';
import { App } from './screens/app.tsx';
import { openDatabase } from './vault/database.ts';
import { DATABASE_NAME } from './vault/database-name.ts';
import { openTabChannel } from './vault/tab-channel.ts';

// The page's policy forbids compiling strings; zod would try once and the browser would complain.
config({ jitless: true });

/** What an address without an invitation gives. */
const NOTHING = 'nothing';

// Out of the address bar and the history at once: whoever looks at either must not find the secret.
const invited = takeInvitation();

const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no #app');

try {
  await start(root);
} catch (cause) {
  // Only the store can fail here: a browser that keeps nothing for this page.
  console.error('start/failed', cause);
  root.setAttribute('role', 'alert');
  root.style.cssText = 'max-width: 32rem; margin: 20vh auto; padding: 0 1.5rem;';
  root.textContent =
    'MySpinBot cannot keep anything in this browser, so it cannot start. Leave the private window, or allow this ' +
    'page to store data, then load it again.';
}

async function start(into: HTMLElement): Promise<void> {
  const syncUrl = new URL(endpoints.sync, location.href);
  syncUrl.protocol = syncUrl.protocol === 'https:' ? 'wss:' : 'ws:';
  const bytes = createBytes(
    () => new Worker(new URL('./link/bytes-worker.ts', import.meta.url), { type: 'module', name: 'bytes' }),
  );
  // In development files change under the worker's feet.
  const workers = import.meta.env.PROD ? navigator.serviceWorker : undefined;
  const live = await createLive({
    db: openDatabase(),
    tabs: openTabChannel(DATABASE_NAME),
    bytes,
    links: openLinkStates(),
    film: { sources: browserSources(globalThis), video: () => document.createElement('video') },
    clock: systemClock,
    syncUrl: syncUrl.href,
    socket: WebSocket,
    fetch: (input, init) => fetch(input, init),
    urls: { create: (blob) => URL.createObjectURL(blob), revoke: (url) => URL.revokeObjectURL(url) },
    storage: navigator.storage,
    workers: import.meta.env.PROD ? navigator.serviceWorker : undefined,
    device: deviceLook(navigator.userAgent, navigator.maxTouchPoints),
    isOwnMachine: ['127.0.0.1', 'localhost', '[::1]'].includes(location.hostname),
    notes: storageOf(() => localStorage),
    kept: {
      caches: globalThis.caches,
      workers: navigator.serviceWorker,
      notes: [storageOf(() => localStorage), storageOf(() => sessionStorage)].flatMap(
        (storage) => storage ?? [],
      ),
    },
    background: {
      sight: {
        isVisible: () => document.visibilityState === 'visible',
        watch(changed) {
          document.addEventListener('visibilitychange', changed);
          return () => document.removeEventListener('visibilitychange', changed);
        },
      },
      screenLock: navigator.wakeLock,
      sync: createBackgroundSync({ container: workers, permissions: navigator.permissions }),
    },
    leave: () => location.replace('/'),
  });
  if (invited !== NOTHING) live.invited(invited);
  // A link that is pasted into the address of an open page loads nothing anew, also while the app is being opened.
  const arrived = () => {
    const link = takeInvitation();
    if (link !== NOTHING) live.invited(link);
  };
  addEventListener('hashchange', arrived);
  arrived();
  const onVisible = (seen: () => void) => {
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') seen();
    });
    addEventListener('pageshow', seen);
    addEventListener('online', seen);
  };
  onVisible(live.wake);
  const update = createAppUpdate({
    container: workers,
    url: '/service-worker.js',
    now: systemClock.now,
    onVisible,
    onPartMissing: (missing) => addEventListener('vite:preloadError', missing),
    settle: live.flush,
    reload: () => location.reload(),
  });

  const bell = createBell({
    notification: globalThis.Notification,
    container: workers,
    notes: storageOf(() => localStorage),
    focus: () => window.focus(),
  });

  into.replaceChildren();
  render(
    () => (
      <LiveContext.Provider value={live}>
        <UpdateContext.Provider value={update}>
          <BellContext.Provider value={bell}>
            <App />
          </BellContext.Provider>
        </UpdateContext.Provider>
      </LiveContext.Provider>
    ),
    into,
  );
}

/** Undefined for an invitation that cannot be read. */
function takeInvitation(): InvitationLink | undefined | typeof NOTHING {
  const { hash } = location;
  if (!hash.startsWith('#pair=')) return NOTHING;
  history.replaceState(history.state, '', location.pathname + location.search);
  return parseLink(hash);
}

/** Undefined where the browser keeps none for this page: asking alone throws there. */
function storageOf(take: () => Storage): Storage | undefined {
  try {
    return take();
  } catch {
    return undefined;
  }
}
