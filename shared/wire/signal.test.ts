// Golden fixtures of every message of the signal conversation, and what its decoder may meet.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_CANDIDATE, MAX_SDP } from '../direct/description.ts';
import {
  decodeSignal,
  encodeSignal,
  MAX_SIGNAL_TEXT,
  type SignalMessage,
  signalMessageSchema,
} from './signal.ts';

const peer = 'P'.repeat(22);
const signature = 'S'.repeat(86);
const sdp = 'v=0\r\n';
const golden: Record<SignalMessage['type'], [SignalMessage, string][]> = {
  'signal/offer': [
    [
      { type: 'signal/offer', peer, sdp, signature },
      `{"type":"signal/offer","peer":"${peer}","sdp":"v=0\\r\\n","signature":"${signature}"}`,
    ],
  ],
  'signal/answer': [
    [
      { type: 'signal/answer', peer, sdp, signature },
      `{"type":"signal/answer","peer":"${peer}","sdp":"v=0\\r\\n","signature":"${signature}"}`,
    ],
  ],
  'signal/candidate': [
    [
      { type: 'signal/candidate', peer, candidate: 'candidate:1 1 udp 1 10.0.0.1 5000 typ host' },
      `{"type":"signal/candidate","peer":"${peer}","candidate":"candidate:1 1 udp 1 10.0.0.1 5000 typ host"}`,
    ],
  ],
  'signal/refuse': [
    [{ type: 'signal/refuse', peer, why: 'busy' }, `{"type":"signal/refuse","peer":"${peer}","why":"busy"}`],
    [
      { type: 'signal/refuse', peer, why: 'unavailable', hint: 'None.' },
      `{"type":"signal/refuse","peer":"${peer}","why":"unavailable","hint":"None."}`,
    ],
  ],
  'signal/end': [[{ type: 'signal/end', peer }, `{"type":"signal/end","peer":"${peer}"}`]],
};

describe('the signal conversation', () => {
  test('is written and read as it always was', () => {
    expect(Object.keys(golden).sort()).toEqual(
      signalMessageSchema.options.map(({ shape }) => shape.type.value).sort(),
    );
    for (const [message, text] of Object.values(golden).flat()) {
      expect(encodeSignal(message)).toBe(text);
      expect(decodeSignal(text)).toEqual({ ok: true, value: message });
    }
  });

  test('the longest messages fit', () => {
    const long: SignalMessage = { type: 'signal/offer', peer, sdp: '"'.repeat(MAX_SDP), signature };
    expect(encodeSignal(long).length).toBeLessThan(MAX_SIGNAL_TEXT);
    expect(decodeSignal(encodeSignal(long)).ok).toBe(true);
  });

  test.each([
    ['sdp', { type: 'signal/offer', peer, sdp: 'v'.repeat(MAX_SDP + 1), signature }],
    ['sdp', { type: 'signal/offer', peer, sdp: '', signature }],
    ['peer', { type: 'signal/offer', peer: 'short', sdp, signature }],
    ['signature', { type: 'signal/answer', peer, sdp }],
    ['candidate', { type: 'signal/candidate', peer, candidate: 'c'.repeat(MAX_CANDIDATE + 1) }],
    ['why', { type: 'signal/refuse', peer, why: 'because' }],
  ])('a known message with a bad %s is malformed', (_, message) => {
    expect(decodeSignal(JSON.stringify(message))).toMatchObject({ ok: false, unknown: false });
  });

  test('a message of a newer version is unknown, garbage is neither, and nothing throws', () => {
    expect(decodeSignal('{"type":"signal/later"}')).toMatchObject({ ok: false, unknown: true });
    expect(decodeSignal('x'.repeat(MAX_SIGNAL_TEXT + 1))).toMatchObject({ ok: false, unknown: false });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(decodeSignal(text).ok).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
