// Looks and voices that a project has to be used again: what is being trained, which version later videos use, and the way
// to train, compare and delete them. All of it works with the workstation off.
import type { TrainedVersion } from '@myspinbot/shared/job/trained.ts';
import { makesVideo } from '@myspinbot/shared/pipeline/shipped.ts';
import { AudioLines, Columns2, GraduationCap, RefreshCw, Trash2, UserRound } from 'lucide';
import { createMemo, createSignal, createUniqueId, For, lazy, Show, Suspense } from 'solid-js';
import { type JobView, type OpenProject, useLive } from '../live/live.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { JobRow } from '../parts/job-row.tsx';
import { Notice } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { VersionChoice, VersionList } from '../parts/version-list.tsx';
import { useDesk } from './desk.ts';
import { jobWords, phaseMark } from './job-words.ts';
import { freshWords, goneWords, type Kind, trainingOf, versionTitle, versionWords } from './trained-words.ts';
import { reachOf } from './workstation-words.ts';

const Train = lazy(() => import('./project-train.tsx'));
const Compare = lazy(() => import('./project-compare.tsx'));
const Delete = lazy(() => import('./project-delete-version.tsx'));

export function ProjectTrained(props: { project: OpenProject }) {
  const live = useLive();
  const [isTraining, setTraining] = createSignal(false);
  const [deleting, setDeleting] = createSignal<TrainedVersion>();
  const versions = createMemo(() => live.trained.of(props.project.id));
  const training = createMemo(() =>
    live.line.filter(({ request }) => request.project === props.project.id && !makesVideo(request.pipeline)),
  );

  return (
    <Section title="Looks and voices" id="trained">
      <Show when={versions().length === 0 && training().length === 0}>
        <p class="max-w-line text-small text-ink-soft">
          A look is trained from your photos, a voice from your clip. Trained once, it is the very same in
          every video you choose it for, also when you change the photos later.
        </p>
      </Show>
      <Show when={training().length > 0}>
        <ul class="job-rows" aria-label="Being trained">
          <For each={training()}>{(job) => <TrainingRow job={job} />}</For>
        </ul>
      </Show>
      <div class="grid items-start gap-8 empty:hidden tablet:grid-cols-2">
        <For each={['look', 'voice'] as const}>
          {(kind) => (
            <Versions
              kind={kind}
              project={props.project}
              versions={versions().filter((version) => version.stage === kind)}
              onDelete={setDeleting}
            />
          )}
        </For>
      </div>
      <Button tone="quiet" class="justify-self-start" icon={GraduationCap} onClick={() => setTraining(true)}>
        Train…
      </Button>
      <Suspense>
        <Show when={isTraining()}>
          <Train project={props.project} onClose={() => setTraining(false)} />
        </Show>
        <Show when={deleting()} keyed>
          {(version) => (
            <Delete project={props.project} version={version} onClose={() => setDeleting(undefined)} />
          )}
        </Show>
      </Suspense>
    </Section>
  );
}

function Versions(props: {
  kind: Kind;
  project: OpenProject;
  versions: readonly TrainedVersion[];
  onDelete: (version: TrainedVersion) => void;
}) {
  const live = useLive();
  const group = createUniqueId();
  const [isComparing, setComparing] = createSignal(false);
  const asked = () => props.project.fields()[props.kind];
  const chosen = () => props.versions.find((version) => version.fingerprint === asked());
  const isGone = () => live.trained.isRead() && asked() !== null && chosen() === undefined;
  const choose = (fingerprint: string | null) => props.project.set({ [props.kind]: fingerprint });
  const fresh = () => freshWords(props.kind);

  return (
    <Show when={props.versions.length > 0 || isGone()}>
      <div class="grid min-w-0 gap-3">
        <h3>{props.kind === 'look' ? 'Which look videos use' : 'Which voice videos use'}</h3>
        <Show when={isGone()}>
          <Notice tone="info" title={goneWords(props.kind).title} next={goneWords(props.kind).next} />
        </Show>
        <VersionList label={props.kind === 'look' ? 'Which look videos use' : 'Which voice videos use'}>
          <VersionChoice
            group={group}
            label={fresh().label}
            hint={fresh().hint}
            icon={RefreshCw}
            chosen={chosen() === undefined}
            onChoose={() => choose(null)}
          />
          <For each={props.versions}>
            {(version) => (
              <Version
                group={group}
                version={version}
                chosen={version.fingerprint === asked()}
                onChoose={() => choose(version.fingerprint)}
                onDelete={() => props.onDelete(version)}
              />
            )}
          </For>
        </VersionList>
        <Show when={props.kind === 'voice' && props.project.fields().mode === 'recording'}>
          <p class="text-fine text-ink-soft">Your recording is the voice now, so this has no part in it.</p>
        </Show>
        <Show when={props.versions.length > 1}>
          <Button tone="plain" class="justify-self-start" icon={Columns2} onClick={() => setComparing(true)}>
            {props.kind === 'look' ? 'Compare two looks' : 'Compare two voices'}
          </Button>
        </Show>
        <Suspense>
          <Show when={isComparing() && props.versions.length > 1}>
            <Compare
              kind={props.kind}
              versions={props.versions}
              chosen={chosen()}
              onChoose={(version) => choose(version.fingerprint)}
              onClose={() => setComparing(false)}
            />
          </Show>
        </Suspense>
      </div>
    </Show>
  );
}

function Version(props: {
  group: string;
  version: TrainedVersion;
  chosen: boolean;
  onChoose: () => void;
  onDelete: () => void;
}) {
  const live = useLive();
  const desk = useDesk();
  const picture = live.assetUrl(() => props.version.cover);
  return (
    <VersionChoice
      group={props.group}
      label={versionTitle(props.version)}
      hint={versionWords(props.version, desk.now())}
      picture={picture()}
      icon={props.version.stage === 'look' ? UserRound : AudioLines}
      chosen={props.chosen}
      onChoose={props.onChoose}
      actions={
        <IconButton shape={Trash2} label={`Delete ${versionTitle(props.version)}`} onClick={props.onDelete} />
      }
    />
  );
}

function TrainingRow(props: { job: JobView }) {
  const live = useLive();
  const progress = () => live.progress(props.job.request.id);
  const photo = live.assetUrl(() =>
    props.job.request.assets.find((asset) => asset.type.startsWith('image/')),
  );
  return (
    <JobRow
      href={`/job/${props.job.request.id}`}
      name={trainingOf(props.job.request)}
      src={photo()}
      seed={props.job.request.project}
      progress={progress()?.fraction ?? 0}
      state={phaseMark(props.job.phase)}
      words={jobWords(props.job, progress(), reachOf(live), { rest: live.queue.rest() }).short}
    />
  );
}
