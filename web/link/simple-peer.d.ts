// The part of simple-peer that is used; it brings no types.
declare module 'simple-peer/simplepeer.min.js' {
  import type { SimplePeer } from '@myspinbot/shared/direct/peer-end.ts';

  const Peer: new (options: {
    initiator?: boolean;
    trickle: boolean;
    config: { iceServers: never[] };
    channelName: string;
    channelConfig: { negotiated: boolean; id: number; ordered: boolean };
    iceCompleteTimeout: number;
  }) => SimplePeer;
  export default Peer;
}
