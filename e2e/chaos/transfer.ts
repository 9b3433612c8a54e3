// `npm run chaos -- transfer --seed N [--long] [--cuts] [--only PART]`: files go both ways over a network that cuts, flips,
// loses, delays and falls silent, between devices that die and an agent that is killed; pages are killed while they save.
// In the end every file is whole on the other side, nothing that was called saved is lost, and little was sent twice.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chanceOf } from '../harness/chance.ts';
import { bigJourney } from './transfer/big-journey.ts';
import { forcedCuts } from './transfer/forced-cuts.ts';
import { killedAgents } from './transfer/killed-agents.ts';
import { killedPages } from './transfer/killed-pages.ts';
import { randomFaults } from './transfer/random-faults.ts';
import { openWorld } from './transfer/world.ts';

const usage = `npm run chaos -- transfer --seed N [--long] [--cuts [--switch] [--mb N]] [--only faults|agents|pages|journey]

  --seed N   the same faults again
  --long     1,000 cuts, 40 kills of the agent, 10,000 saved files, a journey with 419 MB; an hour or two
  --cuts     only 1 GB each way in a real browser with 50 cuts: bytes on the wire beside bytes of the file
  --switch   with --cuts: over plain requests, too, which pass through this program: its buffers count
  --mb N     another size than 1000 MB, with a cut for every 20 MB
  --only P   only one part
`;
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    long: { type: 'boolean' },
    cuts: { type: 'boolean' },
    switch: { type: 'boolean' },
    mb: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help === true) {
  process.stdout.write(usage);
  process.exit(0);
}
const megabytes = Number(values.mb ?? 1000);
const isLong = values.long === true;
const seed = Number(values.seed ?? Date.now() % 100_000);
const chance = chanceOf(seed);
const size = isLong
  ? { cuts: 1000, silences: 5, agentKills: 40, files: 10_000, pageKills: 200 }
  : { cuts: 25, silences: 1, agentKills: 2, files: 10, pageKills: 2 };
const does = (part: string) => values.cuts !== true && (values.only === undefined || values.only === part);

const scratch = mkdtempSync(join(tmpdir(), 'chaos-transfer-'));
const world = await openWorld(scratch, chance);
console.log(
  `chaos transfer: seed ${seed}, ${values.cuts === true ? `${megabytes} MB each way, ${megabytes / 20} cuts` : `${size.cuts} cuts, ${size.agentKills} kills of the agent, ${size.files} saved files`}`,
);
try {
  if (does('faults')) await part('faults', () => randomFaults(world, size));
  if (does('agents')) await part('agents', () => killedAgents(world, size.agentKills));
  if (does('pages'))
    await part('pages', () => killedPages(world, { files: size.files, kills: size.pageKills }));
  // Two real browsers and the app itself; `npm test` has the same journey with a smaller file.
  if (does('journey') && (isLong || values.only === 'journey'))
    await part('journey', () => bigJourney(world));
  if (values.cuts === true) {
    for (const { direction, cuts, switches, share, isGood } of await forcedCuts(world, {
      bytes: megabytes * 1e6,
      cuts: megabytes / 20,
      switches: values.switch === true,
    })) {
      console.log(
        `${megabytes} MB ${direction}, ${cuts} cuts, ${switches} changes of the link: ${share.toFixed(4)} x the file on the wire`,
      );
      world.check(isGood, `${share.toFixed(4)} x the file went ${direction}, and 1.05 x is the most`);
    }
  }
} finally {
  await world.close();
  await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
}

const { faults, links, fileBytes, wireBytes, breaks, againBytes, ...rest } = world.counts;
const said = {
  ...rest,
  ...Object.fromEntries(Object.entries(links).map(([kind, count]) => [`links: ${kind}`, count])),
  ...Object.fromEntries(Object.entries(faults).map(([kind, count]) => [`faults: ${kind}`, count])),
};
for (const [name, count] of Object.entries(said)) console.log(`${name.padEnd(26)}${count}`);
if (fileBytes > 0)
  console.log(`${'wire bytes / file bytes'.padEnd(26)}${(wireBytes / fileBytes).toFixed(3)}`);
if (breaks > 0)
  console.log(`${'sent again per break'.padEnd(26)}${Math.round(againBytes / breaks / 1024)} KiB`);
for (const [words, count] of world.troubles) console.log(`  device: ${words} (${count})`);
if (world.broken.length > 0) {
  for (const sentence of new Set(world.broken)) console.log(`broken: ${sentence}`);
  console.log(`repeat with --seed ${seed}${isLong ? ' --long' : ''}${values.cuts === true ? ' --cuts' : ''}`);
}
process.exit(world.broken.length > 0 ? 1 : 0);

async function part(name: string, work: () => Promise<void>): Promise<void> {
  const began = performance.now();
  await work();
  console.log(`${name.padEnd(26)}${((performance.now() - began) / 1000).toFixed(1)} s`);
}
