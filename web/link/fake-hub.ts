// A workstation's hub in memory, for tests: y-websocket rooms on real Y.Docs, reached through a WebSocket class that
// needs no network. It can go away, come back, and fall silent without closing (a pulled cable).
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as syncProtocol from 'y-protocols/sync';
import * as Y from 'yjs';

const SYNC = 0;
const AWARENESS = 1;
const QUERY_AWARENESS = 3;

export interface FakeHub {
  readonly socket: typeof WebSocket;
  doc(room: string): Y.Doc;
  rooms(): string[];
  /** Sends the agent's awareness state to everybody in the room. */
  present(room: string, state: object): void;
  goAway(): void;
  comeBack(): void;
  /** Takes frames and says nothing, or speaks again. */
  silence(is: boolean): void;
  /** Frames received, by room. */
  heard(room: string): number;
  isHere(): boolean;
  /** From now on a socket opens only when this says who it is; asked before anything is sent. */
  admit(who: (url: string, protocols: readonly string[]) => Promise<string | undefined>): void;
  /** Closes every socket of this device, as when its rights end. */
  cut(device: string): void;
  /** Rooms in which this device is connected now. */
  connected(device: string): string[];
}

export function createFakeHub(): FakeHub {
  let isHere = true;
  let isSilent = false;
  let admits: ((url: string, protocols: readonly string[]) => Promise<string | undefined>) | undefined;
  const docs = new Map<string, Y.Doc>();
  const members = new Map<string, Set<FakeSocket>>();
  const heard = new Map<string, number>();
  const states = new Map<string, { clock: number; json: string }>();

  const doc = (room: string): Y.Doc => {
    const there = docs.get(room);
    if (there !== undefined) return there;
    const made = new Y.Doc();
    docs.set(room, made);
    members.set(room, new Set());
    made.on('update', (update: Uint8Array, origin: unknown) => {
      for (const member of members.get(room)!) if (member !== origin) member.hear(sync(2, update));
    });
    return made;
  };
  const awareness = (room: string): Uint8Array => {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, AWARENESS);
    const inner = encoding.createEncoder();
    const state = states.get(room);
    encoding.writeVarUint(inner, state === undefined ? 0 : 1);
    if (state !== undefined) {
      encoding.writeVarUint(inner, doc(room).clientID);
      encoding.writeVarUint(inner, state.clock);
      encoding.writeVarString(inner, state.json);
    }
    encoding.writeVarUint8Array(encoder, encoding.toUint8Array(inner));
    return encoding.toUint8Array(encoder);
  };

  class FakeSocket {
    static readonly OPEN = 1;
    readonly OPEN = 1;
    readonly room: string;
    who: string | undefined;
    readyState = 0;
    binaryType = 'blob';
    onopen: (() => void) | null = null;
    onclose: ((event: { code: number }) => void) | null = null;
    onerror: ((event: object) => void) | null = null;
    onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;

    constructor(url: string, protocols: readonly string[] = []) {
      this.room = decodeURIComponent(new URL(url).pathname.split('/').at(-1)!);
      if (admits === undefined) queueMicrotask(() => this.open());
      else {
        void admits(url, protocols).then((who) => {
          this.who = who;
          if (who === undefined) this.end();
          else this.open();
        });
      }
    }

    open(): void {
      if (this.readyState !== 0) return;
      if (!isHere) {
        this.end();
        return;
      }
      this.readyState = 1;
      doc(this.room);
      members.get(this.room)!.add(this);
      this.onopen?.();
      this.hear(sync(0, Y.encodeStateVector(doc(this.room))));
      this.hear(awareness(this.room));
    }

    hear(frame: Uint8Array): void {
      if (isSilent) return;
      queueMicrotask(() => {
        if (this.readyState === 1) this.onmessage?.({ data: frame.slice().buffer as ArrayBuffer });
      });
    }

    send(frame: Uint8Array): void {
      const copy = frame.slice();
      queueMicrotask(() => {
        if (this.readyState !== 1 || isSilent) return;
        heard.set(this.room, (heard.get(this.room) ?? 0) + 1);
        const decoder = decoding.createDecoder(copy);
        const kind = decoding.readVarUint(decoder);
        if (kind === QUERY_AWARENESS) return this.hear(awareness(this.room));
        if (kind !== SYNC) return;
        const encoder = encoding.createEncoder();
        encoding.writeVarUint(encoder, SYNC);
        syncProtocol.readSyncMessage(decoder, encoder, doc(this.room), this);
        if (encoding.length(encoder) > 1) this.hear(encoding.toUint8Array(encoder));
      });
    }

    close(): void {
      queueMicrotask(() => this.end());
    }

    end(code = 1006): void {
      if (this.readyState === 3) return;
      this.readyState = 3;
      members.get(this.room)?.delete(this);
      this.onerror?.({});
      this.onclose?.({ code });
    }
  }

  return {
    socket: FakeSocket as unknown as typeof WebSocket,
    doc,
    rooms: () => [...docs.keys()],
    present(room, state) {
      const clock = (states.get(room)?.clock ?? 0) + 1;
      states.set(room, { clock, json: JSON.stringify(state) });
      for (const member of members.get(room) ?? []) member.hear(awareness(room));
    },
    goAway() {
      isHere = false;
      for (const room of members.values()) for (const member of [...room]) member.end();
    },
    comeBack() {
      isHere = true;
    },
    silence(is) {
      isSilent = is;
    },
    heard: (room) => heard.get(room) ?? 0,
    isHere: () => isHere,
    admit(who) {
      admits = who;
    },
    cut(device) {
      for (const room of members.values()) {
        for (const member of [...room]) if (member.who === device) member.end(4003);
      }
    },
    connected: (device) =>
      [...members].flatMap(([room, all]) => ([...all].some(({ who }) => who === device) ? [room] : [])),
  };
}

function sync(kind: number, payload: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SYNC);
  encoding.writeVarUint(encoder, kind);
  encoding.writeVarUint8Array(encoder, payload);
  return encoding.toUint8Array(encoder);
}
