// Writes down which files a project's document names, so that storage is told by project without opening documents.
// A note is never the truth: it is as old as the last time the document was open here.
import type { ProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import type { AppDatabase, CastAsset } from '../vault/database.ts';
import { noteCast } from '../vault/housekeeping.ts';
import type { OpenRoom } from './rooms.ts';

export interface CastNotes {
  note(project: ProjectId, document: ProjectDocument): void;
  /** Notes it when it was read and after every change; returns the way to stop. */
  follow(project: ProjectId, document: ProjectDocument, room: OpenRoom): () => void;
}

export function createCastNotes(db: AppDatabase): CastNotes {
  const noted = new Map<ProjectId, string>();
  const note = (project: ProjectId, document: ProjectDocument) => {
    // Empty = not come yet, which says nothing about what it names.
    if (document.doc.store.clients.size === 0) return;
    const assets = castOf(document);
    const names = assets.map(({ ref }) => ref.hash).join();
    if (noted.get(project) === names) return;
    noted.set(project, names);
    noteCast(db, project, assets).catch(() => noted.delete(project)); // Written with the next change.
  };
  return {
    note,
    follow(project, document, room) {
      let stop: (() => void) | undefined;
      let isOver = false;
      room.stored.loaded.then(
        () => {
          if (isOver) return;
          note(project, document);
          stop = document.watch(() => note(project, document));
        },
        () => undefined, // Unreadable: `saved` says so.
      );
      return () => {
        isOver = true;
        stop?.();
      };
    },
  };
}

function castOf(document: ProjectDocument): CastAsset[] {
  const { voiceClip, recording, backgroundImage } = document.fields();
  return [
    ...document.photos().map(({ asset }): CastAsset => ({ ref: asset, part: 'photo' })),
    ...(backgroundImage === null ? [] : [{ ref: backgroundImage, part: 'photo' } as const]),
    ...[voiceClip, recording].flatMap((ref): CastAsset[] =>
      ref === null ? [] : [{ ref, part: 'recording' }],
    ),
  ];
}
