// The device's half of opening a direct link: makes the offer, signs it, believes an answer only when the workstation
// it was paired with signed it for this very offer, and hands over the link once both sides have said hello.
import { Failure } from '../failure/failure.ts';
import type { Signals } from '../pairing/statements.ts';
import type { FrameLink } from '../transfer/link.ts';
import type { SignalMessage } from '../wire/signal.ts';
import type { LinkClock } from './channel-link.ts';
import { readCandidate, readDescription, writeDescription } from './description.ts';
import { openPeerEnd, type SimplePeer } from './peer-end.ts';

/** On one machine it takes 30 ms, in a house 200. */
export const CALL_MS = 8000;

export interface CallWorld {
  /** The agent and the device as they were paired. */
  agent: string;
  device: string;
  /** 16 random bytes, base64url. */
  peer: string;
  line: {
    /** False when the line is not open: nothing was sent. */
    send(message: SignalMessage): boolean;
    /** Returns the way to stop. */
    listen(heard: (message: SignalMessage) => void): () => void;
  };
  sign(fields: Signals): Promise<string>;
  /** Whether the workstation's key signed this. */
  isSigned(fields: Signals, signature: string): Promise<boolean>;
  /** Made with `peerOptions`, as the one that calls. */
  makePeer(): SimplePeer;
  clock: LinkClock;
}

/**
 * Throws Failure: `timed-out` when the two do not meet, `engine-missing` when the workstation cannot or the line is not
 * open, `too-often` when it has too many links, `refused` when it will not or when somebody changed what was said.
 */
export async function openDirectLink(world: CallWorld): Promise<FrameLink> {
  const { agent, device, peer, line, clock } = world;
  let offered: string | undefined;
  let isAnswered = false;
  let failure: Failure | undefined;
  /** Own candidates that were found before the offer was sent. */
  let own: string[] | undefined = [];
  /** The workstation's candidates that came before its answer was believed. */
  let early: string[] | undefined = [];

  const give = (cause: Failure) => {
    failure ??= cause;
    end.end(cause.message);
  };
  const end = openPeerEnd(world.makePeer(), clock, {
    description(description) {
      const sdp = writeDescription(description);
      offered = description.fingerprint;
      const fields: Signals = {
        agent,
        device,
        peer,
        side: 'device',
        fingerprint: offered,
        answers: '',
        sdp,
      };
      world.sign(fields).then(
        (signature) => {
          if (!line.send({ type: 'signal/offer', peer, sdp, signature })) return give(notReached());
          const waiting = own;
          own = undefined;
          for (const candidate of waiting ?? []) line.send({ type: 'signal/candidate', peer, candidate });
        },
        (cause: unknown) => give(failed(cause)),
      );
    },
    candidate(candidate) {
      if (own === undefined) line.send({ type: 'signal/candidate', peer, candidate });
      else own.push(candidate);
    },
    ended() {
      stopListening();
      line.send({ type: 'signal/end', peer });
    },
  });

  const answered = async (sdp: string, signature: string) => {
    const read = readDescription('answer', sdp);
    if (!read.ok || offered === undefined) return give(changed(read.ok ? 'answer to nothing' : read.why));
    const fields: Signals = {
      agent,
      device,
      peer,
      side: 'agent',
      fingerprint: read.description.fingerprint,
      answers: offered,
      sdp,
    };
    if (!(await world.isSigned(fields, signature))) return give(changed('signature'));
    end.describe(read.description);
    const waiting = early ?? [];
    early = undefined;
    for (const candidate of waiting) end.candidate(candidate);
  };
  const stopListening = line.listen((message) => {
    if (message.peer !== peer) return;
    switch (message.type) {
      case 'signal/answer':
        if (isAnswered) return;
        isAnswered = true;
        return void answered(message.sdp, message.signature).catch((cause: unknown) => give(failed(cause)));
      case 'signal/candidate': {
        const candidate = readCandidate(message.candidate);
        if (candidate === undefined) return;
        if (early === undefined) end.candidate(candidate);
        else if (early.length < 32) early.push(candidate);
        return;
      }
      case 'signal/refuse':
        return give(refused(message.why, message.hint));
      case 'signal/end':
        return end.link.gone('ended by the workstation');
      case 'signal/offer':
        return;
    }
  });
  const stopClock = clock.after(CALL_MS, () => give(tooLate()));
  try {
    await end.link.greeted;
  } catch (cause) {
    throw failure ?? failed(cause);
  } finally {
    stopClock();
  }
  // The line goes on being heard: that the workstation ends the link arrives there too.
  return end.link;
}

function tooLate(): Failure {
  return new Failure({
    code: 'timed-out',
    message: `No direct connection came about within ${CALL_MS / 1000} s.`,
    hint: 'Check that both devices are in the same network and that it lets its devices talk to each other.',
    retry: 'soon',
  });
}

function notReached(): Failure {
  return new Failure({
    code: 'engine-missing',
    message: 'The workstation is not here to agree on a direct connection.',
    hint: 'Start it, or wait until it is found again.',
    retry: 'soon',
  });
}

function changed(what: string): Failure {
  return new Failure({
    code: 'refused',
    message: `Somebody changed what was said about the direct connection (${what}), so it was not opened.`,
    hint: 'Transfers go on over the ordinary connection. If this happens again, look at who else is in your network.',
  });
}

function refused(why: string, hint: string | undefined): Failure {
  const code = why === 'busy' ? 'too-often' : why === 'unavailable' ? 'engine-missing' : 'refused';
  return new Failure({
    code,
    message: `The workstation does not open a direct connection (${why}).`,
    hint: hint ?? 'Transfers go on over the ordinary connection.',
    retry: why === 'busy' ? 'soon' : 'never',
  });
}

function failed(cause: unknown): Failure {
  return new Failure({
    code: 'engine-failed',
    message: `The direct connection failed (${cause instanceof Error ? cause.message : String(cause)}).`,
    hint: 'Transfers go on over the ordinary connection.',
    retry: 'soon',
    cause,
  });
}
