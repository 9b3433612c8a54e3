// Saved means saved: a real browser keeps one file after the other and says when each is saved; at a random moment the page
// or the whole browser is killed outright, and what it had called saved must be there when it is opened again. A browser that is killed in the middle
// of its own writing throws its whole database away now and then, and says so in the database's log: that is counted apart,
// because no page can do anything about it. Whatever else is missing was lost by us.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type MeasuredPage, startMeasuring } from '../../harness/measured-page.ts';
import type { World } from './world.ts';

/** After every death what its life had saved is looked at, and all of it in the end. */
export async function killedPages(world: World, until: { files: number; kills: number }): Promise<void> {
  const measuring = await startMeasuring(world.agent(), join(world.scratch, 'program'));
  const folder = join(world.scratch, 'profile');
  mkdirSync(folder);
  const seed = world.chance.between(1, 1_000_000);
  const saved: number[] = [];
  const open = () => {
    const page = measuring.open({ folder });
    page.onSaved((number) => saved.push(number));
    return page;
  };
  /** What was saved before the browser made its database anew. */
  let thrownAway = 0;
  const expectThere = async (page: MeasuredPage, numbers: readonly number[]) => {
    const { lost } = await page.ask({ do: 'look', seed, saved: numbers });
    if (numbers.length > 0 && lost?.length === numbers.length && madeAnew(folder)) {
      world.counts.browserLostAll++;
      thrownAway = saved.length;
      return;
    }
    world.check(lost?.length === 0, `${lost?.length} files that were saved are gone: ${lost?.slice(0, 5)}`);
  };
  try {
    let page = open();
    for (let kills = 0; kills < until.kills || saved.length < until.files; kills++) {
      const before = saved.length;
      // Numbers that were begun and not called saved are left out: nothing is promised of them.
      const from = Math.max(0, ...saved) + 10;
      const life = page.ask({ do: 'keep', seed, from, count: 100_000 }).catch(() => undefined); // it never ends by itself
      // Long enough to have saved something, whatever the machine does beside it.
      while (saved.length === before) await pause(20);
      await pause(world.chance.between(0, 3000));
      // Now and then the browser with all it has; mostly the page alone, as it happens to people.
      if (world.chance.between(0, 3) === 0) {
        await page.kill();
        world.counts.browserKills++;
      } else {
        await page.killPage();
        world.counts.pageKills++;
      }
      await life;
      page = open();
      await expectThere(page, saved.slice(before));
    }
    await expectThere(page, saved.slice(thrownAway));
    await page.kill();
  } finally {
    await measuring.close();
  }
  world.counts.savedFiles += saved.length;
}

/** Whether the browser found no database where there had been one, and made another. */
function madeAnew(profile: string): boolean {
  const databases = join(profile, 'Default', 'IndexedDB');
  return readdirSync(databases)
    .filter((name) => name.endsWith('.leveldb'))
    .some((name) =>
      /^[^\n]* Creating DB .* since it was missing/.test(readFileSync(join(databases, name, 'LOG'), 'utf8')),
    );
}
