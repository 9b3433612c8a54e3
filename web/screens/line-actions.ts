// What can be done with a job of the line, as the menu of its row offers it.
import { ArrowDown, ArrowUp, Pause, Play, X, Zap, ZapOff } from 'lucide';
import { type JobView, useLive } from '../live/live.ts';
import type { MenuAction } from '../parts/menu.tsx';
import { useToasts } from '../parts/toast.tsx';
import { projectTitle } from './cast.ts';

/** `place`: where it stands among those that wait; absent while it is on. */
export type LineActions = (job: JobView, place: { index: number; of: number } | undefined) => MenuAction[];

export function createLineActions(): LineActions {
  const live = useLive();
  const toasts = useToasts();
  return (job, place) => {
    const { id, project } = job.request;
    const isHurried = job.wish.now === true;
    const isPaused = job.wish.pausedAt !== undefined;
    const turns: MenuAction[] =
      place === undefined
        ? []
        : [
            isHurried
              ? { label: 'In its turn again', icon: ZapOff, act: () => live.queue.hurry(id, false) }
              : {
                  label: 'Run it now',
                  icon: Zap,
                  act() {
                    if (isPaused) live.queue.hold(id, false);
                    live.queue.hurry(id, true);
                  },
                },
            ...(place.index > 0
              ? [{ label: 'Move up', icon: ArrowUp, act: () => live.queue.move(id, place.index - 1) }]
              : []),
            ...(place.index < place.of - 1
              ? [{ label: 'Move down', icon: ArrowDown, act: () => live.queue.move(id, place.index + 1) }]
              : []),
          ];
    return [
      ...turns,
      isPaused
        ? { label: 'Let it go on', icon: Play, act: () => live.queue.hold(id, false) }
        : { label: 'Pause', icon: Pause, act: () => live.queue.hold(id, true) },
      {
        label: 'Cancel',
        icon: X,
        danger: true,
        act() {
          live.cancel(id);
          toasts.show(`"${projectTitle(live, project)}" is cancelled.`, () => live.retry(id));
        },
      },
    ];
  };
}
