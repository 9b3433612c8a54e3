// Both ends of one connection of each way, the same code in a page and in Node: it is told what the platform has.
import { type Description, readCandidate } from '@myspinbot/shared/direct/description.ts';
import {
  openPeerEnd,
  type PeerSignal,
  peerOptions,
  type SimplePeer,
} from '@myspinbot/shared/direct/peer-end.ts';
import { overChannel, overLink, overStream, type Pour, type Way } from './pour.ts';
import type { Talk } from './talk.ts';

export interface Platform {
  makePeer(options: object): SimplePeer;
  makeConnection(): RTCPeerConnection;
  isCaller: boolean;
}

export interface Joined {
  pour: Pour;
  end(): void;
}

const clock = {
  now: () => performance.now(),
  after(ms: number, then: () => void) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves when bytes may be sent. */
export function join(way: Way, platform: Platform, talk: Talk): Promise<Joined> {
  if (way === 'ours') return ours(platform, talk);
  if (way === 'raw') return raw(platform, talk);
  return stream(platform, talk, way === 'pieces' ? 16 * 1024 : undefined);
}

async function ours({ makePeer, isCaller }: Platform, talk: Talk): Promise<Joined> {
  let isDescribed = false;
  let early: string[] = [];
  const end = openPeerEnd(makePeer({ ...peerOptions, initiator: isCaller }), clock, {
    description: (description) => talk.say({ description }),
    candidate: (candidate) => talk.say({ candidate }),
    ended: () => undefined,
  });
  talk.onRest((message) => {
    if (message.description !== undefined) {
      isDescribed = true;
      end.describe(message.description as Description);
      for (const candidate of early) end.candidate(candidate);
      early = [];
      return;
    }
    const candidate = readCandidate(String(message.candidate));
    // As the agent does: names of mDNS are not asked for.
    if (candidate === undefined || candidate.includes('.local')) return;
    if (isDescribed) end.candidate(candidate);
    else early.push(candidate);
  });
  await end.link.greeted;
  return { pour: overLink(end.link), end: () => end.end('measured') };
}

async function raw({ makeConnection, isCaller }: Platform, talk: Talk): Promise<Joined> {
  const connection = makeConnection();
  const channel = connection.createDataChannel('raw', { negotiated: true, id: 0 });
  connection.onicecandidate = ({ candidate }) => {
    if (candidate === null || candidate.candidate.includes('.local')) return;
    const { sdpMid, sdpMLineIndex } = candidate;
    talk.say({ ice: { candidate: candidate.candidate, sdpMid, sdpMLineIndex } });
  };
  let turn: Promise<unknown> = Promise.resolve();
  talk.onRest((message) => {
    turn = turn.then(async () => {
      if (message.ice !== undefined) return connection.addIceCandidate(message.ice as RTCIceCandidateInit);
      await connection.setRemoteDescription(message.sdp as RTCSessionDescriptionInit);
      if (isCaller) return;
      await connection.setLocalDescription(await connection.createAnswer());
      const { type, sdp } = connection.localDescription!;
      talk.say({ sdp: { type, sdp } });
    });
  });
  if (isCaller) {
    await connection.setLocalDescription(await connection.createOffer());
    const { type, sdp } = connection.localDescription!;
    talk.say({ sdp: { type, sdp } });
  }
  if (channel.readyState !== 'open') {
    await new Promise<void>((resolve) => channel.addEventListener('open', () => resolve()));
  }
  return { pour: overChannel(channel as never), end: () => connection.close() };
}

async function stream({ makePeer, isCaller }: Platform, talk: Talk, piece?: number): Promise<Joined> {
  const peer = makePeer({ initiator: isCaller, config: { iceServers: [] } });
  peer.on('error', () => undefined);
  peer.on('signal', (signal) => talk.say({ signal }));
  talk.onRest((message) => {
    const signal = message.signal as PeerSignal;
    if (signal.candidate?.candidate.includes('.local') !== true) peer.signal(signal);
  });
  await new Promise<void>((resolve) =>
    (peer as unknown as { on(event: 'connect', then: () => void): void }).on('connect', resolve),
  );
  return { pour: overStream(peer, piece), end: () => peer.destroy() };
}
