// One job under one address: the making of while it is made, the premiere when it is done. So the link that was
// opened early shows the result later, and the curtain opens in place.
import { jobIdSchema } from '@myspinbot/shared/job/job.ts';
import { useParams } from '@solidjs/router';
import { createMemo, Match, Switch } from 'solid-js';
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
  return (
    <Switch fallback={<NotFound />}>
      <Match when={finished()}>{(done) => <Premiere job={done().job} result={done().result} />}</Match>
      <Match when={job()}>{(view) => <MakingOf job={view()} />}</Match>
    </Switch>
  );
}
