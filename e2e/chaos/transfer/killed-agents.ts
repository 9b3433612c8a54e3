// The agent is killed outright while files go both ways, and started again on the same data and port.

import { setTimeout as pause } from 'node:timers/promises';
import { BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { onTheWire, type World } from './world.ts';

const FILE = 6 * BLOCK_BYTES + 77;

export async function killedAgents(world: World, kills: number): Promise<void> {
  const before = world.newFile(FILE);
  await world.bring(before);
  for (let left = kills; left > 0 && world.broken.length === 0; ) {
    const file = world.newFile(FILE);
    const [up, down] = [
      await world.line('kill-up', slowly('up')),
      await world.line('kill-down', slowly('down')),
    ];
    const [sender, taker] = [up.device(), down.device()];
    await sender.keep(file.ref, file.blocks, file.bytes);
    await taker.want(before.ref.hash);
    for (let now = Math.min(left, 2); now > 0; now--, left--) {
      await pause(world.chance.between(0, 250));
      await world.killAgent();
    }
    await Promise.all([world.settled(up, () => sender), world.settled(down, () => taker)]);
    await world.expectOnAgent(file);
    await world.expectOnDevice(before, taker);
    onTheWire(world, up, 'up');
    onTheWire(world, down, 'down');
    for (const line of [up, down]) await line.close();
  }
}

/** A line of a phone in the garden: slow enough to be in the middle of a file when the power goes. */
function slowly(direction: 'up' | 'down') {
  return () => [{ kind: 'limit' as const, direction, bytesPerSecond: 12_000_000 }];
}
