// The face: photos in, what the workstation sees in each, and whose face speaks when there are several.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { MAX_PHOTOS, type Photo } from '@myspinbot/shared/project/project.ts';
import { createMemo, createSignal, For, Show } from 'solid-js';
import { type OpenProject, useLive } from '../live/live.ts';
import { chosenVersion } from '../live/trained-desk.ts';
import { FaceChoice } from '../parts/face-choice.tsx';
import { Notice } from '../parts/notice.tsx';
import { PhotoDrop } from '../parts/photo-drop.tsx';
import { PhotoTile } from '../parts/photo-tile.tsx';
import { Section } from '../parts/section.tsx';
import { useToasts } from '../parts/toast.tsx';
import type { PhotoChecks } from './photo-checks.ts';
import { chosenWords } from './trained-words.ts';

export function ProjectFace(props: { project: OpenProject; checks: PhotoChecks }) {
  const live = useLive();
  const toasts = useToasts();
  const chosen = () => chosenWords(chosenVersion(live.trained, props.project, 'look'));
  const [refused, setRefused] = createSignal<{ title: string; next: string }>();

  const add = async (files: readonly File[]) => {
    setRefused(undefined);
    const room = MAX_PHOTOS - props.project.photos().length;
    if (files.length > room) {
      setRefused({
        title: `${MAX_PHOTOS} photos are enough: ${files.length - room} of these were left out.`,
        next: 'Take some out to add others.',
      });
    }
    for (const file of files.slice(0, room)) {
      // Told before it is kept: a film or a song of a gigabyte is not copied only to be refused.
      if (file.type !== '' && !file.type.startsWith('image/')) {
        setRefused(notAPicture(file.name));
        continue;
      }
      try {
        const asset = await live.keepFile(file, file.name);
        if (!asset.type.startsWith('image/')) {
          setRefused(notAPicture(file.name));
          continue;
        }
        if (props.project.photos().some((photo) => photo.asset.hash === asset.hash)) {
          toasts.show('That photo is here already.');
          continue;
        }
        props.project.addPhoto({ asset, addedAt: Date.now() });
      } catch (error) {
        setRefused(
          error instanceof Failure
            ? { title: error.message, next: error.hint }
            : {
                title: `${file.name} could not be kept on this device.`,
                next: 'Free some space and add it again.',
              },
        );
      }
    }
  };
  const remove = (photo: Photo) => {
    const face = props.project.fields().face;
    props.project.removePhoto(photo.asset.hash);
    if (face !== null) props.project.set({ face: null });
    toasts.show('Photo taken out.', () => {
      props.project.addPhoto(photo);
      if (face !== null) props.project.set({ face });
    });
  };
  const crowd = createMemo(() =>
    props.project.photos().find((photo) => props.checks.verdict(photo.asset.hash).state === 'choose'),
  );
  const unfit = createMemo(() =>
    props.project.photos().flatMap((photo) => {
      const why = props.checks.unfit(photo.asset.hash);
      return why === undefined ? [] : [{ photo, why }];
    }),
  );

  return (
    <Section
      title="Face"
      id="face"
      note={chosen() ?? (props.project.photos().length > 1 ? 'The best one is used' : undefined)}
    >
      <Show when={props.project.photos().length > 0}>
        <ul class="photos">
          <For each={props.project.photos()}>
            {(photo) => {
              const url = live.assetUrl(() => photo.asset);
              return (
                <PhotoTile
                  src={url()}
                  name={photo.asset.name ?? 'photo'}
                  verdict={props.checks.verdict(photo.asset.hash)}
                  onRemove={() => remove(photo)}
                />
              );
            }}
          </For>
        </ul>
      </Show>
      <Show when={crowd()}>
        {(photo) => {
          const url = live.assetUrl(() => photo().asset);
          return (
            <Show when={props.checks.check(photo().asset.hash)}>
              {(check) => (
                <>
                  <p class="text-small">
                    {props.project.fields().face === null
                      ? 'There are several faces here. Point at the one who speaks.'
                      : `Face ${props.project.fields().face! + 1} speaks.`}
                  </p>
                  <Show when={url()}>
                    {(src) => (
                      <FaceChoice
                        src={src()}
                        width={check().width}
                        height={check().height}
                        faces={check().faces}
                        chosen={props.project.fields().face}
                        onChoose={(face) => props.project.set({ face })}
                      />
                    )}
                  </Show>
                </>
              )}
            </Show>
          );
        }}
      </Show>
      <For each={unfit()}>
        {({ why }) => (
          <Notice
            tone="error"
            title={why.title}
            next={why.next}
            kept={props.project.photos().length > 1 ? 'Your other photos are as they were.' : undefined}
          />
        )}
      </For>
      <Show when={refused()}>
        {(why) => (
          <Notice
            tone="error"
            title={why().title}
            next={why().next}
            kept={props.project.photos().length > 0 ? 'The photos you have are as they were.' : undefined}
          />
        )}
      </Show>
      <Show when={props.project.photos().length < MAX_PHOTOS}>
        <PhotoDrop small={props.project.photos().length > 0} onFiles={(files) => void add(files)} />
      </Show>
    </Section>
  );
}

function notAPicture(name: string): { title: string; next: string } {
  return { title: `${name} is not a picture.`, next: 'Choose a photo: JPEG, PNG, WebP, AVIF, GIF or TIFF.' };
}
