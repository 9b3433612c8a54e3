// The names and addresses under which this machine is reached in its network, as they are now: a laptop changes them
// when it changes rooms. It knows interfaces; it does not know certificates or who asks.
import { isIPv4 } from 'node:net';
import { networkInterfaces, hostname as systemHostname } from 'node:os';
import type { Clock } from '../clock.ts';
import type { Listen } from '../config.ts';
import type { Whereabouts } from './port.ts';
import { isPrivateAddress } from './private-address.ts';

/** Between two looks: a phone that comes into the room is not faster. */
const LOOK_MS = 5000;
/** A certificate with more is slow to send and was not made for people. */
const MAX_ADDRESSES = 24;
/** Bridges and tunnels of programs: reachable perhaps, but not what a phone in the room sees. */
const virtual = /^(?:docker|br-|veth|virbr|vmnet|vboxnet|lxc|lxd|cni|flannel|tailscale|utun|tun|tap|wg|zt)/i;

type Interfaces = ReturnType<typeof networkInterfaces>;

export interface WatchedWhereabouts extends Whereabouts {
  /** The name that was found free: "myspinbot.local". */
  setMdnsName(name: string): void;
  close(): void;
}

export function createWhereabouts(world: {
  listen: Listen;
  clock: Clock;
  interfaces?: () => Interfaces;
  hostname?: () => string;
}): WatchedWhereabouts {
  const { listen, clock, interfaces = networkInterfaces, hostname = systemHostname } = world;
  const listeners = new Set<() => void>();
  let mdnsName: string | undefined;
  let stopLooking: (() => void) | undefined;

  const look = () => ({
    addresses: addressesNow(listen, interfaces()),
    names: listen === 'loopback' ? [] : namesNow(mdnsName, hostname()),
  });
  let now = look();
  const lookAgain = () => {
    const next = look();
    if (JSON.stringify(next) === JSON.stringify(now)) return;
    now = next;
    for (const listener of listeners) listener();
  };
  const again = () => {
    stopLooking = clock.after(LOOK_MS, () => {
      lookAgain();
      again();
    });
  };
  again();

  return {
    addresses: () => now.addresses,
    names: () => now.names,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setMdnsName(name) {
      mdnsName = name;
      lookAgain();
    },
    close() {
      stopLooking?.();
      listeners.clear();
    },
  };
}

function addressesNow(listen: Listen, interfaces: Interfaces): string[] {
  if (listen === 'loopback') return [];
  const isAsked = askedBy(listen);
  if (isAsked === undefined) {
    return [...listen].filter(isPrivateAddress).filter((one) => !isOwnLoopback(one));
  }
  const found = Object.entries(interfaces).flatMap(([name, list]) =>
    (list ?? [])
      .filter(({ address, internal }) => !internal && isPrivateAddress(address) && !/^fe80/i.test(address))
      .filter(({ address }) => isAsked(address))
      .map(({ address }) => ({ address, rank: rankOf(name, address) })),
  );
  return found
    .sort((a, b) => a.rank - b.rank || a.address.localeCompare(b.address))
    .map(({ address }) => address)
    .slice(0, MAX_ADDRESSES);
}

/** Which of this machine's addresses are listened on; undefined when they are named one by one. */
function askedBy(listen: Listen): ((address: string) => boolean) | undefined {
  if (typeof listen === 'string' || listen.includes('::')) return () => true;
  if (listen.includes('0.0.0.0')) return (address) => isIPv4(address) || listen.includes(address);
  return undefined;
}

function isOwnLoopback(address: string): boolean {
  return address === '127.0.0.1' || address === '::1';
}

/** Lower is likelier to be reached by a phone in the same room. */
function rankOf(name: string, address: string): number {
  const place = virtual.test(name) ? 10 : 0;
  if (address.includes(':')) return place + 5;
  if (address.startsWith('169.254.')) return place + 8;
  if (address.startsWith('100.')) return place + 6;
  if (address.startsWith('192.168.')) return place;
  return place + (address.startsWith('10.') ? 1 : 2);
}

/**
 * Without the bare name: no certificate can be for it (an authority that may sign for "dev" may sign for all of that
 * domain), and an address without a certificate is of no use to anybody.
 */
function namesNow(mdnsName: string | undefined, hostname: string): string[] {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  const [first = ''] = name.split('.');
  const names = [mdnsName?.toLowerCase(), `${first}.local`, name].filter((one) => one !== undefined);
  return [...new Set(names.filter(isHostName))].filter(
    (one) => one.includes('.') && one !== 'localhost.local',
  );
}

/** RFC 1123: what may stand in a certificate and in an address. */
function isHostName(name: string): boolean {
  return (
    name.length <= 253 &&
    name.split('.').every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
  );
}
