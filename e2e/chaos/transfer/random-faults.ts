// Files both ways over a network with random faults: cut at any byte, bits flipped, bytes lost, delays, silence; several
// files at once, two devices with the same file, devices that die. Until so many cuts have come about.

import { setTimeout as pause } from 'node:timers/promises';
import { BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import type { Device } from '../../device/device.ts';
import { type Direction, drawFault, type Fault } from '../../harness/fault-proxy.ts';
import { type ChaosFile, type Line, type Links, onTheWire, overhead, type World } from './world.ts';

/** What the credits let be under way when a connection ends: the most that may have to be sent again. */
const IN_FLIGHT = 4 * BLOCK_BYTES;
/** Files at once on different lines: the agent has one disk and two cores at most. */
const SIDE_BY_SIDE = 3;

export async function randomFaults(
  world: World,
  { cuts, silences }: { cuts: number; silences: number },
): Promise<void> {
  let quiet = silences;
  const cutsSoFar = () => world.counts.faults.cut ?? 0;
  await flippedBits(world, Math.max(4, Math.round(cuts / 25)));
  await goesOn(world, Math.max(1, Math.round(cuts / 100)));
  await sameFileTwice(world);
  await deaths(world);
  while (cutsSoFar() < cuts && world.broken.length === 0) {
    const isQuiet = quiet-- > 0;
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, (_, at) => bothWays(world, isQuiet && at === 0)));
    if (world.chance.number() < 0.3) await sameFileTwice(world);
    if (world.chance.number() < 0.3) await deaths(world);
  }
}

/** Faults of the first connections of a line; the later ones are good, so that a run has an end. */
function drawn(
  world: World,
  direction: Direction,
  bytes: number,
  isQuiet = false,
): (connection: number) => Fault[] {
  const { chance } = world;
  const bad = chance.between(1, 5);
  const list = Array.from({ length: bad }, (_, connection): Fault[] => {
    const faults: Fault[] = [];
    const within = { direction, bytes: Math.max(2000, Math.ceil(bytes / bad)) };
    if (isQuiet && connection === 0) return [drawFault(chance, { ...within, kinds: ['silence'] })];
    if (chance.number() < 0.3) faults.push(drawFault(chance, { ...within, kinds: ['delay'] }));
    // Only where a file's own bytes are: what is said between them is kept whole by the line's own checksums.
    if (chance.number() < 0.15 && bytes > BLOCK_BYTES) {
      faults.push(drawFault(chance, { ...within, kinds: ['flip', 'lose'], from: plainTalk(bytes) }));
    }
    if (chance.number() < 0.2) {
      const other = direction === 'up' ? 'down' : 'up';
      faults.push(drawFault(chance, { kinds: ['cut'], direction: other, bytes: 2000 }));
    } else faults.push(drawFault(chance, { ...within, kinds: ['cut'] }));
    return faults;
  });
  return (connection) => list[connection] ?? [];
}

/** The handshake, hello and offer come first. */
function plainTalk(bytes: number): number {
  return 3000 + 80 * Math.ceil(bytes / BLOCK_BYTES);
}

function drawnLinks({ chance }: World): Links {
  return chance.pick(['both', 'both', 'socket', 'http']);
}

function drawnBytes(world: World): number {
  const { chance } = world;
  const blocks = chance.pick([0, 0, 1, 2, 3, 4]);
  return (
    blocks * BLOCK_BYTES + chance.pick([0, 1, chance.between(1, BLOCK_BYTES - 1)]) + (blocks === 0 ? 1 : 0)
  );
}

/** One to three files up, looked at, and down again to another device. */
async function bothWays(world: World, isQuiet: boolean): Promise<void> {
  const { chance } = world;
  const files = Array.from({ length: chance.pick([1, 1, 1, 2, 3]) }, () => world.newFile(drawnBytes(world)));
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);

  const up = await world.line('up', drawn(world, 'up', bytes, isQuiet), {
    // A socket hears that nobody is there any more; a request waits as long as its maker does.
    links: isQuiet ? 'socket' : drawnLinks(world),
  });
  const sender = up.device();
  for (const file of files) await sender.keep(file.ref, file.blocks, file.bytes);
  await world.settled(up, () => sender);
  for (const file of files) await world.expectOnAgent(file);
  expectLittleTwice(world, up, 'up', bytes);
  await up.close();

  const down = await world.line('down', drawn(world, 'down', bytes), { links: drawnLinks(world) });
  const taker = down.device();
  for (const file of files) await taker.want(file.ref.hash);
  await world.settled(down, () => taker);
  for (const file of files) await world.expectOnDevice(file, taker);
  expectLittleTwice(world, down, 'down', bytes);
  await down.close();
}

/** Per connection that broke, no more than was under way; per damage, the block it was in. */
function expectLittleTwice(world: World, line: Line, direction: Direction, bytes: number): void {
  const { passages } = line.proxy;
  const broke = passages.filter(
    ({ wasCut, happened }) => wasCut || happened.some(({ kind }) => kind !== 'delay'),
  ).length;
  const damages = passages.flatMap(({ happened }) =>
    happened.filter(({ kind }) => kind === 'flip' || kind === 'lose'),
  );
  const sent = onTheWire(world, line, direction);
  world.counts.againBytes += Math.max(0, sent - bytes - overhead(bytes, passages.length));
  world.counts.breaks += broke;
  const most =
    bytes + broke * IN_FLIGHT + damages.length * (BLOCK_BYTES + 70_000) + overhead(bytes, passages.length);
  world.check(
    sent <= most,
    `${sent} bytes went ${direction} for ${bytes} and ${broke} breaks: more than was under way was sent again`,
  );
}

/** One flipped bit and nothing else: it is noticed, and its block alone comes again. */
async function flippedBits(world: World, count: number): Promise<void> {
  for (let number = 0; number < count && world.broken.length === 0; number++) {
    const direction = number % 2 === 0 ? 'up' : 'down';
    const file = world.newFile(world.chance.between(2, 5) * BLOCK_BYTES + world.chance.between(1, 1000));
    if (direction === 'down') await world.bring(file);
    const from = plainTalk(file.bytes.length);
    const flip = drawFault(world.chance, {
      kinds: ['flip'],
      direction,
      from,
      bytes: file.bytes.length - from,
    });
    const line = await world.line(`flip-${direction}`, (connection) => (connection === 0 ? [flip] : []), {
      links: 'socket',
    });
    const device = line.device();
    if (direction === 'up') await device.keep(file.ref, file.blocks, file.bytes);
    else await device.want(file.ref.hash);
    await world.settled(line, () => device);
    if (direction === 'up') await world.expectOnAgent(file);
    else await world.expectOnDevice(file, device);
    const { length: connections } = line.proxy.passages;
    const sent = onTheWire(world, line, direction);
    // A flip in a frame's head ends the connection; then what was under way comes again.
    const again = connections === 1 ? BLOCK_BYTES : IN_FLIGHT;
    world.check(
      sent > file.bytes.length + BLOCK_BYTES / 2 || connections > 1 || lastBlock(file) < BLOCK_BYTES,
      'a flipped bit was not noticed',
    );
    world.check(
      sent <= file.bytes.length + again + overhead(file.bytes.length, connections),
      `one flipped bit cost ${sent - file.bytes.length} bytes`,
    );
    await line.close();
  }
}

function lastBlock({ bytes }: ChaosFile): number {
  return bytes.length % BLOCK_BYTES;
}

/** A larger file, cut after more than what is under way: whoever began anew would show here. */
async function goesOn(world: World, count: number): Promise<void> {
  for (let number = 0; number < count && world.broken.length === 0; number++) {
    const file = world.newFile(24 * BLOCK_BYTES + world.chance.between(1, BLOCK_BYTES));
    for (const direction of ['up', 'down'] as const) {
      const cut = (connection: number): Fault[] =>
        connection < 3
          ? [{ kind: 'cut', direction, at: IN_FLIGHT + 2 * BLOCK_BYTES + connection * 1001, how: 'reset' }]
          : [];
      const line = await world.line(`far-${direction}`, cut, { links: 'socket' });
      const device = line.device();
      if (direction === 'up') await device.keep(file.ref, file.blocks, file.bytes);
      else await device.want(file.ref.hash);
      await world.settled(line, () => device);
      if (direction === 'up') await world.expectOnAgent(file);
      else await world.expectOnDevice(file, device);
      expectLittleTwice(world, line, direction, file.bytes.length);
      await line.close();
    }
  }
}

/** Two devices send the same file at the same time, over two bad lines. */
async function sameFileTwice(world: World): Promise<void> {
  const file = world.newFile(drawnBytes(world) + BLOCK_BYTES);
  const lines = await Promise.all(
    [0, 1].map((who) => world.line('same', drawn(world, 'up', file.bytes.length), { who })),
  );
  await Promise.all(
    lines.map(async (line) => {
      const device = line.device();
      await device.keep(file.ref, file.blocks, file.bytes);
      await world.settled(line, () => device);
    }),
  );
  await world.expectOnAgent(file);
  // Each sends it whole, if they keep step: it counts as two files.
  world.counts.fileBytes += file.bytes.length;
  for (const line of lines) {
    expectLittleTwice(world, line, 'up', file.bytes.length);
    await line.close();
  }
}

/** A device dies in the middle, and is opened again: once while it sends, once while it fetches. */
async function deaths(world: World): Promise<void> {
  const file = world.newFile(drawnBytes(world) + BLOCK_BYTES);
  for (const direction of ['up', 'down'] as const) {
    const line = await world.line(`death-${direction}`, drawn(world, direction, file.bytes.length));
    let device: Device = line.device();
    if (direction === 'up') await device.keep(file.ref, file.blocks, file.bytes);
    else await device.want(file.ref.hash);
    for (let death = world.chance.between(1, 3); death > 0; death--) {
      await until(() => line.proxy.bytes()[direction], world.chance.between(0, file.bytes.length));
      device.die();
      world.counts.deviceDeaths++;
      device = line.device();
    }
    await world.settled(line, () => device);
    if (direction === 'up') await world.expectOnAgent(file);
    else await world.expectOnDevice(file, device);
    onTheWire(world, line, direction);
    await line.close();
  }
}

/** Until so many bytes have moved, or none do for a moment. */
async function until(moved: () => number, bytes: number): Promise<void> {
  let last = -1;
  for (let waits = 0; moved() < bytes && waits < 100; waits = moved() === last ? waits + 1 : 0) {
    last = moved();
    await pause(5);
  }
}
