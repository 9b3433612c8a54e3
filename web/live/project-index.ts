// Keeps a project's line in the workspace's index in step with its document: title and cover soon after they change,
// the time of the last change rarely, because every write of the index is kept for ever in its history.
import type { Workspace } from '@myspinbot/shared/document/workspace.ts';
import type { ProjectEntry, ProjectId } from '@myspinbot/shared/project/project.ts';
import { shownTitle } from '@myspinbot/shared/project/title.ts';
import type { Clock } from '../link/clock.ts';
import type { EditedProject } from './open-project.ts';

/** A title, or the first words that stand for it, is written when the typing pauses. */
const SETTLE_MS = 500;
/** How stale "last changed" may be while a project is being edited. */
const TOUCH_MS = 30_000;

export interface ProjectIndex {
  /** The project's document changed, or was opened. */
  changed(project: EditedProject): void;
  /** Writes what waits; for when the project is closed. */
  flush(id: ProjectId): void;
  close(): void;
}

export function createProjectIndex(workspace: Workspace, clock: Clock): ProjectIndex {
  const waiting = new Map<ProjectId, { project: EditedProject; stop: () => void }>();
  /** The document's state vector when its line was last written or first seen: opening is no change. */
  const seen = new Map<ProjectId, string>();

  const write = (id: ProjectId) => {
    const due = waiting.get(id);
    if (due === undefined) return;
    due.stop();
    waiting.delete(id);
    const entry = workspace.project(id);
    if (entry === undefined) return;
    const { document } = due.project;
    const cover = document.photos()[0]?.asset;
    const title = shownTitle(document.fields(), document.script.toString());
    const isNew = entry.title !== title || entry.cover?.hash !== cover?.hash;
    const at = clock.now();
    if (!isNew && at - entry.updatedAt < TOUCH_MS) return;
    const { cover: _old, ...rest } = entry;
    const next: ProjectEntry = { ...rest, title, updatedAt: at, ...(cover === undefined ? {} : { cover }) };
    workspace.putProject(next);
  };

  return {
    changed(project) {
      const state = fingerprint(project);
      const before = seen.get(project.id);
      seen.set(project.id, state);
      if (before === undefined) return mend(workspace, project);
      if (before === state) return;
      const due = waiting.get(project.id);
      due?.stop();
      waiting.set(project.id, { project, stop: clock.after(SETTLE_MS, () => write(project.id)) });
    },
    flush(id) {
      write(id);
      seen.delete(id);
    },
    close() {
      for (const id of [...waiting.keys()]) write(id);
    },
  };
}

/** A page that died between the document and its line left the line behind: put right when it is opened. */
function mend(workspace: Workspace, project: EditedProject): void {
  const entry = workspace.project(project.id);
  if (entry === undefined) return;
  const title = shownTitle(project.document.fields(), project.document.script.toString());
  const cover = project.document.photos()[0]?.asset;
  if (project.document.doc.store.clients.size === 0) return;
  if (entry.title === title && entry.cover?.hash === cover?.hash) return;
  const { cover: _old, ...rest } = entry;
  workspace.putProject({ ...rest, title, ...(cover === undefined ? {} : { cover }) });
}

function fingerprint(project: EditedProject): string {
  const { document } = project;
  return JSON.stringify([document.fields(), document.script.toString(), document.photos()]);
}
