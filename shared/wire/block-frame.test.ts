import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AssetHash, BLOCK_BYTES } from '../asset/asset.ts';
import { BLOCK_FRAME_HEADER, decodeBlock, encodeBlock, MAX_BLOCK_FRAME } from './block-frame.ts';

const hash = Array.from({ length: 32 }, (_, byte) => byte.toString(16).padStart(2, '0')).join(
  '',
) as AssetHash;

describe('the block frame', () => {
  test('has the layout it always had', () => {
    const frame = encodeBlock(hash, 0x01020304, Uint8Array.of(0xca, 0xfe));
    expect([...frame]).toEqual([
      1,
      ...Array.from({ length: 32 }, (_, byte) => byte),
      0x01,
      0x02,
      0x03,
      0x04,
      0xca,
      0xfe,
    ]);
  });

  test('comes back as it went in, also as a view in the middle of a buffer', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.nat({ max: 0xffffffff }),
        fc.uint8Array({ maxLength: 300 }),
        fc.nat({ max: 9 }),
        (hashBytes, index, bytes, offset) => {
          const name = [...hashBytes].map((byte) => byte.toString(16).padStart(2, '0')).join('') as AssetHash;
          const frame = encodeBlock(name, index, bytes);
          const buffer = new Uint8Array(frame.length + 20);
          buffer.set(frame, offset);
          const decoded = decodeBlock(buffer.subarray(offset, offset + frame.length));
          expect(decoded).toEqual({ hash: name, index, bytes });
        },
      ),
    );
  });

  test('the longest block fits and one byte more does not', () => {
    const longest = encodeBlock(hash, 0, new Uint8Array(BLOCK_BYTES));
    expect(longest.length).toBe(MAX_BLOCK_FRAME);
    expect(decodeBlock(longest)?.bytes.length).toBe(BLOCK_BYTES);
    const longer = new Uint8Array(MAX_BLOCK_FRAME + 1);
    longer[0] = 1;
    expect(decodeBlock(longer)).toBeUndefined();
  });

  test('anything else is undefined, never a throw', () => {
    expect(decodeBlock(new Uint8Array(0))).toBeUndefined();
    expect(decodeBlock(new Uint8Array(BLOCK_FRAME_HEADER - 1).fill(1))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (frame) => {
        const decoded = decodeBlock(frame);
        expect(decoded === undefined).toBe(frame.length < BLOCK_FRAME_HEADER || frame[0] !== 1);
      }),
      { numRuns: 2000 },
    );
  });
});
