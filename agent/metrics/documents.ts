// Figures of the documents and the sockets they are edited over. It does not know what is in a document.
import type { HubEvent, SocketHub } from '../hub/hub.ts';
import type { Figures } from './figures.ts';

const directions = ['in', 'out'] as const;

/** Returns the listener for the hub's events. */
export function documentFigures(figures: Figures, hub: Pick<SocketHub, 'bytes'>): (event: HubEvent) => void {
  let open = 0;
  figures.read('myspinbot_documents_stored_bytes', 'Bytes of all documents on the disk.', () => hub.bytes());
  figures.read('myspinbot_documents_sockets', 'Sockets that edit or watch a document now.', () => open);
  const moved = figures.counter(
    'myspinbot_documents_moved_bytes_total',
    'Bytes of edits and presence; in = to the agent.',
    ['direction'],
    directions.map((direction) => ({ direction })),
  );
  const updates = figures.counter(
    'myspinbot_documents_updates_total',
    'Edits that were written down, of devices and of the agent.',
  );
  const restored = figures.counter(
    'myspinbot_documents_restored_keys_total',
    'Keys that a device had no business with, or whose values did not fit, and that were put back.',
  );
  const cut = figures.counter(
    'myspinbot_documents_cut_sockets_total',
    'Sockets that were ended for what they sent.',
  );
  return (event) => {
    switch (event.type) {
      case 'sockets':
        open = event.open;
        return;
      case 'moved':
        return moved.inc({ direction: event.direction }, event.bytes);
      case 'updated':
        return updates.inc();
      case 'restored':
        return restored.inc(event.count);
      case 'cut':
        return cut.inc();
    }
  };
}
