// The stages of a job as a theatre programme: what is done, what is on now, what comes, with times.
import './programme.css';
import { Check, RotateCw, X } from 'lucide';
import { Index, Match, Switch } from 'solid-js';
import { Icon } from '../design/icon.tsx';

export interface ProgrammeStage {
  title: string;
  state: 'waiting' | 'running' | 'done' | 'reused' | 'failed';
  /** Already in words: "0.4 s", "62 %", "from before". */
  time?: string | undefined;
}

const spoken: Record<ProgrammeStage['state'], string> = {
  waiting: 'not started',
  running: 'on now',
  done: 'done',
  reused: 'done, kept from before',
  failed: 'failed',
};

export function StageProgramme(props: { stages: readonly ProgrammeStage[] }) {
  return (
    <ol class="programme">
      <Index each={props.stages}>
        {(stage) => (
          <li
            class="programme-stage"
            classList={{
              'programme-done': stage().state === 'done' || stage().state === 'reused',
              'programme-running': stage().state === 'running',
              'programme-failed': stage().state === 'failed',
            }}
            aria-current={stage().state === 'running' ? 'step' : undefined}
          >
            <span class="programme-mark" aria-hidden="true">
              <Switch fallback={<span class="programme-pin" />}>
                <Match when={stage().state === 'done'}>
                  <Icon shape={Check} />
                </Match>
                <Match when={stage().state === 'reused'}>
                  <Icon shape={RotateCw} size={16} />
                </Match>
                <Match when={stage().state === 'failed'}>
                  <Icon shape={X} />
                </Match>
                <Match when={stage().state === 'running'}>
                  <span class="programme-lamp" />
                </Match>
              </Switch>
            </span>
            <span class="programme-name">{stage().title}</span>
            <span class="programme-dots" aria-hidden="true" />
            <span class="programme-time">
              <span class="for-ears-only">{spoken[stage().state]}. </span>
              {stage().time ?? ''}
            </span>
          </li>
        )}
      </Index>
    </ol>
  );
}
