// How a paired device speaks with its workstation: asks for a challenge, makes sure that it comes from the very
// workstation it was paired with, and proves itself, for a token or for a socket. The token is kept in memory alone.
// What an answer means for this device is told to whoever made the session; it writes nothing itself.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import {
  agentChallenges,
  agentRemoves,
  deviceAsks,
  deviceProves,
} from '@myspinbot/shared/pairing/statements.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  type Challenge,
  challengedSchema,
  type TokenRequest,
  tokenGrantSchema,
} from '@myspinbot/shared/wire/pairing.ts';
import type { Clock } from '../link/clock.ts';
import { ask } from './ask.ts';
import type { Identity, Seat } from './identity.ts';
import { isSignedBy, newNonce, signed } from './keys.ts';

/** What the workstation of this address says of `device`. Only the first two are proved by its signature. */
export type Word = { device: string } & (
  | ({ state: 'known' } & Seat)
  | { state: 'removed'; erase: boolean }
  | { state: 'unknown' }
  /** It is there and refused to say anything now: asked too often. */
  | { state: 'busy' }
  /** It says itself that it is another one than was paired, or has another key. */
  | { state: 'another' }
);

export interface Session {
  /**
   * A fresh proof, good once and for this purpose. Throws Failure `unpaired` without asking anybody when this device
   * is not paired or was turned away, `engine-missing` when the workstation is not reached.
   */
  prove(purpose: string): Promise<TokenRequest>;
  /** As the browser's, with a token; asks once again with a fresh one when that was refused. Throws as `prove`. */
  fetch: typeof fetch;
  /** A device that was turned away asks once more: the workstation may know it again. */
  lookAgain(): void;
}

/** A token is renewed so long before its end, or earlier where it lasts shorter than a few of these. */
const RENEW_MS = 30_000;

export function createSession(world: {
  identity: Pick<Identity, 'credentials'>;
  /** The device that this page speaks as; another tab may have paired anew. Undefined = whichever is paired. */
  speaksAs?(): string | undefined;
  fetch: typeof fetch;
  clock: Pick<Clock, 'now' | 'after'>;
  onWord?(word: Word): void;
}): Session {
  const { identity, clock } = world;
  /** The device that the workstation would not speak with: it is not bothered with challenges any more. */
  let turnedAway: string | undefined;
  let granted: { device: string; token: string; until: number } | undefined;
  let granting: Promise<string> | undefined;

  const credentials = async () => {
    const found = await identity.credentials();
    if (found === undefined || found.standing.device === turnedAway) throw unpaired();
    if (world.speaksAs !== undefined && world.speaksAs() !== found.standing.device) throw unpaired();
    return found;
  };
  const hear = (word: Word) => {
    if (word.state !== 'known' && word.state !== 'busy') turnedAway = word.device;
    world.onWord?.(word);
  };

  const prove = async (purpose: string): Promise<TokenRequest> => {
    const { standing, key } = await credentials();
    const { agent, device } = standing;
    const deviceNonce = newNonce();
    const named = { agent: agent.id, device, deviceNonce };
    const challenge: Challenge = {
      device,
      nonce: deviceNonce,
      signature: await signed(key, deviceAsks(named)),
    };
    const said = await ask(world, { path: endpoints.challenge, body: challenge }, challengedSchema).catch(
      (cause: unknown) => {
        if (cause instanceof Failure && cause.code !== 'engine-missing') hear({ state: 'busy', device });
        throw cause;
      },
    );
    switch (said.state) {
      case 'unknown': {
        const isAnother = said.agent !== undefined && said.agent !== agent.id;
        hear({ state: isAnother ? 'another' : 'unknown', device });
        throw unpaired();
      }
      case 'removed': {
        const removes = agentRemoves({ ...named, erase: said.erase });
        const isTrue = await isSignedBy(agent.key, removes, said.signature);
        hear(isTrue ? { state: 'removed', device, erase: said.erase } : { state: 'another', device });
        throw unpaired();
      }
      case 'known': {
        const challenges = agentChallenges({ ...named, nonce: said.nonce });
        if (!(await isSignedBy(agent.key, challenges, said.signature))) {
          hear({ state: 'another', device });
          throw unpaired();
        }
        if (said.seat !== undefined) {
          const { name: deviceName, role, project } = said.seat;
          hear({ state: 'known', device, deviceName, role, project });
        }
        const proves = deviceProves({ agent: agent.id, device, nonce: said.nonce, purpose });
        return { device, nonce: said.nonce, signature: await signed(key, proves) };
      }
    }
  };

  const grant = async (): Promise<string> => {
    const proof = await prove('token');
    const { token, expiresInMs } = await ask(world, { path: endpoints.token, body: proof }, tokenGrantSchema);
    granted = {
      device: proof.device,
      token,
      until: clock.now() + expiresInMs - Math.min(RENEW_MS, expiresInMs / 4),
    };
    return token;
  };
  const token = async (): Promise<string> => {
    const { standing } = await credentials();
    if (granted !== undefined && granted.device === standing.device && clock.now() < granted.until) {
      return granted.token;
    }
    granting ??= grant().finally(() => {
      granting = undefined;
    });
    return granting;
  };

  return {
    prove,
    async fetch(input, init) {
      const first = await token();
      const answer = await world.fetch(input, carrying(init, first));
      if (answer.status !== 401) return answer;
      // The workstation was started anew: its tokens of before are gone, this device is not.
      if (granted?.token === first) granted = undefined;
      return world.fetch(input, carrying(init, await token()));
    },
    lookAgain() {
      turnedAway = undefined;
    },
  };
}

function carrying(init: RequestInit | undefined, token: string): RequestInit {
  const headers = new Headers(init?.headers);
  headers.set('Authorization', `Bearer ${token}`);
  return { ...init, headers };
}

function unpaired(): Failure {
  return new Failure({
    code: 'unpaired',
    message: 'This device is not paired with the workstation.',
    hint: 'Pair it: open Settings, or scan the code that the workstation shows.',
  });
}
