// What every implementation of the queue's port must keep, whatever stands behind it: nothing accepted is lost, nothing is
// worked on unclaimed or twice at once, what was committed is not made again, and people's word counts.
import { afterEach, describe } from 'vitest';
import { asking } from './contract/asking.ts';
import { holders } from './contract/holders.ts';
import { keeping } from './contract/keeping.ts';
import { order } from './contract/order.ts';
import { retries } from './contract/retries.ts';
import { rules } from './contract/rules.ts';
import { telling } from './contract/telling.ts';
import { wishes } from './contract/wishes.ts';
import type { ContractWorld, HolderChange, OpenWorld } from './contract/world.ts';

/** `openWorld` opens a world of its own at every call, with nothing in it. */
export function queueContract(
  name: string,
  openWorld: (change: HolderChange) => Promise<ContractWorld>,
): void {
  const worlds: ContractWorld[] = [];
  const open: OpenWorld = async (change = {}) => {
    const world = await openWorld(change);
    worlds.push(world);
    return world;
  };
  describe(`${name} keeps the queue's promises`, () => {
    afterEach(async () => {
      for (const world of worlds.splice(0)) {
        world.stageLog.behave({});
        world.storage.release();
        await world.close();
      }
    });
    describe('asking', () => asking(open));
    describe('order', () => order(open));
    describe('wishes', () => wishes(open));
    describe('retries', () => retries(open));
    describe('rules', () => rules(open));
    describe('holders', () => holders(open));
    describe('telling', () => telling(open));
    describe('keeping', () => keeping(open));
  });
}
