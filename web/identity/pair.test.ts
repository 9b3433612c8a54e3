import 'fake-indexeddb/auto';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { expect, test } from 'vitest';
import { systemClock } from '../link/clock.ts';
import { createFakeAgent } from './fake-agent.ts';
import { fingerprintOf, makeDeviceKey } from './keys.ts';
import { type PairBy, pairDevice } from './pair.ts';

const phone = { name: 'Phone', kind: 'phone' } as const;
const pair = (by: PairBy, agent: { fetch: typeof fetch }) =>
  pairDevice(by, phone, { fetch: agent.fetch, clock: systemClock });
const failureOf = async (work: Promise<unknown>): Promise<Failure> => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(Failure);
  return thrown as Failure;
};

test('a link pairs this device, and what is kept names the workstation, its key and what the device may do', async () => {
  const agent = await createFakeAgent();
  const { link } = agent.invite();
  const { standing, key } = await pair({ kind: 'link', link }, agent);
  expect(standing).toEqual({
    agent: { ...agent.identity, fingerprint: agent.fingerprint },
    device: agent.devices()[0]?.id,
    deviceName: 'Phone',
    role: 'owner',
    project: null,
  });
  expect(key.extractable).toBe(false);
  expect(agent.devices().map((device) => device.name)).toEqual(['Phone']);
  expect(agent.asked).toEqual([endpoints.pairingStart, endpoints.pairingFinish]);
});

test('a typed code pairs too, however it is grouped, and a guest learns which project is theirs', async () => {
  const agent = await createFakeAgent();
  const { code } = agent.invite({ role: 'guest', project: 'p_00000000000000000000' as never });
  const { standing } = await pair({ kind: 'code', code: ` ${code.replaceAll('-', ' ')}` }, agent);
  expect(standing).toMatchObject({ role: 'guest', project: 'p_00000000000000000000' });
});

test('a wrong code pairs nobody, and says how many tries the workstation has left; after three it is over', async () => {
  const agent = await createFakeAgent();
  const { code } = agent.invite();
  const wrong = { kind: 'code', code: `${code.slice(0, 3)}999-999` } as const;
  for (const left of [2, 1]) {
    expect(await failureOf(pair(wrong, agent))).toMatchObject({
      code: 'wrong-code',
      message: 'That is not the code that the workstation shows.',
      hint: expect.stringContaining(`It allows ${left} more.`),
      retry: 'soon',
    });
  }
  // The agent is told of each: it settles the attempt instead of waiting for an answer that never comes.
  expect(agent.asked).toHaveLength(4);
  expect(await failureOf(pair(wrong, agent))).toMatchObject({
    message: expect.stringContaining('this code is good no more'),
    hint: expect.stringContaining('Ask for a new one.'),
    retry: 'never',
  });
  expect(agent.devices()).toEqual([]);
  const over = await failureOf(pair({ kind: 'code', code }, agent));
  expect(over).toMatchObject({ code: 'wrong-code', message: 'That invitation is over.' });
});

test('a wrong code is one also when the workstation goes away before it says so, or says that all is well', async () => {
  const agent = await createFakeAgent();
  const { code } = agent.invite();
  const wrong = { kind: 'code', code: `${code.slice(0, 3)}999-999` } as const;
  const answering = (finish: () => Response) => ({
    fetch: (async (input, init) =>
      input === endpoints.pairingFinish ? finish() : agent.fetch(input, init)) as typeof fetch,
  });
  const gone = answering(() => {
    throw new TypeError('Failed to fetch');
  });
  const well = { device: `d_${'0'.repeat(24)}`, role: 'owner', project: null, signature: 'A'.repeat(86) };
  for (const lied of [gone, answering(() => Response.json(well))]) {
    expect(await failureOf(pair(wrong, lied))).toMatchObject({ code: 'wrong-code', retry: 'soon' });
  }
});

test('a link works once', async () => {
  const agent = await createFakeAgent();
  const { link } = agent.invite();
  await pair({ kind: 'link', link }, agent);
  expect(await failureOf(pair({ kind: 'link', link }, agent))).toMatchObject({ code: 'wrong-code' });
});

test('what is no code is not sent anywhere', async () => {
  const agent = await createFakeAgent();
  expect(await failureOf(pair({ kind: 'code', code: '12-34' }, agent))).toMatchObject({ code: 'bad-input' });
  expect(agent.asked).toEqual([]);
});

test('somebody in between with a key of their own is found out before anything but a share was said', async () => {
  const other = await createFakeAgent();
  const { link } = (await createFakeAgent()).invite();
  // The other one even knows the invitation.
  const mine = other.invite();
  const meant = { ...mine.link, fingerprint: link.fingerprint };
  expect(await failureOf(pair({ kind: 'link', link: meant }, other))).toMatchObject({
    code: 'refused',
    cause: { fingerprint: other.fingerprint },
  });
  expect(other.asked).toEqual([endpoints.pairingStart]);
  expect(other.devices()).toEqual([]);
});

test('somebody in between who puts their key into the answer to a typed code gets nothing but a wrong guess', async () => {
  const mallory = await makeDeviceKey();
  const agent = await createFakeAgent({
    tamper: (path, answer) =>
      path === endpoints.pairingStart
        ? { ...answer, agent: { ...(answer.agent as object), key: mallory.publicKey } }
        : answer,
  });
  const { code } = agent.invite();
  expect(await failureOf(pair({ kind: 'code', code }, agent))).toMatchObject({
    code: 'wrong-code',
    hint: expect.stringContaining('somebody in this network may stand in between'),
  });
  // What it is told then proves nothing: it is noise.
  expect(agent.asked).toEqual([endpoints.pairingStart, endpoints.pairingFinish]);
  expect(agent.devices()).toEqual([]);
});

test('a role that was changed on its way is not believed', async () => {
  const agent = await createFakeAgent({
    tamper: (path, answer) =>
      path === endpoints.pairingFinish ? { ...answer, role: 'member', project: null } : answer,
  });
  const { link } = agent.invite();
  expect(await failureOf(pair({ kind: 'link', link }, agent))).toMatchObject({ code: 'refused' });
});

test('a workstation that is not reached, or says nonsense, is one that was not reached', async () => {
  const agent = await createFakeAgent({ isHere: () => false });
  const { link } = agent.invite();
  const nobody = await failureOf(pair({ kind: 'link', link }, agent));
  expect(nobody).toMatchObject({ code: 'engine-missing', retry: 'soon' });
  for (const body of ['', '<html>', '{"session":1}', '[]']) {
    const nonsense = { fetch: async () => new Response(body) };
    expect(await failureOf(pair({ kind: 'link', link }, nonsense))).toMatchObject({ code: 'engine-missing' });
  }
});

test('too many attempts are said in the words of the workstation', async () => {
  const agent = await createFakeAgent();
  const { link } = agent.invite();
  const busy = {
    fetch: async () =>
      Response.json({ code: 'too-often', message: 'Too many attempts.', hint: 'Wait.' }, { status: 429 }),
  };
  const failure = await failureOf(pair({ kind: 'link', link }, busy));
  expect(failure).toMatchObject({ code: 'too-often', message: 'Too many attempts.', retry: 'soon' });
});

test('a fingerprint is the hash of the key, and of nothing that is no key', async () => {
  expect(await fingerprintOf('not base64url!')).toBeUndefined();
  const { publicKey } = await makeDeviceKey();
  expect(await fingerprintOf(publicKey)).toMatch(/^[\w-]{43}$/);
});
