// WebRTC in Node: simple-peer on @roamhq/wrtc. The library is native and large, there is not one for every machine, and
// it has been seen to take its process down: only the child that is there for it loads it, and tests in a device's place.
import { peerOptions, type SimplePeer } from '@myspinbot/shared/direct/peer-end.ts';

/** The end that calls, or the one that answers. */
export type Side = 'calls' | 'answers';

/** Rejects where there is no library for this system. Resolves to a maker of ends. */
export async function loadLibrary(): Promise<(side: Side) => SimplePeer> {
  const [{ default: wrtc }, { default: Peer }] = await Promise.all([
    import('@roamhq/wrtc'),
    import('simple-peer'),
  ]);
  return (side) => new Peer({ ...peerOptions, initiator: side === 'calls', wrtc });
}
