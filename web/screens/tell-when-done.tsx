// Telling a person that a video of this device is done while they look elsewhere: asked for by a press, said to be so, and
// rung when it is time.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { makesVideo } from '@myspinbot/shared/pipeline/shipped.ts';
import { Bell } from 'lucide';
import { createEffect, createMemo, on, Show, untrack } from 'solid-js';
import { Icon } from '../design/icon.tsx';
import { type Bell as Ringer, useBell } from '../live/bell.ts';
import { type JobView, type Live, useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { projectTitle } from './cast.ts';

/** Owned by the caller's root: rings for jobs that this device asked for, while its page is not seen. */
export function createDoneBell(live: Live, bell: Ringer | undefined): void {
  if (bell === undefined) return;
  const awaited = createMemo(
    () => live.line.filter((job) => job.request.device === live.ownDevice).map((job) => job.request.id),
    undefined,
    { equals: (a, b) => a.length === b.length && a.every((id, index) => id === b[index]) },
  );
  createEffect(
    on(awaited, (now, before: readonly JobId[] | undefined) => {
      for (const id of before ?? []) {
        if (!now.includes(id)) untrack(() => ringFor(live, bell, live.job(id)));
      }
      return now;
    }),
  );
}

function ringFor(live: Live, bell: Ringer, job: JobView | undefined): void {
  if (job === undefined || document.visibilityState === 'visible') return;
  const body = projectTitle(live, job.request.project);
  const path = `/job/${job.request.id}`;
  const isVideo = makesVideo(job.request.pipeline);
  if (job.phase === 'succeeded') {
    bell.ring({ title: isVideo ? 'Your video is ready' : 'Your training is done', body, path });
  }
  if (job.phase === 'failed') bell.ring({ title: 'This one did not work', body, path });
}

/** The offer on a job that is on; nothing where the browser can show none. */
export function TellMe(props: { job: JobView; tone: 'plain' | 'quiet' }) {
  const live = useLive();
  const bell = useBell();
  const isOurs = () => props.job.request.device === live.ownDevice;
  return (
    <Show when={isOurs() && bell}>
      {(own) => (
        <>
          <Show when={own().state() === 'off'}>
            <Button tone={props.tone} icon={Bell} onClick={() => void own().turnOn()}>
              Tell me when it is done
            </Button>
          </Show>
          <Show when={own().state() === 'on'}>
            <p
              class="flex min-h-11 items-center gap-2 text-small text-ink-soft"
              classList={{ 'px-4': props.tone === 'plain' }}
            >
              <Icon shape={Bell} />
              You are told when it is done, as long as the app is open.
            </p>
          </Show>
        </>
      )}
    </Show>
  );
}
