// The premiere: the video first and nothing around it; under it what can be done with it, what it was made of, and
// what is worth knowing. The curtain opens once per device.
import type { JobResult } from '@myspinbot/shared/job/job.ts';
import { useNavigate } from '@solidjs/router';
import { Captions, Dices, Download, EyeOff, PenLine, Share2 } from 'lucide';
import { createMemo, createResource, createSignal, For, onMount, Show, Suspense, untrack } from 'solid-js';
import { type JobView, type MakingFilm, useLive } from '../live/live.ts';
import { Button, LinkButton } from '../parts/button.tsx';
import { CurtainReveal } from '../parts/curtain.tsx';
import { Notice } from '../parts/notice.tsx';
import { Facts, Fold, Section } from '../parts/section.tsx';
import { useToasts } from '../parts/toast.tsx';
import { VideoStage } from '../parts/video-stage.tsx';
import { projectTitle } from './cast.ts';
import { useDesk } from './desk.ts';
import { enginesWords } from './engine-words.ts';
import { stageWords } from './job-words.ts';
import { createSpin } from './spin.ts';
import { agoWords, bytesWords, lengthWords, tookWords } from './time-words.ts';

export function Premiere(props: {
  job: JobView;
  result: JobResult;
  /** What was watched while it was made; it plays until the finished video stands at the same place. */
  film?: MakingFilm | undefined;
  onReplaced?: () => void;
}) {
  const live = useLive();
  const desk = useDesk();
  const toasts = useToasts();
  const navigate = useNavigate();
  const spin = createSpin();
  const title = () => projectTitle(live, props.job.request.project);
  const isProjectHere = () => live.projects.some((project) => project.id === props.job.request.project);
  const video = live.assetUrl(() => props.result.video);
  const film = live.mediaUrl(() => props.result.video);
  const hasNoRoom = () => {
    const full = live.storage.full();
    return (
      full?.what === 'changes' || (full?.what === 'arrivals' && full.files.includes(props.result.video.hash))
    );
  };
  const poster = live.assetUrl(() => props.result.poster);
  const vtt = live.assetUrl(() => props.result.vtt ?? undefined);
  const srt = live.assetUrl(() => props.result.srt ?? undefined);
  const fileName = (ending: string) =>
    `${title()
      .replaceAll(/[\\/:*?"<>|]+/g, ' ')
      .trim()}.${ending}`;
  const lang = () => {
    const asked = props.job.request.options.narration.lang;
    return asked === 'auto' ? 'en' : asked;
  };
  // Read once: the curtain must not close again when the premiere is marked as seen, nor before somebody who watches.
  const wasWatching = untrack(() => props.film) !== undefined;
  const isFirst = !wasWatching && !desk.premieres.isSeen(props.job.request.id);
  if (wasWatching) onMount(() => desk.premieres.markSeen(props.job.request.id));
  const [isSharing, setSharing] = createSignal(false);

  const videoFile = async (url: string) => {
    const blob = await (await fetch(url)).blob();
    return new File([blob], fileName('mp4'), { type: 'video/mp4' });
  };
  // Asked with an empty file of the same type, so that nothing is read before the person shares.
  const canShare = createMemo(
    () =>
      typeof navigator.canShare === 'function' &&
      navigator.canShare({ files: [new File([], 'video.mp4', { type: 'video/mp4' })] }),
  );
  const share = async (url: string) => {
    setSharing(true);
    try {
      await navigator.share({ files: [await videoFile(url)], title: title() });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'AbortError') {
        toasts.show('It could not be shared from here. Download it and share the file.');
      }
    } finally {
      setSharing(false);
    }
  };
  const anotherTake = () => {
    const project = live.openProject(props.job.request.project);
    project.set({ seed: (project.fields().seed % 999) + 1 });
    void spin.spin(project);
  };
  const hide = () => {
    const id = props.job.request.id;
    live.hide(id, true);
    navigate('/history');
    toasts.show('Taken out of the history.', () => live.hide(id, false));
  };
  const [here] = createResource(
    () => ({ hash: props.result.video.hash, url: video() }),
    ({ hash }) => live.hasAsset(hash),
  );
  const madeIn = () => {
    const run = props.job.run;
    return run?.startedAt === undefined || run.finishedAt === undefined
      ? undefined
      : run.finishedAt - run.startedAt;
  };

  return (
    <div class="mx-auto grid max-w-page gap-8 tablet:p-8">
      <CurtainReveal
        play={isFirst}
        width={props.result.width}
        height={props.result.height}
        onOpened={() => desk.premieres.markSeen(props.job.request.id)}
      >
        <VideoStage
          title={title()}
          src={film()}
          poster={poster()}
          width={props.result.width}
          height={props.result.height}
          before={props.film}
          onReplaced={props.onReplaced}
          captions={vtt() === undefined ? undefined : { src: vtt()!, lang: lang() }}
          absent={
            hasNoRoom()
              ? 'There is no room for this video on this device. It comes by itself when you have made some.'
              : live.workstation().state === 'here'
                ? 'Fetching the video from your workstation…'
                : 'This video is on your workstation. It plays here when the workstation is back.'
          }
        />
      </CurtainReveal>
      <div class="mx-auto grid w-full max-w-line gap-8 px-4 pb-8 tablet:px-0">
        <div class="grid gap-1">
          <h1 dir="auto">{title()}</h1>
          <p class="figures text-small text-ink-soft">
            {lengthWords(props.result.durationMs)} · {props.result.width}×{props.result.height} ·{' '}
            {agoWords(props.job.run?.finishedAt ?? props.job.request.requestedAt, desk.now())}
          </p>
        </div>
        <div class="grid gap-3">
          <div class="flex flex-wrap gap-3">
            <Show when={canShare() && video()}>
              {(url) => (
                <Button
                  class="grow tablet:grow-0"
                  tone="quiet"
                  icon={Share2}
                  busy={isSharing()}
                  onClick={() => void share(url())}
                >
                  Share
                </Button>
              )}
            </Show>
            <Show
              when={video()}
              fallback={
                <Button class="grow tablet:grow-0" tone="quiet" icon={Download} held>
                  Download
                </Button>
              }
            >
              {(url) => (
                <LinkButton
                  class="grow tablet:grow-0"
                  tone="quiet"
                  icon={Download}
                  href={url()}
                  download={fileName('mp4')}
                  rel="external"
                >
                  Download
                </LinkButton>
              )}
            </Show>
            <Show when={isProjectHere() && live.mayEdit()}>
              <LinkButton
                class="grow tablet:grow-0"
                tone="quiet"
                icon={PenLine}
                href={`/project/${props.job.request.project}`}
              >
                Same, but change…
              </LinkButton>
              <Button
                class="grow tablet:grow-0"
                tone="quiet"
                icon={Dices}
                busy={spin.isSpinning()}
                onClick={anotherTake}
              >
                Another take
              </Button>
            </Show>
          </div>
          <div class="-mx-4 flex flex-wrap">
            <Show when={vtt()}>
              {(url) => (
                <LinkButton
                  tone="plain"
                  icon={Captions}
                  href={url()}
                  download={fileName('vtt')}
                  rel="external"
                >
                  Captions (VTT)
                </LinkButton>
              )}
            </Show>
            <Show when={srt()}>
              {(url) => (
                <LinkButton
                  tone="plain"
                  icon={Captions}
                  href={url()}
                  download={fileName('srt')}
                  rel="external"
                >
                  Captions (SRT)
                </LinkButton>
              )}
            </Show>
            <Show when={live.mayEdit()}>
              <Button tone="plain" icon={EyeOff} onClick={hide}>
                Take out of the history
              </Button>
            </Show>
          </div>
        </div>
        <Show when={props.result.notes.length > 0}>
          <div class="grid gap-2">
            <For each={props.result.notes}>{(note) => <Notice tone="info" title={note} />}</For>
          </div>
        </Show>
        <Section title="How it was made">
          <p class="text-small text-ink-soft">
            {props.job.isOld === true
              ? 'This is an older one: how it was made is kept on the workstation.'
              : `Made from ${live.mayEdit() ? 'your photo, on your' : 'a photo, on a'} machine, by ${enginesWords(props.result.engines)}.`}{' '}
            {/* Asked of the store; the video above does not wait for the answer. */}
            <Suspense>{here() === true ? 'A copy is on this device, so it plays offline too.' : ''}</Suspense>{' '}
            <a href="/storage">What is kept here</a>
          </p>
          <Fold title="The details">
            <Facts
              facts={[
                ['Length', lengthWords(props.result.durationMs)],
                ['File', `${bytesWords(props.result.video.bytes)}, MP4`],
                ...(madeIn() === undefined ? [] : ([['Made in', tookWords(madeIn()!)]] as const)),
                ...(props.job.isOld === true
                  ? []
                  : ([['Take', String(props.job.request.options.seed)]] as const)),
                ...Object.entries(props.result.engines).map(
                  ([stage, engine]) =>
                    [
                      stage in stageWords ? stageWords[stage as keyof typeof stageWords].title : stage,
                      engine,
                    ] as const,
                ),
                ['Job', props.job.request.id],
              ]}
            />
          </Fold>
        </Section>
      </div>
    </div>
  );
}
