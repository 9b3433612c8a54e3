// The page's half of a direct link: this device's key and identity, the browser's WebRTC by way of simple-peer, and
// the room's line to the workstation, put together for one call. Loaded when the first link is wanted.
import { openDirectLink } from '@myspinbot/shared/direct/call.ts';
import { peerOptions } from '@myspinbot/shared/direct/peer-end.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { signals } from '@myspinbot/shared/pairing/statements.ts';
import type { FrameLink } from '@myspinbot/shared/transfer/link.ts';
import { decodeSignal, encodeSignal } from '@myspinbot/shared/wire/signal.ts';
import Peer from 'simple-peer/simplepeer.min.js';
import type { Identity } from '../identity/identity.ts';
import { isSignedBy, newNonce, signed } from '../identity/keys.ts';
import type { Clock } from './clock.ts';

/** Texts to and from the workstation on the sync socket of this device's first room. */
export interface SignalLine {
  /** False when the line is not open: nothing was sent. */
  send(text: string): boolean;
  listen(heard: (text: string) => void): () => void;
}

export interface PeerWorld {
  line: SignalLine;
  identity: Pick<Identity, 'credentials'>;
  clock: Clock;
}

/** Throws Failure as `openDirectLink` does; `unpaired` when this device is not paired. */
export async function callWorkstation({ line, identity, clock }: PeerWorld): Promise<FrameLink> {
  const credentials = await identity.credentials();
  if (credentials === undefined) {
    throw new Failure({
      code: 'unpaired',
      message: 'This device is not paired with a workstation.',
      hint: 'Pair it first.',
    });
  }
  const { standing, key } = credentials;
  return openDirectLink({
    agent: standing.agent.id,
    device: standing.device,
    peer: newNonce(),
    line: {
      send: (message) => line.send(encodeSignal(message)),
      listen: (heard) =>
        line.listen((text) => {
          const decoded = decodeSignal(text);
          if (decoded.ok) heard(decoded.value);
        }),
    },
    sign: (fields) => signed(key, signals(fields)),
    isSigned: (fields, signature) => isSignedBy(standing.agent.key, signals(fields), signature),
    makePeer: () => new Peer({ ...peerOptions, initiator: true }),
    clock,
  });
}
