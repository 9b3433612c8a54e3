// The child's half of the conversation in webrtc-messages.ts: one peer for each that is asked for. Whatever a peer
// throws ends that peer alone; what the native code does to its process is for the agent to notice.
import type { SimplePeer } from '@myspinbot/shared/direct/peer-end.ts';
import type { Side } from './webrtc-library.ts';
import { type FromChild, MESSAGE_COST, type ToChild, toChildSchema } from './webrtc-messages.ts';

/** After so much has gone into a channel the agent is told, so that a fast one is never kept waiting. */
const TELL_BYTES = 128 * 1024;
/** While something waits in a channel it is looked at so often: room for a megabyte comes every 30 ms. */
const LOOK_MS = 2;
/** A data channel cannot be stopped from the receiving end. An agent that has this much to take is not taking. */
const UNTAKEN_BYTES = 64 * 1024 * 1024;

interface Served {
  signal(said: Extract<ToChild, { type: 'peer/signal' }>['signal']): void;
  send(message: string | Uint8Array): void;
  took(taken: number): void;
  end(): void;
}

/** Serves until the process ends. */
export function servePeers(library: Promise<(side: Side) => SimplePeer>): void {
  const peers = new Map<number, Served>();
  // A channel that closed is noticed as the parent's end; until then there is nobody to tell.
  const tell = (message: FromChild) => void process.send?.(message, undefined, undefined, () => undefined);
  let make: ((side: Side) => SimplePeer) | undefined;

  const answer = () =>
    library.then(
      (loaded) => {
        make = loaded;
        tell({ type: 'ready' });
      },
      (cause: unknown) => tell({ type: 'missing', why: String(cause).slice(0, 300) }),
    );
  const gone = (id: number) => {
    if (peers.delete(id)) tell({ type: 'peer/gone', peer: id });
  };
  const open = (id: number, side: Side) => {
    if (make === undefined) throw new Error('the library is not loaded');
    const served = servePeer(make(side), id, tell, () => gone(id));
    peers.set(id, served);
  };

  process.on('message', (raw) => {
    const decoded = toChildSchema.safeParse(raw);
    if (!decoded.success) {
      // A fault of ours: an end with a word is found, a peer that hears nothing is not.
      console.error('not understood:', decoded.error.issues[0]?.message);
      process.exit(1);
    }
    const message = decoded.data;
    if (message.type === 'ask') return void answer();
    const { peer: id } = message;
    try {
      if (message.type === 'peer/make') return open(id, message.side);
      const served = peers.get(id);
      if (served === undefined) return; // gone, and the agent is being told
      switch (message.type) {
        case 'peer/signal':
          return served.signal(message.signal);
        case 'peer/send':
          return served.send(message.message);
        case 'peer/took':
          return served.took(message.taken);
        case 'peer/end':
          return served.end();
      }
    } catch (cause) {
      tell({ type: 'peer/failed', peer: id, why: cause instanceof Error ? cause.message : String(cause) });
      if (message.type === 'peer/make') tell({ type: 'peer/gone', peer: id });
    }
  });
}

function servePeer(
  peer: SimplePeer,
  id: number,
  tell: (message: FromChild) => void,
  gone: () => void,
): Served {
  const channel = peer._channel;
  if (channel === null) throw new Error('the library made no channel');
  // Its 'connect' is not waited for. Before it, it asks for statistics again and again; a connection of @roamhq/wrtc that
  // is closed while it gathers them takes the process down.
  peer._connecting = true;
  let handled = 0;
  let told = { handled: 0, waits: 0 };
  let given = 0;
  let taken = 0;
  let isOver = false;
  let looking: NodeJS.Timeout | undefined;

  const fail = (why: string) => {
    if (!isOver) tell({ type: 'peer/failed', peer: id, why });
    // The agent ends it, in its own time: closing at once is what the library does not survive.
    isOver = true;
  };
  const report = () => {
    const waits = channel.readyState === 'open' ? channel.bufferedAmount : 0;
    if (handled !== told.handled || waits !== told.waits) {
      told = { handled, waits };
      tell({ type: 'peer/room', peer: id, handled, waits });
    }
    if (waits > 0) look();
  };
  const look = () => {
    looking ??= setTimeout(() => {
      looking = undefined;
      if (!isOver) report();
    }, LOOK_MS);
  };

  peer.on('signal', ({ type, sdp, candidate }) =>
    tell({
      type: 'peer/signal',
      peer: id,
      signal: {
        type,
        ...(sdp === undefined ? {} : { sdp }),
        ...(candidate === undefined ? {} : { candidate }),
      },
    }),
  );
  peer.on('error', (cause) => fail(cause.message));
  peer.on('close', () => {
    isOver = true;
    clearTimeout(looking);
    gone();
  });
  channel.onmessage = ({ data }: { data: unknown }) => {
    if (isOver) return;
    if (typeof data !== 'string' && !(data instanceof ArrayBuffer)) return;
    const message = typeof data === 'string' ? data : new Uint8Array(data);
    given += message.length + MESSAGE_COST;
    if (given - taken > UNTAKEN_BYTES) return fail('the workstation does not take what is sent');
    tell({ type: 'peer/message', peer: id, message });
  };
  if (channel.readyState === 'open') tell({ type: 'peer/open', peer: id });
  else channel.addEventListener('open', () => tell({ type: 'peer/open', peer: id }));

  return {
    signal(said) {
      peer.signal(said as Parameters<SimplePeer['signal']>[0]);
    },
    send(message) {
      if (isOver) return;
      if (channel.readyState !== 'open') return fail('the channel is not open');
      channel.send(message as never);
      handled += message.length;
      if (handled - told.handled >= TELL_BYTES) report();
      else look();
    },
    took(count) {
      taken = count;
    },
    end: () => peer.destroy(),
  };
}
