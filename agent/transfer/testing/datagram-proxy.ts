// A bad network for datagrams: stands before one UDP address, and drops, doubles, delays and so reorders what passes. The
// test makes its candidates point here. What happens to a datagram is drawn once, by its number, and can be listed and
// run again. It reads nothing of what it carries.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Chance } from '../../queue/fixtures/random.ts';

/** up: towards the agent. */
export type Direction = 'up' | 'down';

/** What happens to one datagram; those it does not name pass as they are. A delay lets later ones go ahead. */
export type DatagramFault = { kind: 'drop' } | { kind: 'double' } | { kind: 'delay'; ms: number };

export interface DatagramPassage {
  direction: Direction;
  /** From 0, per direction. */
  number: number;
  fault: DatagramFault;
}

export interface DatagramProxy {
  /** Where to send instead. */
  readonly port: number;
  /** Everything that was done to anybody's datagrams, in order. */
  readonly happened: readonly DatagramPassage[];
  /** Datagrams and bytes that came, whatever became of them. */
  counts(): Record<Direction, { datagrams: number; bytes: number }>;
  /** While true, everything is dropped and nothing of it listed: the path is gone. */
  silence(isSilent: boolean): void;
  close(): Promise<void>;
}

export async function startDatagramProxy(options: {
  to: { host?: string; port: number };
  fault?: (direction: Direction, number: number) => DatagramFault | undefined;
  /** Calls back after so many ms; for tests. */
  after?: (ms: number, then: () => void) => void;
}): Promise<DatagramProxy> {
  const { to, fault = () => undefined } = options;
  const timers = new Set<NodeJS.Timeout>();
  const after =
    options.after ??
    ((ms, then) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        then();
      }, ms);
      timers.add(timer);
    });
  const happened: DatagramPassage[] = [];
  const counted = { up: { datagrams: 0, bytes: 0 }, down: { datagrams: 0, bytes: 0 } };
  let isSilent = false;
  let isClosed = false;
  /** One socket towards the agent for every device, so that answers find the way back. */
  const ways = new Map<string, Promise<Socket>>();
  const front = await bound();

  const pass = (direction: Direction, datagram: Buffer, send: (datagram: Buffer) => void) => {
    const count = counted[direction];
    const number = count.datagrams++;
    count.bytes += datagram.length;
    if (isSilent) return;
    const doing = fault(direction, number);
    if (doing !== undefined) happened.push({ direction, number, fault: doing });
    switch (doing?.kind) {
      case undefined:
        return send(datagram);
      case 'drop':
        return;
      case 'double':
        send(datagram);
        return send(datagram);
      case 'delay':
        return after(doing.ms, () => {
          if (!isClosed && !isSilent) send(datagram);
        });
    }
  };
  const wayOf = (device: RemoteInfo): Promise<Socket> => {
    const name = `${device.address} ${device.port}`;
    const known = ways.get(name);
    if (known !== undefined) return known;
    const made = bound().then((way) => {
      way.on('message', (datagram) =>
        pass('down', datagram, (bytes) => front.send(bytes, device.port, device.address)),
      );
      return way;
    });
    ways.set(name, made);
    return made;
  };
  front.on('message', (datagram, device) => {
    void wayOf(device).then((way) =>
      pass('up', datagram, (bytes) => way.send(bytes, to.port, to.host ?? '127.0.0.1')),
    );
  });

  return {
    port: front.address().port,
    happened,
    counts: () => structuredClone(counted),
    silence(now) {
      isSilent = now;
    },
    async close() {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
      front.close();
      for (const way of ways.values()) (await way).close();
    },
  };
}

/** Draws for every datagram: with this chance each, it is dropped, doubled or delayed by up to `ms`. */
export function drawDatagramFaults(
  chance: Chance,
  odds: { drop: number; double: number; delay: number; ms: number },
): (direction: Direction, number: number) => DatagramFault | undefined {
  return () => {
    const drawn = chance.number();
    if (drawn < odds.drop) return { kind: 'drop' };
    if (drawn < odds.drop + odds.double) return { kind: 'double' };
    if (drawn < odds.drop + odds.double + odds.delay)
      return { kind: 'delay', ms: 1 + Math.floor(chance.number() * odds.ms) };
    return undefined;
  };
}

/** What was done before, to the same datagrams. */
export function replayedDatagrams(
  list: readonly DatagramPassage[],
): (direction: Direction, number: number) => DatagramFault | undefined {
  const known = new Map(list.map((one) => [`${one.direction} ${one.number}`, one.fault]));
  return (direction, number) => known.get(`${direction} ${number}`);
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  // A datagram to a port that nobody has any more comes back as an error: datagrams get lost.
  socket.on('error', () => undefined);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
