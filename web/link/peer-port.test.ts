// The port between a worker and a page, held to the contract of links with a link in memory behind it; and what happens
// when the page cannot open one.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { linkContract } from '@myspinbot/shared/transfer/link-contract.ts';
import { createNarrowLinks } from '@myspinbot/shared/transfer/narrow-link.ts';
import { describe, expect, test } from 'vitest';
import { openPeerLink, servePeerPort } from './peer-port.ts';

describe('every link', () => {
  const open = async () => {
    const { here, there, cut } = createNarrowLinks({ kind: 'direct' });
    const worker = await openPeerLink((port) => void servePeerPort(port, async () => here));
    return {
      here: worker,
      there,
      async end() {
        const over = new Promise((resolve) => worker.onClose(resolve));
        cut();
        await over;
      },
    };
  };
  for (const { name, run } of linkContract('through a port', open)) test(name, run);
});

describe('a link that the page cannot open', () => {
  test('is refused with the page’s own words', async () => {
    const opening = openPeerLink(
      (port) =>
        void servePeerPort(port, async () => {
          throw new Failure({ code: 'too-often', message: 'Too many.', hint: 'Close one.', retry: 'soon' });
        }),
    );
    await expect(opening).rejects.toMatchObject({ code: 'too-often', hint: 'Close one.', retry: 'soon' });
  });

  test('is refused where there is no WebRTC', async () => {
    const opening = openPeerLink(
      (port) =>
        void servePeerPort(port, async () => {
          throw new ReferenceError('RTCPeerConnection is not defined');
        }),
    );
    await expect(opening).rejects.toMatchObject({ code: 'engine-failed' });
  });
});

test('bytes are handed over, not copied: what the page gets is gone on the way', async () => {
  const { here, there, cut } = createNarrowLinks({ kind: 'direct' });
  const worker = await openPeerLink((port) => void servePeerPort(port, async () => here));
  const frame = new Uint8Array(1000).fill(7);
  const heard = new Promise((resolve) => there.onFrame(resolve));
  await worker.send(frame);
  // The sender's own bytes stay the sender's.
  expect(frame.length).toBe(1000);
  expect(await heard).toEqual(frame);
  cut();
});

test('a peer that reads nothing makes the worker wait, and not the page’s memory grow', async () => {
  let taken = 0;
  const never = new Promise<void>(() => undefined);
  const stuck = {
    kind: 'direct' as const,
    frameBytes: 64 * 1024,
    send() {
      taken++;
      return never;
    },
    onFrame: () => undefined,
    onClose: () => undefined,
    close: () => undefined,
  };
  const worker = await openPeerLink((port) => void servePeerPort(port, async () => stuck));
  let sent = 0;
  let waits: void | Promise<void> | undefined;
  while (waits === undefined && sent < 1000) {
    waits = worker.send(new Uint8Array(64 * 1024));
    sent++;
  }
  expect(sent).toBeLessThanOrEqual(9);
  worker.close();
  await expect(waits).rejects.toThrow('The link is gone');
  expect(taken).toBeLessThanOrEqual(sent);
});
