// Two versions of a look or a voice beside each other: what they are, when and from what they were made, and which one later
// videos use.
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import type { TrainedVersion } from '@myspinbot/shared/job/trained.ts';
import { UserRound } from 'lucide';
import { createSignal, For, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Dialog } from '../parts/dialog.tsx';
import {
  type ComparedFact,
  ComparedPicture,
  SideBySide,
  SmallPicture,
  SmallPictures,
} from '../parts/side-by-side.tsx';
import { SoundStrip } from '../parts/sound-strip.tsx';
import { type Kind, madeBy, madeFrom, momentWords, versionTitle } from './trained-words.ts';

export default function Compare(props: {
  kind: Kind;
  /** At least two, newest first. */
  versions: readonly TrainedVersion[];
  chosen: TrainedVersion | undefined;
  onChoose: (version: TrainedVersion) => void;
  onClose: () => void;
}) {
  // The one in use first, and the newest other one.
  const first = props.chosen ?? props.versions[1]!;
  const other = props.versions.find((version) => version !== first)!;
  const [left, setLeft] = createSignal(first.fingerprint);
  const [right, setRight] = createSignal(other.fingerprint);
  const find = (print: string) =>
    props.versions.find((version) => version.fingerprint === print) ?? props.versions[0]!;
  const pair = () => [find(left()), find(right())] as const;

  const facts = (): ComparedFact[] => {
    const [a, b] = pair();
    const words = (name: string, of: (version: TrainedVersion) => string): ComparedFact => ({
      name,
      isSame: of(a) === of(b),
      cells: [of(a), of(b)],
    });
    const source = (version: TrainedVersion) =>
      props.kind === 'look' ? version.photos.map(({ hash }) => hash).join() : (version.clip?.hash ?? '');
    return [
      { ...words('Made from', source), cells: [<Sources version={a} />, <Sources version={b} />] },
      { ...words('Made', (version) => momentWords(version.madeAt)), isSame: false },
      words('Made by', madeBy),
      ...(a.notes.length + b.notes.length === 0
        ? []
        : [words('Worth knowing', (version) => version.notes.join(' ') || 'Nothing')]),
    ];
  };
  const head = (which: () => TrainedVersion, label: string, choose: (print: string) => void) => (
    <div class="grid gap-2">
      <Choice
        label={label}
        options={props.versions.map((version) => ({
          value: version.fingerprint,
          label: versionTitle(version),
        }))}
        value={which().fingerprint}
        onChoose={choose}
      />
      <Show when={props.kind === 'look'}>
        <Cover version={which()} />
      </Show>
      <div class="py-2">
        <Show
          when={props.chosen?.fingerprint !== which().fingerprint}
          fallback={<p class="flex min-h-11 items-center text-small font-semibold">Videos use it</p>}
        >
          <Button tone="quiet" wide onClick={() => props.onChoose(which())}>
            Use this one
          </Button>
        </Show>
      </div>
    </div>
  );

  return (
    <Dialog open title={props.kind === 'look' ? 'Two looks' : 'Two voices'} onClose={() => props.onClose()}>
      <SideBySide
        label={props.kind === 'look' ? 'Two looks side by side' : 'Two voices side by side'}
        heads={[head(() => pair()[0], 'This one', setLeft), head(() => pair()[1], 'And this one', setRight)]}
        facts={facts()}
      />
    </Dialog>
  );
}

function Cover(props: { version: TrainedVersion }) {
  const live = useLive();
  const url = live.assetUrl(() => props.version.cover);
  return <ComparedPicture src={url()} name={versionTitle(props.version)} icon={UserRound} />;
}

function Sources(props: { version: TrainedVersion }) {
  const live = useLive();
  const clip = live.assetUrl(() => props.version.clip);
  return (
    <Show
      when={props.version.stage === 'look'}
      fallback={<SoundStrip name={madeFrom(props.version)} src={clip()} />}
    >
      {madeFrom(props.version)}
      <SmallPictures>
        <For each={props.version.photos}>{(photo, at) => <Source photo={photo} at={at() + 1} />}</For>
      </SmallPictures>
    </Show>
  );
}

function Source(props: { photo: AssetRef; at: number }) {
  const live = useLive();
  const url = live.assetUrl(() => props.photo);
  return <SmallPicture src={url()} name={props.photo.name ?? `Photo ${props.at}`} />;
}
