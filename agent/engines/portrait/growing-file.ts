// A file that is only ever added to, and says how much of it is written. What cannot be written is dropped and ends the
// growth, quietly for whoever brings the bytes: they are read to their end all the same. It does not know what it holds.
import { type FileHandle, open } from 'node:fs/promises';

export interface GrowingFile {
  /** Bytes in order. Never throws. */
  add(bytes: Uint8Array): void;
  /** Resolves when everything is written or given up, and the file is closed. Never rejects. */
  end(): Promise<void>;
}

/** What may wait for the disk; a film in the making is a few hundred kilobytes a second. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

export function createGrowingFile(
  path: string,
  told: { grew(bytes: number): void; failed(cause: unknown): void },
): GrowingFile {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let written = 0;
  let hasFailed = false;
  let file: Promise<FileHandle> | undefined;
  let writing: Promise<void> | undefined;

  const fail = (cause: unknown) => {
    waiting = [];
    if (hasFailed) return;
    hasFailed = true;
    told.failed(cause);
  };
  const write = async () => {
    try {
      file ??= open(path, 'w');
      const handle = await file;
      while (waiting.length > 0) {
        const bytes = Buffer.concat(waiting.splice(0));
        waitingBytes = 0;
        for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
        written += bytes.length;
        told.grew(written);
      }
    } catch (cause) {
      fail(cause);
    }
    writing = undefined;
  };

  return {
    add(bytes) {
      if (hasFailed) return;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes > MAX_WAITING_BYTES) fail(new Error('the disk does not keep up'));
      else writing ??= write();
    },
    async end() {
      await writing;
      await file?.then((handle) => handle.close()).catch(fail);
    },
  };
}
