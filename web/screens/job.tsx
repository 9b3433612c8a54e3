// One job under one address: the making of while it is made, the premiere when it is done. So the link that was
// opened early shows the result later, and the curtain opens in place. Whoever watches it being made goes on watching:
// the film moves over to the premiere and stays until the finished video has taken its place.
import { jobIdSchema } from '@myspinbot/shared/job/job.ts';
import { useParams } from '@solidjs/router';
import { createEffect, createMemo, createSignal, Match, on, Switch, untrack } from 'solid-js';
import { useLive } from '../live/live.ts';
import { MakingOf } from './making-of.tsx';
import NotFound from './not-found.tsx';
import { Premiere } from './premiere.tsx';

export default function JobScreen() {
  const params = useParams();
  const live = useLive();
  const job = createMemo(() => {
    const id = jobIdSchema.safeParse(params.id);
    return id.success ? live.job(id.data) : undefined;
  });
  const finished = createMemo(() => {
    const view = job();
    const result = view?.run?.result;
    return view?.phase === 'succeeded' && result !== undefined ? { job: view, result } : undefined;
  });
  const [isReplaced, setReplaced] = createSignal(false);
  let hasBegun = () => false;
  const watched = createMemo(() => {
    const view = job();
    if (view === undefined || isReplaced()) return undefined;
    if (view.phase === 'running') return view.request.id;
    return view.phase === 'succeeded' && untrack(hasBegun) ? view.request.id : undefined;
  });
  const film = live.makingFilm(watched);
  hasBegun = () => film()?.hasBegun() === true;
  // Another job, or another attempt, has a film of its own.
  createEffect(on([() => params.id, () => job()?.run?.attempt], () => setReplaced(false)));
  return (
    <Switch fallback={<NotFound />}>
      <Match when={finished()}>
        {(done) => (
          <Premiere
            job={done().job}
            result={done().result}
            film={hasBegun() ? film() : undefined}
            onReplaced={() => setReplaced(true)}
          />
        )}
      </Match>
      <Match when={job()}>{(view) => <MakingOf job={view()} film={film()} />}</Match>
    </Switch>
  );
}
