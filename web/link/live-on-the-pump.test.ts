// @vitest-environment node
// Films and files on one link: each conversation gets its own frames, and a link that breaks takes neither with it.
import 'fake-indexeddb/auto';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import type { FrameLink } from '@myspinbot/shared/transfer/link.ts';
import { memoryLinks } from '@myspinbot/shared/transfer/memory-link.ts';
import { encodeLive } from '@myspinbot/shared/wire/live.ts';
import { encodeLivePiece } from '@myspinbot/shared/wire/live-frame.ts';
import { TRANSFER_VERSION } from '@myspinbot/shared/wire/transfer.ts';
import { expect, test } from 'vitest';
import { openAssetStore } from '../vault/assets.ts';
import { AppDatabase } from '../vault/database.ts';
import { createHandClock } from './hand-clock.ts';
import { createLiveReceiver, type LiveEvent } from './live-receiver.ts';
import { createTransferPump } from './transfer-pump.ts';

const job = 'j_0123456789abcdef' as JobId;

test('a film goes on over the next link, and one that breaks the rules ends the link it came by', async () => {
  const db = new AppDatabase('live-on-the-pump');
  const clock = createHandClock();
  const events: LiveEvent[] = [];
  const troubles: string[] = [];
  const live = createLiveReceiver((event) => events.push(event));
  const links: { there: FrameLink; sent: string[] }[] = [];
  const nothing = () => () => undefined;
  const pump = createTransferPump({
    store: openAssetStore(db, clock.now),
    lists: { outbox: nothing, wanted: nothing },
    live,
    clock,
    onTrouble: (what) => troubles.push(what),
    from: 'pump000001',
    dials: {
      async socket() {
        const [here, there] = memoryLinks();
        const sent: string[] = [];
        there.onFrame((frame) => void sent.push(String(frame)));
        links.push({ there, sent });
        return here;
      },
    },
  });
  const turn = async () => {
    for (let times = 0; times < 20; times++) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  const start = (from: number) =>
    encodeLive({
      ...{ type: 'live/start', job, film: 'film0001', stream: 0, from },
      ...{ mime: 'video/mp4; codecs="avc1.640020"', width: 1, height: 1 },
    });
  const piece = (at: number) => encodeLivePiece({ stream: 0, at, bytes: Uint8Array.of(at) });
  const asked = (at: number) => links[at]!.sent.find((frame) => frame.includes('live/watch'));

  live.watch(job);
  pump.reach(true);
  await turn();
  expect(asked(0)).toContain('"from":0');
  expect(links[0]!.sent.some((frame) => frame.includes('transfer/hello'))).toBe(true);
  await links[0]!.there.send(`{"type":"transfer/hello","version":${TRANSFER_VERSION}}`);
  await links[0]!.there.send(start(0));
  await links[0]!.there.send(piece(0));
  await turn();
  expect(events.map(({ type }) => type)).toEqual(['began', 'bytes']);

  links[0]!.there.close('cut');
  await turn();
  clock.turn(1000);
  await turn();
  expect(asked(1)).toContain('"from":1');
  await links[1]!.there.send(start(1));
  // Not the next byte.
  await links[1]!.there.send(piece(7));
  await turn();
  expect(troubles).toContain('violation');
  clock.turn(1000);
  await turn();
  expect(asked(2)).toContain('"from":1');
  await pump.close();
  db.close();
});
