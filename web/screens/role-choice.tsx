// What a device may do: chosen when it is invited, and changed later.
import type { Role } from '@myspinbot/shared/access/access.ts';
import { roles } from '@myspinbot/shared/access/access.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Choice } from '../parts/choice.tsx';
import { Notice } from '../parts/notice.tsx';
import { OptionList } from '../parts/option-list.tsx';
import { projectTitle } from './cast.ts';
import { roleWords } from './device-words.ts';

export interface ChosenRole {
  role: Role;
  project: ProjectId | null;
}

/** A guest without a project is not complete. */
export function isComplete(chosen: ChosenRole): boolean {
  return chosen.role !== 'guest' || chosen.project !== null;
}

export function RoleChoice(props: { chosen: ChosenRole; onChoose: (chosen: ChosenRole) => void }) {
  const live = useLive();
  const choose = (role: Role) =>
    props.onChoose({
      role,
      project: role === 'guest' ? (props.chosen.project ?? live.projects[0]?.id ?? null) : null,
    });
  return (
    <>
      <OptionList
        label="What it may do"
        value={props.chosen.role}
        onChoose={choose}
        options={roles.map((value) => ({
          value,
          label: roleWords[value].label,
          hint: roleWords[value].hint,
        }))}
      />
      <Show when={props.chosen.role === 'guest'}>
        <Show
          when={props.chosen.project}
          fallback={
            <Notice tone="info" title="There is no project to show yet." next="Cast somebody first." />
          }
        >
          {(project) => (
            <Choice
              label="The project a guest sees"
              value={project()}
              onChoose={(id) => props.onChoose({ role: 'guest', project: id })}
              options={live.projects.map((each) => ({
                value: each.id,
                label: projectTitle(live, each.id),
              }))}
            />
          )}
        </Show>
      </Show>
    </>
  );
}
