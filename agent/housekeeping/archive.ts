// One file of many: a plain POSIX tar of regular files, so that anybody can look into it with what every system has. The
// reader takes only what the writer writes, one file after the other: no links, no long names, no extensions, nothing
// packed. Reading needs no memory beyond one piece, whatever the file claims. It knows nothing of what is in the files.
import { type FileHandle, open } from 'node:fs/promises';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { fill, onDisk } from '../vault/durable.ts';

const BLOCK = 512;
const PIECE_BYTES = 1024 * 1024;
const MAX_NAME = 100;

export interface ArchiveWriter {
  /** `source` must bring `bytes` bytes; throws when it does not. */
  add(name: string, bytes: number, source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void>;
  /** Writes the end and waits for the disk; returns the size of the file. */
  finish(): Promise<number>;
}

/** Writes into an open, empty file. `at`: epoch ms, the time that its files get. */
export function createArchive(file: FileHandle, at: number): ArchiveWriter {
  let size = 0;
  const write = async (piece: Uint8Array) => {
    await onDisk(() => file.writeFile(piece));
    size += piece.length;
  };
  return {
    async add(name, bytes, source) {
      await write(headerOf(name, bytes, at));
      let left = bytes;
      for await (const piece of source) {
        left -= piece.length;
        if (left < 0) break;
        await write(piece);
      }
      if (left !== 0) throw new Error(`${name} has not the ${bytes} bytes it was said to have`);
      await write(new Uint8Array(padding(bytes)));
    },
    async finish() {
      await write(new Uint8Array(2 * BLOCK));
      await onDisk(() => file.sync());
      return size;
    },
  };
}

export interface ArchivedFile {
  readonly name: string;
  readonly bytes: number;
  /** To be read to its end before the next one is asked for. */
  read(): AsyncGenerator<Uint8Array>;
}

export interface ArchiveReader {
  /** Undefined at the end. Throws Failure `bad-input` for what is no such archive, or one that breaks off. */
  next(): Promise<ArchivedFile | undefined>;
  close(): Promise<void>;
}

/** Throws Failure `not-found`, or `bad-input` when it cannot be read. */
export async function openArchive(path: string): Promise<ArchiveReader> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new Failure({
      code: cause.code === 'ENOENT' ? 'not-found' : 'bad-input',
      message: `The file ${path} cannot be opened (${cause.code ?? cause.message}).`,
      hint: 'Look whether the name is right, and whether this account may read it.',
      cause,
    });
  });
  const end = await file.stat().then(async (found) => {
    if (found.isFile()) return found.size;
    await file.close();
    throw foreign(path);
  });
  let position = 0;

  const block = async (): Promise<Buffer> => {
    const bytes = Buffer.alloc(BLOCK);
    if ((await fill(file, bytes, position)) < BLOCK) throw position === 0 ? foreign(path) : brokenOff(path);
    position += BLOCK;
    return bytes;
  };
  return {
    async next() {
      const isFirst = position === 0;
      const header = await block();
      if (isZero(header)) {
        if (isFirst) throw foreign(path);
        if (!isZero(await block()) || position !== end) throw damaged(path);
        return undefined;
      }
      const found = readHeader(header);
      if (found === undefined) throw isFirst ? foreign(path) : damaged(path);
      const start = position;
      const after = start + found.bytes + padding(found.bytes);
      if (after > end) throw brokenOff(path);
      position = after;
      return {
        ...found,
        async *read() {
          const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, Math.max(1, found.bytes)));
          for (let at = 0; at < found.bytes; ) {
            const part = piece.subarray(0, Math.min(piece.length, found.bytes - at));
            if ((await fill(file, part, start + at)) < part.length) throw brokenOff(path);
            at += part.length;
            yield part;
          }
        },
      };
    },
    close: () => file.close(),
  };
}

/** A file that another program made. Code `bad-input`. */
export function foreign(path: string): Failure {
  return new Failure({
    code: 'bad-input',
    message: `${path} was not made by MySpinBot.`,
    hint: 'Choose a file that npx myspinbot backup or export has made.',
  });
}

/** What was changed after it was written. Code `bad-input`. */
export function damaged(path: string): Failure {
  return new Failure({
    code: 'bad-input',
    message: `${path} is damaged: it is not any more what was written.`,
    hint: 'Take another copy of it. Nothing was changed here.',
  });
}

function brokenOff(path: string): Failure {
  return new Failure({
    code: 'bad-input',
    message: `${path} is not whole: it breaks off.`,
    hint: 'Copy it again from where it was made. Nothing was changed here.',
  });
}

function padding(bytes: number): number {
  return (BLOCK - (bytes % BLOCK)) % BLOCK;
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** Fields of a ustar header: offset and length. */
const field = {
  name: [0, MAX_NAME],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
} as const;
const MAGIC = 'ustar\x0000';
const REGULAR = '0';

function headerOf(name: string, bytes: number, at: number): Buffer {
  if (Buffer.byteLength(name) > MAX_NAME) throw new Error(`${name} is too long a name for an archive`);
  const header = Buffer.alloc(BLOCK);
  const put = (where: readonly [number, number], text: string) => header.write(text, where[0], 'latin1');
  const octal = (where: readonly [number, number], value: number) =>
    put(where, `${value.toString(8).padStart(where[1] - 1, '0')}\0`);
  header.write(name, 0, 'utf8');
  octal(field.mode, 0o600);
  octal(field.uid, 0);
  octal(field.gid, 0);
  octal(field.size, bytes);
  octal(field.mtime, Math.max(0, Math.floor(at / 1000)));
  put(field.type, REGULAR);
  put(field.magic, MAGIC);
  put(field.checksum, `${checksumOf(header).toString(8).padStart(6, '0')}\0 `);
  return header;
}

function readHeader(header: Buffer): { name: string; bytes: number } | undefined {
  const text = ([at, length]: readonly [number, number]) => header.toString('latin1', at, at + length);
  const size = /^([0-7]{11})\0$/.exec(text(field.size))?.[1];
  const sum = /^([0-7]{6})\0 $/.exec(text(field.checksum))?.[1];
  if (text(field.magic) !== MAGIC || text(field.type) !== REGULAR) return undefined;
  if (size === undefined || sum === undefined) return undefined;
  if (Number.parseInt(sum, 8) !== checksumOf(header)) return undefined;
  const end = header.indexOf(0);
  const name = header.toString('utf8', 0, Math.min(end, MAX_NAME));
  return { name, bytes: Number.parseInt(size, 8) };
}

/** As if the sum itself were blanks. */
function checksumOf(header: Buffer): number {
  const [at, length] = field.checksum;
  let sum = 0;
  for (const [index, byte] of header.entries()) {
    sum += index >= at && index < at + length ? 0x20 : byte;
  }
  return sum;
}
