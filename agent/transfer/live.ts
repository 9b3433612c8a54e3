// Live video, put together: the queue says what grows, the films keep it, and every link gets a sender that shows its
// device the jobs it may see, and no others.
import { may, type Principal } from '@myspinbot/shared/access/access.ts';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import type { LiveEnd } from '@myspinbot/shared/wire/live.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import type { Queue } from '../queue/port.ts';
import { createLiveFilms } from './live-films.ts';
import { createLiveSender, type LiveSender } from './live-sender.ts';

export interface Live {
  /** One for each link; `close` it with the link. */
  sender(link: {
    who: Principal;
    send(frame: string | Uint8Array): void | Promise<void>;
    onViolation(why: string): void;
  }): LiveSender;
  close(): void;
}

export function createLive(world: { queue: Pick<Queue, 'job' | 'on'>; clock: Clock; log: Logger }): Live {
  const { queue } = world;
  const films = createLiveFilms(world);
  const unlisten = queue.on((event) => {
    if (event.type === 'live') {
      films.grew(event.job, event.film.file, event.film.bytes);
      if (event.whole) films.whole(event.job);
    } else if (event.type === 'run' && isEnded(event.run.state)) {
      films.ended(event.job, endOf(event.run.state));
    }
  });
  const standing = (job: JobId, who: Principal): 'open' | LiveEnd => {
    const known = queue.job(job);
    if (known === undefined) return 'unknown';
    if (!may(who, { on: 'project', may: 'read', project: known.request.project })) return 'unknown';
    return isEnded(known.run.state) ? endOf(known.run.state) : 'open';
  };
  return {
    sender: ({ who, ...link }) => createLiveSender({ films, standing: (job) => standing(job, who), ...link }),
    close() {
      unlisten();
      films.close();
    },
  };
}

function endOf(state: string): Exclude<LiveEnd, 'unknown'> {
  if (state === 'succeeded') return 'finished';
  return state === 'cancelled' ? 'cancelled' : 'failed';
}
