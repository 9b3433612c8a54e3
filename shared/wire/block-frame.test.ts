import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AssetHash, BLOCK_BYTES } from '../asset/asset.ts';
import { decodePiece, encodePiece, MAX_PIECE_BYTES, MAX_PIECE_FRAME, PIECE_HEADER } from './block-frame.ts';

const hash = Array.from({ length: 32 }, (_, byte) => byte.toString(16).padStart(2, '0')).join(
  '',
) as AssetHash;

describe('the frame of a piece', () => {
  test('has the layout it always had', () => {
    const frame = encodePiece({ hash, index: 0x01020304, offset: 0x50607, bytes: Uint8Array.of(0xca, 0xfe) });
    expect([...frame]).toEqual([
      ...[2, ...Array.from({ length: 32 }, (_, byte) => byte)],
      ...[0x01, 0x02, 0x03, 0x04],
      ...[0x00, 0x05, 0x06, 0x07],
      ...[0xca, 0xfe],
    ]);
  });

  test('comes back as it went in, also as a view in the middle of a buffer', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.nat({ max: 0xffffffff }),
        fc.nat({ max: BLOCK_BYTES - 300 }),
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.nat({ max: 9 }),
        (hashBytes, index, offset, bytes, at) => {
          const name = [...hashBytes].map((byte) => byte.toString(16).padStart(2, '0')).join('') as AssetHash;
          const frame = encodePiece({ hash: name, index, offset, bytes });
          const buffer = new Uint8Array(frame.length + 20);
          buffer.set(frame, at);
          const decoded = decodePiece(buffer.subarray(at, at + frame.length));
          expect(decoded).toEqual({ hash: name, index, offset, bytes });
        },
      ),
    );
  });

  test('the longest piece fits and one byte more does not', () => {
    const longest = encodePiece({ hash, index: 0, offset: 0, bytes: new Uint8Array(MAX_PIECE_BYTES) });
    expect(longest.length).toBe(MAX_PIECE_FRAME);
    expect(decodePiece(longest)?.bytes.length).toBe(MAX_PIECE_BYTES);
    const longer = new Uint8Array(MAX_PIECE_FRAME + 1);
    longer[0] = 2;
    expect(decodePiece(longer)).toBeUndefined();
  });

  test('a piece that reaches past the end of a block is none', () => {
    const bytes = Uint8Array.of(1, 2);
    expect(decodePiece(encodePiece({ hash, index: 0, offset: BLOCK_BYTES - 2, bytes }))).toBeDefined();
    expect(decodePiece(encodePiece({ hash, index: 0, offset: BLOCK_BYTES - 1, bytes }))).toBeUndefined();
    expect(decodePiece(encodePiece({ hash, index: 0, offset: 0xffffffff, bytes }))).toBeUndefined();
  });

  test('anything else is undefined, never a throw', () => {
    expect(decodePiece(new Uint8Array(0))).toBeUndefined();
    expect(decodePiece(new Uint8Array(PIECE_HEADER).fill(2))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (frame) => {
        const decoded = decodePiece(frame);
        if (frame.length <= PIECE_HEADER || frame[0] !== 2) expect(decoded).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });
});
