// Notifications of this page, by the browser's own API: by the page itself, or by the worker's registration where pages
// may not (Android). No push service: nothing rings while the app is closed.
import { createSignal } from 'solid-js';
import type { Bell, BellState, Ring } from '../live/bell.ts';
import { isNotificationPressed } from './notification-press.ts';

const NOTE = 'tell-when-done';
const ICON = '/icons/icon-192.png';

export interface BellWorld {
  /** Undefined where the browser has none. */
  notification: typeof Notification | undefined;
  container: ServiceWorkerContainer | undefined;
  notes: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
  focus(): void;
}

export function createBell({ notification, container, notes, focus }: BellWorld): Bell {
  const [isWanted, setWanted] = createSignal(notes?.getItem(NOTE) === 'yes');
  const [permission, setPermission] = createSignal(notification?.permission);
  const listeners = new Set<(path: string) => void>();
  const pressed = (path: string) => {
    focus();
    for (const open of listeners) open(path);
  };
  container?.addEventListener('message', (event) => {
    if (isNotificationPressed(event.data)) pressed(event.data.path);
  });

  const state = (): BellState => {
    if (permission() === undefined) return 'none';
    if (permission() === 'denied') return 'blocked';
    return isWanted() && permission() === 'granted' ? 'on' : 'off';
  };
  const want = (is: boolean) => {
    setWanted(is);
    try {
      if (is) notes?.setItem(NOTE, 'yes');
      else notes?.removeItem(NOTE);
    } catch {
      // Full or closed: it is asked for again next time.
    }
  };

  return {
    state,
    async turnOn() {
      if (notification === undefined) return;
      setPermission(await notification.requestPermission());
      if (permission() === 'granted') want(true);
    },
    turnOff: () => want(false),
    ring({ title, body, path }: Ring) {
      if (notification === undefined || state() !== 'on') return;
      // The same job rings once, however many tabs are open.
      const options = { body, tag: path, icon: ICON, data: { path } };
      try {
        const shown = new notification(title, options);
        shown.onclick = () => {
          shown.close();
          pressed(path);
        };
      } catch {
        // Android lets only the worker's registration show one.
        void container?.ready
          .then((registration) => registration.showNotification(title, options))
          .catch(() => undefined); // Nothing is lost: the video stands in the app.
      }
    },
    onPressed(open) {
      listeners.add(open);
      return () => listeners.delete(open);
    },
  };
}
