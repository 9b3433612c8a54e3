// simple-peer brings no types; this is the part that is used.
declare module 'simple-peer/simplepeer.min.js' {
  import type { SimplePeer } from '@myspinbot/shared/direct/peer-end.ts';

  const Peer: new (options: object) => SimplePeer;
  export default Peer;
}
declare module 'simple-peer' {
  import type { SimplePeer } from '@myspinbot/shared/direct/peer-end.ts';

  const Peer: new (options: object) => SimplePeer;
  export default Peer;
}
