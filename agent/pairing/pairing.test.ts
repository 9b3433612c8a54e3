// Two sides that really pair, in one process: what goes right, and everything that must not.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { toBase64Url } from '@myspinbot/shared/pairing/bytes.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { afterEach, expect, test } from 'vitest';
import { MAX_SESSIONS } from './exchange.ts';
import type { Gate } from './port.ts';
import { type GateWorld, local, openGateWorld } from './testing/gate-world.ts';
import { createTestDevice, fingerprintOf, fromNetwork, ownMachine } from './testing/paired-device.ts';

const worlds: GateWorld[] = [];
async function open(...change: Parameters<typeof openGateWorld>) {
  const world = await openGateWorld(...change);
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const project = 'p_0123456789ab' as ProjectId;
/** What a request that failed said, in one object. */
const failure = (asked: Promise<unknown>) =>
  asked.then(
    () => 'it was allowed',
    (error: unknown) => (error instanceof Failure ? error.toRecord() : error),
  );

test.each([
  ['the link', 'link'],
  ['the typed code', 'code'],
] as const)('a device pairs by %s, and both know who the other is', async (_, way) => {
  const world = await open();
  const device = await createTestDevice(world.gate, { name: 'Anna’s phone' });
  const paired = await device.pair(world.invite()[way]);
  expect(paired).toMatchObject({ role: 'owner', project: null });
  expect(fingerprintOf(device.agent!.key)).toBe(world.gate.fingerprint);
  expect(world.gate.device(paired.device)).toEqual({
    id: paired.device,
    name: 'Anna’s phone',
    kind: 'phone',
    role: 'owner',
    project: null,
    pairedAt: world.clock.now(),
    seenAt: world.clock.now(),
    broughtBytes: 0,
  });
  expect(world.gate.identify((await device.headers()).Authorization, fromNetwork)).toEqual({
    kind: 'device',
    id: paired.device,
    role: 'owner',
  });
  expect(await world.gate.audit({ limit: 1 })).toMatchObject([
    {
      kind: 'paired',
      who: paired.device,
      name: 'Anna’s phone',
      from: '192.168.1.23',
      what: 'Paired as owner, invited by the workstation',
    },
  ]);
});

test('a guest is one of its project, and of no other', async () => {
  const world = await open();
  const guest = await world.paired({ role: 'guest', project });
  expect(world.gate.identify((await guest.headers()).Authorization, fromNetwork)).toEqual({
    kind: 'device',
    id: guest.id,
    role: 'guest',
    project,
  });
  expect(await guest.challenge()).toMatchObject({ state: 'known', seat: { role: 'guest', project } });
});

test('a wrong code is told by the agent’s answer, spends an attempt, and after three the right one is of no use', async () => {
  const world = await open();
  const { id, code, link } = world.invite();
  const wrong = `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`;
  const device = await createTestDevice(world.gate);
  for (const left of [2, 1, 0]) {
    expect(await failure(device.pair(wrong))).toMatchObject({ code: 'wrong-code' });
    expect(world.gate.invitation(id)).toMatchObject({ attemptsLeft: left, state: { state: 'open' } });
  }
  for (const right of [code, link]) {
    expect(await failure(device.pair(right))).toMatchObject({
      code: 'wrong-code',
      message: 'This code was tried too often and is good no more.',
    });
  }
  world.clock.advance(60_000);
  expect(world.gate.invitation(id)).toMatchObject({ state: { state: 'spent' } });
  expect(world.gate.devices()).toEqual([]);
});

test('whoever finishes with a made up proof is told how many tries are left', async () => {
  const world = await open();
  const device = await createTestDevice(world.gate);
  const begun = await device.startPairing(world.invite().code);
  const finish = { ...begun.finish!, confirm: toBase64Url(new Uint8Array(32)) };
  expect(await failure(world.gate.finishPairing(finish, fromNetwork))).toMatchObject({
    code: 'wrong-code',
    hint: 'Look at it again: it allows 2 more tries.',
  });
  // The session is over with that, also for the right proof.
  expect(await failure(device.finishPairing(begun))).toMatchObject({ code: 'wrong-code' });
  expect(world.gate.devices()).toEqual([]);
});

test('after three proofs that were none the code is spent at once, and whoever invited sees it', async () => {
  const world = await open();
  const { id, code } = world.invite();
  const device = await createTestDevice(world.gate);
  for (const left of ['it allows 2 more tries', 'it allows one more try', 'Ask for a new one']) {
    const begun = await device.startPairing(code);
    const finish = { ...begun.finish!, confirm: toBase64Url(new Uint8Array(32)) };
    expect(await failure(world.gate.finishPairing(finish, fromNetwork))).toMatchObject({
      hint: expect.stringContaining(left),
      retry: left.startsWith('Ask') ? 'never' : 'soon',
    });
  }
  expect(world.gate.invitation(id)).toMatchObject({ attemptsLeft: 0, state: { state: 'spent' } });
  expect((await world.gate.audit({ limit: 10 })).map(({ what }) => what)).toEqual([
    expect.stringMatching(/^A code did not match/),
    'A new owner was invited',
  ]);
});

test('a device that does not hold the key it sent is not paired', async () => {
  const world = await open();
  const [device, thief] = [await createTestDevice(world.gate), await createTestDevice(world.gate)];
  const { code } = world.invite();
  const begun = await device.startPairing(code);
  const other = await thief.startPairing(code);
  const finish = { ...begun.finish!, signature: other.finish!.signature };
  expect(await failure(world.gate.finishPairing(finish, fromNetwork))).toMatchObject({ code: 'wrong-code' });
  expect(await world.gate.audit({ limit: 1 })).toMatchObject([
    { kind: 'pairing-failed', who: null, what: 'A device did not prove its key' },
  ]);
});

test('an invitation is over after two minutes, and an exchange that began in time still ends well', async () => {
  const world = await open();
  const late = world.invite();
  const device = await createTestDevice(world.gate);
  world.clock.advance(119_999);
  const begun = await device.startPairing(late.code);
  world.clock.advance(2);
  expect(await failure(device.startPairing(late.code))).toMatchObject({ message: 'This code has expired.' });
  await device.finishPairing(begun);
  expect(world.gate.invitation(late.id)?.state).toEqual({
    state: 'used',
    device: device.id,
    name: 'Test phone',
  });
});

test('an invitation is good once', async () => {
  const world = await open();
  const { link } = world.invite();
  await (await createTestDevice(world.gate)).pair(link);
  expect(await failure((await createTestDevice(world.gate)).pair(link))).toMatchObject({
    code: 'wrong-code',
    message: 'This code was used already, and each is good for one device.',
  });
});

test('of two devices that pair at once with one invitation one wins, and the other is told why', async () => {
  const world = await open();
  const { code } = world.invite();
  const devices = [await createTestDevice(world.gate), await createTestDevice(world.gate)];
  const begun = await Promise.all(devices.map((device) => device.startPairing(code)));
  const ends = await Promise.all(
    devices.map((device, index) => failure(device.finishPairing(begun[index]!))),
  );
  expect(ends.filter((end) => end === 'it was allowed')).toHaveLength(1);
  expect(ends).toContainEqual(
    expect.objectContaining({ message: 'This code was used already, and each is good for one device.' }),
  );
  expect(world.gate.devices()).toHaveLength(1);
});

test('an invitation that was taken back ends an exchange that is under way', async () => {
  const world = await open();
  const { id, code } = world.invite();
  const device = await createTestDevice(world.gate);
  const begun = await device.startPairing(code);
  world.gate.withdraw(id);
  world.gate.withdraw(id);
  expect(await failure(device.finishPairing(begun))).toMatchObject({ message: 'This code was taken back.' });
  expect(world.gate.invitation(id)?.state).toEqual({ state: 'withdrawn' });
});

test('an exchange that is not finished within a minute is over, and is noted', async () => {
  const world = await open();
  const device = await createTestDevice(world.gate);
  const begun = await device.startPairing(world.invite().code);
  world.clock.advance(60_000);
  expect(await failure(device.finishPairing(begun))).toMatchObject({ code: 'wrong-code' });
  expect(await world.gate.audit({ limit: 1 })).toMatchObject([
    { kind: 'pairing-failed', from: '192.168.1.23', what: 'A pairing was begun and not finished' },
  ]);
});

test('of exchanges that are under way the oldest is broken off when there are too many', async () => {
  const world = await open();
  const finish: (() => Promise<unknown>)[] = [];
  const begin = async (invitations: { code: string }[]) => {
    for (const { code } of invitations) {
      const origin = { address: `10.0.0.${finish.length}`, isOwnMachine: false };
      const device = await createTestDevice(world.gate, { origin });
      for (let attempt = 0; attempt < 3; attempt++) {
        const begun = await device.startPairing(code);
        finish.push(() => failure(device.finishPairing(begun)));
      }
    }
  };
  const first = Array.from({ length: 8 }, () => world.invite());
  await begin(first);
  for (const { id } of first) world.gate.withdraw(id);
  await begin(Array.from({ length: 3 }, () => world.invite()));
  expect(finish).toHaveLength(MAX_SESSIONS + 1);
  expect(await finish[0]!()).toMatchObject({
    message: 'This pairing took too long, or was answered already.',
  });
  expect(await finish[1]!()).toMatchObject({ message: 'This code was taken back.' });
  expect(await finish.at(-1)!()).toBe('it was allowed');
});

test('what is for the own machine is not there for the network, which cannot even use it up', async () => {
  const world = await open();
  const own = world.invite({ role: 'owner' }, { ownMachineOnly: true, lastsMs: 86_400_000 });
  expect(own.link).toMatch(/^http:\/\/127\.0\.0\.1:7777\/#pair=/);
  const stranger = await createTestDevice(world.gate);
  for (const by of [own.link, own.code, own.link, own.code]) {
    expect(await failure(stranger.pair(by))).toMatchObject({
      message: 'The workstation knows no such code.',
    });
  }
  world.clock.advance(86_000_000);
  const browser = await createTestDevice(world.gate, { origin: ownMachine });
  expect(await browser.pair(own.code)).toMatchObject({ role: 'owner' });
});

test('links begin with the addresses as they are now, and a restart ends every invitation', async () => {
  const addresses = ['https://192.168.1.5:7777/', 'https://myspinbot.local:7777'];
  const world = await open({ addresses: () => addresses });
  const { id } = world.invite();
  expect(world.gate.invitation(id)?.links).toEqual([
    expect.stringMatching(/^https:\/\/192\.168\.1\.5:7777\/#pair=\d\d\.[\w-]{22}\.[\w-]{43}$/),
    expect.stringMatching(/^https:\/\/myspinbot\.local:7777\/#pair=/),
  ]);
  expect(world.gate.invitation(id)?.trustLinks).toEqual([
    'http://192.168.1.5:7777/',
    'http://myspinbot.local:7777/',
  ]);
  addresses.splice(0, 2, 'https://10.0.0.9:7777');
  expect(world.gate.invitation(id)?.links).toEqual([expect.stringMatching(/^https:\/\/10\.0\.0\.9:7777\/#/)]);
  expect((await world.restart()).invitation(id)).toBeUndefined();
});

test('a go-between with a key of its own gets one guess and nothing else, whichever way it turns', async () => {
  const world = await open();
  const mallory = await createTestDevice(world.gate, { name: 'Mallory' });
  const between = (change: Partial<Gate>) => ({ ...world.gate, ...change });
  // Its own key to the agent, under the device's share.
  const swapsDevice = between({
    startPairing: (start, origin) =>
      world.gate.startPairing({ ...start, device: { ...start.device, key: mallory.key } }, origin),
  });
  // Its own key to the device, as if it were the agent.
  const swapsAgent = between({
    async startPairing(start, origin) {
      const started = await world.gate.startPairing(start, origin);
      return { ...started, agent: { ...started.agent, key: mallory.key } };
    },
  });
  // Another name on the owner's screen than the device has.
  const renames = between({
    startPairing: (start, origin) =>
      world.gate.startPairing({ ...start, device: { ...start.device, name: 'Anna' } }, origin),
  });
  for (const gate of [swapsDevice, swapsAgent, renames]) {
    for (const way of ['link', 'code'] as const) {
      const victim = await createTestDevice(gate);
      const invitation = world.invite();
      expect(await failure(victim.pair(invitation[way]))).toMatchObject({ code: 'wrong-code' });
      world.clock.advance(60_000);
    }
  }
  // It passes everything on and changes the agent's last word: what the device was accepted as.
  const promotes = between({
    finishPairing: async (finish, origin) => ({
      ...(await world.gate.finishPairing(finish, origin)),
      role: 'owner' as const,
    }),
  });
  const victim = await createTestDevice(promotes);
  expect(await failure(victim.pair(world.invite({ role: 'member' }).code))).toMatchObject({
    code: 'wrong-code',
  });
  expect(world.gate.devices()).toMatchObject([{ role: 'member' }]);
});

test('a key that is none of the curve, and a share that is no point, are refused in words', async () => {
  const world = await open();
  const { code, id } = world.invite();
  const device = await createTestDevice(world.gate);
  const start = await device.pairingStart(code);
  const key = `${start.device.key.slice(0, -6)}AAAAAA`;
  expect(
    await failure(world.gate.startPairing({ ...start, device: { ...start.device, key } }, fromNetwork)),
  ).toMatchObject({ code: 'bad-input', message: expect.stringContaining('P-256') });
  expect(world.gate.invitation(id)?.attemptsLeft).toBe(3);
  const share = `${start.share.slice(0, -6)}AAAAAA`;
  expect(await failure(world.gate.startPairing({ ...start, share }, fromNetwork))).toMatchObject({
    code: 'bad-input',
  });
  // Not a word about the password was said, but who sends that is guessing.
  expect(world.gate.invitation(id)?.attemptsLeft).toBe(2);
});

test('the same key paired once more is the same device, with the new role, and what it had open is cut', async () => {
  const world = await open();
  const device = await world.paired({ role: 'owner' });
  const { id } = device;
  world.gate.brought({ kind: 'device', id: id!, role: 'owner' }, 500);
  const token = await device.headers();
  const cuts: string[] = [];
  world.gate.onCut((who) => cuts.push(who));
  world.clock.advance(1000);
  await device.pair(world.invite({ role: 'member' }).code);
  expect(device.id).toBe(id);
  expect(world.gate.devices()).toMatchObject([
    { id, role: 'member', broughtBytes: 500, pairedAt: world.clock.now() - 1000 },
  ]);
  expect(cuts).toEqual([id]);
  expect(world.gate.identify(token.Authorization, fromNetwork)).toBeUndefined();
});

test('a removed device that is paired once more is a new one, and the old one stays removed', async () => {
  const world = await open();
  const device = await world.paired();
  const old = device.id!;
  await world.gate.removeDevice(old, { erase: true }, local);
  await device.pair(world.invite().link);
  expect(device.id).not.toBe(old);
  expect(world.gate.device(old)).toMatchObject({ removed: { erase: true } });
  expect(await device.challenge()).toMatchObject({ state: 'known' });
});

test('the device’s clock means nothing: the agent may live a day before or after it', async () => {
  for (const days of [-1, 1]) {
    const world = await open();
    world.clock.advance(Date.now() - world.clock.now() + days * 86_400_000);
    expect(Math.abs(world.clock.now() - Date.now())).toBeGreaterThan(86_000_000);
    const device = await world.paired();
    expect(world.gate.identify((await device.headers()).Authorization, fromNetwork)).toMatchObject({
      id: device.id,
    });
    const protocols = (await device.proofProtocols('/transfer')).join(', ');
    expect(
      await world.gate.identifySocket(
        { protocols, authorization: undefined, path: '/transfer' },
        fromNetwork,
      ),
    ).toMatchObject({ id: device.id });
  }
});

test('guessing is stopped, and neither the own machine nor whoever was invited has to wait for that', async () => {
  const world = await open();
  const device = await createTestDevice(world.gate);
  const start = await device.pairingStart('99-000-000');
  let refused: unknown;
  for (let tries = 0; tries < 11; tries++)
    refused = await failure(world.gate.startPairing(start, fromNetwork));
  expect(refused).toMatchObject({ code: 'too-often', hint: 'Try again in 6 seconds.', retry: 'soon' });
  const elsewhere = { address: '192.168.1.24', isOwnMachine: false };
  expect(await failure(world.gate.startPairing(start, elsewhere))).toMatchObject({ code: 'wrong-code' });
  // All addresses together are stopped too, but not the machine itself.
  for (let host = 0; host < 250; host++) {
    const from = { address: `10.0.0.${host}`, isOwnMachine: false };
    refused = await failure(world.gate.startPairing(start, from));
  }
  expect(refused).toMatchObject({ code: 'too-often' });
  const browser = await createTestDevice(world.gate, { origin: ownMachine });
  expect(await browser.pair(world.invite().link)).toMatchObject({ role: 'owner' });
  // The address that guessed was told to wait for guesses, and holds an invitation now.
  expect(await device.pair(world.invite().link)).toMatchObject({ role: 'owner' });
});

test('no more than eight invitations are open, and their numbers are not used again while somebody may remember them', async () => {
  const world = await open();
  const ids = new Set(Array.from({ length: 8 }, () => world.invite().id));
  expect(ids.size).toBe(8);
  expect(() => world.invite()).toThrow('8 invitations are open already.');
  for (let round = 0; round < 11; round++) {
    world.clock.advance(1);
    for (const id of ids) world.gate.withdraw(id);
    for (let count = 0; count < 8; count++) ids.add(world.invite().id);
  }
  expect(ids.size).toBe(96);
  for (const id of ids) world.gate.withdraw(id);
  expect([0, 1, 2, 3].map(() => world.invite().id).every((id) => !ids.has(id))).toBe(true);
  expect(() => world.invite()).toThrow('Very many invitations');
  world.clock.advance(600_000);
  expect(world.invite().id).toMatch(/^\d\d$/);
});
