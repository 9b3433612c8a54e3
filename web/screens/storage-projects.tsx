// Storage by project: what of each is here and on the workstation, kept offline or freed, whole or file by file.
import { Captions, Clapperboard, Download, type IconNode, Image, Mic, PackageMinus } from 'lucide';
import { createMemo, For, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { isHere, mayBeFreed, type StockFile, type StockProject, sum } from '../live/stock.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { Medallion } from '../parts/medallion.tsx';
import { Fold } from '../parts/section.tsx';
import { StorageFile, StorageRow } from '../parts/storage-row.tsx';
import { Switch } from '../parts/switch.tsx';
import { UNTITLED } from './cast.ts';
import { useDesk } from './desk.ts';
import { countWords, fileName, placeWords, sumWords } from './storage-words.ts';
import { bytesWords } from './time-words.ts';

const shapes: Readonly<Record<StockFile['kind'], IconNode>> = {
  photo: Image,
  recording: Mic,
  video: Clapperboard,
  extra: Captions,
};

/** What a person wishes done; `may` = the workstation can give it back. */
export interface Freeing {
  may(): boolean;
  free(files: readonly StockFile[]): void;
}

export function ProjectStorage(props: { project: StockProject; freeing: Freeing }) {
  const live = useLive();
  const title = () => (props.project.title.trim() === '' ? UNTITLED : props.project.title);
  // A deleted project is shown nowhere else: its picture is not fetched for this.
  const cover = live.assetUrl(() => (props.project.isDeleted ? undefined : props.project.cover));
  const free = createMemo(() => props.project.files.filter(mayBeFreed));
  const words = () => {
    const here = props.project.files.filter(isHere);
    const away = props.project.files.filter(
      ({ place }) => place.at === 'workstation' || place.at === 'arriving',
    );
    const alone = sum(props.project.files, ({ place }) => place.at === 'here-only');
    return [
      here.length === 0
        ? 'Nothing here'
        : `Here: ${countWords(here)}, ${bytesWords(sum(here, () => true).bytes)}`,
      ...(away.length === 0
        ? []
        : [
            `On the workstation: ${countWords(away)}, ${bytesWords(away.reduce((all, { ref }) => all + ref.bytes, 0))}`,
          ]),
      ...(alone.files === 0 ? [] : [`Only here: ${sumWords(alone)}`]),
    ];
  };
  return (
    <StorageRow
      sign={<Medallion name={title()} src={cover()} seed={props.project.id} size="small" decorative />}
      name={title()}
      mark={props.project.isDeleted ? 'Deleted' : undefined}
      words={words()}
    >
      <Show when={props.freeing.may() && !props.project.isDeleted}>
        <Switch
          label="Keep offline"
          hint={
            props.project.isKept
              ? 'Everything of this project comes here and stays.'
              : 'Bring everything of it here, for when the workstation is off.'
          }
          checked={props.project.isKept}
          onChange={(is) => void live.storage.keepOffline(props.project.id, is)}
        />
      </Show>
      <Show when={props.freeing.may() && free().length > 0}>
        <Button
          tone="quiet"
          icon={PackageMinus}
          class="justify-self-start"
          aria-label={`Free ${bytesWords(sum(free(), () => true).bytes)} of ${title()}`}
          onClick={() => props.freeing.free(free())}
        >
          Free {bytesWords(sum(free(), () => true).bytes)}
        </Button>
      </Show>
      <Fold title="File by file">
        <FileList files={props.project.files} freeing={props.freeing} />
      </Fold>
    </StorageRow>
  );
}

export function FileList(props: { files: readonly StockFile[]; freeing: Freeing }) {
  const live = useLive();
  const desk = useDesk();
  const order = { video: 0, photo: 1, recording: 2, extra: 3 } as const;
  const sorted = createMemo(() =>
    [...props.files].sort(
      (one, other) =>
        order[one.kind] - order[other.kind] ||
        (other.made?.at ?? 0) - (one.made?.at ?? 0) ||
        (one.ref.hash < other.ref.hash ? -1 : 1),
    ),
  );
  // By hash: a file that changes its place takes no row, and no focus, away.
  const hashes = createMemo(() => sorted().map(({ ref }) => ref.hash));
  return (
    <ul class="storage-files">
      <For each={hashes()}>
        {(hash) => {
          const file = createMemo<StockFile>(
            (before) => sorted().find(({ ref }) => ref.hash === hash) ?? before!,
          );
          const name = () => fileName(file(), desk.now());
          return (
            <StorageFile
              shape={shapes[file().kind]}
              name={name()}
              href={
                file().kind === 'video' && file().made !== undefined ? `/job/${file().made!.job}` : undefined
              }
              words={`${bytesWords(file().ref.bytes)} · ${placeWords(file())}`}
              alone={file().place.at === 'here-only'}
              action={
                <>
                  <Show when={props.freeing.may() && mayBeFreed(file())}>
                    <IconButton
                      shape={PackageMinus}
                      label={`Free ${name()}`}
                      onClick={() => props.freeing.free([file()])}
                    />
                  </Show>
                  <Show when={props.freeing.may() && file().place.at === 'workstation'}>
                    <IconButton
                      shape={Download}
                      label={`Bring ${name()} here`}
                      onClick={() => void live.storage.fetch([hash])}
                    />
                  </Show>
                </>
              }
            />
          );
        }}
      </For>
    </ul>
  );
}
