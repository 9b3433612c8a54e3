// A WebSocket that proves itself before it opens: first a challenge, then the real socket with the proof. Where no
// proof is to be had it is a socket that closes, so that whoever uses it tries again as for any other. It has the
// part of the interface that room links and the transfer pump use.
import { proofProtocol, SOCKET_PROTOCOL } from '@myspinbot/shared/wire/pairing.ts';
import type { Session } from './session.ts';

/** What a browser reports of a socket that never opened. */
const NEVER_OPENED = 1006;

/** The class, to be used where `socket` would be. No challenge is asked for a device that is not paired. */
export function provenSocket(world: {
  session: Pick<Session, 'prove'>;
  socket: typeof WebSocket;
}): typeof WebSocket {
  class ProvenSocket {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readonly CONNECTING = 0;
    readonly OPEN = 1;
    readonly CLOSING = 2;
    readonly CLOSED = 3;
    readonly url: string;
    onopen: ((event: Event) => void) | null = null;
    onmessage: ((event: MessageEvent) => void) | null = null;
    onerror: ((event: Event) => void) | null = null;
    onclose: ((event: CloseEvent) => void) | null = null;
    private line: WebSocket | undefined;
    private state = 0;
    private kind: BinaryType = 'blob';

    constructor(url: string | URL) {
      this.url = String(url);
      void this.begin();
    }

    get readyState(): number {
      return this.state;
    }
    get binaryType(): BinaryType {
      return this.kind;
    }
    set binaryType(kind: BinaryType) {
      this.kind = kind;
      if (this.line !== undefined) this.line.binaryType = kind;
    }
    get bufferedAmount(): number {
      return this.line?.bufferedAmount ?? 0;
    }
    get protocol(): string {
      return this.line?.protocol ?? '';
    }

    send(data: Parameters<WebSocket['send']>[0]): void {
      if (this.line === undefined) throw new DOMException('The socket is not open yet.', 'InvalidStateError');
      this.line.send(data);
    }

    close(code?: number, reason?: string): void {
      if (this.state >= this.CLOSING) return;
      this.state = this.CLOSING;
      // Without a line it is `begin` that finds this out, as a browser's socket does: never at once.
      this.line?.close(code, reason);
    }

    private async begin(): Promise<void> {
      let proof: string;
      try {
        // The path as it is sent: the room stays URL-encoded.
        proof = proofProtocol(await world.session.prove(`socket ${new URL(this.url).pathname}`));
      } catch (cause) {
        // The session has told whoever must know why.
        return this.ended(cause);
      }
      if (this.state !== this.CONNECTING) return this.ended(undefined);
      const line = new world.socket(this.url, [SOCKET_PROTOCOL, proof]);
      this.line = line;
      line.binaryType = this.kind;
      line.onopen = (event) => {
        if (this.state !== this.CONNECTING) return;
        this.state = this.OPEN;
        this.onopen?.(event);
      };
      line.onmessage = (event) => this.onmessage?.(event);
      line.onerror = (event) => this.onerror?.(event);
      line.onclose = (event) => {
        this.state = this.CLOSED;
        this.onclose?.(event);
      };
    }

    private ended(cause: unknown): void {
      this.state = this.CLOSED;
      this.onerror?.(new ErrorEvent('error', { error: cause }));
      this.onclose?.(new CloseEvent('close', { code: NEVER_OPENED, wasClean: false }));
    }
  }
  return ProvenSocket as unknown as typeof WebSocket;
}
