// What was shared to the app from the phone's gallery, recorder or another program: look at it, say what each thing
// becomes and whose bot it is for. Nothing is used before that, and leaving loses nothing.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { useNavigate, useSearchParams } from '@solidjs/router';
import { Clock, Mic, PenLine, Trash2 } from 'lucide';
import { createMemo, createSignal, For, Match, Show, Switch } from 'solid-js';
import { useLive } from '../live/live.ts';
import type { Share, SharedFile } from '../live/shared-desk.ts';
import { Button, LinkButton } from '../parts/button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Notice } from '../parts/notice.tsx';
import { PlayScript, Section } from '../parts/section.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { SharedFilm, SharedPhoto, SharedThing, SharedWords } from '../parts/shared-things.tsx';
import { Shelf, ShelfChoice, ShelfNew } from '../parts/shelf.tsx';
import { ScreenSkeleton } from '../parts/skeleton.tsx';
import { SoundStrip } from '../parts/sound-strip.tsx';
import { useToasts } from '../parts/toast.tsx';
import { projectTitle, UNTITLED } from './cast.ts';
import { castShare, firstRoles, type Refused, type ShareRole, withRole } from './cast-share.ts';
import { useDesk } from './desk.ts';
import { itemsOf, leftOutWords, problemWords, shareWords } from './share-words.ts';
import { createThrowAway } from './throw-away.ts';
import { agoWords } from './time-words.ts';

export default function Shared() {
  const live = useLive();
  const [asked] = useSearchParams();
  const problem = () => problemWords(asked.problem);
  const waiting = () => live.shared.waiting();
  /** The one the address names; when that waits no more, the newest. */
  const shown = createMemo(() => waiting()?.find(({ id }) => id === asked.id) ?? waiting()?.[0]);
  // Not the share itself: what is used of it must not start the choice anew.
  const id = createMemo(() => shown()?.id);

  return (
    <div class="mx-auto grid max-w-page gap-8 p-4 tablet:p-8">
      <h1>What you shared</h1>
      <Show when={problem()}>{(why) => <Notice tone="error" title={why().title} next={why().next} />}</Show>
      <Show when={waiting() !== undefined} fallback={<ScreenSkeleton />}>
        <Show
          when={id()}
          keyed
          fallback={
            <Show when={problem() === undefined}>
              <EmptyState
                title="Nothing waits here"
                text="Share photos, a recording or words to MySpinBot from another app. They wait here until you say who they are for."
              />
            </Show>
          }
        >
          {(_) => <Chosen share={shown()!} />}
        </Show>
      </Show>
    </div>
  );
}

function Chosen(props: { share: Share }) {
  const live = useLive();
  const desk = useDesk();
  const toasts = useToasts();
  const navigate = useNavigate();
  const throwAway = createThrowAway(live, toasts);
  const [roles, setRoles] = createSignal(firstRoles(props.share));
  const [refused, setRefused] = createSignal<readonly Refused[]>([]);
  const [isBusy, setBusy] = createSignal(false);
  const role = (item: number) => roles()[item] ?? 'later';
  const give = (item: number, as: ShareRole) => setRoles(withRole(roles(), item, as));
  const photos = () => props.share.files.filter(({ type }) => type.startsWith('image/'));
  const sounds = () => props.share.files.filter(({ type }) => !type.startsWith('image/'));
  const isAnyTaken = () => itemsOf(props.share).some((item) => role(item) !== 'later');
  const others = () => (live.shared.waiting() ?? []).filter(({ id }) => id !== props.share.id);

  const cast = async (into: ProjectId | 'new') => {
    if (isBusy()) return;
    if (!isAnyTaken()) {
      setRefused([{ title: 'Everything is left for later.', next: 'Choose what to take along first.' }]);
      return;
    }
    setBusy(true);
    setRefused([]);
    // Before it goes on living without what is used of it.
    const what = shareWords({
      files: props.share.files.filter(({ item }) => role(item) !== 'later'),
      words:
        props.share.words !== undefined && role(props.share.words.item) !== 'later'
          ? props.share.words
          : undefined,
    });
    try {
      const { project, refused: left, undo } = await castShare(live, props.share, roles(), into);
      setRefused(left);
      if (project === undefined) return;
      const name = projectTitle(live, project);
      toasts.show(
        left.length > 0
          ? `Added to ${named(name)}. Some of it was left out.`
          : `Added to ${named(name)}: ${what}.`,
        () => {
          navigate(endpoints.share);
          void undo();
        },
      );
      if (left.length === 0) navigate(`/project/${project}`);
    } catch (error) {
      setRefused([
        error instanceof Failure
          ? { title: error.message, next: error.hint }
          : {
              title: 'The project could not be made on this device.',
              next: 'What you shared is kept. Reload the page and try again.',
            },
      ]);
    } finally {
      setBusy(false);
    }
  };

  return (
    <div class="grid items-start gap-10 wide:grid-cols-2 wide:gap-16">
      <div class="grid min-w-0 gap-8">
        <p class="text-small text-ink-soft">
          {sentence(shareWords(props.share))}, {agoWords(props.share.at, desk.now())}.
        </p>
        <Show when={leftOutWords(props.share.leftOut)}>
          {(why) => <Notice tone="info" title={why().title} next={why().next} />}
        </Show>
        <Show when={photos().length > 0}>
          <Section
            title={photos().length === 1 ? 'Photo' : 'Photos'}
            note={
              live.mayEdit()
                ? photos().length === 1
                  ? 'Tap it to leave it'
                  : 'Tap one to leave it'
                : undefined
            }
          >
            <ul class="photos">
              <For each={photos()}>
                {(file) => {
                  const url = live.shared.url(props.share.id, file.item);
                  return (
                    <SharedPhoto
                      src={url()}
                      name={file.name}
                      taken={role(file.item) === 'photo'}
                      {...(live.mayEdit()
                        ? { onTake: (is: boolean) => give(file.item, is ? 'photo' : 'later') }
                        : {})}
                    />
                  );
                }}
              </For>
            </ul>
          </Section>
        </Show>
        <Show when={sounds().length > 0}>
          <Section
            title={sounds().some(({ type }) => type.startsWith('video/')) ? 'Sound and film' : 'Sound'}
          >
            <For each={sounds()}>
              {(file) => (
                <SharedThing>
                  <SharedSound share={props.share.id} file={file} />
                  <Show when={live.mayEdit()}>
                    <Segmented
                      label={`What ${file.name} becomes`}
                      value={role(file.item)}
                      onChoose={(as) => give(file.item, as)}
                      options={[
                        { value: 'recording', label: 'Speak it', icon: Mic },
                        { value: 'voice', label: 'Match it' },
                        { value: 'later', label: 'Later', icon: Clock },
                      ]}
                    />
                    <p class="text-fine text-ink-faint">{roleHints[role(file.item)]}</p>
                  </Show>
                </SharedThing>
              )}
            </For>
          </Section>
        </Show>
        <Show when={props.share.words}>
          {(words) => (
            <Section title="Words">
              <SharedThing>
                <PlayScript speaker="Your bot" direction="word for word">
                  <SharedWords text={words().text} />
                </PlayScript>
                <Show when={live.mayEdit()}>
                  <Segmented
                    label="What the words become"
                    value={role(words().item)}
                    onChoose={(as) => give(words().item, as)}
                    options={[
                      { value: 'script', label: 'Script', icon: PenLine },
                      { value: 'later', label: 'Later', icon: Clock },
                    ]}
                  />
                </Show>
              </SharedThing>
            </Section>
          )}
        </Show>
      </div>

      <div class="grid min-w-0 content-start gap-8">
        <For each={refused()}>
          {(why) => (
            <Notice
              tone="error"
              title={why.title}
              next={why.next}
              kept="What was not used goes on waiting here."
            />
          )}
        </For>
        <Switch>
          <Match when={!live.mayEdit()}>
            <Notice
              tone="info"
              title="You are a guest here, and a guest brings nothing."
              next="Ask an owner to make you a member, and give it to a bot then."
              kept="Until then what you shared waits on this device. It is sent nowhere."
            />
          </Match>
          <Match when={true}>
            <Section title="Who is it for?">
              <Shelf label="Who is it for?">
                <ShelfNew label="A new bot" onNew={() => void cast('new')} />
                <For each={live.projects}>
                  {(project) => {
                    const cover = live.assetUrl(() => project.cover);
                    const name = () => (project.title.trim() === '' ? UNTITLED : project.title);
                    return (
                      <ShelfChoice
                        label={`For ${name()}`}
                        name={name()}
                        src={cover()}
                        seed={project.id}
                        busy={isBusy()}
                        onChoose={() => void cast(project.id)}
                      />
                    );
                  }}
                </For>
              </Shelf>
            </Section>
          </Match>
        </Switch>
        <div class="flex flex-wrap items-center gap-3">
          <Button
            tone="plain"
            icon={Trash2}
            onClick={() => {
              const items = itemsOf(props.share);
              const isLast = others().length === 0;
              void throwAway(props.share.id, items).then(() => isLast && navigate('/'));
            }}
          >
            Throw it away
          </Button>
          <Show when={others()[0]}>
            {(other) => (
              <LinkButton tone="plain" href={`${endpoints.share}?id=${other().id}`}>
                Also waiting: {shareWords(other())}
              </LinkButton>
            )}
          </Show>
        </div>
      </div>
    </div>
  );
}

function SharedSound(props: { share: string; file: SharedFile }) {
  const live = useLive();
  const url = live.shared.url(props.share, props.file.item);
  return (
    <Show
      when={props.file.type.startsWith('video/')}
      fallback={<SoundStrip name={props.file.name} src={url()} />}
    >
      <SharedFilm name={props.file.name} src={url()} />
    </Show>
  );
}

const roleHints: Readonly<Record<ShareRole, string>> = {
  photo: '',
  script: '',
  recording: 'Your bot says exactly this, in this voice.',
  voice: 'What you write is spoken with its pitch and tone. It is not a copy of the voice.',
  later: 'It goes on waiting here.',
};

function named(title: string): string {
  return title === UNTITLED ? 'your new bot' : `"${title}"`;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
