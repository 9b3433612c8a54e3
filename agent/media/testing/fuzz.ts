// Damaged and hostile pictures through everything that opens them: the cleaning on the workstation, which decodes them,
// and the app's, which does not. What comes out must be a picture that says nothing, or a Failure. A decoder that falls
// over takes the process with it, and whoever counts. The same seed makes the same changes.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripMetadata } from '@myspinbot/shared/asset/strip-metadata.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import sharp from 'sharp';
import { chanceOf } from '../../queue/fixtures/random.ts';
import { garbled } from '../../vault/testing/garbled.ts';
import { CLEAN_SIDE } from '../clean-picture.ts';
import { recodePicture } from '../decode-picture.ts';
import { kindOf } from '../picture.ts';

export interface PictureFuzzReport {
  seed: number;
  inputs: number;
  /** "clean" or the Failure's message, by format. */
  outcomes: Record<string, Record<string, number>>;
  /** Of how many the app kept something, and of how many nothing. */
  stripped: { kept: number; refused: number };
  /** Time from the file to the answer. A header may promise up to 120 megapixels, so this is not short. */
  slowestMs: number;
  slowest: string;
  slowestStripMs: number;
  rssMiB: { before: number; most: number };
}

const SECRET = 'where it was taken';

/** Throws with the seed and the input when a picture came out that still says something, or another error. */
export async function fuzzPictures({
  inputs,
  seed,
}: {
  inputs: number;
  seed: number;
}): Promise<PictureFuzzReport> {
  const dir = await mkdtemp(join(tmpdir(), 'picture-fuzz-'));
  const chance = chanceOf(seed);
  const pictures = await realPictures();
  const report: PictureFuzzReport = {
    seed,
    inputs,
    outcomes: {},
    stripped: { kept: 0, refused: 0 },
    slowestMs: 0,
    slowest: '',
    slowestStripMs: 0,
    rssMiB: { before: rssMiB(), most: 0 },
  };
  try {
    for (let count = 0; count < inputs; count++) {
      const [format, real] = chance.pick(pictures);
      const changes = Math.floor(chance.number() * 2 ** 31);
      const bytes = garbled(real, chanceOf(changes));
      const name = `${format}, input ${count}, changes ${changes}`;
      try {
        await strip(bytes, report);
        const path = join(dir, 'picture');
        await writeFile(path, bytes);
        const started = performance.now();
        const outcome = await clean(path);
        const ms = performance.now() - started;
        const seen = report.outcomes[format] ?? {};
        report.outcomes[format] = { ...seen, [outcome]: (seen[outcome] ?? 0) + 1 };
        if (ms > report.slowestMs) Object.assign(report, { slowestMs: ms, slowest: name });
      } catch (cause) {
        throw new Error(`seed ${seed}: ${name}`, { cause });
      }
      if (count % 50 === 0) report.rssMiB.most = Math.max(report.rssMiB.most, rssMiB());
    }
    return report;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function strip(bytes: Uint8Array, report: PictureFuzzReport): Promise<void> {
  const before = process.cpuUsage();
  const kept = stripMetadata(bytes);
  const { user, system } = process.cpuUsage(before);
  report.slowestStripMs = Math.max(report.slowestStripMs, (user + system) / 1000);
  if (kept === undefined) report.stripped.refused++;
  else report.stripped.kept++;
  if (kept !== undefined && Buffer.compare(stripMetadata(kept) ?? Buffer.alloc(0), kept) !== 0) {
    throw new Error('what was kept is not what is kept of it');
  }
}

async function clean(path: string): Promise<string> {
  // What the process for pictures does, without one for each of them.
  const made = async () =>
    recodePicture(await readFile(path), CLEAN_SIDE, ['png', 'gif'].includes(await kindOf(path)));
  const picture = await made().catch((cause: unknown) => {
    if (cause instanceof Failure && cause.code === 'bad-input') return cause.message;
    throw cause;
  });
  if (typeof picture === 'string') return picture.replace(/\d+/g, 'N');
  const kept = Buffer.from(picture.data);
  if (kept.includes(SECRET)) throw new Error('it still says where it was taken');
  const { width, height, exif } = await sharp(kept, { failOn: 'warning' }).metadata();
  if (exif !== undefined) throw new Error('it still has EXIF');
  if (width !== picture.width || height !== picture.height || Math.max(width, height) > CLEAN_SIDE) {
    throw new Error(`it is ${width} x ${height}`);
  }
  return 'clean';
}

async function realPictures(): Promise<[string, Uint8Array][]> {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const made = () =>
    sharp({ create: { width: 48, height: 40, channels: 3, background: '#888', noise } })
      .withMetadata({ orientation: 6 })
      .withExifMerge({ IFD0: { ImageDescription: SECRET } });
  const writers = {
    jpeg: made().jpeg(),
    'progressive jpeg': made().jpeg({ progressive: true }),
    png: made().png(),
    'interlaced png': made().png({ progressive: true, palette: true }),
    webp: made().webp(),
    'lossless webp': made().webp({ lossless: true }),
    gif: made().gif(),
    tiff: made().tiff({ compression: 'lzw' }),
    avif: made().avif({ effort: 0 }),
  };
  return Promise.all(
    Object.entries(writers).map(async ([name, image]) => [name, await image.toBuffer()] as [string, Buffer]),
  );
}

function rssMiB(): number {
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}
