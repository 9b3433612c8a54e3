// How the tabs of one browser tell each other that a room has new commits. The store is the truth and a note only
// says "look again", so a lost or doubled note does no harm.

/** Not a room: one tab erases everything, and every other lets go of the store at once, whatever it still had. */
export const ERASE_NOTE = 'erase';
/** Not a room either: one tab puts other documents into the rooms; every other writes what it has and starts anew. */
export const ANEW_NOTE = 'anew';
/** Nor this: there may be room again, and the tab that moves files asks for what had none. */
export const ROOM_NOTE = 'room';

export interface TabChannel {
  tell(room: string): void;
  /** Calls back for notes of other tabs; returns the way to stop. */
  listen(heard: (room: string) => void): () => void;
  close(): void;
}

/** Joins the tabs of this origin. A page that comes back from sleep is told nothing: look again then. */
export function openTabChannel(name: string): TabChannel {
  const channel = new BroadcastChannel(`${name}/rooms`);
  const listeners = new Set<(room: string) => void>();
  channel.onmessage = (event: MessageEvent<unknown>) => {
    if (typeof event.data !== 'string') return;
    for (const heard of listeners) heard(event.data);
  };
  return {
    tell: (room) => channel.postMessage(room),
    listen(heard) {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
    close() {
      channel.close();
    },
  };
}
