// Keeps the app itself on the device: its files are cached when a version is installed, and every screen is the one
// page. Nothing of the workstation is cached here: what it says is live, and files by hash lie in the device's own
// store. A new version waits until the person takes it. What is shared to the app, what is sent without a page and
// notifications that are pressed have files of their own.
import { clientsClaim } from 'workbox-core';
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  type PrecacheEntry,
  precacheAndRoute,
} from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { answerLocalFile, isLocalFile } from './local-files.ts';
import { openWhenPressed } from './notification-press.ts';
import { sendWhenCalled } from './send-in-background.ts';
import { takeShares } from './share-target.ts';
import { TAKE_OVER } from './take-over.ts';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: (PrecacheEntry | string)[] };

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();
for (const method of ['GET', 'HEAD'] as const) registerRoute(isLocalFile, answerLocalFile, method);
registerRoute(
  new NavigationRoute(createHandlerBoundToURL('/index.html'), {
    denylist: [/^\/(?:api|sync|transfer|health|metrics|trust)(?:\/|$)/],
  }),
);

// The very first visit is under our care at once, so that the first reload works with the workstation off.
clientsClaim();

takeShares(self);
sendWhenCalled(self);
openWhenPressed(self);

self.addEventListener('message', (event) => {
  if ((event.data as { type?: unknown } | null)?.type === TAKE_OVER) void self.skipWaiting();
});
