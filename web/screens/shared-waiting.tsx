// The card on Home: something was shared and nobody has said what it is for.
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { Trash2 } from 'lucide';
import { For } from 'solid-js';
import { useLive } from '../live/live.ts';
import type { Share } from '../live/shared-desk.ts';
import { IconButton, LinkButton } from '../parts/button.tsx';
import { SharedCard, SharedGlimpse } from '../parts/shared-things.tsx';
import { useToasts } from '../parts/toast.tsx';
import { useDesk } from './desk.ts';
import { itemsOf, shareWords } from './share-words.ts';
import { createThrowAway } from './throw-away.ts';
import { agoWords } from './time-words.ts';

/** A glimpse, not the album. */
const GLIMPSES = 3;

export default function SharedWaiting(props: { share: Share }) {
  const live = useLive();
  const desk = useDesk();
  const throwAway = createThrowAway(live, useToasts());
  const photos = () => props.share.files.filter(({ type }) => type.startsWith('image/')).slice(0, GLIMPSES);
  const others = () => (live.shared.waiting()?.length ?? 1) - 1;
  return (
    <SharedCard
      title={`You shared ${shareWords(props.share)}`}
      under={`${agoWords(props.share.at, desk.now())}${others() === 0 ? '' : ', and more waits'}`}
      actions={
        <>
          <LinkButton tone="quiet" href={`${endpoints.share}?id=${props.share.id}`}>
            {live.mayEdit() ? 'Say who it is for' : 'Look at it'}
          </LinkButton>
          <IconButton
            shape={Trash2}
            label="Throw it away"
            onClick={() => void throwAway(props.share.id, itemsOf(props.share))}
          />
        </>
      }
    >
      <For each={photos()}>
        {(file) => {
          const url = live.shared.url(props.share.id, file.item);
          return <SharedGlimpse src={url()} name={file.name} />;
        }}
      </For>
    </SharedCard>
  );
}
