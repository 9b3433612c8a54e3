// A device that was removed and kept what it has may be asked to erase it later on. Its key is gone, and not needed: it
// is the workstation that signs that, with the key this device remembers.
import { agentRemoves } from '@myspinbot/shared/pairing/statements.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { challengedSchema } from '@myspinbot/shared/wire/pairing.ts';
import { type Asking, ask } from './ask.ts';
import type { Standing } from './identity.ts';
import { isSignedBy, newNonce } from './keys.ts';

/** Whether the workstation it was removed from wants its data gone. False too when nobody is reached; never throws. */
export async function isToErase(
  { agent, device }: Pick<NonNullable<Standing>, 'agent' | 'device'>,
  world: Asking,
): Promise<boolean> {
  const nonce = newNonce();
  try {
    const said = await ask(world, { path: endpoints.challenge, body: { device, nonce } }, challengedSchema);
    if (said.state !== 'removed' || !said.erase) return false;
    const removes = agentRemoves({ agent: agent.id, device, deviceNonce: nonce, erase: true });
    return await isSignedBy(agent.key, removes, said.signature);
  } catch {
    return false; // asked again at the next contact
  }
}
