// Looking after devices: what may be changed, what may not, and who is told.
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type GateWorld, local, openGateWorld } from './testing/gate-world.ts';
import { createTestDevice, fromNetwork } from './testing/paired-device.ts';

let world: GateWorld;
let cuts: string[];
beforeEach(async () => {
  world = await openGateWorld();
  cuts = [];
  world.gate.onCut((who) => cuts.push(who));
});
afterEach(() => world.close());

const project = 'p_0123456789ab' as ProjectId;
const other = 'p_abcdefghijkl' as ProjectId;
const words = (asked: Promise<void>) =>
  asked.then(
    () => 'it was allowed',
    (error: Error) => error.message,
  );

test('another name is only a name; another role cuts what is open and is in force at once', async () => {
  const [owner, device] = [await world.paired(), await world.paired()];
  const by = { kind: 'device', id: owner.id!, role: 'owner' } as const;
  await world.gate.changeDevice(device.id!, { name: ' Kitchen ' }, by);
  await world.gate.changeDevice(device.id!, { name: 'Kitchen' }, by);
  expect(cuts).toEqual([]);
  await world.gate.changeDevice(device.id!, { role: 'member' }, by);
  expect(cuts).toEqual([device.id]);
  expect(world.gate.identify((await device.headers()).Authorization, fromNetwork)).toMatchObject({
    role: 'member',
  });
  expect(await device.challenge()).toMatchObject({ state: 'known', seat: { role: 'member' } });
  expect((await world.gate.audit({ limit: 2 })).map(({ who, name, what }) => [who, name, what])).toEqual([
    [owner.id, 'Test phone', 'Kitchen is a member now'],
    [owner.id, 'Test phone', 'Test phone is called Kitchen now'],
  ]);
  await world.restart();
  expect(world.gate.device(device.id!)).toMatchObject({ name: 'Kitchen', role: 'member' });
});

test('the last owner stays one, until there is another', async () => {
  const owner = await world.paired();
  await world.paired({ role: 'member' });
  expect(await words(world.gate.changeDevice(owner.id!, { role: 'member' }, local))).toMatch(
    'is the last owner',
  );
  const second = await world.paired();
  await world.gate.changeDevice(owner.id!, { role: 'member' }, local);
  expect(await words(world.gate.changeDevice(second.id!, { role: 'guest', project }, local))).toMatch(
    'last owner',
  );
});

test('the last owner may be removed, which is told, since the own machine can make another', async () => {
  const owner = await world.paired();
  const by = { kind: 'device', id: owner.id!, role: 'owner' } as const;
  await world.gate.removeDevice(owner.id!, { erase: false }, by);
  expect(world.warnings).toEqual(['pairing.no-owner-left']);
  expect(await world.gate.audit({ limit: 1 })).toMatchObject([
    { kind: 'removed', who: owner.id, what: 'Test phone was removed, the last owner' },
  ]);
});

test('a guest can see another project, and is no member without being paired again', async () => {
  await world.paired();
  const guest = await world.paired({ role: 'guest', project });
  await world.gate.changeDevice(guest.id!, { project: other }, local);
  expect(cuts).toEqual([guest.id]);
  expect(world.gate.device(guest.id!)).toMatchObject({ role: 'guest', project: other });
  expect(await words(world.gate.changeDevice(guest.id!, { role: 'member' }, local))).toMatch('is a guest');
});

test('a guest has one project and everybody else none', async () => {
  await world.paired();
  const member = await world.paired({ role: 'member' });
  expect(await words(world.gate.changeDevice(member.id!, { role: 'guest' }, local))).toMatch('one project');
  expect(await words(world.gate.changeDevice(member.id!, { project }, local))).toMatch('one project');
  await world.gate.changeDevice(member.id!, { role: 'guest', project }, local);
  expect(world.gate.identify((await member.headers()).Authorization, fromNetwork)).toMatchObject({
    role: 'guest',
    project,
  });
});

test('a name that would turn a terminal around is refused', async () => {
  const device = await world.paired();
  for (const name of ['', '   ', 'a\nb', '\u001b[2J', '\u202eenohp', 'x'.repeat(61)]) {
    expect(await words(world.gate.changeDevice(device.id!, { name }, local))).toMatch('A name has 1 to 60');
  }
});

test('removing twice is removing once, and the last word on erasing counts', async () => {
  const [device] = [await world.paired(), await world.paired()];
  await world.gate.removeDevice(device.id!, { erase: false }, local);
  const { removed } = world.gate.device(device.id!)!;
  world.clock.advance(1000);
  await world.gate.removeDevice(device.id!, { erase: false }, local);
  expect(cuts).toEqual([device.id]);
  await world.gate.removeDevice(device.id!, { erase: true }, local);
  expect(await device.challenge()).toMatchObject({ state: 'removed', erase: true });
  expect(world.gate.device(device.id!)).toMatchObject({ removed: { at: removed!.at, erase: true } });
});

test('who is not here cannot be changed or removed, nor who was removed be changed', async () => {
  const device = await world.paired();
  await world.gate.removeDevice(device.id!, { erase: false }, local);
  const nobody = `d_${'0'.repeat(24)}`;
  for (const asked of [
    world.gate.changeDevice(device.id!, { name: 'A' }, local),
    world.gate.changeDevice(nobody, { name: 'A' }, local),
    world.gate.removeDevice(nobody, { erase: false }, local),
  ]) {
    await expect(asked).rejects.toMatchObject({ code: 'not-found' });
  }
});

test('a change and a removal at the same moment end with the device removed', async () => {
  const [device] = [await world.paired(), await world.paired()];
  await Promise.all([
    world.gate.changeDevice(device.id!, { name: 'Late' }, local),
    world.gate.removeDevice(device.id!, { erase: false }, local),
  ]);
  await world.restart();
  expect(world.gate.device(device.id!)).toMatchObject({ name: 'Late', removed: { erase: false } });
});

test('what others note is kept with the name of whoever did it', async () => {
  const device = await world.paired({ role: 'member' });
  const who = { kind: 'device', id: device.id!, role: 'member' } as const;
  world.gate.note({ kind: 'downloaded', what: 'A video was downloaded' }, who, '::ffff:192.168.1.9');
  world.gate.note({ kind: 'refused', what: 'Not from here' }, undefined, undefined);
  expect(await world.gate.audit({ limit: 2 })).toMatchObject([
    { kind: 'refused', who: null, name: null, from: null },
    { kind: 'downloaded', who: device.id, name: 'Test phone', from: '192.168.1.9' },
  ]);
});

test('what somebody invited ends with their right to invite, and who invited whom is noted with where from', async () => {
  await world.paired();
  const device = await world.paired();
  const by = { kind: 'device', id: device.id!, role: 'owner' } as const;
  const first = world.gate.invite({ role: 'owner' }, by, { from: '192.168.1.7' });
  const guest = await createTestDevice(world.gate);
  const begun = await guest.startPairing(first.code);
  await world.gate.changeDevice(device.id!, { name: 'Renamed' }, local);
  expect(world.gate.invitation(first.id)?.state).toEqual({ state: 'open' });
  await world.gate.changeDevice(device.id!, { role: 'member' }, local, '::ffff:10.0.0.9');
  expect(world.gate.invitation(first.id)?.state).toEqual({ state: 'withdrawn' });
  await expect(guest.finishPairing(begun)).rejects.toMatchObject({ message: 'This code was taken back.' });
  const [changed] = await world.gate.audit({ limit: 1 });
  expect(changed).toMatchObject({ kind: 'changed', from: '10.0.0.9' });
  expect(await world.gate.audit({ limit: 100 })).toContainEqual(
    expect.objectContaining({
      kind: 'invited',
      who: device.id,
      from: '192.168.1.7',
      what: 'A new owner was invited',
    }),
  );

  await world.gate.changeDevice(device.id!, { role: 'owner' }, local);
  const second = world.gate.invite({ role: 'member' }, by);
  const other = await createTestDevice(world.gate, { name: 'Tablet' });
  await other.pair(second.links[0]!);
  const [paired] = await world.gate.audit({ limit: 1 });
  expect(paired?.what).toBe('Paired as member, invited by Renamed');
  const third = world.gate.invite({ role: 'owner' }, by);
  await world.gate.removeDevice(device.id!, { erase: false }, local);
  expect(world.gate.invitation(third.id)?.state).toEqual({ state: 'withdrawn' });
});

test('what somebody is now is asked of the gate, not of what was true when they came', async () => {
  await world.paired();
  const device = await world.paired();
  const then = { kind: 'device', id: device.id!, role: 'owner' } as const;
  expect(world.gate.standing(then)).toEqual(then);
  expect(world.gate.standing(local)).toEqual(local);
  await world.gate.changeDevice(device.id!, { role: 'member' }, local);
  expect(world.gate.standing(then)).toEqual({ ...then, role: 'member' });
  await world.gate.removeDevice(device.id!, { erase: false }, local);
  expect(world.gate.standing(then)).toBeUndefined();
  const { record } = await world.gate.makeScript('backup', 'jobs', local);
  const script = { kind: 'script', id: record.id, scope: 'jobs' } as const;
  expect(world.gate.standing(script)).toEqual(script);
  await world.gate.removeScript(record.id, local);
  expect(world.gate.standing(script)).toBeUndefined();
});
