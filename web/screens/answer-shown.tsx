// An answer of the workstation on the screen: a quiet shape while it is asked, the reason and the way on where it
// was refused, and what was known last while it is away.
import { type JSX, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import type { Answer } from './answer.ts';

export function AnswerShown<T>(props: {
  answer: Answer<T>;
  /** Of what, for ears: "The devices". */
  what: string;
  /** Below another answer, which says already that the workstation was not reached. */
  below?: boolean;
  children: (value: () => T) => JSX.Element;
}) {
  const live = useLive();
  // One that is away is told once, above all of them.
  const failure = () => {
    const failure = props.answer.failure();
    if (live.workstation().state !== 'here') return undefined;
    return props.below === true && failure?.code === 'engine-missing' ? undefined : failure;
  };
  return (
    <>
      <Show when={failure()}>
        {(said) => (
          <Notice
            tone="error"
            title={said().message}
            next={said().hint}
            actions={<Button onClick={() => void props.answer.again()}>Ask again</Button>}
          />
        )}
      </Show>
      <Show
        when={props.answer.value() !== undefined}
        fallback={
          <Show when={failure() === undefined && live.workstation().state === 'here'}>
            <div class="grid gap-4" role="status" aria-label={`${props.what}: asking the workstation`}>
              <Skeleton shape="line" />
              <Skeleton shape="line" />
              <Skeleton shape="line" />
            </div>
          </Show>
        }
      >
        {props.children(() => props.answer.value()!)}
      </Show>
    </>
  );
}
