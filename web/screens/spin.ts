// The spin: the request is made durable while the medallion turns once; then the screen follows the job.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { useNavigate } from '@solidjs/router';
import { type Accessor, createSignal } from 'solid-js';
import { type OpenProject, useLive } from '../live/live.ts';
import { useToasts } from '../parts/toast.tsx';

/** One turn of the medallion; the same as in medallion.css. */
const TURN_MS = 640;

export interface Spin {
  isSpinning: Accessor<boolean>;
  /** `supersedes`: a job that this one stands in for. */
  spin(project: OpenProject, wish?: { supersedes?: JobId }): Promise<void>;
}

export function createSpin(): Spin {
  const live = useLive();
  const navigate = useNavigate();
  const toasts = useToasts();
  const [isSpinning, setSpinning] = createSignal(false);
  return {
    isSpinning,
    async spin(project, wish = {}) {
      if (isSpinning()) return;
      setSpinning(true);
      try {
        const turned = new Promise((resolve) => setTimeout(resolve, TURN_MS));
        const [id] = await Promise.all([live.spin(project, wish), turned]);
        navigate(`/job/${id}`);
      } catch (error) {
        toasts.show(
          error instanceof Failure
            ? `${error.message} ${error.hint}`
            : 'This could not be kept on this device, so it was not sent. Free some space and spin again.',
        );
      } finally {
        setSpinning(false);
      }
    },
  };
}
