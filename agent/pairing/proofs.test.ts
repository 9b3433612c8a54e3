// Proofs and tokens of devices, scripts and the own machine: each is good for what it was made for, and for nothing else.
import { randomBytes } from 'node:crypto';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toBase64Url } from '@myspinbot/shared/pairing/bytes.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { proofProtocol } from '@myspinbot/shared/wire/pairing.ts';
import { afterEach, expect, test } from 'vitest';
import type { Origin } from './port.ts';
import { createProofs, NONCES_IN_ALL, NONCES_PER_DEVICE } from './proofs.ts';
import type { Registry } from './registry.ts';
import { type GateWorld, local, openGateWorld } from './testing/gate-world.ts';
import { createTestDevice, fromNetwork, ownMachine } from './testing/paired-device.ts';

const worlds: GateWorld[] = [];
async function open() {
  const world = await openGateWorld();
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const opens = (world: GateWorld, protocols: string, path: string, origin: Origin = fromNetwork) =>
  world.gate.identifySocket({ protocols, authorization: undefined, path }, origin);
const bearer = (token: string) => `Bearer ${token}`;

test('a proof opens the socket it was made for, once', async () => {
  const world = await open();
  const device = await world.paired();
  const protocols = (await device.proofProtocols('/sync/project%2Fp_1')).join(', ');
  expect(await opens(world, protocols, '/sync/project%2Fp_1?since=3')).toMatchObject({ id: device.id });
  expect(await opens(world, protocols, '/sync/project%2Fp_1')).toBeUndefined();
});

test('two sockets that come with the same proof at once are one too many', async () => {
  const world = await open();
  const device = await world.paired();
  const protocols = (await device.proofProtocols('/transfer')).join(', ');
  const both = await Promise.all([
    opens(world, protocols, '/transfer'),
    opens(world, protocols, '/transfer'),
  ]);
  expect(both.filter((who) => who !== undefined)).toHaveLength(1);
});

test.each([
  ['/sync/workspace', '/sync/project%2Fp_1'],
  ['/sync/workspace', '/sync/workspace/'],
  ['/sync/workspace', '/sync'],
  ['/transfer', '/sync/transfer'],
  ['/sync/a?b', '/sync/a'],
])('a proof for %s does not open %s', async (made, asked) => {
  const world = await open();
  const device = await world.paired();
  const protocols = (await device.proofProtocols(made)).join(', ');
  expect(await opens(world, protocols, asked)).toBeUndefined();
});

test('a proof for a socket is no proof for a token, nor the other way round', async () => {
  const world = await open();
  const device = await world.paired();
  await expect(
    world.gate.grantToken(await device.prove('socket /transfer'), fromNetwork),
  ).rejects.toMatchObject({
    code: 'unpaired',
  });
  expect(await opens(world, proofProtocol(await device.prove('token')), '/transfer')).toBeUndefined();
});

test('a proof that gave a token gives no other one', async () => {
  const world = await open();
  const device = await world.paired();
  const proof = await device.prove('token');
  await world.gate.grantToken(proof, fromNetwork);
  await expect(world.gate.grantToken(proof, fromNetwork)).rejects.toMatchObject({ code: 'unpaired' });
});

test('a proof is good for a minute, also when the clock is set back by a day', async () => {
  const world = await open();
  const device = await world.paired();
  const late = await device.prove('token');
  world.clock.advance(60_000);
  await expect(world.gate.grantToken(late, fromNetwork)).rejects.toMatchObject({ code: 'unpaired' });
  const early = await device.prove('token');
  world.clock.advance(-86_400_000);
  await expect(world.gate.grantToken(early, fromNetwork)).rejects.toMatchObject({ code: 'unpaired' });
});

test('a number that was given to one device is of no use to another', async () => {
  const world = await open();
  const [anna, ben] = [await world.paired(), await world.paired()];
  const proof = await anna.prove('token');
  await expect(world.gate.grantToken({ ...proof, device: ben.id! }, fromNetwork)).rejects.toThrow();
  // Nor was it used up by that.
  expect(await world.gate.grantToken(proof, fromNetwork)).toMatchObject({ expiresInMs: 600_000 });
});

test('a wrong signature uses the number up, and is noted', async () => {
  const world = await open();
  const [anna, ben] = [await world.paired(), await world.paired()];
  const proof = await anna.prove('token');
  const forged = { ...proof, signature: (await ben.prove('token')).signature };
  await expect(world.gate.grantToken(forged, fromNetwork)).rejects.toMatchObject({ code: 'unpaired' });
  await expect(world.gate.grantToken(proof, fromNetwork)).rejects.toMatchObject({ code: 'unpaired' });
  expect(await world.gate.audit({ limit: 1 })).toMatchObject([
    { kind: 'refused', from: '192.168.1.23', what: 'A proof was not signed by its device' },
  ]);
});

test('a stranger who knows a device’s name cannot use up the numbers that device waits for', async () => {
  const world = await open();
  const device = await world.paired();
  const stranger = { address: '192.168.1.66', isOwnMachine: false };
  const ask = () =>
    world.gate.challenge({ device: device.id!, nonce: toBase64Url(new Uint8Array(16)) }, stranger);
  for (let count = 0; count < NONCES_PER_DEVICE; count++) await ask();
  const proof = await device.prove('token');
  for (let count = 0; count < NONCES_PER_DEVICE * 2; count++) await ask();
  expect(await world.gate.grantToken(proof, fromNetwork)).toMatchObject({ expiresInMs: 600_000 });
});

test('a device has sixteen numbers at a time, and loses the oldest', async () => {
  const world = await open();
  const device = await world.paired();
  const first = await device.prove('token');
  const second = await device.prove('token');
  for (let count = 1; count < NONCES_PER_DEVICE; count++) await device.challenge();
  await expect(world.gate.grantToken(first, fromNetwork)).rejects.toThrow();
  expect(await world.gate.grantToken(second, fromNetwork)).toBeDefined();
});

test('of all numbers that wait for an answer only so many are remembered', async () => {
  const world = await open();
  const { key } = await createTestDevice(world.gate);
  const proofs = createProofs({
    agent: 'a_test',
    identity: { key, fingerprint: '', sign: async () => '' },
    // Everybody is known here, with one key.
    registry: { device: (id: string) => ({ id, key }) } as Registry,
    clock: world.clock,
  });
  const nonces: { device: string; nonce: string }[] = [];
  for (let count = 0; count <= NONCES_IN_ALL; count++) {
    const device = `d_${String(count).padStart(24, '0')}`;
    const said = await proofs.challenge({ device, nonce: '' }, '10.0.0.1');
    if (said.state === 'known') nonces.push({ device, nonce: said.nonce });
  }
  const forged = await Promise.all(
    [nonces[0]!, nonces[1]!, nonces.at(-1)!].map((one) =>
      proofs.verify({ ...one, signature: 'A'.repeat(86) }, 'token'),
    ),
  );
  // Only a number that is known can be answered with a wrong signature.
  expect(forged.map(({ isForged }) => isForged)).toEqual([false, true, true]);
});

test('a token is good for ten minutes and from anywhere, and a device has eight of them', async () => {
  const world = await open();
  const device = await world.paired();
  const tokens: string[] = [];
  for (let count = 0; count < 9; count++) tokens.push(await device.token());
  expect(tokens[0]).toMatch(/^[\w-]{43}$/);
  expect(world.gate.identify(bearer(tokens[0]!), fromNetwork)).toBeUndefined();
  expect(world.gate.identify(bearer(tokens[1]!), { ...fromNetwork, address: '10.1.1.1' })).toBeDefined();
  world.clock.advance(599_999);
  expect(world.gate.identify(bearer(tokens[8]!), fromNetwork)).toMatchObject({ id: device.id });
  world.clock.advance(1);
  expect(world.gate.identify(bearer(tokens[8]!), fromNetwork)).toBeUndefined();
});

test('a removed device is nobody at once: its token, its proof on the way, its next proof', async () => {
  const world = await open();
  const [device, owner] = [await world.paired(), await world.paired()];
  const token = bearer(await device.token());
  const waiting = await device.prove('token');
  const cuts: string[] = [];
  world.gate.onCut((who) => {
    cuts.push(who);
    throw new Error('a listener that fails');
  });
  world.gate.onCut((who) => cuts.push(who));
  const removing = world.gate.removeDevice(device.id!, { erase: true }, local);
  // Before it is on the disk.
  expect(world.gate.identify(token, fromNetwork)).toBeUndefined();
  await removing;
  expect(cuts).toEqual([device.id, device.id]);
  await expect(world.gate.grantToken(waiting, fromNetwork)).rejects.toMatchObject({ code: 'unpaired' });
  expect(await device.challenge()).toMatchObject({ state: 'removed', erase: true });
  // Whose word that is was checked by the device; a restart does not change it.
  await world.restart();
  const same = await createTestDevice(world.gate);
  Object.assign(same, { id: device.id, agent: device.agent });
  expect(await same.challenge()).toMatchObject({ state: 'removed', erase: true });
  expect(world.gate.device(owner.id!)?.removed).toBeUndefined();
});

test('that a removed device was told so is known when it asked itself, not when somebody asked in its name', async () => {
  const world = await open();
  const device = await world.paired();
  const id = device.id!;
  await world.gate.removeDevice(id, { erase: true }, local);
  const nonce = toBase64Url(randomBytes(16));
  expect(await world.gate.challenge({ device: id, nonce }, fromNetwork)).toMatchObject({ state: 'removed' });
  expect(world.gate.device(id)?.removed?.toldAt).toBeUndefined();
  world.clock.advance(1000);
  expect(await device.challenge()).toMatchObject({ state: 'removed', erase: true });
  const toldAt = world.clock.now();
  expect(world.gate.device(id)?.removed).toMatchObject({ erase: true, toldAt });
  world.clock.advance(1000);
  await device.challenge();
  expect((await world.restart()).device(id)?.removed).toMatchObject({ erase: true, toldAt });
});

test('a device that was never here is told so, unsigned and with the agent’s name', async () => {
  const world = await open();
  expect(
    await world.gate.challenge(
      { device: `d_${'0'.repeat(24)}`, nonce: toBase64Url(new Uint8Array(16)) },
      fromNetwork,
    ),
  ).toEqual({ state: 'unknown', agent: 'a_test' });
});

test('a phone that opens five rooms every two seconds is never stopped', async () => {
  const world = await open();
  const device = await world.paired();
  for (let round = 0; round < 60; round++) {
    for (let room = 0; room < 5; room++) {
      const protocols = (await device.proofProtocols(`/sync/${room}`)).join(', ');
      expect(await opens(world, protocols, `/sync/${room}`)).toBeDefined();
    }
    world.clock.advance(2000);
  }
});

test('whoever asks without end is told when to come again, and the own machine is not stopped by that', async () => {
  const world = await open();
  const asked = { device: `d_${'0'.repeat(24)}`, nonce: toBase64Url(new Uint8Array(16)) };
  for (let count = 0; count < 240; count++) await world.gate.challenge(asked, fromNetwork);
  await expect(world.gate.challenge(asked, fromNetwork)).rejects.toMatchObject({
    code: 'too-often',
    hint: 'Try again in a second.',
  });
  expect(await world.gate.challenge(asked, ownMachine)).toMatchObject({ state: 'unknown' });
});

test('very many made up proofs and tokens from the same address lock nobody out who has a right one, and are noted', async () => {
  const world = await open();
  const device = await world.paired();
  const token = bearer(await device.token());
  const good = (await device.proofProtocols('/transfer')).join(', ');
  for (let count = 0; count < 300; count++)
    world.gate.identify(bearer(`${'x'.repeat(40)}${count}`), fromNetwork);
  expect(await opens(world, good, '/transfer')).toMatchObject({ id: device.id });
  expect(world.gate.identify(token, fromNetwork)).toMatchObject({ id: device.id });
  expect(await world.gate.audit({ limit: 1 })).toMatchObject([
    { kind: 'refused', what: 'Many proofs and tokens that are nobody’s (290 times)' },
  ]);
});

test('challenges for made up devices take nothing away from one that is known, also on the same machine', async () => {
  const world = await open();
  const device = await world.paired(undefined, { origin: ownMachine });
  const made = { device: `d_${'0'.repeat(24)}`, nonce: toBase64Url(new Uint8Array(16)) };
  for (let count = 0; count < 240; count++) await world.gate.challenge(made, ownMachine);
  await expect(world.gate.challenge(made, ownMachine)).rejects.toMatchObject({ code: 'too-often' });
  expect(await device.token()).toBeTruthy();
  // Nor does somebody at another address who knows its id.
  const asked = { ...made, device: device.id! };
  for (let count = 0; count < 240; count++) await world.gate.challenge(asked, fromNetwork);
  await expect(world.gate.challenge(asked, fromNetwork)).rejects.toMatchObject({ code: 'too-often' });
  expect(await device.token()).toBeTruthy();
});

test('whoever only knows the id of a device is not told what it may do', async () => {
  const world = await open();
  const device = await world.paired({ role: 'guest', project: 'p_000000000001' as ProjectId });
  const asked = { device: device.id!, nonce: toBase64Url(new Uint8Array(16)) };
  const forged = { ...asked, signature: 'A'.repeat(86) };
  for (const question of [asked, forged]) {
    const said = await world.gate.challenge(question, fromNetwork);
    expect(Object.keys(said).sort()).toEqual(['nonce', 'signature', 'state']);
  }
  expect(await device.challenge()).toMatchObject({ seat: { role: 'guest', project: 'p_000000000001' } });
});

test.each([
  undefined,
  '',
  'Bearer',
  'Bearer ',
  'Basic YTpi',
  'Bearer a b',
  `Bearer ${'x'.repeat(43)}`,
  `Bearer ${'x'.repeat(100_000)}`,
  'Bearer ../../local-token',
  'bearer\u0000',
])('%j is nobody', async (authorization) => {
  const world = await open();
  expect(world.gate.identify(authorization, ownMachine)).toBeUndefined();
  expect(
    await world.gate.identifySocket({ protocols: undefined, authorization, path: '/sync/a' }, ownMachine),
  ).toBeUndefined();
});

test('the file on the own machine opens everything there, and nothing from the network', async () => {
  const world = await open();
  const file = join(world.dir, 'local-token');
  const token = (await readFile(file, 'utf8')).trim();
  expect(token).toMatch(/^[\w-]{43}$/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(world.gate.identify(bearer(token), ownMachine)).toEqual({ kind: 'local' });
  expect(world.gate.identify(bearer(token), fromNetwork)).toBeUndefined();
  expect(
    await world.gate.identifySocket(
      { protocols: undefined, authorization: bearer(token), path: '/sync/a' },
      ownMachine,
    ),
  ).toEqual({ kind: 'local' });
  // Good for this start alone: what was told to somebody by mistake is soon worth nothing.
  await world.restart();
  expect(world.gate.identify(bearer(token), ownMachine)).toBeUndefined();
  const next = (await readFile(file, 'utf8')).trim();
  expect(world.gate.identify(bearer(next), ownMachine)).toEqual({ kind: 'local' });
});

test('a token file that others could read, or that is damaged, is replaced by a new one', async () => {
  const world = await open();
  const file = join(world.dir, 'local-token');
  for (const spoil of [() => chmod(file, 0o644), () => writeFile(file, 'short\n')]) {
    const before = (await readFile(file, 'utf8')).trim();
    await spoil();
    await world.restart();
    const after = (await readFile(file, 'utf8')).trim();
    expect(after).not.toBe(before);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(world.gate.identify(bearer(before), ownMachine)).toBeUndefined();
    expect(world.gate.identify(bearer(after), ownMachine)).toEqual({ kind: 'local' });
  }
  expect(world.warnings).toEqual(['pairing.local-token-was-readable']);
});

test('a script’s token is told once, kept as a hash, good until it is removed', async () => {
  const world = await open();
  const { token, record } = await world.gate.makeScript(' backup ', 'read', local);
  expect(token).toMatch(/^msb_[\w-]{43}$/);
  expect(record).toMatchObject({ name: 'backup', scope: 'read', seenAt: null });
  const who = { kind: 'script', id: record.id, scope: 'read' } as const;
  await world.restart();
  expect(world.gate.identify(bearer(token), fromNetwork)).toEqual(who);
  world.gate.seen(who);
  expect(world.gate.scripts()).toEqual([{ ...record, seenAt: world.clock.now() }]);
  const cuts: string[] = [];
  world.gate.onCut((id) => cuts.push(id));
  await world.gate.removeScript(record.id, local);
  expect(cuts).toEqual([record.id]);
  expect(world.gate.identify(bearer(token), fromNetwork)).toBeUndefined();
  await expect(world.gate.removeScript(record.id, local)).rejects.toMatchObject({ code: 'not-found' });
  await expect(world.gate.makeScript('\u202enastab', 'read', local)).rejects.toMatchObject({
    code: 'bad-input',
  });
  await world.restart();
  expect(world.gate.scripts()).toEqual([]);
  expect((await world.gate.audit({ limit: 2 })).map(({ kind }) => kind)).toEqual([
    'token-removed',
    'token-made',
  ]);
});
