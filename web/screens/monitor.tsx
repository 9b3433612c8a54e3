// The monitor: how the workstation is doing now and in the last minutes. For owners and members; it shows what its
// metrics say and changes nothing.
import { Match, Show, Switch } from 'solid-js';
import { useLive } from '../live/live.ts';
import { LinkButton } from '../parts/button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Notice } from '../parts/notice.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { TrustHint } from '../parts/workstation-line.tsx';
import { useDesk } from './desk.ts';
import { AgentNow, CardsNow, LinksNow, RoomNow } from './monitor-house.tsx';
import { seesMonitor } from './monitor-words.ts';
import { QueueNow, StageTimes } from './monitor-work.tsx';
import { StandingCard } from './standing-card.tsx';
import { agoWords } from './time-words.ts';
import { trustAddress } from './workstation-words.ts';

export default function MonitorScreen() {
  const live = useLive();
  return (
    <Switch>
      <Match when={seesMonitor(live.access())}>
        <Figures />
      </Match>
      <Match when={live.access().state !== 'paired'}>
        <div class="mx-auto grid max-w-line gap-10 p-4 tablet:p-8">
          <h1>Monitor</h1>
          <StandingCard />
        </div>
      </Match>
      <Match when={true}>
        <NotForGuests />
      </Match>
    </Switch>
  );
}

function NotForGuests() {
  return (
    <div class="mx-auto grid max-w-line gap-10 p-4 tablet:p-8">
      <EmptyState
        title="The monitor is not open to guests"
        text="How the workstation is doing is for those who make videos with it. Ask an owner, if you should see it."
        action={
          <LinkButton tone="quiet" href="/">
            Home
          </LinkButton>
        }
      />
    </div>
  );
}

function Figures() {
  const live = useLive();
  const desk = useDesk();
  const view = live.monitor.follow();
  const isAway = () => live.workstation().state !== 'here';
  const failure = () => (isAway() ? undefined : view().failure);
  const trustAt = trustAddress(location);
  const lastTold = () => {
    const last = view().figures;
    return last === undefined ? undefined : `These are the figures of ${agoWords(last.at, desk.now())}.`;
  };
  return (
    <div class="mx-auto grid max-w-page gap-10 p-4 tablet:p-8">
      <div class="grid gap-4">
        <h1>Monitor</h1>
        <Show when={isAway()}>
          <Notice
            tone="waiting"
            title="Your workstation is out of reach"
            kept={lastTold()}
            next="Its figures are shown as soon as this app reaches it."
            actions={trustAt === undefined ? undefined : <TrustHint address={trustAt} />}
          />
        </Show>
        <Show when={failure()}>
          {(said) => <Notice tone="error" title={said().message} kept={lastTold()} next={said().hint} />}
        </Show>
      </div>
      <Show when={view().figures} fallback={<Waiting isAsked={!isAway() && failure() === undefined} />}>
        {(figures) => (
          <div class="grid gap-12 wide:grid-cols-2 wide:gap-x-16">
            <div class="grid content-start gap-12">
              <QueueNow queue={figures().queue} recent={figures().recent.waiting} />
              <StageTimes stages={figures().stages} />
            </div>
            <div class="grid content-start gap-12">
              <AgentNow figures={figures()} />
              <CardsNow gpus={figures().gpus} />
              <LinksNow links={figures().links} recent={figures().recent} />
              <RoomNow disk={figures().disk} documents={figures().documents} />
            </div>
          </div>
        )}
      </Show>
    </div>
  );
}

function Waiting(props: { isAsked: boolean }) {
  return (
    <Show when={props.isAsked}>
      <div class="grid gap-4" role="status" aria-label="The figures: asking the workstation">
        <Skeleton shape="line" />
        <Skeleton shape="line" />
        <Skeleton shape="line" />
      </div>
    </Show>
  );
}
