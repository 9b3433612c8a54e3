// What a project as it stands asks for, for whoever names the project instead of writing everything out.
import { projectRoom } from '@myspinbot/shared/document/layout.ts';
import { openProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import { openTrained } from '@myspinbot/shared/document/trained.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { SpinOptions } from '@myspinbot/shared/project/options.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { draftSpin, type Missing } from '@myspinbot/shared/project/spin.ts';
import { standingFields } from '@myspinbot/shared/project/training.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { SocketHub } from '../hub/hub.ts';
import { apiAuthor } from './generate.ts';

const words: Readonly<Record<Missing, string>> = {
  photo: 'a photo',
  script: 'a script',
  recording: 'a recording',
  topic: 'a topic',
  'background-image': 'a picture for its background',
  'fewer-photos': 'fewer photos',
  'shorter-script': 'a shorter script',
};

/** Throws Failure `bad-input` with what is missing. The caller knows that there is such a project. */
export async function askedByProject(
  hub: Pick<SocketHub, 'read' | 'workspace'>,
  project: ProjectId,
): Promise<{ pipeline: string; options: SpinOptions }> {
  const versions = openTrained(hub.workspace, apiAuthor).all();
  const isThere = (print: string) =>
    versions.some((one) => one.project === project && one.fingerprint === print);
  const draft = await hub.read(projectRoom(project), (doc) => {
    const opened = openProjectDocument(doc, apiAuthor);
    return draftSpin(standingFields(opened.fields(), isThere), opened.script.toString(), opened.photos());
  });
  if (draft.ready) return { pipeline: draft.pipeline, options: draft.options };
  throw new Failure({
    code: 'bad-input',
    message: `The project needs ${draft.missing.map((one) => words[one]).join(' and ')} first.`,
    hint: `PATCH ${endpoints.projects}/${project} writes it, or the app.`,
  });
}
