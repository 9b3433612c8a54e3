// The vault on a disk: its contracts, and what happens when the process or the disk fails in the middle. Every
// random choice comes from a seed that is in the test's name.
import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { describeAsset, noise, transferStoreContract } from '@myspinbot/shared/transfer/store-contract.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { moduleEntry } from '../process/entry.ts';
import { hashOf, vaultContract } from './contract.ts';
import { openDiskVault } from './disk-vault.ts';
import type { Vault } from './port.ts';

let root = '';
let folders = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vault-test-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});
const fresh = () => join(root, String(++folders));
const openIn = (dir: string) => openDiskVault({ dir, now: Date.now });
const dirs = new WeakMap<object, string>();
const openFresh = async (): Promise<Vault> => {
  const dir = fresh();
  const vault = await openIn(dir);
  dirs.set(vault, dir);
  return vault;
};

async function filesUnder(dir: string): Promise<string[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true });
  return found
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .sort();
}

/** Numbers from 0 up to 1, the same for the same seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the vault on a disk', () => {
  vaultContract(openFresh);
  const cases = transferStoreContract({
    open: openFresh,
    reopen: async (store) => openIn(dirs.get(store) ?? ''),
    sha256: hashOf,
  });
  for (const { name, run } of cases) test(name, run);

  test('shuts out other accounts, also from folders that were open to them', async () => {
    const dir = fresh();
    await mkdir(join(dir, 'assets'), { recursive: true, mode: 0o777 });
    await chmod(join(dir, 'assets'), 0o777);
    const vault = await openIn(dir);
    const made = join(fresh());
    await writeFile(made, 'made elsewhere', { mode: 0o666 });
    await chmod(made, 0o666);
    const bytes = new TextEncoder().encode('made elsewhere');
    await vault.adopt(made, { hash: hashOf(bytes), bytes: bytes.length, type: 'text/vtt' });
    const { hash } = await vault.put(noise(BLOCK_BYTES + 9));
    await vault.blocks(hash);
    const sent = noise(BLOCK_BYTES + 1, 3);
    const list = [sent.subarray(0, BLOCK_BYTES), sent.subarray(BLOCK_BYTES)].map(hashOf);
    const coming = await vault.receive({ hash: hashOf(sent), bytes: sent.length, type: 'image/png' }, list);
    await coming.block(0, sent.subarray(0, BLOCK_BYTES));
    const found = await readdir(dir, { recursive: true, withFileTypes: true });
    expect(found.filter((one) => one.isFile()).length).toBeGreaterThanOrEqual(8);
    for (const one of found) {
      const path = join(one.parentPath, one.name);
      expect((await stat(path)).mode & 0o077, path).toBe(0);
    }
    await coming.close();
  });

  test('remembers over a restart, and empties what was half-written', async () => {
    const dir = fresh();
    const before = await openIn(dir);
    const ref = await before.put(noise(3 * BLOCK_BYTES), 'film.mp4');
    await writeFile(join(dir, 'temp', 'half'), 'half a file');
    await writeFile(join(dir, 'assets', ref.hash.slice(0, 2), 'stranger.txt'), 'not ours');
    const after = await openIn(dir);
    expect(after.ref(ref.hash)).toEqual(ref);
    expect(after.usage()).toEqual({ assets: 1, bytes: ref.bytes });
    expect(await readdir(join(dir, 'temp'))).toEqual([]);
  });

  test('the list of blocks is computed once', async () => {
    const vault = await openFresh();
    const { hash } = await vault.put(noise(2 * BLOCK_BYTES + 1));
    const [a, b] = await Promise.all([vault.blocks(hash), vault.blocks(hash)]);
    expect(a).toBe(b);
    // From now on it is read, not computed: the bytes are not needed.
    const path = vault.path(hash);
    await chmod(path, 0o600);
    await writeFile(path, noise(2 * BLOCK_BYTES + 1, 99));
    expect(await vault.blocks(hash)).toEqual(a);
  });

  test('uploads nobody went on with for a day are given up, at a start and while it runs', async () => {
    const dir = fresh();
    const { ref, blocks, block } = describeAsset(noise(2 * BLOCK_BYTES), hashOf);
    const partial = await (await openIn(dir)).receive(ref, blocks);
    await partial.block(0, block(0));
    await partial.close();
    const lying = () => readdir(join(dir, 'partial'));
    const hour = 3600 * 1000;
    let now = Date.now() + 23 * hour;
    const vault = await openDiskVault({ dir, now: () => now });
    await vault.tidy();
    expect([await lying(), vault.unfinished() > BLOCK_BYTES]).toMatchObject([{ length: 1 }, true]);
    now += 2 * hour;
    // Not while somebody has it open.
    const again = await vault.receive(ref, blocks);
    await vault.tidy();
    expect([again.missing(), vault.unfinished()]).toEqual([[1], 0]);
    await again.close();
    await vault.tidy();
    expect([await lying(), vault.unfinished()]).toEqual([[], 0]);
    const other = await vault.receive(ref, blocks);
    await other.close();
    expect(await lying()).toHaveLength(1);
    await openDiskVault({ dir, now: () => now + 48 * hour });
    expect(await lying()).toEqual([]);
  });

  test('interrupted uploads are known by who began them, over restarts, and so is what they take', async () => {
    const dir = fresh();
    const vault = await openIn(dir);
    const [small, large] = [noise(BLOCK_BYTES, 1), noise(3 * BLOCK_BYTES, 2)].map((bytes) =>
      describeAsset(bytes, hashOf),
    );
    const first = await vault.receive(small!.ref, small!.blocks, 'd_1');
    const second = await vault.receive(large!.ref, large!.blocks, 'd_2');
    await second.block(2, large!.block(2));
    // Under way: whoever promised room for them counts them.
    expect(vault.unfinished()).toBe(0);
    await first.close();
    await second.close();
    for (const one of [vault, await openIn(dir)]) {
      // An offer alone takes room, too.
      expect(one.unfinished({ by: 'd_1' })).toBeGreaterThan(100);
      expect(one.unfinished({ by: 'd_1' })).toBeLessThan(BLOCK_BYTES / 2);
      expect(one.unfinished({ by: 'd_2' })).toBeGreaterThan(BLOCK_BYTES);
      // One block of three came: the holes are not counted.
      if (process.platform === 'linux') expect(one.unfinished({ by: 'd_2' })).toBeLessThan(2 * BLOCK_BYTES);
      expect(one.unfinished({ by: 'd_2', except: large!.ref.hash })).toBe(0);
      expect(one.unfinished()).toBe(one.unfinished({ by: 'd_1' }) + one.unfinished({ by: 'd_2' }));
    }
  });

  test('of too many interrupted uploads of one device the oldest go, and nobody else’s', async () => {
    const dir = fresh();
    const limits = { keptMs: 1e9, each: { count: 3, bytes: 5 * BLOCK_BYTES }, all: { count: 5 } };
    const vault = await openDiskVault({ dir, now: Date.now, unfinished: limits });
    const interrupted = async (seed: number, by: string, blocksSent = 0, size = 1000) => {
      const { ref, blocks, block } = describeAsset(noise(size, seed), hashOf);
      const one = await vault.receive(ref, blocks, by);
      for (let index = 0; index < blocksSent; index++) await one.block(index, block(index));
      await one.close();
      return ref.hash;
    };
    const lying = async () => (await readdir(join(dir, 'partial'))).map((name) => name.slice(0, 64));
    const kept = await interrupted(1, 'd_1');
    for (let seed = 2; seed < 8; seed++) await interrupted(seed, 'd_2');
    expect([(await lying()).length, (await lying()).includes(kept)]).toEqual([4, true]);
    // By bytes as well as by number.
    const [old, young] = [
      await interrupted(20, 'd_3', 3, 3 * BLOCK_BYTES + 9),
      await interrupted(21, 'd_3', 3, 3 * BLOCK_BYTES + 9),
    ];
    expect([(await lying()).includes(old), (await lying()).includes(young)]).toEqual([false, true]);
    for (let seed = 30; seed < 34; seed++) await interrupted(seed, `d_${seed}`);
    expect(await lying()).toHaveLength(5);
  });

  test('a committed upload leaves no partial files', async () => {
    const dir = fresh();
    const vault = await openIn(dir);
    const { ref, blocks, block } = describeAsset(noise(2 * BLOCK_BYTES), hashOf);
    const partial = await vault.receive(ref, blocks);
    for (const index of [0, 1]) await partial.block(index, block(index));
    await partial.finish();
    await partial.close();
    expect(await readdir(join(dir, 'partial'))).toEqual([]);
    expect(await vault.blocks(ref.hash)).toEqual(blocks);
  });

  test('what was killed between keeping a file and removing its blocks is cleaned at the next start', async () => {
    const dir = fresh();
    const vault = await openIn(dir);
    const bytes = noise(2 * BLOCK_BYTES);
    const { ref, blocks, block } = describeAsset(bytes, hashOf);
    const partial = await vault.receive(ref, blocks);
    await partial.block(0, block(0));
    await partial.close();
    // The file came by another way, and this process ended before it looked here again.
    await vault.put(bytes);
    expect(await readdir(join(dir, 'partial'))).toHaveLength(1);
    const again = await openIn(dir);
    expect(await readdir(join(dir, 'partial'))).toEqual([]);
    expect(again.usage().assets).toBe(1);
  });
});

describe('when something fails in the middle', () => {
  const bytes = 24 * BLOCK_BYTES + 99;

  /** Runs the receiver, kills it after `acks` acknowledged blocks, and returns which they were. */
  async function receiveAndKill(dir: string, seed: number, acks: number): Promise<number[]> {
    const entry = moduleEntry('./fixtures/receives-and-tells.ts', import.meta.url);
    const child = spawn(process.execPath, [...entry.execArgv, entry.path, dir, String(seed), String(bytes)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const told: number[] = [];
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      if (line === 'whole') return;
      told.push(Number(line));
      if (told.length === acks) child.kill('SIGKILL');
    });
    await new Promise((resolve) => child.once('close', resolve));
    return told;
  }

  test.each([11, 12, 13])('kill -9 loses no acknowledged block (seed %i)', async (seed) => {
    const dir = fresh();
    const roll = dice(seed);
    const { ref, blocks, block } = describeAsset(noise(bytes, seed), hashOf);
    const acknowledged = new Set<number>();
    for (let round = 0; round < 3; round++) {
      const acks = 1 + Math.floor(roll() * 7);
      for (const index of await receiveAndKill(dir, seed, acks)) {
        // Nothing that was acknowledged is ever asked for again.
        expect(acknowledged.has(index)).toBe(false);
        acknowledged.add(index);
      }
      const partial = await (await openIn(dir)).receive(ref, blocks);
      expect(partial.missing().filter((index) => acknowledged.has(index))).toEqual([]);
      await partial.close();
    }
    const vault = await openIn(dir);
    const partial = await vault.receive(ref, blocks);
    for (const index of partial.missing()) await partial.block(index, block(index));
    await partial.finish();
    await partial.close();
    expect(hashOf(await readFile(vault.path(ref.hash)))).toBe(ref.hash);
  });

  test.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'files cut short or overwritten never give wrong bytes (seed %i)',
    async (seed) => {
      const dir = fresh();
      const roll = dice(seed * 7919 + 1);
      const whole = describeAsset(noise(BLOCK_BYTES + 5000, seed + 1), hashOf);
      const upload = describeAsset(noise(2 * BLOCK_BYTES + 300, seed + 1000), hashOf);
      const before = await openIn(dir);
      await before.put(noise(BLOCK_BYTES + 5000, seed + 1), 'whole.bin');
      await before.blocks(whole.ref.hash);
      const half = await before.receive(upload.ref, upload.blocks);
      await half.block(2, upload.block(2));
      await half.block(0, upload.block(0));
      await half.close();

      const files = await filesUnder(dir);
      const file = files[Math.floor(roll() * files.length)]!;
      const { size } = await stat(file);
      await chmod(file, 0o600);
      const at = Math.floor(roll() * (size + 1));
      if (roll() < 0.6) await truncate(file, at);
      else if (file.includes('partial')) {
        const content = await readFile(file);
        content[Math.min(at, size - 1)]! ^= 1 << Math.floor(roll() * 8);
        await writeFile(file, content);
      }

      const vault = await openIn(dir);
      const seen = vault.ref(whole.ref.hash);
      if (seen !== undefined) {
        expect(hashOf(await readFile(vault.path(seen.hash)))).toBe(seen.hash);
        expect(await vault.blocks(seen.hash)).toEqual(whole.blocks);
      }
      // What was damaged can always be had again.
      const again = await vault.put(noise(BLOCK_BYTES + 5000, seed + 1));
      expect(hashOf(await readFile(vault.path(again.hash)))).toBe(whole.ref.hash);

      const partial = await vault.receive(upload.ref, upload.blocks);
      for (let tries = 0; ; tries++) {
        for (const index of partial.missing()) {
          expect(await partial.block(index, upload.block(index))).toBe(true);
        }
        try {
          await partial.finish();
          break;
        } catch (cause) {
          // Damage inside a block that was durable is found by the whole's hash, then mended.
          expect(cause).toMatchObject({ code: 'bad-input', retry: 'soon' });
          expect(partial.missing().length).toBeGreaterThan(0);
          expect(tries).toBe(0);
        }
      }
      await partial.close();
      expect(hashOf(await readFile(vault.path(upload.ref.hash)))).toBe(upload.ref.hash);
    },
  );
});

describe('a full disk', () => {
  let small: string | undefined;
  beforeAll(async () => {
    const dir = join(root, 'small-disk');
    await mkdir(dir);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', dir], { stdio: 'ignore' });
      small = dir;
    } catch {
      console.log('skipped: a small disk can only be mounted by root');
    }
  });
  afterAll(() => {
    if (small !== undefined) execFileSync('umount', ['-l', small]);
  });

  test('is told before an upload that cannot fit', async ({ skip }) => {
    if (small === undefined) return skip();
    const vault = await openIn(join(small, 'a'));
    const { ref, blocks } = describeAsset(noise(20 * BLOCK_BYTES), hashOf);
    await expect(vault.receive(ref, blocks)).rejects.toMatchObject({ code: 'disk-full' });
    await expect(vault.put(noise(20 * BLOCK_BYTES))).rejects.toMatchObject({ code: 'disk-full' });
    // Something small still fits beside it.
    expect((await vault.put(noise(1000))).bytes).toBe(1000);
  });

  test('in the middle of a stream leaves nothing and takes nothing away', async ({ skip }) => {
    if (small === undefined) return skip();
    const vault = await openIn(join(small, 'b'));
    const kept = await vault.put(noise(1000));
    const endless = async function* () {
      for (;;) yield noise(BLOCK_BYTES, 4);
    };
    await expect(vault.put(endless())).rejects.toMatchObject({
      code: 'disk-full',
      hint: expect.stringContaining('Free some space'),
    });
    expect(vault.usage()).toEqual({ assets: 1, bytes: 1000 });
    expect(await readdir(join(small, 'b', 'temp'))).toEqual([]);
    expect(hashOf(await readFile(vault.path(kept.hash)))).toBe(kept.hash);
    expect((await vault.put(noise(2000))).bytes).toBe(2000);
  });

  test('in the middle of an upload keeps what was acknowledged', async ({ skip }) => {
    if (small === undefined) return skip();
    const dir = join(small, 'c');
    const vault = await openIn(dir);
    const { ref, blocks, block } = describeAsset(noise(10 * BLOCK_BYTES), hashOf);
    const partial = await vault.receive(ref, blocks);
    await partial.block(0, block(0));
    const filler = join(small, 'filler');
    try {
      for (let mib = 1; ; mib++) await writeFile(filler, new Uint8Array(mib * BLOCK_BYTES));
    } catch {
      // Full, which is the point.
    }
    const results = await Promise.allSettled([1, 2, 3, 4].map((index) => partial.block(index, block(index))));
    const failed = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(failed.length).toBeGreaterThan(0);
    for (const cause of failed) expect(cause).toMatchObject({ code: 'disk-full' });
    await rm(filler);
    for (const index of partial.missing()) expect(await partial.block(index, block(index))).toBe(true);
    expect((await partial.finish()).hash).toBe(ref.hash);
    await partial.close();
  });
});
