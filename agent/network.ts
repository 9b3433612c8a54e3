// The agent in the network, put together: where it is, the certificates that fit, the name it is found by, and the
// page that explains them. It does not know who may come in, nor what is behind the doors.
import type { RequestListener } from 'node:http';
import { openCertificates } from './certificates/certificates.ts';
import type { Certificates } from './certificates/port.ts';
import { createWhereabouts } from './certificates/whereabouts.ts';
import type { Clock } from './clock.ts';
import type { Listen } from './config.ts';
import type { Logger } from './log/logger.ts';
import { announce } from './nearby/announce.ts';
import { createTrustPage } from './server/trust-page.ts';

export interface Network {
  readonly certificates: Certificates;
  readonly trustPage: RequestListener;
  /** Names and addresses as they stand in a Host header, without a port: lower case, IPv6 in brackets. */
  hosts(): ReadonlySet<string>;
  /** "https://192.168.1.5:7777", best first: addresses, which need no name service, before names. */
  links(scheme: 'http' | 'https'): readonly string[];
  /** From now on it is found under this port; until then there are no links. */
  appear(port: number): void;
  close(): Promise<void>;
}

export async function openNetwork(options: {
  /** Folder of the certificates. */
  dir: string;
  listen: Exclude<Listen, 'loopback'>;
  mdns: boolean;
  agent: { id: string; name: string; fingerprint: string; version: string };
  clock: Clock;
  log: Logger;
}): Promise<Network> {
  const { agent, clock, log } = options;
  const whereabouts = createWhereabouts({ listen: options.listen, clock });
  const certificates = await openCertificates({
    dir: options.dir,
    whereabouts,
    clock,
    log: log.child({ room: 'certificates' }),
    machineName: agent.name,
  });
  let port: number | undefined;
  let announced: ReturnType<typeof announce> | undefined;
  const links = (scheme: 'http' | 'https') =>
    port === undefined
      ? []
      : [...whereabouts.addresses().map(inUrl), ...whereabouts.names()].map(
          (host) => `${scheme}://${host}:${port}`,
        );
  const stopWatching = whereabouts.onChange(() => announced?.refresh(whereabouts.addresses()));
  return {
    certificates,
    trustPage: createTrustPage({
      certificates,
      links: () => links('https'),
      agentName: agent.name,
      fingerprint: agent.fingerprint,
    }),
    hosts: () =>
      new Set(
        [...whereabouts.addresses().map(inUrl), ...whereabouts.names()].map((host) => host.toLowerCase()),
      ),
    links,
    appear(at) {
      port = at;
      if (!options.mdns) return;
      announced = announce({
        port,
        addresses: whereabouts.addresses(),
        machineName: agent.name,
        id: agent.id,
        version: agent.version,
        log: log.child({ room: 'nearby' }),
        onName: (name) => whereabouts.setMdnsName(name),
      });
    },
    async close() {
      stopWatching();
      await announced?.close();
      await certificates.close();
      whereabouts.close();
    },
  };
}

/** IPv6 stands in brackets. */
function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
