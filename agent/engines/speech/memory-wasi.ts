// Just enough of WASI preview 1 to run a command-line program compiled to WebAssembly entirely in memory: its
// files are a map, its output is a string, and it can reach nothing of this machine. Node's own `node:wasi`
// hands out real directories and announces itself as experimental on stderr.

/** The part of the WebAssembly interface used here; Node's type definitions leave it out. */
export interface WasmModule {
  readonly __brand: 'WasmModule';
}
interface WasmMemory {
  readonly buffer: ArrayBuffer;
}
interface WasmInterface {
  compile(bytes: Uint8Array): Promise<WasmModule>;
  Instance: new (module: WasmModule, imports: object) => { exports: { memory: WasmMemory; _start(): void } };
}
export const wasm = (globalThis as unknown as { WebAssembly: WasmInterface }).WebAssembly;

const SUCCESS = 0;
const EBADF = 8;
const ENOENT = 44;
const STDOUT = 1;
const STDERR = 2;
const ROOT = 3;
const FILE_TYPE_CHARACTER = 2;
const FILE_TYPE_DIRECTORY = 3;
const FILE_TYPE_REGULAR = 4;
const OFLAG_CREATE = 1;
const OFLAG_TRUNCATE = 8;
const ALL_RIGHTS = 0xffff_ffff_ffff_ffffn;

/** A file that grows by doubling, so that many small writes stay cheap. */
class MemoryFile {
  bytes: Uint8Array<ArrayBuffer>;
  size: number;

  constructor(content: Uint8Array) {
    this.bytes = Uint8Array.from(content);
    this.size = content.length;
  }

  write(at: number, chunk: Uint8Array): void {
    const end = at + chunk.length;
    if (end > this.bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.bytes.length * 2, 65_536));
      grown.set(this.bytes.subarray(0, this.size));
      this.bytes = grown;
    }
    this.bytes.set(chunk, at);
    this.size = Math.max(this.size, end);
  }
}

export interface ProgramRun {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** A file it wrote, by its name in the root folder. */
  file(name: string): Uint8Array | undefined;
}

class ProgramExit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Runs `module` to its end with `args` (the program's name included). Traps are thrown as they are. */
export function runProgram(
  module: WasmModule,
  args: readonly string[],
  files: ReadonlyMap<string, Uint8Array>,
): ProgramRun {
  const disk = new Map([...files].map(([name, content]) => [name, new MemoryFile(content)]));
  const opened = new Map<number, { file: MemoryFile; at: number }>();
  const printed: Record<number, Uint8Array[]> = { [STDOUT]: [], [STDERR]: [] };
  const argv = args.map((arg) => Buffer.from(`${arg}\0`, 'utf8'));
  let nextDescriptor = ROOT + 1;
  let memory: WasmMemory;
  const view = () => new DataView(memory.buffer);
  const bytesAt = (at: number, length: number) => new Uint8Array(memory.buffer, at, length);

  const system: Record<string, (...values: never[]) => number> = {
    args_sizes_get(count: number, size: number) {
      view().setUint32(count, argv.length, true);
      view().setUint32(
        size,
        argv.reduce((sum, arg) => sum + arg.length, 0),
        true,
      );
      return SUCCESS;
    },
    args_get(pointers: number, buffer: number) {
      let at = buffer;
      argv.forEach((arg, index) => {
        view().setUint32(pointers + 4 * index, at, true);
        bytesAt(at, arg.length).set(arg);
        at += arg.length;
      });
      return SUCCESS;
    },
    clock_time_get(_clock: number, _precision: bigint, out: number) {
      view().setBigUint64(out, 0n, true); // the same text must always give the same sound
      return SUCCESS;
    },
    fd_prestat_get(descriptor: number, out: number) {
      if (descriptor !== ROOT) return EBADF;
      view().setUint32(out, 0, true);
      view().setUint32(out + 4, 1, true);
      return SUCCESS;
    },
    fd_prestat_dir_name(descriptor: number, path: number, length: number) {
      if (descriptor !== ROOT || length < 1) return EBADF;
      bytesAt(path, 1)[0] = 0x2f; // "/"
      return SUCCESS;
    },
    fd_fdstat_get(descriptor: number, out: number) {
      const type =
        descriptor === ROOT
          ? FILE_TYPE_DIRECTORY
          : opened.has(descriptor)
            ? FILE_TYPE_REGULAR
            : descriptor <= STDERR
              ? FILE_TYPE_CHARACTER
              : undefined;
      if (type === undefined) return EBADF;
      bytesAt(out, 24).fill(0);
      view().setUint8(out, type);
      view().setBigUint64(out + 8, ALL_RIGHTS, true);
      view().setBigUint64(out + 16, ALL_RIGHTS, true);
      return SUCCESS;
    },
    fd_fdstat_set_flags: () => SUCCESS,
    path_open(
      _directory: number,
      _lookup: number,
      path: number,
      length: number,
      flags: number,
      _rights: bigint,
      _inherited: bigint,
      _fdFlags: number,
      out: number,
    ) {
      const name = Buffer.from(bytesAt(path, length)).toString('utf8').replace(/^\/+/, '');
      let file = disk.get(name);
      if (file === undefined && (flags & OFLAG_CREATE) === 0) return ENOENT;
      if (file === undefined || (flags & OFLAG_TRUNCATE) !== 0) {
        file = new MemoryFile(new Uint8Array());
        disk.set(name, file);
      }
      opened.set(nextDescriptor, { file, at: 0 });
      view().setUint32(out, nextDescriptor++, true);
      return SUCCESS;
    },
    fd_close: (descriptor: number) => (opened.delete(descriptor) ? SUCCESS : EBADF),
    fd_seek(descriptor: number, offset: bigint, whence: number, out: number) {
      const open = opened.get(descriptor);
      if (open === undefined) return EBADF;
      const base = whence === 0 ? 0 : whence === 1 ? open.at : open.file.size;
      open.at = Math.max(0, base + Number(offset));
      view().setBigUint64(out, BigInt(open.at), true);
      return SUCCESS;
    },
    fd_read(descriptor: number, vectors: number, count: number, out: number) {
      const open = opened.get(descriptor);
      let read = 0;
      for (let index = 0; open !== undefined && index < count; index++) {
        const at = view().getUint32(vectors + 8 * index, true);
        const length = view().getUint32(vectors + 8 * index + 4, true);
        const part = open.file.bytes.subarray(open.at, Math.min(open.file.size, open.at + length));
        bytesAt(at, part.length).set(part);
        open.at += part.length;
        read += part.length;
      }
      view().setUint32(out, read, true);
      return SUCCESS; // a read of stdin is at its end
    },
    fd_write(descriptor: number, vectors: number, count: number, out: number) {
      const open = opened.get(descriptor);
      const stream = printed[descriptor];
      if (open === undefined && stream === undefined) return EBADF;
      let written = 0;
      for (let index = 0; index < count; index++) {
        const at = view().getUint32(vectors + 8 * index, true);
        const chunk = bytesAt(at, view().getUint32(vectors + 8 * index + 4, true));
        if (open !== undefined) {
          open.file.write(open.at, chunk);
          open.at += chunk.length;
        } else {
          stream?.push(chunk.slice());
        }
        written += chunk.length;
      }
      view().setUint32(out, written, true);
      return SUCCESS;
    },
    proc_exit(code: number): never {
      throw new ProgramExit(code);
    },
  };

  const instance = new wasm.Instance(module, { wasi_snapshot_preview1: system });
  memory = instance.exports.memory;
  let exitCode = 0;
  try {
    instance.exports._start();
  } catch (error) {
    if (!(error instanceof ProgramExit)) throw error;
    exitCode = error.code;
  }
  const text = (chunks: Uint8Array[] | undefined) => Buffer.concat(chunks ?? []).toString('utf8');
  return {
    exitCode,
    stdout: text(printed[STDOUT]),
    stderr: text(printed[STDERR]),
    file(name) {
      const file = disk.get(name);
      return file?.bytes.subarray(0, file.size);
    },
  };
}
