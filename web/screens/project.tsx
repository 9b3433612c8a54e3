// A project: the cast on top, the script as a play script, the staging, and Spin under the thumb. Every change is
// written at once; there is no save button, only the truth about what is saved.
import { projectIdSchema } from '@myspinbot/shared/project/project.ts';
import { useNavigate, useParams } from '@solidjs/router';
import { Trash2 } from 'lucide';
import { createMemo, createSignal, lazy, Show, Suspense } from 'solid-js';
import { type OpenProject, useLive } from '../live/live.ts';
import { chosenVersion } from '../live/trained-desk.ts';
import { TitleField } from '../parts/field.tsx';
import { SavedMark } from '../parts/saved-mark.tsx';
import { ScreenSkeleton } from '../parts/skeleton.tsx';
import { SpinBar } from '../parts/spin-bar.tsx';
import { useToasts } from '../parts/toast.tsx';
import { projectTitle, UNTITLED } from './cast.ts';
import { makingMs, speechMs } from './estimate.ts';
import { faceProblem, missingPlace, missingWords } from './missing-words.ts';
import NotFound from './not-found.tsx';
import { OnItsWay, Refused } from './on-its-way.tsx';
import { createPhotoChecks } from './photo-checks.ts';
import { createSpunBefore, ProjectAgain } from './project-again.tsx';
import { ProjectAsGuest } from './project-as-guest.tsx';
import { ProjectFace } from './project-face.tsx';
import { ProjectScript } from './project-script.tsx';
import { ProjectStaging } from './project-staging.tsx';
import { ProjectTrained } from './project-trained.tsx';
import { ProjectVoice } from './project-voice.tsx';
import { eachJob } from './shown-jobs.ts';
import { createSpin } from './spin.ts';
import { sizeWords } from './staging-words.ts';
import { lengthWords } from './time-words.ts';
import { reachOf } from './workstation-words.ts';

const Menu = lazy(() => import('../parts/menu.tsx').then((module) => ({ default: module.Menu })));

/** Jobs that are asked how long this machine takes: enough to find some of this size. */
const LOOKED_AT = 100;

export default function Project() {
  const params = useParams();
  const live = useLive();
  const known = createMemo(() => {
    const id = projectIdSchema.safeParse(params.id);
    // One that was deleted, or was never here: the list knows, and learns of it when it comes by sync.
    return id.success && live.projects.some((project) => project.id === id.data) ? id.data : undefined;
  });
  return (
    <Show when={known()} keyed fallback={<NotFound />}>
      {(id) => {
        if (!live.mayEdit()) return <ProjectAsGuest id={id} />;
        const project = live.openProject(id);
        return (
          <Show when={project.ready()} fallback={<ScreenSkeleton />}>
            <Rehearsal project={project} />
          </Show>
        );
      }}
    </Show>
  );
}

function Rehearsal(props: { project: OpenProject }) {
  const live = useLive();
  const navigate = useNavigate();
  const toasts = useToasts();
  const [recordingMs, setRecordingMs] = createSignal<number>();
  const fields = () => props.project.fields();
  const title = () => projectTitle(live, props.project.id);
  const cover = live.assetUrl(() => props.project.photos()[0]?.asset);
  const spin = createSpin();
  const before = createSpunBefore(props.project);
  const checks = createPhotoChecks(live, () => props.project.photos());

  const seconds = () => speechMs(fields(), props.project.script(), recordingMs());
  const summary = () => {
    const ms = seconds();
    return [ms === undefined ? undefined : `About ${lengthWords(ms)}`, sizeWords[fields().size]]
      .filter((part) => part !== undefined)
      .join(' · ');
  };
  const note = () => {
    const ms = seconds();
    const making =
      ms === undefined ? undefined : makingMs(eachJob(live, live.premieres(), LOOKED_AT), fields().size, ms);
    const reach = reachOf(live);
    if (reach.state === 'unpaired') return 'Runs once this device is paired.';
    if (reach.state !== 'here') return 'Runs when your workstation is back.';
    const again = before.words();
    // The time was measured of whole videos.
    if (again !== undefined) return again.short;
    return making === undefined ? undefined : `Takes about ${lengthWords(making)} to make.`;
  };

  const missing = createMemo(() => {
    const fields = props.project.missing();
    const words = missingWords(fields);
    if (words !== undefined) return { words, place: missingPlace[fields[0]!] };
    // A look that was trained has its face already.
    if (chosenVersion(live.trained, props.project, 'look') !== undefined) return undefined;
    const face = faceProblem(
      props.project.photos().map((photo) => checks.verdict(photo.asset.hash).state),
      props.project.fields().face,
    );
    return face === undefined ? undefined : { words: face, place: missingPlace.photo };
  });

  const remove = () => {
    const id = props.project.id;
    const name = title();
    navigate('/');
    live.deleteProject(id, true);
    toasts.show(`"${name}" is gone from your cast.`, () => {
      live.deleteProject(id, false);
      navigate(`/project/${id}`);
    });
  };

  return (
    <>
      <div class="mx-auto grid max-w-page gap-8 p-4 pb-32 tablet:p-8 tablet:pb-36">
        <div class="grid gap-1">
          <div class="flex items-center gap-2">
            <div class="min-w-0 flex-1">
              <TitleField
                label="Name of the project"
                labelHidden
                placeholder={UNTITLED}
                maxLength={200}
                value={fields().title}
                onText={(text) => props.project.set({ title: text })}
              />
            </div>
            <Suspense>
              <Menu
                label="More for this project"
                actions={[{ label: 'Delete the project', icon: Trash2, danger: true, act: remove }]}
              />
            </Suspense>
          </div>
          <span class="tablet:hidden">
            <SavedMark state={live.saved()} />
          </span>
          <div class="wide:hidden">
            <OnItsWay />
          </div>
          <Refused />
        </div>
        <div class="grid items-start gap-10 wide:grid-cols-3">
          <div class="grid min-w-0 gap-10 wide:col-span-2">
            <div class="grid gap-10 tablet:grid-cols-2 tablet:gap-8">
              <ProjectFace project={props.project} checks={checks} />
              <ProjectVoice project={props.project} />
            </div>
            <ProjectScript project={props.project} onRecordingLength={setRecordingMs} />
            <ProjectTrained project={props.project} />
            <ProjectAgain before={before} />
          </div>
          <ProjectStaging project={props.project} cover={cover()} />
        </div>
      </div>
      <SpinBar
        name={title()}
        src={cover()}
        seed={props.project.id}
        summary={summary()}
        missing={missing()?.words}
        note={note()}
        spinning={spin.isSpinning()}
        saved={<SavedMark state={live.saved()} />}
        onSpin={() => void spin.spin(props.project, before.wish())}
        onHeld={() => {
          const place = document.getElementById(missing()?.place ?? '');
          const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
          place?.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
          place?.focus({ preventScroll: true });
        }}
      />
    </>
  );
}
