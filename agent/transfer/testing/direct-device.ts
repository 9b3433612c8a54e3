// A device for tests that opens direct links to an agent as the app does: over a sync socket of its own, signed with
// its own key, with @roamhq/wrtc in the place of the browser.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openDirectLink } from '@myspinbot/shared/direct/call.ts';
import type { SimplePeer } from '@myspinbot/shared/direct/peer-end.ts';
import { toBase64Url } from '@myspinbot/shared/pairing/bytes.ts';
import { signals } from '@myspinbot/shared/pairing/statements.ts';
import type { FrameLink } from '@myspinbot/shared/transfer/link.ts';
import {
  decodeSignal,
  encodeSignal,
  SIGNAL_MESSAGE,
  type SignalMessage,
} from '@myspinbot/shared/wire/signal.ts';
import * as decoding from 'lib0/decoding';
import { WebSocket } from 'ws';
import { systemClock } from '../../clock.ts';
import { signalMessage } from '../../hub/room.ts';
import { isSignedBy } from '../../pairing/signatures.ts';
import type { TestDevice } from '../../pairing/testing/paired-device.ts';
import { loadLibrary, type Side } from '../webrtc-library.ts';

export interface SignalSocket {
  readonly socket: WebSocket;
  /** Sends a text as it is. */
  say(text: string): void;
  listen(heard: (message: SignalMessage) => void): () => void;
  /** Opens a direct link. */
  call(): Promise<FrameLink>;
  close(): void;
}

/** Changes what is said on its way; undefined = it does not arrive. */
export interface Between {
  toAgent?(message: SignalMessage): SignalMessage | undefined;
  toDevice?(message: SignalMessage): Promise<SignalMessage | undefined>;
}

/** Joins a room of a running agent: "http://127.0.0.1:7777", "workspace". `load` = where its ends are made; here when absent. */
export async function openSignalSocket(
  url: string,
  room: string,
  device: TestDevice,
  load: () => Promise<(side: Side) => SimplePeer> = loadLibrary,
  between: Between = {},
): Promise<SignalSocket> {
  const path = `/sync/${encodeURIComponent(room)}`;
  const socket = new WebSocket(url.replace('http', 'ws') + path, await device.proofProtocols(path));
  const ears = new Set<(message: SignalMessage) => void>();
  const tell = (message: SignalMessage) => {
    for (const ear of ears) ear(message);
  };
  socket.on('message', (data: Buffer) => {
    const decoder = decoding.createDecoder(data);
    if (decoding.readVarUint(decoder) !== SIGNAL_MESSAGE) return;
    const decoded = decodeSignal(decoding.readVarString(decoder));
    if (!decoded.ok) return;
    if (between.toDevice === undefined) tell(decoded.value);
    else void between.toDevice(decoded.value).then((arrived) => arrived !== undefined && tell(arrived));
  });
  await once(socket, 'open');
  const say = (text: string) => {
    if (socket.readyState === socket.OPEN) socket.send(signalMessage(text));
  };
  const listen: SignalSocket['listen'] = (heard) => {
    ears.add(heard);
    return () => ears.delete(heard);
  };
  return {
    socket,
    say,
    listen,
    async call() {
      const make = await load();
      return openDirectLink({
        agent: device.agent!.id,
        device: device.id!,
        peer: toBase64Url(randomBytes(16)),
        line: {
          send(message) {
            const said = between.toAgent === undefined ? message : between.toAgent(message);
            if (said !== undefined) say(encodeSignal(said));
            return socket.readyState === socket.OPEN;
          },
          listen,
        },
        sign: device.signSignals,
        isSigned: (fields, signature) => isSignedBy(device.agent!.key, signals(fields), signature),
        makePeer: () => make('calls'),
        clock: systemClock,
      });
    },
    close: () => socket.close(),
  };
}
