// Real pictures of a few hundred bytes, made at once: for tests that send a photo and do not look at it.
import { crc32, deflateSync } from 'node:zlib';

/** A PNG of one colour, another for each seed; `side` px square (32 is the least that is accepted). */
export function smallPng(seed = 1, side = 32): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2], 8); // 8 bits, RGB
  const row = Buffer.alloc(1 + side * 3);
  for (let x = 1; x < row.length; x++) row[x] = (seed >> (8 * (x % 3))) & 0xff;
  const pixels = deflateSync(Buffer.concat(Array.from({ length: side }, () => row)));
  return Uint8Array.from(
    Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', header),
      chunk('IDAT', pixels),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
}

function chunk(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(content.length, 0);
  out.set(body, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
