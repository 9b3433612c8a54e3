// What every vault must do beyond what a transfer needs of it (shared/transfer/store-contract.ts): keep, adopt,
// tell, count, remove. Call it with a way to make an empty one.
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AssetHash, type AssetRef, BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { noise } from '@myspinbot/shared/transfer/store-contract.ts';
import { expect, test } from 'vitest';
import type { Vault } from './port.ts';

export const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex') as AssetHash;

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 4]);

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export function vaultContract(open: () => Promise<Vault>): void {
  test('bytes are kept under their hash, typed by content, whatever they are called', async () => {
    const vault = await open();
    const ref = await vault.put(png, 'song.mp3');
    expect(ref).toEqual({ hash: hashOf(png), bytes: png.length, type: 'image/png', name: 'song.mp3' });
    expect(vault.has(ref.hash)).toBe(true);
    expect(vault.ref(ref.hash)).toEqual(ref);
    expect(await readFile(vault.path(ref.hash))).toEqual(Buffer.from(png));
  });

  test('a stream is kept as if it had come whole', async () => {
    const vault = await open();
    const bytes = noise(2 * BLOCK_BYTES + 7);
    const ref = await vault.put(pieces(bytes, 65_000));
    expect(ref).toMatchObject({ hash: hashOf(bytes), bytes: bytes.length });
    expect(hashOf(await readFile(vault.path(ref.hash)))).toBe(ref.hash);
  });

  test('the same bytes twice are one asset and keep their first name', async () => {
    const vault = await open();
    await vault.put(png, 'first.png');
    const again = await vault.put(png, 'second.png');
    expect(again.name).toBe('first.png');
    expect(vault.usage()).toEqual({ assets: 1, bytes: png.length });
  });

  test('a stream that breaks leaves nothing', async () => {
    const vault = await open();
    const broken = async function* () {
      yield noise(100_000);
      throw new Error('the sender went away');
    };
    await expect(vault.put(broken())).rejects.toThrow('the sender went away');
    expect(vault.usage()).toEqual({ assets: 0, bytes: 0 });
  });

  test('of bytes that are made into others only the others are kept', async () => {
    const vault = await open();
    const heard: AssetRef[] = [];
    vault.onKept((ref) => heard.push(ref));
    const given = Buffer.from([...png, 9, 9, 9]);
    const seen: unknown[] = [];
    const staged = await vault.stage(pieces(given, 5), {
      name: 'me.png',
      make: async (from, found) => {
        seen.push(await readFile(from), found);
        return png;
      },
    });
    expect(seen).toEqual([given, { bytes: given.length, type: 'image/png' }]);
    expect([staged.ref.hash, vault.has(hashOf(png)), heard]).toEqual([hashOf(png), false, []]);
    const ref = await staged.keep();
    expect(ref).toEqual({ hash: hashOf(png), bytes: png.length, type: 'image/png', name: 'me.png' });
    expect(vault.has(hashOf(given))).toBe(false);
    expect(heard).toEqual([ref]);
    const make = () => Promise.reject(new Error('not this'));
    await expect(vault.stage(pieces(noise(99), 9), { make })).rejects.toThrow('not this');
    expect(vault.usage()).toEqual({ assets: 1, bytes: png.length });
  });

  test('what is staged is looked at before anybody can see it, and leaves nothing when it is dropped', async () => {
    const vault = await open();
    const check = () => {
      throw new Error('not a sound');
    };
    await expect(vault.stage(pieces(png, 5), { check })).rejects.toThrow('not a sound');
    expect(vault.has(hashOf(png))).toBe(false);
    const staged = await vault.stage(pieces(png, 5));
    await staged.drop();
    await staged.drop();
    expect([vault.has(hashOf(png)), vault.usage().assets]).toEqual([false, 0]);
    // What was there before stays, whatever becomes of the second one.
    await vault.put(png, 'first.png');
    await (await vault.stage(pieces(png, 5), { name: 'second.png' })).drop();
    const kept = await vault.stage(pieces(png, 5), { name: 'third.png' });
    expect((await kept.keep()).name).toBe('first.png');
    await kept.drop();
    expect(vault.ref(hashOf(png))?.name).toBe('first.png');
  });

  test('the file of an asset cannot be written', async () => {
    const vault = await open();
    const { hash } = await vault.put(png);
    expect((await stat(vault.path(hash))).mode & 0o222).toBe(0);
  });

  test('a finished file is adopted by its record, once', async () => {
    const vault = await open();
    const folder = await mkdtemp(join(tmpdir(), 'adopt-'));
    try {
      const bytes = new TextEncoder().encode('hello there');
      const record: AssetRef = { hash: hashOf(bytes), bytes: bytes.length, type: 'text/vtt' };
      const made = async () => {
        const file = join(folder, randomUUID());
        await writeFile(file, bytes);
        return file;
      };
      await vault.adopt(await made(), record);
      await vault.adopt(await made(), record);
      expect(vault.ref(record.hash)).toEqual(record);
      expect(vault.usage().assets).toBe(1);
      const wrong = { ...record, hash: hashOf(png) };
      await expect(vault.adopt(await made(), wrong)).rejects.toMatchObject({ code: 'bad-input' });
      await expect(
        vault.adopt(await made(), { ...record, hash: hashOf(noise(9)), bytes: 3 }),
      ).rejects.toMatchObject({ code: 'bad-input' });
      expect(vault.has(wrong.hash)).toBe(false);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('what arrived is told once it is whole', async () => {
    const vault = await open();
    const told: AssetRef[] = [];
    const stop = vault.onKept((ref) => told.push(ref));
    const ref = await vault.put(png);
    expect(told).toEqual([ref]);
    stop();
    await vault.put(noise(5));
    expect(told).toHaveLength(1);
  });

  test('a removed asset is gone and can come back', async () => {
    const vault = await open();
    const { hash } = await vault.put(png);
    await vault.blocks(hash);
    await vault.remove(hash);
    await vault.remove(hash);
    expect(vault.has(hash)).toBe(false);
    expect(vault.usage()).toEqual({ assets: 0, bytes: 0 });
    expect(() => vault.path(hash)).toThrow(/not on the workstation/);
    expect((await vault.put(png)).hash).toBe(hash);
    expect(vault.has(hash)).toBe(true);
  });

  test('what lies there is told, and looked at', async () => {
    const vault = await open();
    const { hash } = await vault.put(png);
    expect(vault.hashes()).toEqual([hash]);
    for (const how of ['size', 'hash'] as const) {
      expect(await vault.examine(hash, how)).toMatchObject({ bytes: png.length, isWhole: true });
    }
    await rm(vault.path(hash), { force: true });
    expect(await vault.examine(hash, 'hash')).toBeUndefined();
    await vault.remove(hash);
    expect(vault.hashes()).toEqual([]);
  });

  test('what is brought again counts as new', async () => {
    const vault = await open();
    const { hash } = await vault.put(png);
    await utimes(vault.path(hash), 1, 1);
    expect((await vault.examine(hash, 'size'))?.keptAt).toBe(1000);
    await vault.put(png);
    expect((await vault.examine(hash, 'size'))?.keptAt).toBeGreaterThan(1000);
  });

  test.each(['', '..', '../../etc/passwd', 'ab', 'AB'.repeat(32), `${'ab'.repeat(31)}/.`, 'ab'.repeat(33)])(
    'the name %j is not an asset',
    async (name) => {
      const vault = await open();
      const hash = name as AssetHash;
      expect(vault.has(hash)).toBe(false);
      expect(vault.ref(hash)).toBeUndefined();
      expect(() => vault.path(hash)).toThrow(/not on the workstation/);
      await expect((async () => vault.blocks(hash))()).rejects.toMatchObject({ code: 'not-found' });
      await expect(vault.receive({ hash, bytes: 0, type: 'image/png' }, [])).rejects.toThrow();
      await expect(
        (async () => vault.adopt('/nowhere', { hash, bytes: 0, type: 'image/png' }))(),
      ).rejects.toThrow();
      await vault.remove(hash);
    },
  );

  test('two senders of the same upload share what was kept', async () => {
    const vault = await open();
    const bytes = noise(3 * BLOCK_BYTES);
    const block = (index: number) => bytes.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
    const ref: AssetRef = { hash: hashOf(bytes), bytes: bytes.length, type: 'application/octet-stream' };
    const list = [0, 1, 2].map((index) => hashOf(block(index)));
    const [first, second] = await Promise.all([vault.receive(ref, list), vault.receive(ref, list)]);
    await Promise.all([first.block(0, block(0)), second.block(1, block(1)), first.block(1, block(1))]);
    expect(second.missing()).toEqual([2]);
    await first.close();
    await second.block(2, block(2));
    const ends = await Promise.all([second.finish(), second.finish()]);
    expect(ends.map(({ hash }) => hash)).toEqual([ref.hash, ref.hash]);
    await second.close();
    expect(hashOf(await readFile(vault.path(ref.hash)))).toBe(ref.hash);
  });
}
