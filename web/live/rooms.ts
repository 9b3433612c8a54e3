// The documents that are open now: each one joined to the store and, while the workstation is there, to its room.
// Counted by users; a document with changes that the workstation does not have stays open until it has them.
import { guestRoomProject } from '@myspinbot/shared/document/layout.ts';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { Clock } from '../link/clock.ts';
import type { SignalLine } from '../link/peer-link.ts';
import { fromWorkstation, openRoomLink, type RoomLink } from '../link/room-link.ts';
import type { DocumentLog } from '../vault/document-log.ts';
import { openStoredDocument, type SaveState, type StoredDocument } from '../vault/stored-document.ts';
import type { TabChannel } from '../vault/tab-channel.ts';

export interface OpenRoom {
  readonly doc: Y.Doc;
  readonly stored: StoredDocument;
  release(): void;
}

export interface Rooms {
  open(room: string): OpenRoom;
  /** Whether this device may speak with the workstation at all; at first it may not. Closes every link at once. */
  allow(is: boolean): void;
  /**
   * Opens the room's link as soon as that is allowed, and every other room's only while this one is connected. One at
   * a time: when it is released its link closes at once.
   */
  lead(room: string, awareness: (doc: Y.Doc) => Awareness, connected: (is: boolean) => void): OpenRoom;
  /** What is said about direct links, over the link of the room that leads. */
  readonly signals: SignalLine;
  /** Joins rooms whose changes never reached the workstation, a few at a time. */
  sendUnsent(): Promise<void>;
  state(): SaveState;
  onState(changed: (state: SaveState) => void): () => void;
  flush(): Promise<void>;
  /** The page is visible or online again: look at the store and try the line at once. */
  wake(): void;
  close(): Promise<void>;
}

interface Held {
  stored: StoredDocument;
  doc: Y.Doc;
  users: number;
  link: RoomLink | undefined;
  leads: { awareness: Awareness; connected(is: boolean): void } | undefined;
  closing: Promise<void> | undefined;
  stopLinger: (() => void) | undefined;
}

/** A project that was just made is opened by its screen a moment later, and people go back and forth. */
const LINGER_MS = 3000;
/** Rooms joined only to send what is unsent, at once. */
const SENDING_AT_ONCE = 3;

export function openRooms(world: {
  log: DocumentLog;
  tabs: TabChannel;
  clock: Clock;
  serverUrl: string;
  socket: typeof WebSocket;
  /** False for a guest: links are read, and nothing that lies here is sent. */
  mayWrite(): boolean;
}): Rooms {
  const { log, tabs, clock } = world;
  const held = new Map<string, Held>();
  const listeners = new Set<(state: SaveState) => void>();
  const ears = new Set<(text: string) => void>();
  /** Rooms that `sendUnsent` holds open. */
  const sending = new Map<string, OpenRoom>();
  let isAllowed = false;
  let here = false;
  let state: SaveState = 'saved';

  const settle = () => {
    const states = [...held.values()].map((room) => room.stored.state());
    const next = states.includes('failed') ? 'failed' : states.includes('saving') ? 'saving' : 'saved';
    if (next === state) return;
    state = next;
    for (const changed of listeners) changed(next);
  };

  const join = (room: string, entry: Held) => {
    if (!isAllowed || entry.link !== undefined || entry.closing !== undefined) return;
    if (entry.leads === undefined && !here) return;
    entry.link = openRoomLink({
      serverUrl: world.serverUrl,
      room,
      doc: entry.doc,
      ...(entry.leads === undefined ? {} : { awareness: entry.leads.awareness }),
      clock,
      socket: world.socket,
      isReadOnly: !world.mayWrite(),
      catchUp: () => entry.stored.catchUp(),
      handOver: (written) => {
        void log.handOver(room, written).then(
          () => handedOver(room),
          () => undefined, // It stays in the account as unsent and is proved again next time.
        );
      },
      onConnected: (is) => entry.leads?.connected(is),
      onSignal(text) {
        if (entry.leads !== undefined) for (const hear of ears) hear(text);
      },
    });
  };

  const handedOver = (room: string) => {
    const open = sending.get(room);
    if (open === undefined) return;
    sending.delete(room);
    open.release();
    void sendUnsent().catch(() => undefined); // Tried again at the next connection.
  };

  const hold = (room: string): Held => {
    const there = held.get(room);
    if (there !== undefined && there.closing === undefined) return there;
    const doc = new Y.Doc();
    const stored = openStoredDocument({
      doc,
      room,
      log,
      tabs,
      fromWorkstation,
      after: clock.after,
    });
    const entry: Held = {
      stored,
      doc,
      users: 0,
      link: undefined,
      leads: undefined,
      closing: undefined,
      stopLinger: undefined,
    };
    held.set(room, entry);
    stored.onState((now) => {
      settle();
      if (now === 'saved') entry.link?.changed();
    });
    return entry;
  };

  const use = (room: string, entry: Held): OpenRoom => {
    entry.users++;
    entry.stopLinger?.();
    entry.stopLinger = undefined;
    let released = false;
    return {
      doc: entry.doc,
      stored: entry.stored,
      release() {
        if (released) return;
        released = true;
        entry.users--;
        if (entry.users === 0) entry.stopLinger = clock.after(LINGER_MS, () => void letGo(room, entry));
      },
    };
  };

  const letGo = async (room: string, entry: Held) => {
    try {
      await entry.stored.flush();
    } catch {
      // Not written yet: the document stays open and goes on trying; `state` says so.
      return;
    }
    // Opened again while it was written, or not sent yet: then it stays, until it is.
    if (entry.users > 0 || entry.closing !== undefined) return;
    if (entry.link?.connected() === true && (await log.unsent()).includes(room) && entry.users === 0) {
      sending.set(room, use(room, entry));
      return;
    }
    if (entry.users > 0) return;
    entry.link?.close();
    entry.link = undefined;
    entry.closing = entry.stored.close().then(() => {
      if (held.get(room) === entry) held.delete(room);
      entry.doc.destroy();
      settle();
    });
    await entry.closing;
  };

  const sendUnsent = async () => {
    if (!here || !world.mayWrite()) return;
    for (const room of await log.unsent()) {
      if (sending.size >= SENDING_AT_ONCE) return;
      // Written by the workstation alone.
      if (guestRoomProject(room) !== undefined) continue;
      if (sending.has(room) || held.get(room)?.users !== undefined) continue;
      const open = use(room, hold(room));
      sending.set(room, open);
      await open.stored.loaded.catch(() => undefined);
      join(room, held.get(room)!);
    }
  };

  const setHere = (is: boolean) => {
    here = is;
    for (const [room, entry] of held) {
      if (entry.leads !== undefined) continue;
      if (is) {
        // Whoever writes nothing has nothing to say in a room that nobody looks at, and a guest may not even open it.
        if (entry.users === 0 && !world.mayWrite()) continue;
        void entry.stored.loaded.then(
          () => join(room, entry),
          () => undefined, // Unreadable: `state` says so.
        );
      } else {
        entry.link?.close();
        entry.link = undefined;
      }
    }
    if (is) void sendUnsent().catch(() => undefined); // Tried again at the next connection.
  };

  const unlink = (entry: Held) => {
    entry.link?.close();
    entry.link = undefined;
  };

  return {
    open(room) {
      const entry = hold(room);
      const open = use(room, entry);
      void entry.stored.loaded.then(
        () => join(room, entry),
        () => undefined, // Unreadable: `state` says so.
      );
      return open;
    },
    allow(is) {
      if (is === isAllowed) return;
      isAllowed = is;
      for (const [room, entry] of held) {
        if (!is) unlink(entry);
        else if (entry.leads !== undefined) {
          void entry.stored.loaded.then(
            () => join(room, entry),
            () => undefined, // Unreadable: `state` says so.
          );
        }
      }
      if (is) return;
      for (const open of sending.values()) open.release();
      sending.clear();
    },
    lead(room, awareness, connected) {
      const entry = hold(room);
      entry.leads = {
        awareness: awareness(entry.doc),
        connected(is) {
          connected(is);
          setHere(is);
        },
      };
      const open = use(room, entry);
      void entry.stored.loaded.then(
        () => join(room, entry),
        () => undefined, // Unreadable: `state` says so.
      );
      return {
        ...open,
        release() {
          unlink(entry);
          entry.leads?.awareness.destroy();
          entry.leads = undefined;
          open.release();
        },
      };
    },
    signals: {
      send(text) {
        for (const entry of held.values())
          if (entry.leads !== undefined) return entry.link?.signal(text) ?? false;
        return false;
      },
      listen(heard) {
        ears.add(heard);
        return () => ears.delete(heard);
      },
    },
    sendUnsent,
    state: () => state,
    onState(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    async flush() {
      await Promise.all([...held.values()].map((entry) => entry.stored.flush()));
    },
    wake() {
      for (const entry of held.values()) {
        void entry.stored.catchUp().catch(() => undefined); // The next note or wake looks again.
        entry.link?.nudge();
      }
    },
    async close() {
      sending.clear();
      await Promise.all(
        [...held.values()].map(async (entry) => {
          entry.stopLinger?.();
          entry.link?.close();
          entry.link = undefined;
          entry.leads?.awareness.destroy();
          await (entry.closing ?? entry.stored.close());
          entry.doc.destroy();
        }),
      );
      held.clear();
    },
  };
}
