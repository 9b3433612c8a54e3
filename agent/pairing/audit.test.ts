// The log of who did what: its order, its pages and its limits.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry } from '@myspinbot/shared/wire/pairing.ts';
import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { KNOWN_KEPT, openAudit, STRANGERS_KEPT } from './audit.ts';
import { openStore } from './store.ts';

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});
async function open() {
  const dir = await mkdtemp(join(tmpdir(), 'gate-audit-'));
  const clock = handClock(Date.UTC(2026, 10, 24));
  let store = await openStore(dir, silentLogger);
  const world = {
    clock,
    audit: await openAudit(store, clock, silentLogger),
    async restart() {
      await world.audit.flush();
      await store.close();
      store = await openStore(dir, silentLogger);
      world.audit = await openAudit(store, clock, silentLogger);
    },
  };
  closings.push(async () => {
    await store.close();
    await rm(dir, { recursive: true });
  });
  return world;
}

const paired = (what: string): Omit<AuditEntry, 'at'> => ({
  kind: 'paired',
  who: 'd_1',
  name: 'Phone',
  from: '10.0.0.3',
  what,
});
const refused = (from: string, what = 'A code was tried'): Omit<AuditEntry, 'at'> => ({
  kind: 'refused',
  who: null,
  name: null,
  from,
  what,
});
const all = async (world: Awaited<ReturnType<typeof open>>, limit = 7) => {
  const found: AuditEntry[] = [];
  for (;;) {
    const page = await world.audit.page({ before: found.at(-1)?.at, limit });
    if (page.length === 0) return found;
    found.push(...page);
  }
};

test('pages go back in time without a gap or a repeat, also through one millisecond with many entries', async () => {
  const world = await open();
  const written: string[] = [];
  for (let number = 0; number < 60; number++) {
    world.audit.note(number % 3 === 0 ? { ...paired(`${number}`), who: null } : paired(`${number}`));
    written.unshift(`${number}`);
    if (number % 20 === 0) world.clock.advance(1);
  }
  expect((await all(world)).map(({ what }) => what)).toEqual(written);
  await world.restart();
  world.audit.note(paired('after'));
  expect((await all(world, 11)).map(({ what }) => what)).toEqual(['after', ...written]);
});

test('what comes after a clock was set back overwrites nothing', async () => {
  const world = await open();
  for (let number = 0; number < 5; number++) {
    world.audit.note(paired(`first ${number}`));
    world.clock.advance(1);
  }
  world.clock.advance(-5);
  for (let number = 0; number < 5; number++) world.audit.note(paired(`second ${number}`));
  expect(new Set((await all(world)).map(({ what }) => what)).size).toBe(10);
});

test('the same refusal from one address within a minute is one entry with a count', async () => {
  const world = await open();
  for (let number = 0; number < 12; number++) world.audit.note(refused('10.0.0.66'));
  world.audit.note(refused('10.0.0.67'));
  expect(await all(world)).toMatchObject([
    { from: '10.0.0.67', what: 'A code was tried' },
    { from: '10.0.0.66', what: 'A code was tried (12 times)' },
  ]);
  world.clock.advance(60_000);
  world.audit.note(refused('10.0.0.66'));
  await world.restart();
  expect((await all(world)).map(({ what }) => what)).toEqual([
    'A code was tried',
    'A code was tried',
    'A code was tried (12 times)',
  ]);
});

test('what was counted is written a minute later by itself', async () => {
  const world = await open();
  for (let number = 0; number < 3; number++) world.audit.note(refused('10.0.0.66'));
  world.clock.advance(60_000);
  await world.restart();
  expect(await all(world)).toMatchObject([{ what: 'A code was tried (3 times)' }]);
});

test('a pairing is never counted together with another one', async () => {
  const world = await open();
  world.audit.note(paired('Paired as owner'));
  world.audit.note(paired('Paired as owner'));
  expect(await all(world)).toHaveLength(2);
});

test('strangers of many addresses get sixty entries a minute, and one that counts the others', async () => {
  const world = await open();
  for (let host = 0; host < 200; host++) world.audit.note(refused(`10.0.${host >> 8}.${host & 255}`));
  const found = await all(world, 100);
  expect(found).toHaveLength(61);
  expect(found[0]).toMatchObject({
    from: null,
    what: 'More was refused, from several addresses (140 times)',
  });
  world.clock.advance(60_001);
  world.audit.note(refused('10.0.0.1'));
  expect(await all(world, 100)).toHaveLength(62);
});

test('a flood of strangers washes away nothing of what was done here, and both are bounded', async () => {
  const world = await open();
  world.audit.note(paired('the first device'));
  for (let round = 0; round < STRANGERS_KEPT / 60 + 3; round++) {
    for (let host = 0; host < 60; host++) world.audit.note(refused(`10.0.${round}.${host}`));
    world.clock.advance(60_000);
  }
  const found = await all(world, 500);
  expect(found).toHaveLength(STRANGERS_KEPT + 1);
  expect(found.at(-1)).toMatchObject({ what: 'the first device' });
  for (let number = 0; number < KNOWN_KEPT; number++) world.audit.note(paired(`${number}`));
  await world.restart();
  const known = (await all(world, 500)).filter(({ who }) => who !== null);
  expect(known).toHaveLength(KNOWN_KEPT);
  expect(known.at(-1)).toMatchObject({ what: '0' });
});

test('an entry is one line that a terminal shows as it is, however it was said', async () => {
  const world = await open();
  world.audit.note({ ...refused('fe80::1%eth0\u001b[2J'), what: `a\nb\u202e${'x'.repeat(500)}` });
  const [entry] = await all(world);
  expect(entry!.what).toMatch(/^a b x+$/);
  expect(entry!.what.length).toBe(180);
  expect(entry!.from).toBe('fe80::1%eth0 [2J');
});
