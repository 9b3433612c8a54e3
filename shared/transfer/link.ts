// What a transfer needs of a link: whole frames, in order, both ways, while it lasts. A WebSocket, a WebRTC data channel and plain HTTP
// requests stand behind it; who is at the other end was proved before a link exists. It knows no assets.

/** socket: a WebSocket of its own. direct: a WebRTC data channel. http: one request per frame. */
export const linkKinds = ['socket', 'direct', 'http'] as const;
export type LinkKind = (typeof linkKinds)[number];

export interface FrameLink {
  readonly kind: LinkKind;
  /** The largest binary frame the link takes; the session cuts blocks to fit. */
  readonly frameBytes: number;
  /**
   * Puts a frame on the link, in order: messages as text, pieces of blocks as bytes. The promise resolves when there is room for more, so
   * that a peer that does not read cannot fill our memory. Throws or rejects when the link is gone. `free`: told, perhaps
   * at once, when the frame's memory may be used again; a link that does not know never tells.
   */
  send(frame: string | Uint8Array, free?: () => void): void | Promise<void>;
  /** Told of every frame, in order; those that came before are handed over first. One listener. */
  onFrame(listener: (frame: string | Uint8Array) => void): void;
  /** Told once, also when the link was closed before; `why` is for the log. */
  onClose(listener: (why: string) => void): void;
  close(why?: string): void;
}
