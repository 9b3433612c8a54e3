// Golden fixtures of every message of the transfer conversation, and what a decoder may meet. A change of an
// encoded form breaks agents and apps of other versions: raise TRANSFER_VERSION and keep the old fixtures readable.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AssetHash } from '../asset/asset.ts';
import {
  decodeTransfer,
  encodeTransfer,
  MAX_TRANSFER_TEXT,
  TRANSFER_VERSION,
  type TransferMessage,
  transferMessageSchema,
} from './transfer.ts';

const hash = 'ab'.repeat(32) as AssetHash;
const golden: Record<TransferMessage['type'], [TransferMessage, string][]> = {
  'transfer/hello': [
    [{ type: 'transfer/hello', version: TRANSFER_VERSION }, '{"type":"transfer/hello","version":2}'],
    [
      { type: 'transfer/hello', version: 2, from: 'k3v9x0q2m8' },
      '{"type":"transfer/hello","version":2,"from":"k3v9x0q2m8"}',
    ],
  ],
  'transfer/beat': [[{ type: 'transfer/beat' }, '{"type":"transfer/beat"}']],
  'transfer/offer': [
    [
      {
        type: 'transfer/offer',
        asset: { hash, bytes: 3, type: 'image/png', name: 'Ich & Du.png' },
        blocks: ['cd'.repeat(32)],
      },
      `{"type":"transfer/offer","asset":{"hash":"${hash}","bytes":3,"type":"image/png","name":"Ich & Du.png"},"blocks":["${'cd'.repeat(32)}"]}`,
    ],
    [
      { type: 'transfer/offer', asset: { hash, bytes: 0, type: 'application/octet-stream' }, blocks: [] },
      `{"type":"transfer/offer","asset":{"hash":"${hash}","bytes":0,"type":"application/octet-stream"},"blocks":[]}`,
    ],
  ],
  'transfer/ask': [
    [{ type: 'transfer/ask', hash }, `{"type":"transfer/ask","hash":"${hash}"}`],
    [
      { type: 'transfer/ask', hash, urgency: 'watching' },
      `{"type":"transfer/ask","hash":"${hash}","urgency":"watching"}`,
    ],
  ],
  'transfer/want': [
    [
      {
        type: 'transfer/want',
        hash,
        missing: [
          [0, 2],
          [5, 1],
        ],
        credits: 4,
      },
      `{"type":"transfer/want","hash":"${hash}","missing":[[0,2],[5,1]],"credits":4}`,
    ],
    [
      { type: 'transfer/want', hash, missing: [[3, 4]], begun: [[3, 262144]], credits: 2 },
      `{"type":"transfer/want","hash":"${hash}","missing":[[3,4]],"begun":[[3,262144]],"credits":2}`,
    ],
  ],
  'transfer/got': [
    [{ type: 'transfer/got', hash, index: 7 }, `{"type":"transfer/got","hash":"${hash}","index":7}`],
  ],
  'transfer/done': [[{ type: 'transfer/done', hash }, `{"type":"transfer/done","hash":"${hash}"}`]],
  'transfer/cancel': [[{ type: 'transfer/cancel', hash }, `{"type":"transfer/cancel","hash":"${hash}"}`]],
  'transfer/refuse': [
    [
      { type: 'transfer/refuse', hash, why: 'no-space', hint: 'Free some space.' },
      `{"type":"transfer/refuse","hash":"${hash}","why":"no-space","hint":"Free some space."}`,
    ],
    [
      { type: 'transfer/refuse', hash, why: 'unknown-asset' },
      `{"type":"transfer/refuse","hash":"${hash}","why":"unknown-asset"}`,
    ],
  ],
};

describe('the transfer messages', () => {
  test('every type of message has a golden fixture', () => {
    const types = transferMessageSchema.options.map((option) => option.shape.type.value);
    expect(Object.keys(golden).sort()).toEqual([...types].sort());
  });

  test.each(Object.values(golden).flat())('%j is written and read as it always was', (message, text) => {
    expect(encodeTransfer(message)).toBe(text);
    expect(decodeTransfer(text)).toEqual({ ok: true, value: message });
  });

  test('a field of a newer version is ignored', () => {
    const text = `{"type":"transfer/got","hash":"${hash}","index":7,"since":"tomorrow"}`;
    expect(decodeTransfer(text)).toEqual({ ok: true, value: { type: 'transfer/got', hash, index: 7 } });
  });

  test('a type of a newer version is unknown, not malformed', () => {
    expect(decodeTransfer('{"type":"transfer/rewind","hash":1}')).toMatchObject({ ok: false, unknown: true });
  });

  test.each([
    ['', 'not JSON'],
    ['{', 'not JSON'],
    ['null', ''],
    ['[]', ''],
    ['"transfer/got"', ''],
    ['{"type":5}', ''],
    [`{"type":"transfer/got","hash":"${hash}","index":-1}`, ''],
    [`{"type":"transfer/got","hash":"${hash.toUpperCase()}","index":1}`, ''],
    [`{"type":"transfer/got","hash":"../../etc/passwd","index":1}`, ''],
    [`{"type":"transfer/want","hash":"${hash}","missing":[[0,0]],"credits":1}`, ''],
    [`{"type":"transfer/want","hash":"${hash}","missing":[[0,1]],"credits":65}`, ''],
    [`{"type":"transfer/want","hash":"${hash}","missing":[[0,1]],"credits":1e9}`, ''],
    [`{"type":"transfer/want","hash":"${hash}","missing":[[0,1]],"begun":[[0,0]],"credits":1}`, ''],
    [`{"type":"transfer/want","hash":"${hash}","missing":[[0,1]],"begun":[[0,1e9]],"credits":1}`, ''],
    [`{"type":"transfer/ask","hash":"${hash}","urgency":"now"}`, ''],
    [`{"type":"transfer/hello","version":2,"from":"../etc"}`, ''],
    [`{"type":"transfer/refuse","hash":"${hash}","why":"mood"}`, ''],
    [`{"type":"transfer/offer","asset":{"hash":"${hash}","bytes":1e15,"type":"image/png"},"blocks":[]}`, ''],
  ])('%s is malformed', (text, why) => {
    const decoded = decodeTransfer(text);
    expect(decoded).toMatchObject({ ok: false, unknown: false });
    if (!decoded.ok && why !== '') expect(decoded.why).toContain(why);
  });

  test('a frame longer than the longest offer is not even parsed', () => {
    expect(decodeTransfer(`"${'a'.repeat(MAX_TRANSFER_TEXT)}"`)).toMatchObject({
      ok: false,
      why: 'too long',
    });
    const blocks = Array.from({ length: 2048 }, () => 'cd'.repeat(32));
    const longest = encodeTransfer({
      type: 'transfer/offer',
      asset: { hash, bytes: 2 ** 31, type: 'video/mp4', name: 'ö'.repeat(200) },
      blocks,
    });
    expect(longest.length).toBeLessThan(MAX_TRANSFER_TEXT);
    expect(decodeTransfer(longest).ok).toBe(true);
  });

  test('no text makes the decoder throw', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({
          type: fc.constantFrom(...Object.keys(golden)),
          hash: fc.oneof(fc.constant(hash), fc.anything()),
          index: fc.anything(),
          missing: fc.anything(),
          asset: fc.anything(),
        })
        .map((value) => {
          try {
            return JSON.stringify(value) ?? '';
          } catch {
            return '';
          }
        }),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const decoded = decodeTransfer(text);
        // What is read can be written and read again.
        if (decoded.ok) expect(decodeTransfer(encodeTransfer(decoded.value))).toEqual(decoded);
      }),
      { numRuns: 3000 },
    );
  });
});
