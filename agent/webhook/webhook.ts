// The webhook: the ends of jobs, told to one address that an owner named. It keeps that address in the data folder, hears
// of ends from the queue and hands them on; how they get there is deliveries.ts. A job that ends waits for nobody here.
import { rm } from 'node:fs/promises';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import {
  type WebhookEvent,
  type WebhookState,
  type WebhookTarget,
  webhookSchema,
} from '@myspinbot/shared/wire/webhook.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import type { Queue, QueuedJob } from '../queue/port.ts';
import { readSecretFile, writeSecretFile } from '../secret-file.ts';
import { createDeliveries, type Letter } from './deliveries.ts';

/** Ends that were told, so that none is told twice: a run is told anew for other reasons, too. */
const MOST_KNOWN = 2000;

const events: Readonly<Record<string, WebhookEvent>> = {
  succeeded: 'job.succeeded',
  failed: 'job.failed',
  cancelled: 'job.cancelled',
};

export interface Webhook {
  state(): WebhookState;
  /**
   * From now on, also after a restart; undefined = nobody is told, and what waits is given up. Throws Failure `disk-full`
   * `bad-input` for what only looks like an address.
   */
  set(target: WebhookTarget | undefined): Promise<void>;
  /** Forgets what an owner said: config.json counts again. */
  reset(): Promise<void>;
  close(): void;
}

interface EndLetter extends Letter {
  readonly event: WebhookEvent;
  readonly jobId: JobId;
  readonly at: number;
}

/** `file` holds what an owner said; without it `configured` counts. `view` is the job as it is told. */
export async function openWebhook(world: {
  file: string;
  configured: WebhookTarget | undefined;
  queue: Pick<Queue, 'on' | 'job'>;
  view(job: QueuedJob): object;
  clock: Clock;
  log: Logger;
}): Promise<Webhook> {
  const { file, configured, queue, clock, log } = world;
  /** null = an owner wants none; undefined = no owner has said anything. */
  let said = await readSaid(file, log);
  const target = () => (said === undefined ? configured : (said ?? undefined));
  const deliveries = createDeliveries<EndLetter>({ target, clock, log });
  const told = new Map<JobId, string>();

  const isNew = (id: JobId, end: string): boolean => {
    if (told.get(id) === end) return false;
    told.delete(id);
    told.set(id, end);
    if (told.size > MOST_KNOWN) told.delete(told.keys().next().value!);
    return true;
  };
  const stopListening = queue.on((event) => {
    if (event.type !== 'run' || target() === undefined) return;
    const { state, finishedAt } = event.run;
    const named = events[state];
    const job = queue.job(event.job);
    if (named === undefined || job === undefined || !isNew(event.job, `${state} ${finishedAt}`)) return;
    const at = finishedAt ?? clock.now();
    const body = JSON.stringify({ event: named, at, job: world.view(job) });
    deliveries.send({ event: named, jobId: event.job, at, body });
  });

  return {
    state() {
      const now = target();
      return {
        webhook:
          now === undefined
            ? null
            : {
                url: now.url,
                hasSecret: now.secret !== undefined,
                from: said === undefined ? 'config' : 'owner',
              },
        recent: deliveries.recent().map(({ id, letter, attempts, state, why }) => ({
          id,
          jobId: letter.jobId,
          event: letter.event,
          at: letter.at,
          attempts,
          state,
          why: why ?? null,
        })),
      };
    },
    async set(next) {
      if (next !== undefined && !URL.canParse(next.url)) throw unusable(next.url);
      await writeSecretFile(file, `${JSON.stringify(next ?? null)}\n`).catch((cause: unknown) => {
        throw asFailure(cause);
      });
      said = next ?? null;
      if (next === undefined) deliveries.drop('the webhook was removed');
    },
    async reset() {
      await rm(file, { force: true });
      said = undefined;
      if (target() === undefined) deliveries.drop('the webhook was removed');
    },
    close() {
      stopListening();
      deliveries.close();
    },
  };
}

/** A file that cannot be read tells nobody anything: better than telling somebody who was not meant. */
async function readSaid(file: string, log: Logger): Promise<WebhookTarget | null | undefined> {
  const kept = await readSecretFile(file);
  if (kept === undefined) return undefined;
  try {
    const json: unknown = JSON.parse(kept.text);
    return json === null ? null : webhookSchema.parse(json);
  } catch (cause) {
    log.error('webhook.unreadable', { file, why: String(cause).slice(0, 200) });
    return null;
  }
}

function unusable(url: string): Failure {
  return new Failure({
    code: 'bad-input',
    message: `The address ${url.slice(0, 100)} cannot be used.`,
    hint: 'Write it as http://192.168.1.20:8123/hook.',
  });
}

function asFailure(cause: unknown): unknown {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') return cause;
  return new Failure({
    code: 'disk-full',
    message: 'The webhook could not be written down: the disk is full.',
    hint: 'Make room, then set it again. What was set before counts until then.',
    retry: 'soon',
    cause,
  });
}
