// A job as a line of a list, and a finished one as a poster on the wall.
import './job-row.css';
import { Clapperboard } from 'lucide';
import { type JSX, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';
import { Medallion, type MedallionProps } from './medallion.tsx';

export interface JobLineProps extends Pick<MedallionProps, 'name' | 'src' | 'seed' | 'progress' | 'state'> {
  href: string;
  words: string;
  actions?: JSX.Element;
}

/** In a list: an entry of its own. */
export function JobRow(props: JobLineProps) {
  return (
    <li>
      <JobLine {...props} />
    </li>
  );
}

export function JobLine(props: JobLineProps) {
  return (
    <div class="job-row">
      <a class="job-row-link" href={props.href}>
        <Medallion
          name={props.name}
          src={props.src}
          size="small"
          {...(props.seed === undefined ? {} : { seed: props.seed })}
          progress={props.progress}
          state={props.state}
          decorative
        />
        <span class="grid min-w-0">
          <span class="job-row-title" dir="auto">
            {props.name}
          </span>
          <span class="job-row-words">{props.words}</span>
        </span>
      </a>
      {props.actions}
    </div>
  );
}

export function Poster(props: {
  href: string;
  title: string;
  picture: string | undefined;
  length: string;
  under: string;
  fresh?: boolean;
}) {
  return (
    <li>
      <a class="poster" href={props.href}>
        <span class="poster-picture">
          <Show when={props.picture} fallback={<Icon shape={Clapperboard} size={32} />}>
            {(picture) => <img src={picture()} alt="" loading="lazy" decoding="async" />}
          </Show>
          <Show when={props.fresh}>
            <span class="poster-fresh">New</span>
          </Show>
          <span class="poster-length">{props.length}</span>
        </span>
        <span class="grid min-w-0">
          <span class="job-row-title" dir="auto">
            {props.title}
          </span>
          <span class="job-row-words">{props.under}</span>
        </span>
      </a>
    </li>
  );
}
