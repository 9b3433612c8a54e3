// One end of a direct connection as simple-peer makes it, in a browser or in Node, seen as what signalling and a link
// need: descriptions out and in, candidates out and in, and the raw channel. Knows no signatures and no frames.
import { type ChannelLink, createChannelLink, type LinkClock, LOW_WATER_BYTES } from './channel-link.ts';
import { type Description, readCandidate, readDescription, writeDescription } from './description.ts';

/** What simple-peer is made with on both sides: nobody outside is asked, and the channel is there from the start. */
export const peerOptions = {
  trickle: true,
  config: { iceServers: [] as never[] },
  channelName: 'frames',
  // Agreed on beforehand: no message about it, and no moment in which one could be missed.
  channelConfig: { negotiated: true, id: 0, ordered: true },
  // Of use only without trickle; its timer would hold the process for 5 s after the end.
  iceCompleteTimeout: 1,
};

/** The part of a simple-peer that is used. */
export interface SimplePeer {
  on(event: 'signal', listener: (said: PeerSignal) => void): void;
  on(event: 'error', listener: (cause: Error) => void): void;
  on(event: 'close', listener: () => void): void;
  signal(said: PeerSignal): void;
  destroy(cause?: Error): void;
  /** Its stream is slow and its event 'connect' late: the channel is driven past both. */
  readonly _channel: DataChannel | null;
  /** True while it asks for statistics to find out its addresses. */
  _connecting?: boolean;
}

export interface PeerSignal {
  type: string;
  sdp?: string;
  candidate?: { candidate: string; sdpMLineIndex?: number | null; sdpMid?: string | null };
}

/** The part of an RTCDataChannel that is used. */
interface DataChannel {
  readonly bufferedAmount: number;
  readonly readyState: string;
  /** Absent in @roamhq/wrtc. */
  bufferedAmountLowThreshold?: number;
  onbufferedamountlow?: unknown;
  onmessage: unknown;
  send(message: never): void;
  addEventListener(type: 'open', listener: () => void): void;
}

export interface PeerEnd {
  readonly link: ChannelLink;
  /** The other side's words; `description` and candidates as they were read, never as they came. */
  describe(description: Description): void;
  candidate(candidate: string): void;
  end(why: string): void;
}

/** Well below the second within which whoever is removed is gone. */
const REST_MS = 250;
/** Where there is no event for it, the channel is asked so often. */
const POLL_MS = 1;

/** Takes over a peer that was just made; `says` is told its own description (once) and its candidates. */
export function openPeerEnd(
  peer: SimplePeer,
  clock: LinkClock,
  says: {
    description(description: Description): void;
    candidate(candidate: string): void;
    ended(why: string): void;
  },
): PeerEnd {
  const channel = peer._channel;
  if (channel === null) throw new Error('the library made no channel');
  // Its 'connect' is not waited for. Before it, it asks for statistics again and again; a connection of @roamhq/wrtc that
  // is closed while it gathers them takes its process down, and every other link with it.
  peer._connecting = true;
  let isOver = false;
  let lowNow: (() => void) | undefined;
  let stopPolling: (() => void) | undefined;
  const hasEvent = typeof channel.bufferedAmountLowThreshold === 'number';
  if (hasEvent) {
    channel.bufferedAmountLowThreshold = LOW_WATER_BYTES;
    channel.onbufferedamountlow = () => {
      const then = lowNow;
      lowNow = undefined;
      then?.();
    };
  }
  // @roamhq/wrtc may take its process down when a channel is sent something and closed in the moment in which it opens or
  // the other side closes it. So it says no last word, and closes a moment later.
  const rest = () => {
    clock.after(REST_MS, () => peer.destroy());
  };
  const poll = (then: () => void) => {
    stopPolling = clock.after(POLL_MS, () => {
      if (isOver || channel.readyState !== 'open') return;
      if (channel.bufferedAmount <= LOW_WATER_BYTES) then();
      else poll(then);
    });
  };
  const link = createChannelLink(
    {
      get bufferedAmount() {
        return isOver || channel.readyState !== 'open' ? 0 : channel.bufferedAmount;
      },
      hasLastWord: hasEvent,
      send(message) {
        if (isOver || channel.readyState !== 'open') throw new Error('the channel is not open');
        channel.send(message as never);
      },
      whenLow(then) {
        if (hasEvent && channel.bufferedAmount > LOW_WATER_BYTES) lowNow = then;
        else poll(then);
      },
      close() {
        if (isOver) return;
        isOver = true;
        lowNow = undefined;
        stopPolling?.();
        if (hasEvent) peer.destroy();
        else rest();
      },
    },
    clock,
    says.ended,
  );
  channel.onmessage = ({ data }: { data: unknown }) => {
    if (isOver) return;
    if (typeof data === 'string') link.receive(data);
    else if (data instanceof ArrayBuffer) link.receive(new Uint8Array(data));
  };
  if (channel.readyState === 'open') link.opened();
  else channel.addEventListener('open', () => link.opened());

  /** @roamhq/wrtc takes no candidate without. */
  let mid = '0';
  let isDescribed = false;
  let why = 'the connection closed';
  peer.on('error', (cause) => {
    why = cause.message;
  });
  peer.on('close', () => link.gone(why));
  peer.on('signal', (said) => {
    if (isOver) return;
    if (said.candidate !== undefined) {
      const candidate = readCandidate(said.candidate.candidate);
      if (candidate !== undefined) says.candidate(candidate);
      return;
    }
    if ((said.type !== 'offer' && said.type !== 'answer') || said.sdp === undefined) return;
    const read = readDescription(said.type, said.sdp);
    // A second one would be a change of what is agreed on, which has no use here.
    if (isDescribed) return link.gone('it described itself twice');
    if (!read.ok) return link.gone(`its own description: ${read.why}`);
    isDescribed = true;
    says.description(read.description);
    for (const candidate of read.candidates) says.candidate(candidate);
  });

  return {
    link,
    describe(description) {
      mid = description.mid;
      if (!isOver) peer.signal({ type: description.type, sdp: writeDescription(description) });
    },
    candidate(candidate) {
      if (!isOver)
        peer.signal({ type: 'candidate', candidate: { candidate, sdpMLineIndex: 0, sdpMid: mid } });
    },
    end: (reason) => link.close(reason),
  };
}
