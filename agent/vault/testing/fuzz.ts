// Garbage for everything of the vault that reads what others wrote: files of every kind are typed, records and offers
// decoded, uploads that were damaged on the disk gone on with. Each must come to an answer, soon. The same seed makes
// the same changes.
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AssetHash, type AssetRef, assetTypes, BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { noise } from '@myspinbot/shared/transfer/store-contract.ts';
import { type Chance, chanceOf } from '../../queue/fixtures/random.ts';
import { readRecord } from '../asset-files.ts';
import { sha256 } from '../durable.ts';
import { openPartial } from '../partial.ts';
import { sniff, sniffFile } from '../sniff.ts';
import { garbled } from './garbled.ts';

export interface VaultFuzzReport {
  seed: number;
  inputs: number;
  /** What came of it, by target: a type, "refused", "record", "none", "whole", "damaged, then whole". */
  outcomes: Record<Target, Record<string, number>>;
  /** Processor time of the slowest input, all threads together; one beyond SLOW_MS is tried three times. */
  slowestMs: number;
  slowest: string;
  rssMiB: { before: number; after: number };
}

const targets = ['sniff', 'file', 'record', 'partial'] as const;
type Target = (typeof targets)[number];

const SLOW_MS = 50;
/** What waits for the disk is tried less often: one input in so many. */
const DISK_EVERY = 50;

const u32 = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
const bytes = (...parts: (string | number[] | Uint8Array)[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Uint8Array.from(part))),
  );
const box = (name: string, ...inner: (string | number[] | Uint8Array)[]) => {
  const content = bytes(...inner);
  return bytes(u32(content.length + 8), name, content);
};
const track = (kind: string) =>
  box('trak', box('mdia', box('hdlr', [0, 0, 0, 0, 0, 0, 0, 0], kind, new Uint8Array(12))));
const mpegFrame = bytes([0xff, 0xfb, 0x90, 0x64], new Uint8Array(413));

/** One of every kind that is told apart, as short as it can be. */
const files: readonly Uint8Array[] = [
  bytes([0xff, 0xd8, 0xff, 0xe0], 'JFIF'),
  bytes('\x89PNG\r\n\x1a\n', box('IHDR', new Uint8Array(13))),
  bytes('GIF89a', new Uint8Array(20)),
  bytes('RIFF\x20\0\0\0WEBPVP8 ', new Uint8Array(20)),
  bytes('RIFF\x20\0\0\0WAVEfmt ', new Uint8Array(20)),
  bytes('OggS', new Uint8Array(24), 'OpusHead'),
  bytes(
    box('ftyp', 'isom\0\0\x02\0isomiso2'),
    box('moov', track('soun'), track('vide')),
    box('mdat', 'data'),
  ),
  bytes(
    box('ftyp', 'isom\0\0\x02\0'),
    box('free', 'xxxx'),
    box('mdat', new Uint8Array(99)),
    box('moov', track('soun')),
  ),
  bytes(
    box('ftyp', 'isom\0\0\x02\0'),
    u32(1),
    'mdat',
    u32(0),
    u32(40),
    new Uint8Array(24),
    box('moov', track('vide')),
  ),
  bytes(box('ftyp', 'M4A \0\0\0\0M4A mp42isom')),
  bytes(box('ftyp', 'heic\0\0\0\0mif1heic')),
  bytes(box('ftyp', 'avif\0\0\0\0avifmif1')),
  bytes([0x1a, 0x45, 0xdf, 0xa3], 'webm', new Uint8Array(40), 'A_OPUS'),
  bytes('ID3\x04\0\0\0\0\0\x0a', new Uint8Array(10), mpegFrame),
  bytes(mpegFrame, mpegFrame, mpegFrame),
  bytes('WEBVTT\n\n00:00.000 --> 00:01.000\nHello'),
  bytes('1\r\n00:00:00,000 --> 00:00:01,000\r\nHello'),
  bytes('{"a":[1,2,3]}'),
];

/** Throws with the seed and the input when anything but an answer came back. */
export async function fuzzVault({
  inputs,
  seed,
}: {
  inputs: number;
  seed: number;
}): Promise<VaultFuzzReport> {
  const dir = await mkdtemp(join(tmpdir(), 'vault-fuzz-'));
  const chance = chanceOf(seed);
  const report: VaultFuzzReport = {
    seed,
    inputs,
    outcomes: Object.fromEntries(targets.map((target) => [target, {}])) as VaultFuzzReport['outcomes'],
    slowestMs: 0,
    slowest: '',
    rssMiB: { before: rssMiB(), after: 0 },
  };
  const upload = await prepareUpload(dir);
  try {
    for (let count = 0; count < inputs; count++) {
      const target: Target =
        count % DISK_EVERY === 0 ? chance.pick(['file', 'record', 'partial'] as const) : 'sniff';
      // Each try sees the same changes.
      const changes = Math.floor(chance.number() * 2 ** 31);
      let outcome = '';
      let ms = Number.POSITIVE_INFINITY;
      for (let times = 0; times < 3 && ms > SLOW_MS; times++) {
        const before = process.cpuUsage();
        outcome = await tryOne(target, chanceOf(changes), dir, upload).catch((cause: unknown) => {
          throw new Error(`seed ${seed}, input ${count} (${target}, changes ${changes})`, { cause });
        });
        const { user, system } = process.cpuUsage(before);
        ms = Math.min(ms, (user + system) / 1000);
      }
      report.outcomes[target][outcome] = (report.outcomes[target][outcome] ?? 0) + 1;
      if (ms > report.slowestMs) Object.assign(report, { slowestMs: ms, slowest: `${target} ${changes}` });
    }
    report.rssMiB.after = rssMiB();
    return report;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

interface Upload {
  bytes: Uint8Array;
  ref: AssetRef;
  blocks: readonly string[];
  /** Files of an upload in progress whose first block has come. */
  files: Readonly<Record<'offer.json' | 'bitmap' | 'data', Uint8Array>>;
}

async function prepareUpload(dir: string): Promise<Upload> {
  const whole = noise(BLOCK_BYTES + 100, 7);
  const blocks = [whole.subarray(0, BLOCK_BYTES), whole.subarray(BLOCK_BYTES)].map(sha256);
  const ref: AssetRef = { hash: sha256(whole) as AssetHash, bytes: whole.length, type: 'image/png' };
  await mkdir(join(dir, 'partial'));
  return {
    bytes: whole,
    ref,
    blocks,
    files: {
      'offer.json': Buffer.from(JSON.stringify({ ref, blocks })),
      bitmap: Uint8Array.of(1),
      data: whole.slice(0, BLOCK_BYTES),
    },
  };
}

async function tryOne(target: Target, chance: Chance, dir: string, upload: Upload): Promise<string> {
  switch (target) {
    case 'sniff':
      return knownType(sniff(garbled(chance.pick(files), chance)));
    case 'file': {
      const path = join(dir, 'file');
      await writeFile(path, garbled(chance.pick(files), chance));
      const file = await open(path, 'r');
      try {
        return knownType(await sniffFile(file));
      } finally {
        await file.close();
      }
    }
    case 'record': {
      const path = join(dir, 'record.json');
      await writeFile(path, garbled(Buffer.from(JSON.stringify(upload.ref)), chance));
      return readRecord(path, upload.ref.hash, upload.ref.bytes) === undefined ? 'none' : 'record';
    }
    case 'partial':
      return await goOn(join(dir, 'partial', 'one'), chance, upload);
  }
}

/** Goes on with an upload of which one file was damaged; at the end it must be whole, whatever was believed of it. */
async function goOn(folder: string, chance: Chance, upload: Upload): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const damaged = chance.pick(['offer.json', 'bitmap', 'data'] as const);
  for (const [name, content] of Object.entries(upload.files)) {
    await writeFile(join(folder, name), name === damaged ? garbled(content, chance) : content);
  }
  const partial = await openPartial(folder, upload.ref, upload.blocks);
  try {
    for (let times = 0; times < 2; times++) {
      for (const index of partial.missing()) {
        const start = index * BLOCK_BYTES;
        if (!(await partial.block(index, upload.bytes.subarray(start, start + BLOCK_BYTES)))) {
          throw new Error(`block ${index} was not taken`);
        }
      }
      try {
        await partial.whole();
        return times === 0 ? 'whole' : 'damaged, then whole';
      } catch (cause) {
        if (!(cause instanceof Failure) || cause.code !== 'bad-input') throw cause;
      }
    }
    throw new Error('sent again, it is still damaged');
  } finally {
    await partial.close();
  }
}

function knownType(type: string): string {
  if (!(assetTypes as readonly string[]).includes(type)) throw new Error(`there is no type ${type}`);
  return type;
}

function rssMiB(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}
