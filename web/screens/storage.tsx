// Storage: what of the projects is on this device, what only on the workstation and what only here; how much the
// browser allows and whether it may clear it by itself; making room, and keeping projects offline. Painted from the
// device's own store: no document is opened for it.
import { PackageMinus, RotateCw } from 'lucide';
import { createMemo, createResource, For, Match, Show, Switch } from 'solid-js';
import { type Access, useLive } from '../live/live.ts';
import { allFiles, isHere, mayBeFreed, type Stock, type StockFile, sum } from '../live/stock.ts';
import { Button, LinkButton } from '../parts/button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Notice } from '../parts/notice.tsx';
import { Facts, Fold, Section, ShareBar } from '../parts/section.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { StorageRows } from '../parts/storage-row.tsx';
import { useToasts } from '../parts/toast.tsx';
import { failureOf } from './answer.ts';
import { useDesk } from './desk.ts';
import { StandingCard } from './standing-card.tsx';
import { FileList, type Freeing, ProjectStorage } from './storage-projects.tsx';
import { StoragePromise } from './storage-promise.tsx';
import { countWords, sumWords } from './storage-words.ts';
import { bytesWords } from './time-words.ts';

export default function Storage() {
  const live = useLive();
  const stock = live.storage.stock();
  return (
    <div class="mx-auto grid max-w-line gap-10 p-4 tablet:p-8">
      <h1>Storage</h1>
      <Show when={live.access().state !== 'paired'}>
        <div class="grid gap-3">
          <StandingCard />
          <p class="text-small text-ink-soft">{strandedWords[live.access().state]}</p>
        </div>
      </Show>
      <Full />
      <Show when={stock()} fallback={<Skeleton shape="line" />}>
        {(now) => <Shelves stock={now()} />}
      </Show>
    </div>
  );
}

function Shelves(props: { stock: Stock }) {
  const live = useLive();
  const toasts = useToasts();
  const files = createMemo(() => allFiles(props.stock));
  const free = async (chosen: readonly StockFile[]) => {
    try {
      const freed = await live.storage.free(chosen.map(({ ref }) => ref.hash));
      toasts.show(
        freed.files === 0
          ? 'Nothing was freed: the workstation may not have these files yet.'
          : `${bytesWords(freed.bytes)} freed. It comes back when you open it.`,
        freed.files === 0 ? undefined : () => void freed.undo(),
      );
    } catch (error) {
      const failure = failureOf(error);
      toasts.show(`${failure.message} ${failure.hint}`);
    }
  };
  const freeing: Freeing = {
    may: () => live.access().state === 'paired',
    free: (chosen) => void free(chosen),
  };
  const videos = createMemo(() => files().filter((file) => file.kind === 'video' && mayBeFreed(file)));
  const strays = createMemo(() => props.stock.others.filter(mayBeFreed));
  const alone = createMemo(() => files().filter(({ place }) => place.at === 'here-only'));
  /** What the workstation says to the first of them that it would not take. */
  const refused = () =>
    alone().flatMap(({ place }) => (place.at === 'here-only' ? (place.refused ?? []) : []))[0];
  const isGuest = () => {
    const access = live.access();
    return access.state === 'paired' && access.role === 'guest';
  };
  // By id, so that a project whose files change keeps its row, its open list and the focus.
  const ids = createMemo(() => props.stock.projects.map(({ id }) => id));

  return (
    <>
      <OnThisDevice files={files()} />
      <Show when={alone().length > 0 && freeing.may() && !isGuest()}>
        <Notice
          tone="waiting"
          title={`Only on this device: ${sumWords(sum(alone(), () => true))}`}
          next={
            refused() ??
            (live.workstation().state === 'here'
              ? 'It is being sent to your workstation. Keep the app open until it is there.'
              : 'It goes to your workstation as soon as that is here. Until then it is never freed.')
          }
        />
      </Show>
      <Show when={freeing.may()}>
        <Section title="Make room">
          <Show
            when={videos().length > 0}
            fallback={
              <p class="text-small text-ink-soft">
                There is no video here that could be freed. What the lists show, what is kept offline and what
                the workstation does not have stays.
              </p>
            }
          >
            <p class="text-small text-ink-soft">
              Your workstation has these too. Their pictures stay here; a video comes back when you open it
              while the workstation is here.
            </p>
            <Button
              tone="quiet"
              icon={PackageMinus}
              class="justify-self-start"
              onClick={() => void free(videos())}
            >
              Free {countWords(videos())}, {bytesWords(sum(videos(), () => true).bytes)}
            </Button>
          </Show>
        </Section>
      </Show>
      <Section title="Projects">
        <Show
          when={ids().length > 0}
          fallback={
            <EmptyState
              title="Nothing here yet"
              text="Photos, recordings and videos of your projects are listed here as soon as there are some."
              action={
                <LinkButton tone="quiet" href="/">
                  Home
                </LinkButton>
              }
            />
          }
        >
          <StorageRows label="Projects">
            <For each={ids()}>
              {(id) => {
                const project = createMemo<Stock['projects'][number]>(
                  (before) => props.stock.projects.find((each) => each.id === id) ?? before!,
                );
                return <ProjectStorage project={project()} freeing={freeing} />;
              }}
            </For>
          </StorageRows>
        </Show>
      </Section>
      <Show when={props.stock.others.length > 0}>
        <Section title="Other files" note={sumWords(sum(props.stock.others, () => true))}>
          <p class="text-small text-ink-soft">
            No project that this device knows names these: previews of videos in the making, what was taken
            out of a project, or what belongs to another workstation.
          </p>
          <Show when={freeing.may() && strays().length > 0}>
            <Button
              tone="quiet"
              icon={PackageMinus}
              class="justify-self-start"
              onClick={() => void free(strays())}
            >
              Free {sumWords(sum(strays(), () => true))}
            </Button>
          </Show>
          <Fold title="File by file">
            <FileList files={props.stock.others} freeing={freeing} />
          </Fold>
        </Section>
      </Show>
    </>
  );
}

function OnThisDevice(props: { files: readonly StockFile[] }) {
  const live = useLive();
  const desk = useDesk();
  const here = createMemo(() => sum(props.files, isHere));
  const [report, { refetch }] = createResource(
    // Asked again as time passes: a browser clears what was freed when it likes.
    () => `${here().bytes} ${desk.now()}`,
    () => live.storage.report(),
  );
  const facts = (): (readonly [string, string])[] => {
    const away = props.files.filter(({ place }) => place.at === 'workstation');
    const known = sum(away, () => true);
    const used = report.latest?.usedBytes ?? 0;
    return [
      ['Files here', here().files === 0 ? 'none' : sumWords(here())],
      ['Only on the workstation', known.files === 0 ? 'none' : sumWords(known)],
      ...(used > here().bytes
        ? ([
            ['The rest', `about ${bytesWords(used - here().bytes)}: the app, notes, what is being cleared`],
          ] as const)
        : []),
    ];
  };
  return (
    <Section title="On this device">
      <Show when={report.latest} fallback={<Skeleton shape="line" />}>
        {(said) => (
          <>
            <p class="figures">
              <span class="storage-sum">{bytesWords(said().usedBytes)}</span>
              <Show when={said().quotaBytes}>
                {(quota) => (
                  <span class="text-small text-ink-soft">
                    {' '}
                    of {bytesWords(quota())} that the browser allows
                  </span>
                )}
              </Show>
            </p>
            <Show when={said().quotaBytes}>
              {(quota) => (
                <ShareBar
                  label={`${bytesWords(said().usedBytes)} of ${bytesWords(quota())} used`}
                  share={said().usedBytes / quota()}
                />
              )}
            </Show>
            <Facts facts={facts()} />
            <StoragePromise report={said()} onAsked={() => void refetch()} />
          </>
        )}
      </Show>
    </Section>
  );
}

/** What there was no room for, and what becomes of it. */
function Full() {
  const live = useLive();
  return (
    <Switch>
      <Match when={live.storage.full()?.what === 'changes'}>
        <Notice
          tone="error"
          title="There is no room left: your last changes are not saved yet."
          next="Free something below, or elsewhere on this device. Keep this page open: it saves by itself as soon as there is room."
        />
      </Match>
      <Match when={live.storage.full()?.what === 'arrivals'}>
        <Notice
          tone="error"
          title="There is no room left for what your workstation wants to send."
          next="Free something below, or elsewhere on this device. It then comes by itself."
          kept="Nothing is lost: it waits on the workstation."
          actions={<TryAgain />}
        />
      </Match>
      <Match when={live.storage.full()?.what === 'file'}>
        <Notice
          tone="error"
          title="There was no room left for the file you wanted to add."
          next="Free something below, or elsewhere on this device, then add it again."
        />
      </Match>
    </Switch>
  );
}

function TryAgain() {
  const live = useLive();
  return (
    <Button icon={RotateCw} onClick={() => void live.storage.tryAgain()}>
      Try again
    </Button>
  );
}

/** Why nothing is freed from a device that no workstation speaks with. */
const strandedWords: Readonly<Record<Access['state'], string>> = {
  paired: '',
  unpaired: 'Nothing of this is anywhere else yet, so nothing is freed from here.',
  removed: 'What is freed from here could not come back, so it stays. Settings can erase all of it.',
  forgotten: 'Whether the workstation still has these is not known, so nothing is freed from here.',
};
