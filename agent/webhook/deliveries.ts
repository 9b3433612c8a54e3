// What is to be told to a server that may be slow, away or rude: a bounded number of letters, each tried some times with
// growing pauses. Whoever hands in a letter waits for nothing. It does not know what a letter is about.
import { createHmac, randomUUID } from 'node:crypto';
import { type WebhookTarget, webhookHeaders } from '@myspinbot/shared/wire/webhook.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { post } from './post.ts';

/** Between tries: a restart of the other side is over within seconds, a broken one within minutes or not at all. */
const PAUSES_MS = [1000, 5000, 30_000, 120_000, 600_000] as const;
const TIMEOUT_MS = 10_000;
/** Under way at once: one that hangs does not hold up the others. */
const MOST_AT_ONCE = 4;
/** Waiting ones; a night's worth of jobs. With one more the oldest is given up. */
const MOST_WAITING = 200;
const MOST_REMEMBERED = 50;

export interface Letter {
  readonly event: string;
  readonly body: string;
}

export interface Delivery<L extends Letter> {
  readonly id: string;
  readonly letter: L;
  attempts: number;
  state: 'waiting' | 'delivered' | 'given-up';
  /** Why the last try did not work. */
  why: string | undefined;
}

export interface Deliveries<L extends Letter> {
  send(letter: L): void;
  /** Newest first. */
  recent(): readonly Delivery<L>[];
  /** Gives up what waits: there is nobody to tell any more. */
  drop(why: string): void;
  close(): void;
}

/** `target` is asked at each try, so that a corrected address counts at once; undefined = nobody is to be told. */
export function createDeliveries<L extends Letter>(world: {
  target(): WebhookTarget | undefined;
  clock: Clock;
  log: Logger;
}): Deliveries<L> {
  const { clock, log } = world;
  /** Ready to be tried, oldest first. */
  const ready: Delivery<L>[] = [];
  /** In the pause between two tries. */
  const pausing = new Map<Delivery<L>, () => void>();
  const underWay = new Map<Delivery<L>, AbortController>();
  let remembered: Delivery<L>[] = [];
  let isClosed = false;

  const giveUp = (delivery: Delivery<L>, why: string) => {
    delivery.state = 'given-up';
    delivery.why = why;
    log.warn('webhook.given-up', { delivery: delivery.id, attempts: delivery.attempts, why });
  };
  const after = (delivery: Delivery<L>, why: string, isFinal: boolean) => {
    const pause = PAUSES_MS[delivery.attempts - 1];
    if (isFinal || pause === undefined) return giveUp(delivery, why);
    delivery.why = why;
    const stop = clock.after(pause, () => {
      pausing.delete(delivery);
      ready.push(delivery);
      pump();
    });
    pausing.set(delivery, stop);
  };

  const attempt = async (delivery: Delivery<L>, target: WebhookTarget, abort: AbortController) => {
    const stopTimer = clock.after(TIMEOUT_MS, () =>
      abort.abort(new Error(`no answer within ${TIMEOUT_MS / 1000} seconds`)),
    );
    delivery.attempts += 1;
    try {
      const { body } = delivery.letter;
      const headers = headersOf(delivery, target, Math.floor(clock.now() / 1000));
      const status = await post(target.url, { body, headers, signal: abort.signal });
      if (delivery.state !== 'waiting') return;
      const trouble = troubleOf(status);
      if (trouble === undefined) {
        delivery.state = 'delivered';
        delivery.why = undefined;
      } else after(delivery, trouble.why, trouble.isFinal);
    } catch (cause) {
      if (delivery.state === 'waiting' && !isClosed) after(delivery, messageOf(cause), false);
    } finally {
      stopTimer();
      underWay.delete(delivery);
      pump();
    }
  };
  const pump = () => {
    while (!isClosed && underWay.size < MOST_AT_ONCE) {
      const delivery = ready.shift();
      if (delivery === undefined) return;
      const target = world.target();
      if (target === undefined) {
        giveUp(delivery, 'the webhook was removed');
        continue;
      }
      const abort = new AbortController();
      underWay.set(delivery, abort);
      void attempt(delivery, target, abort);
    }
  };

  const dropOldest = () => {
    const [oldest] = [...pausing.keys(), ...ready];
    if (oldest === undefined) return;
    pausing.get(oldest)?.();
    pausing.delete(oldest);
    const at = ready.indexOf(oldest);
    if (at >= 0) ready.splice(at, 1);
    giveUp(oldest, 'too many wait');
  };
  return {
    send(letter) {
      if (isClosed) return;
      const delivery: Delivery<L> = {
        id: randomUUID(),
        letter,
        attempts: 0,
        state: 'waiting',
        why: undefined,
      };
      remembered = [delivery, ...remembered].slice(0, MOST_REMEMBERED);
      ready.push(delivery);
      if (ready.length + pausing.size > MOST_WAITING) dropOldest();
      pump();
    },
    recent: () => remembered,
    drop(why) {
      for (const stop of pausing.values()) stop();
      for (const one of [...pausing.keys(), ...ready.splice(0), ...underWay.keys()]) giveUp(one, why);
      pausing.clear();
      for (const abort of underWay.values()) abort.abort(new Error(why));
    },
    close() {
      isClosed = true;
      for (const stop of pausing.values()) stop();
      pausing.clear();
      for (const abort of underWay.values()) abort.abort(new Error('the agent stops'));
    },
  };
}

/** "sha256=" and the HMAC under `secret` of the seconds, a dot and the body. */
export function signatureOf(secret: string, seconds: number, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

function headersOf(
  { id, letter }: Delivery<Letter>,
  { secret }: WebhookTarget,
  seconds: number,
): Record<string, string> {
  return {
    [webhookHeaders.event]: letter.event,
    [webhookHeaders.delivery]: id,
    [webhookHeaders.time]: String(seconds),
    ...(secret === undefined
      ? {}
      : { [webhookHeaders.signature]: signatureOf(secret, seconds, letter.body) }),
  };
}

/** Why this answer is none; undefined when it is. What the other side will never take is not sent again. */
function troubleOf(status: number): { why: string; isFinal: boolean } | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400)
    return { why: `it redirects (${status}), which is not followed`, isFinal: true };
  const mayPass = status >= 500 || status === 408 || status === 425 || status === 429;
  return { why: `it answered ${status}`, isFinal: !mayPass };
}

function messageOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return (message || code || String(cause)).slice(0, 200);
}
