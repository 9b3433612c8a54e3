// A notification that was pressed: the worker brings the app to the front and says where it shall go. Known to both sides.
const PRESSED = 'notification/pressed';

export interface NotificationPressed {
  type: typeof PRESSED;
  path: string;
}

export function isNotificationPressed(said: unknown): said is NotificationPressed {
  const message = said as Partial<NotificationPressed> | null;
  return message?.type === PRESSED && typeof message.path === 'string';
}

/** The parts of a service worker that this needs. */
export interface PressedWorker {
  addEventListener(type: 'notificationclick', listener: (event: PressedEvent) => void): void;
  clients: {
    matchAll(which: { type: 'window' }): Promise<readonly PressedPage[]>;
    openWindow(path: string): Promise<unknown>;
  };
}
interface PressedEvent {
  notification: { close(): void; data: unknown };
  waitUntil(work: Promise<unknown>): void;
}
interface PressedPage {
  postMessage(message: NotificationPressed): void;
  focus(): Promise<unknown>;
}

/** For the service worker. */
export function openWhenPressed(worker: PressedWorker): void {
  worker.addEventListener('notificationclick', (event) => {
    event.notification.close();
    const path: unknown = (event.notification.data as { path?: unknown } | null)?.path;
    if (typeof path === 'string' && path.startsWith('/')) event.waitUntil(open(worker, path));
  });
}

async function open({ clients }: PressedWorker, path: string): Promise<void> {
  const [page] = await clients.matchAll({ type: 'window' });
  if (page === undefined) {
    await clients.openWindow(path);
    return;
  }
  page.postMessage({ type: PRESSED, path });
  await page.focus();
}
