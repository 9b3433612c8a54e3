// WebRTC in Node, loaded when the first device calls: the library is native and large, and there is not one for every
// machine. Whoever asks for it decides what becomes of an agent without.
import { peerOptions, type SimplePeer } from '@myspinbot/shared/direct/peer-end.ts';

/** Rejects where there is no library for this system. Resolves to a maker of ends, of the calling or answering side. */
export async function loadWebRtc(): Promise<(side?: 'calls' | 'answers') => SimplePeer> {
  const [{ default: wrtc }, { default: Peer }] = await Promise.all([
    import('@roamhq/wrtc'),
    import('simple-peer'),
  ]);
  return (side = 'answers') => new Peer({ ...peerOptions, initiator: side === 'calls', wrtc });
}
