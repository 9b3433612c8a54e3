// @vitest-environment node
// Films and files on one link: each conversation gets its own frames, and a link that breaks takes neither with it.
import 'fake-indexeddb/auto';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { encodeLive } from '@myspinbot/shared/wire/live.ts';
import { encodeLivePiece } from '@myspinbot/shared/wire/live-frame.ts';
import { expect, test } from 'vitest';
import { openAssetStore } from '../vault/assets.ts';
import { AppDatabase } from '../vault/database.ts';
import { createHandClock } from './hand-clock.ts';
import { createLiveReceiver, type LiveEvent } from './live-receiver.ts';
import { createTransferPump, type TransferSocket } from './transfer-pump.ts';

const job = 'j_0123456789abcdef' as JobId;

test('a film goes on over the next link, and one that breaks the rules ends the link it came by', async () => {
  const db = new AppDatabase('live-on-the-pump');
  const clock = createHandClock();
  const events: LiveEvent[] = [];
  const troubles: string[] = [];
  const live = createLiveReceiver((event) => events.push(event));
  const sockets: { socket: TransferSocket; sent: string[] }[] = [];
  const nothing = () => () => undefined;
  const pump = createTransferPump({
    store: openAssetStore(db, clock.now),
    lists: { outbox: nothing, wanted: nothing },
    live,
    clock,
    onTrouble: (what) => troubles.push(what),
    connect() {
      const sent: string[] = [];
      const socket: TransferSocket = {
        ...{ binaryType: 'blob', onopen: null, onclose: null, onmessage: null },
        send: (frame) => void sent.push(String(frame)),
        close: () => queueMicrotask(() => socket.onclose?.()),
      };
      sockets.push({ socket, sent });
      queueMicrotask(() => socket.onopen?.());
      return socket;
    },
  });
  const turn = async () => {
    for (let times = 0; times < 5; times++) await Promise.resolve();
  };
  const start = (from: number) =>
    encodeLive({
      ...{ type: 'live/start', job, film: 'film0001', stream: 0, from },
      ...{ mime: 'video/mp4; codecs="avc1.640020"', width: 1, height: 1 },
    });
  const piece = (at: number) => encodeLivePiece({ stream: 0, at, bytes: Uint8Array.of(at) }).buffer;
  const asked = (at: number) => sockets[at]!.sent.find((frame) => frame.includes('live/watch'));

  live.watch(job);
  pump.reach(true);
  await turn();
  expect(asked(0)).toContain('"from":0');
  expect(sockets[0]!.sent.some((frame) => frame.includes('transfer/hello'))).toBe(true);
  sockets[0]!.socket.onmessage?.({ data: '{"type":"transfer/hello","version":1}' });
  sockets[0]!.socket.onmessage?.({ data: start(0) });
  sockets[0]!.socket.onmessage?.({ data: piece(0) });
  expect(events.map(({ type }) => type)).toEqual(['began', 'bytes']);

  sockets[0]!.socket.close();
  await turn();
  clock.turn(5000);
  await turn();
  expect(asked(1)).toContain('"from":1');
  sockets[1]!.socket.onmessage?.({ data: start(1) });
  // Not the next byte.
  sockets[1]!.socket.onmessage?.({ data: piece(7) });
  expect(troubles).toEqual(['violation']);
  await turn();
  clock.turn(5000);
  await turn();
  expect(asked(2)).toContain('"from":1');
  await pump.close();
  db.close();
});
