// A file that says what is in it before anything of it is believed: an archive whose first file is a manifest with the
// size and SHA-256 of every other one, in their order, and whose name holds the SHA-256 of the manifest. It finds what
// was cut off, changed or put in; whoever can make a whole new file can also make its sums. It does not know what the
// files mean.
import { createHash, randomBytes } from 'node:crypto';
import { access, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { assetHashSchema, MAX_ASSET_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { z } from 'zod';
import { onDisk, requireSpace, sha256, syncDir } from '../vault/durable.ts';
import { createArchive, damaged, foreign, openArchive } from './archive.ts';
import type { Progress } from './stores.ts';

export type SealedKind = 'backup' | 'project';

const entrySchema = z.strictObject({
  name: z.string().min(1).max(100),
  bytes: z.int().min(0).max(MAX_ASSET_BYTES),
  sha256: assetHashSchema,
});
export type SealedEntry = z.infer<typeof entrySchema>;

const manifestSchema = z.object({
  kind: z.enum(['backup', 'project']),
  /** Of this layout; a higher one is of a newer program. */
  format: z.int().min(1),
  /** Version of the program that made it. */
  madeBy: z.string().max(40),
  madeAt: z.number(),
  entries: z.array(entrySchema).max(500_000),
  facts: z.unknown(),
});
export type Manifest = z.infer<typeof manifestSchema>;

const FORMAT = 1;
/** 100,000 assets are some 30 MB. */
const MAX_MANIFEST_BYTES = 128 * 1024 * 1024;

export interface ToSeal extends SealedEntry {
  /** Opened when its turn comes. */
  read(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * Writes `path` so that it is there whole or not at all, for this account alone. Throws Failure `refused` when there is
 * such a file, `disk-full`, and `bad-input` when one of the files is not what its sum says.
 */
export async function writeSealed(
  path: string,
  what: { kind: SealedKind; madeBy: string; madeAt: number; facts: unknown; entries: readonly ToSeal[] },
  { signal, progress }: { signal?: AbortSignal | undefined; progress?: Progress | undefined } = {},
): Promise<number> {
  await mustBeNew(path);
  const { kind, madeBy, madeAt, facts } = what;
  const entries = what.entries.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }));
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  await requireSpace(dirname(path), total);
  const manifest = Buffer.from(JSON.stringify({ kind, format: FORMAT, madeBy, madeAt, facts, entries }));
  const temp = `${path}.${randomBytes(6).toString('hex')}.part`;
  const file = await open(temp, 'wx', 0o600).catch((cause: unknown) => {
    throw notWritable(dirname(path), cause);
  });
  let done = 0;
  try {
    const archive = createArchive(file, madeAt);
    await archive.add(manifestName(kind, sha256(manifest)), manifest.length, [manifest]);
    for (const entry of what.entries) {
      const checked = hashing(entry.read(), (piece) => {
        signal?.throwIfAborted();
        done += piece.length;
        progress?.(done, total);
      });
      await archive.add(entry.name, entry.bytes, checked.pieces);
      if (checked.digest() !== entry.sha256) throw notAsKept(entry);
    }
    const size = await archive.finish();
    await file.close();
    await onDisk(() => rename(temp, path));
    await syncDir(dirname(path));
    return size;
  } catch (cause) {
    await file.close().catch(() => {}); // the first trouble is the one that is told
    await rm(temp, { force: true });
    throw cause;
  }
}

export interface SealedFile<Facts> {
  readonly manifest: Manifest;
  readonly facts: Facts;
  /** Bytes of everything in it. */
  readonly bytes: number;
  /**
   * Hands over every file in its order; `take` reads it to its end. Throws Failure `bad-input` as soon as one is not what
   * the manifest says: what was taken before is to be thrown away.
   */
  unpack(
    take: (entry: SealedEntry, pieces: AsyncIterable<Uint8Array>) => Promise<void>,
    options?: { signal?: AbortSignal | undefined; progress?: Progress | undefined },
  ): Promise<void>;
  close(): Promise<void>;
}

/** Reads and checks the manifest. `mayBe`: whether a file of this name has any business in such a file. */
export async function openSealed<Facts>(
  path: string,
  what: { kind: SealedKind; facts: z.ZodType<Facts>; mayBe(name: string): boolean },
): Promise<SealedFile<Facts>> {
  const archive = await openArchive(path);
  try {
    const first = await archive.next();
    const named = /^myspinbot-(backup|project)\.([0-9a-f]{64})\.json$/.exec(first?.name ?? '');
    if (first === undefined || named === null) throw foreign(path);
    if (named[1] !== what.kind) throw otherKind(path, what.kind);
    if (first.bytes > MAX_MANIFEST_BYTES) throw damaged(path);
    const pieces: Buffer[] = [];
    for await (const piece of first.read()) pieces.push(Buffer.from(piece));
    const text = Buffer.concat(pieces);
    if (sha256(text) !== named[2]) throw damaged(path);
    const { manifest, facts } = readManifest(path, text, what);
    const bytes = manifest.entries.reduce((sum, entry) => sum + entry.bytes, 0);
    return {
      manifest,
      facts,
      bytes,
      async unpack(take, { signal, progress } = {}) {
        let done = 0;
        for (const entry of manifest.entries) {
          const found = await archive.next();
          if (found?.name !== entry.name || found.bytes !== entry.bytes) throw damaged(path);
          const checked = hashing(found.read(), (piece) => {
            signal?.throwIfAborted();
            done += piece.length;
            progress?.(done, bytes);
          });
          await take(entry, checked.pieces);
          if (checked.digest() !== entry.sha256) throw damaged(path);
        }
        if ((await archive.next()) !== undefined) throw damaged(path);
      },
      close: archive.close,
    };
  } catch (cause) {
    await archive.close();
    throw cause;
  }
}

/** A folder that this account may not write into. Code `bad-input`. */
export function notWritable(folder: string, cause: unknown): Failure {
  const why = (cause as NodeJS.ErrnoException | null)?.code ?? String(cause);
  return new Failure({
    code: 'bad-input',
    message: `Nothing can be written in ${folder} (${why}).`,
    hint: 'Choose a folder that the account of the agent may write into.',
    cause,
  });
}

/** Throws Failure `refused` when there is something, `bad-input` when nothing can be put there. */
export async function mustBeNew(path: string): Promise<void> {
  await access(dirname(path)).catch((cause: unknown) => {
    throw new Failure({
      code: 'bad-input',
      message: `There is no folder ${dirname(path)}.`,
      hint: 'Make it first, or name another file.',
      cause,
    });
  });
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  throw new Failure({
    code: 'refused',
    message: `There is a file ${path} already.`,
    hint: 'Name another one, or remove it first.',
  });
}

function readManifest<Facts>(
  path: string,
  text: Buffer,
  what: { kind: SealedKind; facts: z.ZodType<Facts>; mayBe(name: string): boolean },
): { manifest: Manifest; facts: Facts } {
  let json: unknown;
  try {
    json = JSON.parse(text.toString('utf8'));
  } catch {
    throw damaged(path);
  }
  const format = z.object({ format: z.number() }).safeParse(json);
  if (format.success && format.data.format > FORMAT) {
    throw new Failure({
      code: 'bad-input',
      message: `${path} was made by a newer version of MySpinBot.`,
      hint: 'Update MySpinBot on this machine, then try again.',
    });
  }
  const manifest = manifestSchema.safeParse(json);
  if (!manifest.success || manifest.data.kind !== what.kind) throw unusable(path, 'its manifest');
  const facts = what.facts.safeParse(manifest.data.facts);
  if (!facts.success) throw unusable(path, facts.error.issues[0]?.path.join('.') || 'its manifest');
  const names = new Set<string>();
  for (const { name } of manifest.data.entries) {
    if (!what.mayBe(name) || names.has(name)) throw unusable(path, `the file "${name.slice(0, 60)}" in it`);
    names.add(name);
  }
  return { manifest: manifest.data, facts: facts.data };
}

function manifestName(kind: SealedKind, sum: string): string {
  return `myspinbot-${kind}.${sum}.json`;
}

/** The same pieces; what their sum is can be asked after the last. */
function hashing(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  onPiece: (piece: Uint8Array) => void,
): { pieces: AsyncGenerator<Uint8Array>; digest(): string } {
  const hash = createHash('sha256');
  const pieces = async function* () {
    for await (const piece of source) {
      onPiece(piece);
      hash.update(piece);
      yield piece;
    }
  };
  return { pieces: pieces(), digest: () => hash.digest('hex') };
}

function otherKind(path: string, wanted: SealedKind): Failure {
  const isBackup = wanted === 'backup';
  return new Failure({
    code: 'bad-input',
    message: `${path} is ${isBackup ? 'one project, no backup' : 'a backup, not one project'}.`,
    hint: isBackup ? 'Use npx myspinbot import for it.' : 'Use npx myspinbot restore for it.',
  });
}

function unusable(path: string, what: string): Failure {
  return new Failure({
    code: 'bad-input',
    message: `${path} cannot be used: ${what} is not what MySpinBot writes.`,
    hint: 'Do not trust where it came from. Nothing was changed here.',
  });
}

function notAsKept({ name }: SealedEntry): Failure {
  return new Failure({
    code: 'bad-input',
    message: `${name} is damaged on the disk of the workstation.`,
    hint: 'Run npx myspinbot doctor --repair, then try again.',
  });
}
