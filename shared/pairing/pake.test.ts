import { expect, test } from 'vitest';
import { agentExchange, deviceExchange } from './pake.ts';
import { pairingContext } from './statements.ts';

const context = (agentKey = 'agent') =>
  pairingContext({
    invitation: '12',
    agentKey,
    deviceKey: 'device',
    deviceName: 'Phone',
    deviceKind: 'phone',
  });

async function meet(
  passwords: { device: string; agent: string },
  contexts = [context(), context()] as const,
) {
  const device = await deviceExchange(passwords.device, '12');
  const agent = await agentExchange(passwords.agent, '12', contexts[1], device.share);
  const proof = await device.finish(contexts[0], agent!);
  return { agent: agent!, proof, share: device.share };
}

test('two sides with the same password prove it to each other', async () => {
  const { agent, proof } = await meet({ device: '345678', agent: '345678' });
  expect(proof).toBe(agent.expects);
});

test('with another password neither side believes the other', async () => {
  const { proof } = await meet({ device: '345679', agent: '345678' });
  expect(proof).toBeUndefined();
});

test('somebody in between with a key of their own fails although the password is right', async () => {
  const { proof } = await meet({ device: '345678', agent: '345678' }, [context('mallory'), context('agent')]);
  expect(proof).toBeUndefined();
});

test('what is not a point of the curve is refused by both sides', async () => {
  const device = await deviceExchange('345678', '12');
  expect(await agentExchange('345678', '12', context(), 'AAAA')).toBeUndefined();
  expect(
    await agentExchange('345678', '12', context(), device.share.replace(/.{4}$/, 'AAAA')),
  ).toBeUndefined();
  expect(
    await device.finish(context(), { share: device.share.replace(/.{4}$/, 'AAAA'), confirm: '' }),
  ).toBeUndefined();
});
