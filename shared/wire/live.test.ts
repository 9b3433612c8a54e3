// Golden fixtures of every message and frame of the live conversation, and what its decoders may meet.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobId } from '../job/job.ts';
import {
  decodeLive,
  encodeLive,
  isLiveText,
  type LiveMessage,
  liveMessageSchema,
  MAX_LIVE_CREDIT,
  MAX_LIVE_PIECE,
  MAX_LIVE_TEXT,
} from './live.ts';
import {
  decodeLivePiece,
  encodeLivePiece,
  isLiveFrame,
  LIVE_FRAME_HEADER,
  MAX_LIVE_FRAME,
} from './live-frame.ts';
import { decodeTransfer } from './transfer.ts';

const job = 'j_0123456789abcdef' as JobId;
const film = 'f00dcafe';
const golden: Record<LiveMessage['type'], [LiveMessage, string][]> = {
  'live/watch': [
    [
      { type: 'live/watch', job, from: 0, credit: 1048576 },
      `{"type":"live/watch","job":"${job}","from":0,"credit":1048576}`,
    ],
    [
      { type: 'live/watch', job, film, from: 70000, credit: 9 },
      `{"type":"live/watch","job":"${job}","film":"${film}","from":70000,"credit":9}`,
    ],
  ],
  'live/more': [
    [{ type: 'live/more', job, bytes: 65536 }, `{"type":"live/more","job":"${job}","bytes":65536}`],
  ],
  'live/stop': [[{ type: 'live/stop', job }, `{"type":"live/stop","job":"${job}"}`]],
  'live/start': [
    [
      {
        type: 'live/start',
        job,
        film,
        stream: 1,
        from: 0,
        mime: 'video/mp4; codecs="avc1.640020, mp4a.40.2"',
        width: 720,
        height: 720,
      },
      `{"type":"live/start","job":"${job}","film":"${film}","stream":1,"from":0,"mime":"video/mp4; codecs=\\"avc1.640020, mp4a.40.2\\"","width":720,"height":720}`,
    ],
  ],
  'live/end': [
    [{ type: 'live/end', job, why: 'finished' }, `{"type":"live/end","job":"${job}","why":"finished"}`],
    [{ type: 'live/end', job, why: 'unknown' }, `{"type":"live/end","job":"${job}","why":"unknown"}`],
  ],
};

describe('the live messages', () => {
  test('every type of message has a golden fixture', () => {
    const types = liveMessageSchema.options.map((option) => option.shape.type.value);
    expect(Object.keys(golden).sort()).toEqual([...types].sort());
  });

  test.each(Object.values(golden).flat())('%j is written and read as it always was', (message, text) => {
    expect(encodeLive(message)).toBe(text);
    expect(decodeLive(text)).toEqual({ ok: true, value: message });
    expect(isLiveText(text)).toBe(true);
  });

  test('the transfer beside it takes them for messages of a newer peer, and they its for none of theirs', () => {
    for (const [, text] of Object.values(golden).flat()) {
      expect(decodeTransfer(text)).toMatchObject({ ok: false, unknown: true });
    }
    expect(isLiveText('{"type":"transfer/hello","version":1}')).toBe(false);
  });

  test('a field or a type of a newer version is passed over', () => {
    expect(decodeLive(`{"type":"live/stop","job":"${job}","since":1}`)).toEqual({
      ok: true,
      value: { type: 'live/stop', job },
    });
    expect(decodeLive('{"type":"live/rewind","job":1}')).toMatchObject({ ok: false, unknown: true });
  });

  test.each([
    '{"type":"live/',
    `{"type":"live/watch","job":"../../etc","from":0,"credit":1}`,
    `{"type":"live/watch","job":"${job}","from":-1,"credit":1}`,
    `{"type":"live/watch","job":"${job}","from":0.5,"credit":1}`,
    `{"type":"live/watch","job":"${job}","from":1e300,"credit":1}`,
    `{"type":"live/watch","job":"${job}","from":0,"credit":0}`,
    `{"type":"live/watch","job":"${job}","from":0,"credit":${MAX_LIVE_CREDIT + 1}}`,
    `{"type":"live/watch","job":"${job}","film":"F!","from":0,"credit":1}`,
    `{"type":"live/more","job":"${job}","bytes":-5}`,
    `{"type":"live/end","job":"${job}","why":"mood"}`,
    `{"type":"live/start","job":"${job}","film":"${film}","stream":1,"from":0,"mime":"text/html","width":1,"height":1}`,
    `{"type":"live/start","job":"${job}","film":"${film}","stream":4294967296,"from":0,"mime":"video/mp4; codecs=\\"avc1.640020\\"","width":1,"height":1}`,
    `{"type":"live/stop","job":"${job}","pad":"${'x'.repeat(MAX_LIVE_TEXT)}"}`,
  ])('%s is malformed', (text) => {
    expect(decodeLive(text)).toMatchObject({ ok: false, unknown: false });
  });

  test('no text makes the decoder throw', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({
          type: fc.constantFrom(...Object.keys(golden)),
          job: fc.oneof(fc.constant(job), fc.anything()),
          from: fc.anything(),
          bytes: fc.anything(),
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
        const decoded = decodeLive(text);
        if (decoded.ok) expect(decodeLive(encodeLive(decoded.value))).toEqual(decoded);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the frame of a piece of film', () => {
  test('has the layout it always had', () => {
    const frame = encodeLivePiece({
      stream: 0x01020304,
      at: 0x5_0607_0809,
      bytes: Uint8Array.of(0xca, 0xfe),
    });
    expect([...frame]).toEqual([3, 1, 2, 3, 4, 0, 0, 0, 5, 6, 7, 8, 9, 0xca, 0xfe]);
  });

  test('comes back as it went in, also as a view in the middle of a buffer', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 0xffffffff }),
        fc.maxSafeNat(),
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.nat({ max: 9 }),
        (stream, at, bytes, shift) => {
          const frame = encodeLivePiece({ stream, at, bytes });
          const buffer = new Uint8Array(frame.length + 20);
          buffer.set(frame, shift);
          expect(decodeLivePiece(buffer.subarray(shift, shift + frame.length))).toEqual({
            stream,
            at,
            bytes,
          });
        },
      ),
    );
  });

  test('the longest piece fits a data channel and one byte more is none', () => {
    const longest = encodeLivePiece({ stream: 0, at: 0, bytes: new Uint8Array(MAX_LIVE_PIECE) });
    expect(longest.length).toBe(MAX_LIVE_FRAME);
    expect(longest.length).toBeLessThan(65_536);
    expect(decodeLivePiece(longest)?.bytes.length).toBe(MAX_LIVE_PIECE);
    const longer = new Uint8Array(MAX_LIVE_FRAME + 1);
    longer[0] = 3;
    expect(decodeLivePiece(longer)).toBeUndefined();
  });

  test('anything else is undefined, never a throw', () => {
    expect(decodeLivePiece(new Uint8Array(0))).toBeUndefined();
    expect(decodeLivePiece(new Uint8Array(LIVE_FRAME_HEADER).fill(3))).toBeUndefined();
    expect(decodeLivePiece(new Uint8Array(40).fill(255).fill(3, 0, 1))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (frame) => {
        const decoded = decodeLivePiece(frame);
        if (frame.length <= LIVE_FRAME_HEADER || !isLiveFrame(frame)) expect(decoded).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });
});
