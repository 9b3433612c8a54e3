// A device that was removed and kept what it has may be asked to erase it later on. It is the workstation that signs
// that, with the key this device remembers; this device signs its question, so that its owner sees who has heard.
import { agentRemoves, deviceAsks } from '@myspinbot/shared/pairing/statements.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { type Challenge, challengedSchema } from '@myspinbot/shared/wire/pairing.ts';
import { type Asking, ask } from './ask.ts';
import type { Standing } from './identity.ts';
import { isSignedBy, newNonce, signed } from './keys.ts';

/** Whether the workstation it was removed from wants its data gone. False too when nobody is reached; never throws. */
export async function isToErase(
  { agent, device }: Pick<NonNullable<Standing>, 'agent' | 'device'>,
  world: Asking & { key(): Promise<CryptoKey | undefined> },
): Promise<boolean> {
  const nonce = newNonce();
  try {
    const named = { agent: agent.id, device, deviceNonce: nonce };
    const key = await world.key();
    const signature = key === undefined ? {} : { signature: await signed(key, deviceAsks(named)) };
    const body: Challenge = { device, nonce, ...signature };
    const said = await ask(world, { path: endpoints.challenge, body }, challengedSchema);
    if (said.state !== 'removed' || !said.erase) return false;
    const removes = agentRemoves({ ...named, erase: true });
    return await isSignedBy(agent.key, removes, said.signature);
  } catch {
    return false; // asked again at the next contact
  }
}
