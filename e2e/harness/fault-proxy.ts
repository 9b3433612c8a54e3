// A bad network between a device and the agent: a TCP proxy that carries bytes untouched until a fault is due. It cuts,
// delays, limits, loses and flips bytes, falls silent and refuses, at exact byte counts, and counts what crosses it. Every
// fault is a plain value, so that a run can be listed and run again. It reads nothing of what it carries: flips and
// losses make sense where bytes are plain, cuts and delays over TLS, too.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from './chance.ts';

/** up: from the device to the agent. */
export type Direction = 'up' | 'down';

/** What happens to one connection. `at` counts the bytes of that direction before it. */
export type Fault =
  /** The connection ends for both sides: by RST, or by FIN in the middle of whatever was being said. */
  | { kind: 'cut'; direction: Direction; at: number; how: 'reset' | 'end' }
  | { kind: 'flip'; direction: Direction; at: number; bit: number }
  /** So many bytes never arrive, and what follows them does. */
  | { kind: 'lose'; direction: Direction; at: number; bytes: number }
  | { kind: 'delay'; direction: Direction; at: number; ms: number }
  /** Nothing moves any more, either way, and nobody is told: a phone that left the house. */
  | { kind: 'silence'; direction: Direction; at: number }
  /** From the beginning. */
  | { kind: 'limit'; direction: Direction; bytesPerSecond: number }
  /** The connection is reset before a byte of it was carried; `sockets`: only when it asks for a WebSocket. */
  | { kind: 'refuse'; what: 'all' | 'sockets' };

/** A connection and what became of it. */
export interface Passage {
  readonly faults: readonly Fault[];
  /** Bytes that were taken off the line, per direction, whether or not they arrived. */
  readonly bytes: Readonly<Record<Direction, number>>;
  /** Faults that came about; one behind the last byte never does. */
  readonly happened: readonly Fault[];
  readonly isOpen: boolean;
  /** It ended by a cut, whoever asked for it. */
  readonly wasCut: boolean;
}

export interface FaultProxy {
  readonly port: number;
  /** All connections, in the order in which they came. */
  readonly passages: readonly Passage[];
  /** Of all connections together. */
  bytes(): Record<Direction, number>;
  /** Cuts what is open now; returns how many those were. */
  cut(how?: 'reset' | 'end'): number;
  /** While 'refusing', new connections are reset: the workstation is out of reach. */
  set(state: 'carrying' | 'refusing'): void;
  close(): Promise<void>;
}

interface Open extends Passage {
  bytes: Record<Direction, number>;
  happened: Fault[];
  isOpen: boolean;
  wasCut: boolean;
  cut(how: 'reset' | 'end'): void;
}

/** Pieces of a limited line: small enough that the limit is even. */
const LIMITED_PIECE = 16 * 1024;

/** `faults` is asked once per connection, by its number from 0. */
export async function startFaultProxy(options: {
  to: { host?: string; port: number };
  faults?: (connection: number) => readonly Fault[];
}): Promise<FaultProxy> {
  const { to, faults = () => [] } = options;
  const passages: Open[] = [];
  let state: 'carrying' | 'refusing' = 'carrying';

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.on('error', () => undefined); // a cut is what it is here for
    if (state === 'refusing') {
      client.resetAndDestroy();
      return;
    }
    const passage = newPassage(faults(passages.length), client);
    passages.push(passage);
  });

  const newPassage = (list: readonly Fault[], client: Socket): Open => {
    const refusal = list.find((fault) => fault.kind === 'refuse');
    let agent: Socket | undefined;
    /** Both sides lie still until the proxy is closed or the connection is cut. */
    let isSilent = false;
    const passage: Open = {
      faults: list,
      bytes: { up: 0, down: 0 },
      happened: [],
      isOpen: true,
      wasCut: false,
      cut(how) {
        if (!passage.isOpen) return;
        passage.isOpen = false;
        passage.wasCut = true;
        for (const socket of [client, agent]) {
          if (socket === undefined || socket.destroyed) continue;
          if (how === 'reset') socket.resetAndDestroy();
          else socket.end(() => socket.destroy());
        }
      },
    };
    if (refusal?.what === 'all') {
      passage.happened.push(refusal);
      passage.cut('reset');
      return passage;
    }
    agent = connect({ host: to.host ?? '127.0.0.1', port: to.port, allowHalfOpen: true, noDelay: true });
    agent.on('error', () => passage.cut('reset'));

    const carry = async (direction: Direction, from: Socket, into: Socket) => {
      const due = list.filter((fault) => 'at' in fault && fault.direction === direction) as AtByte[];
      due.sort((a, b) => a.at - b.at);
      const limit = list.find((fault) => fault.kind === 'limit' && fault.direction === direction);
      const perSecond = limit?.kind === 'limit' ? limit.bytesPerSecond : undefined;
      /** Bytes still to be lost. */
      let losing = 0;
      const put = async (bytes: Uint8Array) => {
        if (into.destroyed || bytes.length === 0) return;
        if (!into.write(bytes)) await nextOf(into, ['drain', 'close']);
        if (perSecond !== undefined) await pause((bytes.length * 1000) / perSecond);
      };
      for await (const piece of piecesOf(from)) {
        if (refusal !== undefined && direction === 'up' && passage.bytes.up === 0 && asksForSocket(piece)) {
          passage.happened.push(refusal);
          return passage.cut('reset');
        }
        let rest = piece;
        while (rest.length > 0) {
          if (isSilent) return;
          const fault = due[0];
          const free = fault === undefined ? rest.length : fault.at - passage.bytes[direction];
          const count = Math.min(
            rest.length,
            losing > 0 ? losing : free,
            perSecond === undefined ? free : LIMITED_PIECE,
          );
          if (count > 0) {
            const now = rest.subarray(0, count);
            rest = rest.subarray(count);
            passage.bytes[direction] += count;
            if (losing > 0) losing -= count;
            else await put(now);
            continue;
          }
          if (fault === undefined) break;
          due.shift();
          passage.happened.push(fault);
          switch (fault.kind) {
            case 'cut':
              return passage.cut(fault.how);
            case 'silence':
              isSilent = true;
              return;
            case 'delay':
              await pause(fault.ms);
              break;
            case 'lose':
              losing = fault.bytes;
              break;
            case 'flip':
              rest = Buffer.from(rest);
              rest[0]! ^= 1 << fault.bit;
              break;
          }
        }
      }
      if (!isSilent && passage.isOpen) into.end();
    };
    /** A line that ended with an error ends for the other side in the same way. */
    const carried = (direction: Direction, from: Socket, into: Socket) =>
      carry(direction, from, into).catch(() => passage.cut('reset'));
    void Promise.all([carried('up', client, agent), carried('down', agent, client)]).then(() => {
      if (!isSilent) passage.isOpen = false;
    });
    return passage;
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    passages,
    bytes: () => ({
      up: passages.reduce((sum, { bytes }) => sum + bytes.up, 0),
      down: passages.reduce((sum, { bytes }) => sum + bytes.down, 0),
    }),
    cut(how = 'reset') {
      const open = passages.filter(({ isOpen }) => isOpen);
      for (const passage of open) passage.cut(how);
      return open.length;
    },
    set(next) {
      state = next;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const passage of passages) passage.cut('reset');
      await closed;
    },
  };
}

/** What comes, until the end; unlike the socket's own iteration this leaves the other direction open. Throws on a break. */
async function* piecesOf(socket: Socket): AsyncGenerator<Buffer> {
  for (;;) {
    const piece = socket.read() as Buffer | null;
    if (piece !== null) yield piece;
    else if (socket.readableEnded) return;
    else if (socket.destroyed) throw socket.errored ?? new Error('the line broke');
    else await nextOf(socket, ['readable', 'end', 'close']);
  }
}

/** Whichever comes first; leaves no listener behind. */
function nextOf(socket: Socket, events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) socket.off(event, done);
      resolve();
    };
    for (const event of events) socket.on(event, done);
  });
}

type AtByte = Exclude<Fault, { kind: 'limit' | 'refuse' }>;

function asksForSocket(first: Buffer): boolean {
  return /\r\nupgrade: *websocket\r\n/i.test(first.toString('latin1'));
}

/** The faults that were drawn before, connection by connection; none after the last of them. */
export function replayed(list: readonly (readonly Fault[])[]): (connection: number) => readonly Fault[] {
  return (connection) => list[connection] ?? [];
}

/** One fault of a kind that is drawn, somewhere in the first `bytes` bytes of a direction that are behind `from`. */
export function drawFault(
  chance: Chance,
  {
    kinds,
    direction,
    from = 0,
    bytes,
  }: {
    kinds: readonly AtByte['kind'][];
    direction: Direction;
    from?: number;
    bytes: number;
  },
): Fault {
  const kind = chance.pick(kinds);
  const at = chance.between(from, Math.max(from, from + bytes - 1));
  switch (kind) {
    case 'cut':
      return { kind, direction, at, how: chance.pick(['reset', 'end']) };
    case 'flip':
      return { kind, direction, at, bit: chance.between(0, 7) };
    case 'lose':
      return { kind, direction, at, bytes: chance.between(1, 70_000) };
    case 'delay':
      return { kind, direction, at, ms: chance.between(1, 40) };
    case 'silence':
      return { kind, direction, at };
  }
}
