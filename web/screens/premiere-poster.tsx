// A finished job as a poster, the same on Home and in the history.
import { type JobView, useLive } from '../live/live.ts';
import { clock } from '../parts/clock.ts';
import { Poster } from '../parts/job-row.tsx';
import { projectTitle } from './cast.ts';
import { useDesk } from './desk.ts';
import { agoWords } from './time-words.ts';

export function PremierePoster(props: { job: JobView }) {
  const live = useLive();
  const desk = useDesk();
  const poster = live.assetUrl(() => props.job.run?.result?.poster);
  return (
    <Poster
      href={`/job/${props.job.request.id}`}
      title={projectTitle(live, props.job.request.project)}
      picture={poster()}
      length={clock(props.job.run?.result?.durationMs ?? 0)}
      under={agoWords(props.job.run?.finishedAt ?? props.job.request.requestedAt, desk.now())}
      fresh={!desk.premieres.isSeen(props.job.request.id)}
    />
  );
}
