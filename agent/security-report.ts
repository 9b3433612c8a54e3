// What an owner is told of how the agent is reached and guarded, gathered from the parts that know.
import type { SecurityReport } from '@myspinbot/shared/wire/pairing.ts';
import { confinement } from './media/ffmpeg.ts';
import { areShutIn } from './media/picture-process.ts';
import type { Network } from './network.ts';
import type { Gate } from './pairing/port.ts';
import { openField } from './process/confine.ts';
import type { Quota } from './vault/quota.ts';

export async function securityOf(world: {
  gate: Pick<Gate, 'fingerprint'>;
  network: Network | undefined;
  quota: Pick<Quota, 'usage'>;
}): Promise<SecurityReport> {
  const { gate, network, quota } = world;
  const authority = network?.certificates.authority();
  const tools = await confinement();
  // What holds for a stranger's file is what holds for each kind of them.
  const shutIn = areShutIn ? tools : openField.report;
  return {
    fingerprint: gate.fingerprint,
    addresses: [...(network?.links('https') ?? [])].slice(0, 40),
    authority:
      authority === undefined
        ? null
        : {
            name: authority.name,
            sha256: authority.sha256,
            notAfter: authority.notAfter,
            ...(authority.replaced === undefined ? {} : { replaced: authority.replaced }),
          },
    leafNotAfter: network?.certificates.leafNotAfter() ?? null,
    confinement: { ...shutIn, by: shutIn.by.join(' and ').slice(0, 40) },
    quota: quota.usage(),
  };
}
