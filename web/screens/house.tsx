// The house around every screen: title bar and tabs on the phone, the library where there is room, the ring of the
// running job in both, messages, and the tab's title as a progress line.
import { type RouteSectionProps, useLocation, useNavigate } from '@solidjs/router';
import {
  Activity,
  ArrowLeft,
  Clapperboard,
  House as HouseShape,
  ListOrdered,
  MonitorSmartphone,
  Plus,
  Settings as SettingsShape,
} from 'lucide';
import {
  createEffect,
  createMemo,
  ErrorBoundary,
  For,
  lazy,
  on,
  onCleanup,
  Show,
  Suspense,
  useContext,
} from 'solid-js';
import { Icon } from '../design/icon.tsx';
import { useBell } from '../live/bell.ts';
import { type JobView, useLive } from '../live/live.ts';
import { UpdateContext } from '../live/update.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { FoyerDark } from '../parts/foyer.tsx';
import '../parts/frame.css';
import { Mark } from '../parts/mark.tsx';
import { Medallion } from '../parts/medallion.tsx';
import { Notice } from '../parts/notice.tsx';
import { ScreenSkeleton } from '../parts/skeleton.tsx';
import { StandingMessage, ToastRail, useToasts } from '../parts/toast.tsx';
import { WorkstationLine } from '../parts/workstation-line.tsx';
import { createCast, projectTitle } from './cast.ts';
import { useDesk } from './desk.ts';
import { jobWords, phaseMark } from './job-words.ts';
import { seesMonitor } from './monitor-words.ts';
import { OnItsWay } from './on-its-way.tsx';
import { fullWords } from './storage-words.ts';
import { createDoneBell } from './tell-when-done.tsx';
import { isOwner, reachOf, workstationWords } from './workstation-words.ts';

const DoorwayScene = lazy(() => import('./doorway-scenes.tsx'));
const PairingDialog = lazy(() => import('./pairing-dialog.tsx'));

export function House(props: RouteSectionProps) {
  const live = useLive();
  const toasts = useToasts();
  const desk = useDesk();
  const place = useLocation();
  const navigate = useNavigate();
  const cast = createCast();
  const bell = useBell();
  createDoneBell(live, bell);
  if (bell !== undefined) onCleanup(bell.onPressed((path) => navigate(path)));
  // Absent where the app is shown without its service worker.
  const update = useContext(UpdateContext);
  const updateText = () => {
    switch (update?.state()) {
      case 'ready':
      case 'applying':
        // In the middle of work nobody is asked; the message waits on the next screen.
        return hasOwnBar() ? undefined : 'A new version is ready.';
      case 'replaced':
        return 'Another tab took a new version. Load it here too.';
      default:
        return undefined;
    }
  };

  const fullText = () => (place.pathname === '/storage' ? undefined : fullWords(live.storage.full()));

  const running = createMemo(() => live.line.find((job) => job.phase === 'running') ?? live.line[0]);
  const isShownAlready = (job: JobView) => place.pathname === `/job/${job.request.id}`;
  const isDeep = () => place.pathname.startsWith('/project/') || place.pathname.startsWith('/job/');
  // A guest's project has nothing to spin, and so no bar of its own.
  const hasOwnBar = () => place.pathname.startsWith('/project/') && live.mayEdit();

  const wasAsked = createMemo((before: boolean) => before || desk.doorway.isPairingOpen(), false);

  // A device that is in already needs no invitation.
  createEffect(() => {
    if (live.invitation() === undefined || live.access().state !== 'paired') return;
    if (desk.doorway.scene()?.kind === 'invited') return;
    live.dismissInvitation();
    toasts.show('This device is paired already.');
  });

  let floor: HTMLElement | undefined;
  // A new screen is a new page for those who hear it: reading starts at its top.
  createEffect(
    on(
      () => place.pathname,
      () => floor?.focus({ preventScroll: true }),
      { defer: true },
    ),
  );

  createEffect(() => {
    const job = running();
    const progress = job === undefined ? undefined : live.progress(job.request.id);
    document.title =
      job === undefined || progress === undefined
        ? 'MySpinBot'
        : `${Math.round(progress.fraction * 100)} % · ${projectTitle(live, job.request.project)}`;
  });

  return (
    <>
      <a href="#floor" class="button button-quiet skip" rel="external">
        Skip to the content
      </a>
      <div class="house" inert={desk.doorway.scene() !== undefined}>
        <header class="titlebar">
          <Show
            when={isDeep()}
            fallback={
              <a class="wordmark" href="/">
                <Mark />
                MySpinBot
              </a>
            }
          >
            <BackButton />
          </Show>
          <div class="titlebar-end">
            <Show when={running()}>
              {(job) => (
                <Show when={!isShownAlready(job())}>
                  <OnNow job={job()} />
                </Show>
              )}
            </Show>
          </div>
        </header>

        <nav class="library" aria-label="Library">
          <a class="wordmark" href="/">
            <Mark />
            MySpinBot
          </a>
          <Show when={live.mayEdit()} fallback={<span />}>
            <Button tone="quiet" icon={Plus} wide onClick={() => void cast.startNew()}>
              New project
            </Button>
          </Show>
          <ul class="library-list" aria-label="Your cast">
            <For each={live.projects}>
              {(project) => {
                const cover = live.assetUrl(() => project.cover);
                const href = `/project/${project.id}`;
                const job = () => live.line.find((each) => each.request.project === project.id);
                return (
                  <li>
                    <a
                      class="library-link"
                      href={href}
                      aria-current={place.pathname === href ? 'page' : undefined}
                    >
                      <Medallion
                        name={project.title}
                        src={cover()}
                        seed={project.id}
                        size="tiny"
                        state={job() === undefined ? undefined : phaseMark(job()!.phase)}
                        progress={
                          job() === undefined ? undefined : (live.progress(job()!.request.id)?.fraction ?? 0)
                        }
                        decorative
                      />
                      <span class="library-name" dir="auto">
                        {projectTitle(live, project.id)}
                      </span>
                    </a>
                  </li>
                );
              }}
            </For>
          </ul>
          <div>
            <Show when={running()}>{(job) => <OnNow job={job()} wide />}</Show>
            <a
              class="library-link"
              href="/line"
              aria-current={place.pathname === '/line' ? 'page' : undefined}
            >
              <Icon shape={ListOrdered} />
              The line
            </a>
            <a
              class="library-link"
              href="/history"
              aria-current={place.pathname === '/history' ? 'page' : undefined}
            >
              <Icon shape={Clapperboard} />
              History
            </a>
            <Show when={seesMonitor(live.access())}>
              <a
                class="library-link"
                href="/monitor"
                aria-current={place.pathname === '/monitor' ? 'page' : undefined}
              >
                <Icon shape={Activity} />
                Monitor
              </a>
            </Show>
            <Show when={isOwner(live.access())}>
              <a
                class="library-link"
                href="/devices"
                aria-current={place.pathname === '/devices' ? 'page' : undefined}
              >
                <Icon shape={MonitorSmartphone} />
                Devices
              </a>
            </Show>
            <a
              class="library-link"
              href="/settings"
              aria-current={place.pathname === '/settings' ? 'page' : undefined}
            >
              <Icon shape={SettingsShape} />
              Settings
            </a>
          </div>
          <div>
            <OnItsWay />
            <WorkstationLine words={workstationWords(reachOf(live), desk.now())} />
          </div>
        </nav>

        <main ref={floor} id="floor" tabIndex={-1} class="floor" classList={{ 'floor-bare': hasOwnBar() }}>
          <ErrorBoundary
            fallback={(_error, reset) => (
              <div class="p-4 tablet:p-8">
                <Notice
                  tone="error"
                  title="This screen could not be shown."
                  kept="Your projects and videos are safe on this device."
                  next="Show it again, or reload the page."
                  actions={
                    <>
                      <Button onClick={reset}>Show it again</Button>
                      <Button tone="plain" onClick={() => location.reload()}>
                        Reload
                      </Button>
                    </>
                  }
                />
              </div>
            )}
          >
            <Suspense fallback={<ScreenSkeleton />}>{props.children}</Suspense>
          </ErrorBoundary>
        </main>

        <Show when={!hasOwnBar()}>
          <nav class="bottombar" aria-label="Main">
            <Tab href="/" label="Home" shape={HouseShape} />
            <Show when={live.mayEdit()}>
              <button type="button" class="tab tab-new" onClick={() => void cast.startNew()}>
                <Icon shape={Plus} size={24} />
                New
              </button>
            </Show>
            <Tab href="/history" label="History" shape={Clapperboard} />
            <Tab href="/settings" label="Settings" shape={SettingsShape} />
          </nav>
        </Show>
      </div>
      <Suspense fallback={<FoyerDark />}>
        <Show when={desk.doorway.scene()}>
          {(scene) => <DoorwayScene doorway={desk.doorway} scene={scene()} />}
        </Show>
      </Suspense>
      {/* Loaded with the first wish to pair, and kept for the way it closes. */}
      <Show when={wasAsked()}>
        <Suspense>
          <PairingDialog
            open={desk.doorway.isPairingOpen()}
            onClose={() => desk.doorway.setPairingOpen(false)}
          />
        </Suspense>
      </Show>
      <ToastRail toasts={toasts}>
        <Show when={fullText()}>
          {(text) => (
            <StandingMessage
              text={text()}
              action="Make room"
              busy={false}
              onAct={() => navigate('/storage')}
            />
          )}
        </Show>
        <Show when={updateText()}>
          {(text) => (
            <StandingMessage
              text={text()}
              action="Load it"
              busy={update?.state() === 'applying'}
              onAct={() => void update?.apply()}
            />
          )}
        </Show>
      </ToastRail>
    </>
  );
}

function Tab(props: { href: string; label: string; shape: typeof Plus }) {
  const place = useLocation();
  return (
    <a class="tab" href={props.href} aria-current={place.pathname === props.href ? 'page' : undefined}>
      <Icon shape={props.shape} size={24} />
      {props.label}
    </a>
  );
}

function BackButton() {
  const navigate = useNavigate();
  return <IconButton shape={ArrowLeft} label="Home" onClick={() => navigate('/')} />;
}

/** The ring that follows the job everywhere. */
function OnNow(props: { job: JobView; wide?: boolean }) {
  const live = useLive();
  const progress = () => live.progress(props.job.request.id);
  const project = () => live.projects.find((each) => each.id === props.job.request.project);
  const cover = live.assetUrl(() => project()?.cover);
  const words = () => jobWords(props.job, progress(), reachOf(live), { rest: live.queue.rest() });
  return (
    <a
      class={props.wide === true ? 'library-link' : 'on-now'}
      href={`/job/${props.job.request.id}`}
      aria-label={`${projectTitle(live, props.job.request.project)}: ${words().short}`}
    >
      <Medallion
        name={projectTitle(live, props.job.request.project)}
        src={cover()}
        seed={props.job.request.project}
        size="tiny"
        state={phaseMark(props.job.phase)}
        progress={progress()?.fraction ?? 0}
        decorative
      />
      <span class="figures">
        {props.wide === true ? 'On now: ' : ''}
        {progress() === undefined ? 'waiting' : `${Math.round(progress()!.fraction * 100)} %`}
      </span>
    </a>
  );
}
