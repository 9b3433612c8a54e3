// Direct links: WebRTC data channels that paired devices open to this agent. It answers their calls, believes only
// what a paired key signed, makes its end with a peer that it is given, and hands over links that work. Who carries
// the words of a call, where the WebRTC library runs, and what goes over a link, is not known here.
import { type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import {
  addressOf,
  isMdnsName,
  MAX_CANDIDATES,
  readCandidate,
  readDescription,
  writeDescription,
} from '@myspinbot/shared/direct/description.ts';
import { openPeerEnd, type PeerEnd, type SimplePeer } from '@myspinbot/shared/direct/peer-end.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Signals } from '@myspinbot/shared/pairing/statements.ts';
import type { FrameLink } from '@myspinbot/shared/transfer/link.ts';
import {
  decodeSignal,
  encodeSignal,
  type SignalMessage,
  type SignalRefusal,
} from '@myspinbot/shared/wire/signal.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';

/** Each costs a few MB and, while it moves bytes, a good part of a core. */
const MAX_PEERS = 24;
/** One device has a link per tab that moves assets, and one that is being replaced. */
const MAX_PEERS_EACH = 4;
/** From an offer to the first hello; the device itself waits 8 s. */
const SET_UP_MS = 10_000;

export type PeerEvent =
  | { type: 'direct'; open: number }
  /** A call that came to nothing, and why. */
  | { type: 'refused'; why: SignalRefusal };

/** Who calls, and how to answer. */
export interface Caller {
  readonly who: Principal;
  /** Sends a text back over the socket that the call came by; nothing happens when that is closed. */
  send(text: string): void;
}

export interface PeerLinks {
  /** Takes one text of the signal conversation. Never throws. False = no message of it: whoever sends that is cut off. */
  receive(caller: Caller, text: string): boolean;
  /** Told of every link that works; one listener. */
  onLink(listener: (link: FrameLink, who: Principal) => void): void;
  /** Ends every link of this principal at once, also those on their way. */
  cut(id: string): void;
  on(listener: (event: PeerEvent) => void): () => void;
  close(): void;
}

/** Makes the answering end of a connection. */
export type MakePeer = () => SimplePeer;

export function createPeerLinks(world: {
  agent: string;
  /**
   * Asked at each call. Rejects where there is no library for this machine, and with Failure `too-often` while there is to
   * be none for a moment.
   */
  load(): Promise<MakePeer>;
  sign(fields: Signals): Promise<string>;
  /** Whether the paired device that they name signed them. */
  isSigned(fields: Signals, signature: string): Promise<boolean>;
  /** Where this agent may be reached besides the loopback, now. */
  addresses(): readonly string[];
  clock: Clock;
  log: Logger;
}): PeerLinks {
  const { agent, clock, log } = world;
  interface Attempt {
    readonly id: string;
    readonly peer: string;
    readonly caller: Caller;
    readonly at: number;
    end: PeerEnd | undefined;
    isOpen: boolean;
    isOver: boolean;
    /** Candidates that came before the offer was believed, and how many in all. */
    early: string[];
    candidates: number;
    dropped: number;
    stopClock: () => void;
  }
  /** By device and peer: nobody speaks for another one's attempt. */
  const attempts = new Map<string, Attempt>();
  const listeners = new Set<(event: PeerEvent) => void>();
  let onLink: ((link: FrameLink, who: Principal) => void) | undefined;
  let open = 0;
  let closed = false;

  const emit = (event: PeerEvent) => {
    for (const listener of listeners) listener(event);
  };
  const keyOf = (id: string, peer: string) => `${id} ${peer}`;
  const tell = (caller: Caller, message: SignalMessage) => caller.send(encodeSignal(message));
  const refuse = (caller: Caller, peer: string, why: SignalRefusal, hint?: string) => {
    log.warn('direct.refused', { device: principalId(caller.who), why });
    emit({ type: 'refused', why });
    tell(caller, { type: 'signal/refuse', peer, why, ...(hint === undefined ? {} : { hint }) });
  };
  /** The one way an attempt ends, whatever its state. */
  const drop = (attempt: Attempt, why: string) => {
    if (attempt.isOver) return;
    attempt.isOver = true;
    attempt.stopClock();
    attempts.delete(keyOf(attempt.id, attempt.peer));
    attempt.end?.end(why);
  };

  /** The same, said to the device: it may be on a connection that has failed. */
  const endIt = (attempt: Attempt, why: string) => {
    if (attempt.isOver) return;
    // An end tells the log itself, when it was made.
    if (attempt.end === undefined) log.info('direct.failed', { device: attempt.id, why });
    drop(attempt, why);
    tell(attempt.caller, { type: 'signal/end', peer: attempt.peer });
  };

  const offered = async (caller: Caller, peer: string, sdp: string, signature: string) => {
    const { who } = caller;
    const id = principalId(who);
    if (who.kind !== 'device') return refuse(caller, peer, 'not-allowed');
    const own = [...attempts.values()].filter((one) => one.id === id);
    // A page that was loaded anew in the middle of a call left it behind.
    const left = own.length >= MAX_PEERS_EACH ? own.find((one) => !one.isOpen) : undefined;
    if (left !== undefined) {
      own.splice(own.indexOf(left), 1);
      endIt(left, 'another call took its place');
    }
    if (attempts.has(keyOf(id, peer)) || own.length >= MAX_PEERS_EACH || attempts.size >= MAX_PEERS) {
      return refuse(caller, peer, 'busy');
    }
    const read = readDescription('offer', sdp);
    if (!read.ok) return refuse(caller, peer, 'bad-description', read.why);
    const attempt: Attempt = {
      id,
      peer,
      caller,
      at: clock.now(),
      end: undefined,
      isOpen: false,
      isOver: false,
      early: [],
      candidates: 0,
      dropped: read.dropped,
      stopClock: clock.after(SET_UP_MS, () => endIt(attempt, 'it did not open in time')),
    };
    attempts.set(keyOf(id, peer), attempt);
    const offer: Signals = {
      agent,
      device: id,
      peer,
      side: 'device',
      fingerprint: read.description.fingerprint,
      answers: '',
      sdp,
    };
    if (!(await world.isSigned(offer, signature))) {
      drop(attempt, 'a wrong signature');
      return refuse(caller, peer, 'bad-signature');
    }
    let make: MakePeer;
    try {
      make = await world.load();
    } catch (cause) {
      drop(attempt, 'no WebRTC here');
      // The process it is in has crashed too often: later it is there again.
      if (cause instanceof Failure && cause.code === 'too-often')
        return refuse(caller, peer, 'busy', cause.hint);
      log.warn('direct.unavailable', { error: String(cause) });
      return refuse(
        caller,
        peer,
        'unavailable',
        'This workstation has no WebRTC library that fits its system.',
      );
    }
    // While a signature was looked at and a library loaded, the device may have been removed.
    if (attempt.isOver) return;
    const end = openPeerEnd(make(), clock, {
      description(description) {
        const answer = writeDescription(description);
        const fields: Signals = {
          ...offer,
          side: 'agent',
          fingerprint: description.fingerprint,
          answers: offer.fingerprint,
          sdp: answer,
        };
        world.sign(fields).then(
          (signed) => {
            if (!attempt.isOver)
              tell(caller, { type: 'signal/answer', peer, sdp: answer, signature: signed });
          },
          (cause: unknown) => {
            log.error('direct.failed', { error: String(cause) });
            drop(attempt, 'it could not be signed');
          },
        );
      },
      candidate(candidate) {
        if (isOurs(addressOf(candidate))) tell(caller, { type: 'signal/candidate', peer, candidate });
      },
      ended(why) {
        // Also where nothing more goes over the link itself: the process that had it may be gone.
        endIt(attempt, why);
        if (!attempt.isOpen) return log.info('direct.failed', { device: id, why });
        open--;
        log.info('direct.closed', { device: id, why, open });
        emit({ type: 'direct', open });
      },
    });
    attempt.end = end;
    end.describe(read.description);
    for (const candidate of [...read.candidates, ...attempt.early]) end.candidate(candidate);
    await end.link.greeted;
    if (attempt.isOver) return;
    attempt.isOpen = true;
    attempt.stopClock();
    open++;
    log.info('direct.open', { device: id, ms: clock.now() - attempt.at, dropped: attempt.dropped, open });
    emit({ type: 'direct', open });
    onLink?.(end.link, who);
  };
  /** The interfaces that the agent answers on, and no others: the library finds all. */
  const isOurs = (address: string) => /^(?:127\.|::1$)/.test(address) || world.addresses().includes(address);

  const candidate = (attempt: Attempt, text: string) => {
    const read = ++attempt.candidates > MAX_CANDIDATES ? undefined : readCandidate(text);
    if (read === undefined) attempt.dropped++;
    // A name of mDNS would have to be asked for in the network; who has one finds us by our addresses.
    else if (isMdnsName(addressOf(read))) return;
    else if (attempt.end === undefined) attempt.early.push(read);
    else attempt.end.candidate(read);
  };

  return {
    receive(caller, text) {
      if (closed) return true;
      const decoded = decodeSignal(text);
      if (!decoded.ok) return decoded.unknown;
      const message = decoded.value;
      const attempt = attempts.get(keyOf(principalId(caller.who), message.peer));
      switch (message.type) {
        case 'signal/offer':
          offered(caller, message.peer, message.sdp, message.signature).catch((cause: unknown) => {
            // An end that never said hello has told so to the log already.
            log.debug('direct.failed', { error: String(cause) });
          });
          return true;
        case 'signal/candidate':
          if (attempt !== undefined) candidate(attempt, message.candidate);
          return true;
        case 'signal/end':
        case 'signal/refuse':
          if (attempt !== undefined) drop(attempt, 'ended by the device');
          return true;
        case 'signal/answer':
          return false;
      }
    },
    onLink(listener) {
      onLink = listener;
    },
    cut(id) {
      for (const attempt of [...attempts.values()]) if (attempt.id === id) endIt(attempt, 'removed');
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closed = true;
      for (const attempt of [...attempts.values()]) endIt(attempt, 'the agent stops');
    },
  };
}
