// Golden bytes of everything that is signed. A change of one breaks every device that is paired with an older agent:
// raise the version inside the statements and say what becomes of the old ones.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  agentAccepts,
  agentChallenges,
  agentRemoves,
  deviceJoins,
  deviceProves,
  pairingContext,
  signals,
} from './statements.ts';

const context = {
  invitation: '07',
  agentKey: 'agent-key',
  deviceKey: 'device-key',
  deviceName: 'Annas Gerät',
  deviceKind: 'phone',
};
const asked = { agent: 'a_1', device: 'd_1', deviceNonce: 'dn' };
const statements = {
  pairingContext: pairingContext(context),
  deviceJoins: deviceJoins(context, { device: 'X', agent: 'Y' }),
  agentAccepts: agentAccepts(context, { device: 'd_1', role: 'guest', project: 'p_1' }),
  agentChallenges: agentChallenges({ ...asked, nonce: 'n' }),
  deviceProves: deviceProves({ agent: 'a_1', device: 'd_1', nonce: 'n', purpose: 'socket /sync/workspace' }),
  agentRemoves: agentRemoves({ ...asked, erase: true }),
  signals: signals({
    agent: 'a_1',
    device: 'd_1',
    peer: 'n',
    side: 'agent',
    fingerprint: 'AB',
    answers: 'CD',
    sdp: 'v=0',
  }),
};

test('a statement is its version, its purpose and its fields, each with its length before it', () => {
  expect(Buffer.from(statements.deviceProves).toString('latin1')).toBe(
    [
      '\0\0\0\x0bmyspinbot 1',
      '\0\0\0\rdevice proves',
      '\0\0\0\x03a_1',
      '\0\0\0\x03d_1',
      '\0\0\0\x01n',
      '\0\0\0\x16socket /sync/workspace',
    ].join(''),
  );
});

test('every statement is written as it always was', () => {
  const digests = Object.fromEntries(
    Object.entries(statements).map(([name, bytes]) => [
      name,
      createHash('sha256').update(bytes).digest('hex').slice(0, 16),
    ]),
  );
  expect(digests).toEqual({
    pairingContext: '03ef4348cb0bed8f',
    deviceJoins: 'd9b60163adf0f9b7',
    agentAccepts: 'd2c98adcfafa1a16',
    agentChallenges: 'bffb88403e17ca78',
    deviceProves: '9ef658fef85ca36f',
    agentRemoves: '773827bb2ca86243',
    signals: '59ce9328585fcc66',
  });
});

test('no statement is the beginning of another one’s meaning: none equals another, whatever stands in it', () => {
  const purposes = Object.values(statements).map((bytes) => Buffer.from(bytes).toString('hex'));
  expect(new Set(purposes).size).toBe(purposes.length);
  const base = deviceProves({ agent: 'a', device: 'd', nonce: 'n', purpose: 'token' });
  for (const change of [{ agent: 'b' }, { device: 'e' }, { nonce: 'm' }, { purpose: 'socket token' }]) {
    expect(deviceProves({ agent: 'a', device: 'd', nonce: 'n', purpose: 'token', ...change })).not.toEqual(
      base,
    );
  }
  expect(deviceProves({ agent: 'ad', device: '', nonce: 'n', purpose: 'token' })).not.toEqual(
    deviceProves({ agent: 'a', device: 'd', nonce: 'n', purpose: 'token' }),
  );
});
