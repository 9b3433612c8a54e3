// Starting a project and speaking of one: what Home, the library and the tabs share.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { useNavigate } from '@solidjs/router';
import { type Accessor, createSignal } from 'solid-js';
import { type Live, useLive } from '../live/live.ts';
import { useToasts } from '../parts/toast.tsx';
import { castSample } from './sample.ts';

/** What a project is called while it has no name. */
export const UNTITLED = 'Untitled';

export function projectTitle(live: Live, id: ProjectId): string {
  const title = live.projects.find((project) => project.id === id)?.title ?? '';
  return title.trim() === '' ? UNTITLED : title;
}

export interface Cast {
  startNew(): Promise<void>;
  startSample(): Promise<void>;
  /** Something is being made right now. */
  isBusy: Accessor<boolean>;
}

export function createCast(): Cast {
  const live = useLive();
  const navigate = useNavigate();
  const toasts = useToasts();
  const [isBusy, setBusy] = createSignal(false);
  const open = async (make: () => Promise<ProjectId>) => {
    if (isBusy()) return;
    setBusy(true);
    try {
      navigate(`/project/${await make()}`);
    } catch (error) {
      toasts.show(
        error instanceof Failure
          ? `${error.message} ${error.hint}`
          : 'The project could not be made on this device. Reload the page and try again.',
      );
    } finally {
      setBusy(false);
    }
  };
  return {
    isBusy,
    startNew: () => open(() => live.createProject()),
    startSample: () => open(() => castSample(live)),
  };
}
