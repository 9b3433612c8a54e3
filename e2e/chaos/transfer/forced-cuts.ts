// One large file each way in a real browser, cut as often as asked for: what crossed the wire must stay close to the file.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeSynthetic } from '../../device/describe-synthetic.ts';
import { type Direction, type Fault, type FaultProxy, startFaultProxy } from '../../harness/fault-proxy.ts';
import { startMeasuring } from '../../harness/measured-page.ts';
import type { World } from './world.ts';

/** Times the file. */
const MOST = 1.05;

export interface CutResult {
  direction: Direction;
  cuts: number;
  /** From one kind of link to another. */
  switches: number;
  share: number;
  isGood: boolean;
}

export async function forcedCuts(
  world: World,
  { bytes, cuts, switches: changes }: { bytes: number; cuts: number; switches: boolean },
): Promise<CutResult[]> {
  const agent = world.agent();
  const measuring = await startMeasuring(agent, join(world.scratch, 'program-cuts'));
  const file = describeSynthetic({ seed: world.chance.between(1, 1_000_000), bytes });
  const results: CutResult[] = [];
  try {
    for (const direction of ['up', 'down'] as const) {
      const faults = Array.from({ length: cuts }, (): Fault[] => [
        {
          kind: 'cut',
          direction,
          // Between half and one and a half of an even share.
          at: Math.floor((bytes / (cuts + 1)) * (0.5 + world.chance.number())),
          how: world.chance.pick(['reset', 'end']),
        },
      ]);
      const proxy: FaultProxy = await startFaultProxy({
        to: { port: agent.port },
        faults: (connection) => faults[connection] ?? [],
      });
      const folder = join(world.scratch, `profile-${direction}`);
      mkdirSync(folder);
      const page = measuring.open({ folder, agentAt: proxy.port });
      await page.ask({ do: 'pair', link: await agent.newLink() });
      const ways = { socket: page.transfer, ...(changes ? { http: '' } : {}) };
      const { links = [] } =
        direction === 'up'
          ? await page.ask({ do: 'send', file, from: 'memory', ways })
          : await page.ask({ do: 'fetch', file, into: 'memory', ways });
      const switches = links.filter((kind, at) => at > 0 && kind !== links[at - 1]).length;
      const happened = proxy.passages.flatMap((passage) => passage.happened).length;
      const share = proxy.bytes()[direction] / bytes;
      results.push({
        direction,
        cuts: happened,
        switches,
        share,
        isGood: share <= MOST,
      });
      await page.kill();
      await proxy.close();
    }
  } finally {
    await measuring.close();
  }
  return results;
}
