// What is remembered: across restarts, across a crash at any byte, and when the disk or a record is damaged.
import { chmod, cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { ClassicLevel } from 'classic-level';
import { afterEach, expect, test, vi } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { openAudit } from './audit.ts';
import { openGate } from './gate.ts';
import { openRegistry, REMOVED_KEPT } from './registry.ts';
import { openStore } from './store.ts';
import { type GateWorld, local, openGateWorld } from './testing/gate-world.ts';
import { createTestDevice, fromNetwork } from './testing/paired-device.ts';

const worlds: GateWorld[] = [];
async function open() {
  const world = await openGateWorld();
  worlds.push(world);
  return world;
}
afterEach(async () => {
  vi.restoreAllMocks();
  for (const world of worlds.splice(0)) await world.close();
});

const project = 'p_0123456789ab' as ProjectId;

test('a restart keeps the agent, its devices and what they brought', async () => {
  const world = await open();
  const device = await world.paired({ role: 'member' });
  world.clock.advance(5000);
  const who = { kind: 'device', id: device.id!, role: 'member' } as const;
  world.gate.brought(who, 300);
  world.gate.brought(who, 200);
  world.gate.brought(who, -1000);
  const before = { devices: world.gate.devices(), agent: world.gate.agent };
  expect(before.devices).toMatchObject([{ broughtBytes: 500, seenAt: world.clock.now() }]);
  await world.restart();
  expect({ devices: world.gate.devices(), agent: world.gate.agent }).toEqual(before);
});

test('everything of the pairing lies where only the agent’s user can read it', async () => {
  const world = await open();
  expect((await stat(join(world.dir, 'pairing'))).mode & 0o777).toBe(0o700);
  expect((await stat(join(world.dir, 'pairing', 'identity.pem'))).mode & 0o777).toBe(0o600);
  await chmod(join(world.dir, 'pairing', 'identity.pem'), 0o644);
  await world.restart();
  expect((await stat(join(world.dir, 'pairing', 'identity.pem'))).mode & 0o777).toBe(0o600);
  expect(world.warnings).toEqual(['pairing.key-was-readable']);
});

test('a crash at any byte of what was written leaves a state that was whole', async () => {
  const world = await open();
  const at = async (dir: string) => {
    const gate = await openGate({
      dir,
      localTokenFile: join(dir, 'local-token'),
      agent: { id: 'a_test', name: 'desk' },
      clock: world.clock,
      log: silentLogger,
      addresses: () => [],
      ownMachineAddress: () => 'http://127.0.0.1:7777',
    });
    const state = await stateOf(gate);
    await gate.close();
    return state;
  };
  const stateOf = async (gate: GateWorld['gate']) =>
    JSON.stringify([gate.devices(), gate.scripts(), await gate.audit({ limit: 100 })]);

  const states = [await stateOf(world.gate)];
  const invited = async (invite: Parameters<typeof world.invite>[0]) => {
    const { link } = world.invite(invite);
    // It is written without being waited for; what is asked for here waits for it.
    states.push(await stateOf(world.gate));
    const device = await createTestDevice(world.gate);
    await device.pair(link);
    return device;
  };
  const first = await invited({ role: 'owner' });
  states.push(await stateOf(world.gate));
  const second = await invited({ role: 'guest', project });
  states.push(await stateOf(world.gate));
  await world.gate.changeDevice(second.id!, { name: 'Tablet' }, local);
  states.push(await stateOf(world.gate));
  await world.gate.makeScript('backup', 'read', local);
  states.push(await stateOf(world.gate));
  await world.gate.removeDevice(first.id!, { erase: true }, local);
  states.push(await stateOf(world.gate));

  const registry = join(world.dir, 'pairing', 'registry');
  const log = (await readdir(registry)).find((name) => name.endsWith('.log'))!;
  const bytes = (await stat(join(registry, log))).size;
  const seen = new Set<string>();
  for (let cut = 0; cut <= bytes; cut += cut + 37 > bytes && cut < bytes ? bytes - cut : 37) {
    const copy = await mkdtemp(join(tmpdir(), 'gate-crash-'));
    await cp(join(world.dir, 'pairing'), copy, { recursive: true, filter: (path) => !path.endsWith('LOCK') });
    await truncate(join(copy, 'registry', log), cut);
    seen.add(await at(copy));
    await rm(copy, { recursive: true });
  }
  // Every state once, in order, and none in between.
  expect([...seen].map((text) => JSON.parse(text))).toEqual(states.map((text) => JSON.parse(text)));
});

test('a damaged record is left out and told, the others count', async () => {
  const world = await open();
  const [good, bad] = [await world.paired(), await world.paired()];
  const dir = join(world.dir, 'pairing', 'registry');
  await world.gate.close();
  const level = new ClassicLevel<string, string>(dir, { valueEncoding: 'utf8' });
  const record = JSON.parse((await level.get(`device/${bad.id}`))!);
  await level.batch([
    { type: 'put', key: `device/${bad.id}`, value: '{"id":' },
    // A guest of no project, and a record under a name that is not its own.
    { type: 'put', key: `device/d_${'1'.repeat(24)}`, value: JSON.stringify({ ...record, role: 'guest' }) },
    { type: 'put', key: `device/d_${'2'.repeat(24)}`, value: JSON.stringify(record) },
    { type: 'put', key: 'script/s_1', value: 'null' },
    { type: 'put', key: 'audit/9999999999999999', value: '[]' },
  ]);
  await level.close();
  await world.restart().catch(() => world.restart());
  expect(world.gate.devices().map(({ id }) => id)).toEqual([good.id]);
  expect((await world.gate.audit({ limit: 10 })).map(({ kind }) => kind)).toEqual([
    'paired',
    'invited',
    'paired',
    'invited',
  ]);
  expect(world.warnings.filter((event) => event === 'pairing.record-damaged')).toHaveLength(5);
});

test('a damaged key of the agent stops it, and is never replaced in silence', async () => {
  const world = await open();
  await world.paired();
  const file = join(world.dir, 'pairing', 'identity.pem');
  const pem = await readFile(file, 'utf8');
  const lines = pem.split('\n');
  const flipped = [
    lines[0],
    `${lines[1]!.slice(0, 50)}${lines[1]![50] === 'A' ? 'B' : 'A'}${lines[1]!.slice(51)}`,
  ];
  const damages = ['', 'no key', pem.slice(0, 100), [...flipped, ...lines.slice(2)].join('\n')];
  for (const damage of damages) {
    await writeFile(file, damage);
    await expect(world.restart()).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('is damaged'),
      hint: expect.stringContaining('backup'),
    });
    expect(await readFile(file, 'utf8')).toBe(damage);
  }
  await rm(file);
  await expect(world.restart()).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('is missing although devices are paired'),
  });
  await writeFile(file, pem, { mode: 0o600 });
  expect((await world.restart()).devices()).toHaveLength(1);
});

test('two agents cannot have the same devices', async () => {
  const world = await open();
  await expect(openStore(join(world.dir, 'pairing', 'registry'), silentLogger)).rejects.toMatchObject({
    code: 'refused',
  });
});

test('a device that cannot be written down is not paired, and its code stays good', async () => {
  const world = await open();
  const { code, id } = world.invite();
  const device = await createTestDevice(world.gate);
  const full = new Error('Database failure', { cause: new Error('IO error: No space left on device') });
  vi.spyOn(ClassicLevel.prototype, 'batch').mockRejectedValueOnce(full as never);
  await expect(device.pair(code)).rejects.toMatchObject({ code: 'disk-full' });
  expect(world.gate.devices()).toEqual([]);
  expect(world.gate.invitation(id)?.state).toEqual({ state: 'open' });
  expect(await device.pair(code)).toMatchObject({ role: 'owner' });
  await world.restart();
  expect(world.gate.devices()).toHaveLength(1);
});

test('a removal that cannot be written down holds all the same, says so, and is written when asked again', async () => {
  const world = await open();
  const device = await world.paired();
  const token = (await device.headers()).Authorization;
  vi.spyOn(ClassicLevel.prototype, 'batch').mockRejectedValueOnce(new Error('IO error') as never);
  await expect(world.gate.removeDevice(device.id!, { erase: false }, local)).rejects.toThrow('IO error');
  expect(world.gate.identify(token, fromNetwork)).toBeUndefined();
  await world.gate.removeDevice(device.id!, { erase: false }, local);
  await world.restart();
  expect(world.gate.device(device.id!)).toMatchObject({ removed: { erase: false } });
});

test('being seen is written at most once a minute', async () => {
  const world = await open();
  const device = await world.paired();
  const batch = vi.spyOn(ClassicLevel.prototype, 'batch');
  for (let second = 0; second < 180; second++) {
    world.gate.seen({ kind: 'device', id: device.id!, role: 'owner' });
    world.clock.advance(1000);
    // Until what fell due is on the disk.
    await world.gate.audit({ limit: 0 });
  }
  expect(batch).toHaveBeenCalledTimes(3);
});

test('of removed devices the last thousand are still told so', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'gate-registry-'));
  const clock = handClock();
  const store = await openStore(dir, silentLogger);
  const registry = await openRegistry(
    store,
    await openAudit(store, clock, silentLogger),
    clock,
    silentLogger,
  );
  const note = { kind: 'removed', who: 'local', name: null, from: null, what: 'removed' } as const;
  const key = 'A'.repeat(122);
  const idOf = (number: number) => `d_${String(number).padStart(24, '0')}`;
  const common = {
    name: 'Phone',
    kind: 'phone',
    role: 'owner',
    project: null,
    key,
    broughtBytes: 0,
  } as const;
  await Promise.all(
    Array.from({ length: REMOVED_KEPT + 5 }, (_, number) =>
      registry.putDevice(
        { ...common, id: idOf(number), pairedAt: 0, seenAt: 0, removed: { at: number, erase: false } },
        note,
      ),
    ),
  );
  expect(registry.devices()).toHaveLength(REMOVED_KEPT);
  expect(registry.device(idOf(4))).toBeUndefined();
  expect(registry.device(idOf(5))).toBeDefined();
  expect(await store.keys({ gte: 'device/', lt: 'device0' })).toHaveLength(REMOVED_KEPT);
  await store.close();
  await rm(dir, { recursive: true });
});
