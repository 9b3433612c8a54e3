// Bytes through one data channel in three ways, the same code at both ends, in a page and in Node: our link, a raw
// channel driven by hand as fast as it goes, and simple-peer's own stream.
import type { SimplePeer } from '@myspinbot/shared/direct/peer-end.ts';
import type { FrameLink } from '@myspinbot/shared/transfer/link.ts';

/** stream: written in pieces as large as ours. pieces: in those of 16 KiB that Node's streams come in. */
export const ways = ['ours', 'raw', 'stream', 'pieces'] as const;
export type Way = (typeof ways)[number];
/** What is measured, told by whoever begins. */
export interface Task {
  way: Way;
  /** Who sends. */
  from: 'page' | 'node';
  bytes: number;
}

export interface Pour {
  send(bytes: number): Promise<void>;
  /** Resolves when so many bytes came. */
  take(bytes: number): Promise<void>;
}

const CHUNK = 64 * 1024;
const HIGH = 1024 * 1024;
const LOW = 256 * 1024;

/** Over a link of ours. */
export function overLink(link: FrameLink): Pour {
  return {
    async send(bytes: number): Promise<void> {
      const chunk = new Uint8Array(CHUNK);
      for (let left = bytes; left > 0; left -= CHUNK) await link.send(chunk);
    },
    take: (bytes: number) =>
      new Promise<void>((resolve) => {
        let left = bytes;
        link.onFrame((frame) => {
          left -= frame.length;
          if (left <= 0) resolve();
        });
      }),
  };
}

interface Channel {
  readonly bufferedAmount: number;
  bufferedAmountLowThreshold?: number;
  onbufferedamountlow: unknown;
  onmessage: unknown;
  binaryType: string;
  send(bytes: Uint8Array<ArrayBuffer>): void;
}

/** Over a channel and nothing else, as fast as it goes. */
export function overChannel(channel: Channel): Pour {
  channel.binaryType = 'arraybuffer';
  const hasEvent = typeof channel.bufferedAmountLowThreshold === 'number';
  if (hasEvent) channel.bufferedAmountLowThreshold = LOW;
  const room = () =>
    new Promise<void>((resolve) => {
      if (hasEvent) {
        channel.onbufferedamountlow = () => resolve();
        return;
      }
      const look = () => void (channel.bufferedAmount <= LOW ? resolve() : setTimeout(look, 1));
      look();
    });
  return {
    async send(bytes: number): Promise<void> {
      const chunk = new Uint8Array(CHUNK);
      for (let left = bytes; left > 0; left -= CHUNK) {
        channel.send(chunk);
        if (channel.bufferedAmount >= HIGH) await room();
      }
    },
    take: (bytes: number) =>
      new Promise<void>((resolve) => {
        let left = bytes;
        channel.onmessage = ({ data }: { data: ArrayBuffer }) => {
          left -= data.byteLength;
          if (left <= 0) resolve();
        };
      }),
  };
}

interface Stream {
  write(bytes: Uint8Array): boolean;
  once(event: 'drain', then: () => void): void;
  on(event: 'data', then: (bytes: Uint8Array) => void): void;
}

/** Over simple-peer's stream. */
export function overStream(peer: SimplePeer, piece = CHUNK): Pour {
  const stream = peer as unknown as Stream;
  return {
    async send(bytes: number): Promise<void> {
      const chunk = new Uint8Array(piece);
      for (let left = bytes; left > 0; left -= piece) {
        if (!stream.write(chunk)) await new Promise<void>((then) => stream.once('drain', then));
      }
    },
    take: (bytes: number) =>
      new Promise<void>((resolve) => {
        let left = bytes;
        stream.on('data', (data) => {
          left -= data.length;
          if (left <= 0) resolve();
        });
      }),
  };
}
