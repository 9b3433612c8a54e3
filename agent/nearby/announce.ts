// Makes the agent findable in its network: the name myspinbot.local and the service _myspinbot._tcp, by multicast DNS
// (RFC 6762, 6763). Nothing depends on it: where a network carries no multicast, addresses are used, and a failure here
// is a line in the log.
import type { CiaoService, Responder } from '@homebridge/ciao';
import type { Logger } from '../log/logger.ts';

const HOST = 'myspinbot';
/** A goodbye is a courtesy: it is not waited for longer. */
const GOODBYE_MS = 800;

export interface Announcement {
  /** Addresses changed: it is announced anew. */
  refresh(addresses: readonly string[]): void;
  /** Says goodbye. Never throws. */
  close(): Promise<void>;
}

export function announce(world: {
  port: number;
  /** Private addresses of this machine; nothing is announced on others. */
  addresses: readonly string[];
  machineName: string;
  id: string;
  version: string;
  log: Logger;
  /** Told under which name it is found: the wanted one, or another when somebody in the network has that. */
  onName(name: string): void;
}): Announcement {
  const { log } = world;
  let isClosed = false;
  let current: { responder: Responder; service: CiaoService; addresses: string } | undefined;
  let work: Promise<void> = Promise.resolve();

  const start = async (addresses: readonly string[]) => {
    if (isClosed || addresses.length === 0) return;
    const { default: ciao } = await import('@homebridge/ciao');
    // One for each set of addresses: its sockets belong to interfaces that may be gone later.
    const responder = ciao.getResponder({ interface: [...addresses], ignoreUnicastResponseFlag: true });
    const service = responder.createService({
      name: `MySpinBot on ${world.machineName}`.slice(0, 60),
      type: 'myspinbot',
      hostname: HOST,
      port: world.port,
      restrictedAddresses: [...addresses],
      txt: { id: world.id, v: world.version },
    });
    service.on('name-change', (name: string) => log.info('nearby.service-renamed', { name }));
    service.on('hostname-change', (hostname: string) => tell(hostname));
    current = { responder, service, addresses: addresses.join() };
    await service.advertise();
    tell(service.getHostname());
  };
  const tell = (hostname: string) => {
    if (!isClosed) world.onName(hostname.replace(/\.$/, '').toLowerCase());
  };
  const stop = async () => {
    const past = current;
    current = undefined;
    if (past === undefined) return;
    await past.service.destroy().catch(() => undefined);
    await past.responder.shutdown();
  };
  const then = (step: () => Promise<void>) => {
    work = work.then(step).catch((error: unknown) => {
      log.warn('nearby.off', { error: String(error) });
    });
  };
  then(() => start(world.addresses));

  return {
    refresh(addresses) {
      if (addresses.join() === current?.addresses) return;
      then(async () => {
        await stop();
        await start(addresses);
      });
    },
    async close() {
      isClosed = true;
      then(stop);
      let timer: NodeJS.Timeout | undefined;
      const impatience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, GOODBYE_MS);
      });
      await Promise.race([work, impatience]);
      clearTimeout(timer);
    },
  };
}
