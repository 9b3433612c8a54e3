// One socket to a ComfyUI that stays as long as it is wanted: it is opened again when it breaks, and the old one is gone
// before the new one comes, because the server forgets an identity when an older socket of it ends. What it hears is handed
// on; what was missed meanwhile must be asked for.
import { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import { type ComfyEvent, readBinary, readText } from './events.ts';

export interface ComfySocket {
  /** Resolves when it is open for the first time, or could not be opened at once: then events come late or never. */
  readonly ready: Promise<void>;
  close(): void;
}

const PING_MS = 15_000;
const AGAIN_MS = 1000;
const MAX_FRAME_BYTES = 32 * 1024 * 1024;

export function openComfySocket(options: {
  address: URL;
  clientId: string;
  clock: Clock;
  on(event: ComfyEvent): void;
  /** After each opening but the first: something may have been missed. */
  reopened(): void;
}): ComfySocket {
  const { clock, on } = options;
  const url = new URL('ws', options.address);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.searchParams.set('clientId', options.clientId);
  let closed = false;
  let socket: WebSocket | undefined;
  let stop = () => {};
  let openings = 0;
  let isReady = () => {};
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });

  const open = () => {
    const now = new WebSocket(url, {
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
      handshakeTimeout: 5000,
    });
    socket = now;
    let isHeard = true;
    const beat = () => {
      if (!isHeard) return now.terminate();
      isHeard = false;
      now.ping();
      stop = clock.after(PING_MS, beat);
    };
    now.on('open', () => {
      now.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }));
      openings += 1;
      if (openings > 1) options.reopened();
      isReady();
      beat();
    });
    now.on('pong', () => {
      isHeard = true;
    });
    now.on('message', (data, isBinary) => {
      isHeard = true;
      const bytes = Buffer.isBuffer(data)
        ? data
        : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
      const event = isBinary ? readBinary(bytes) : readText(bytes.toString('utf8'));
      if (event !== undefined) on(event);
    });
    // "close" follows, and is what counts.
    now.on('error', () => {});
    now.on('close', () => {
      stop();
      isReady();
      if (!closed) stop = clock.after(AGAIN_MS, open);
    });
  };
  open();

  return {
    ready,
    close() {
      closed = true;
      stop();
      socket?.terminate();
    },
  };
}
