// Gives what was shared to a bot, by the same ways as files that are chosen in the app: cleaned and kept by keepFile,
// photos within their limit, and all of it with a way back. What cannot be used goes on waiting, with its reason.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import {
  MAX_PHOTOS,
  type Photo,
  type ProjectFields,
  type ProjectId,
} from '@myspinbot/shared/project/project.ts';
import { createEffect, createRoot } from 'solid-js';
import type { Live, OpenProject } from '../live/live.ts';
import type { Share, SharedFile } from '../live/shared-desk.ts';

export type ShareRole = 'photo' | 'recording' | 'voice' | 'script' | 'later';

export interface Refused {
  title: string;
  next: string;
}

export interface Casting {
  /** Undefined when nothing could be used: then nothing was made or changed. */
  project: ProjectId | undefined;
  refused: readonly Refused[];
  /** Puts everything back as it was, and what was shared waits again. */
  undo(): Promise<void>;
}

/** What each thing becomes when nobody says otherwise: at most one of them is spoken. */
export function firstRoles(share: Pick<Share, 'files' | 'words'>): Record<number, ShareRole> {
  const roles: Record<number, ShareRole> = {};
  let photos = 0;
  let isSpoken = false;
  for (const { item, type } of share.files) {
    if (type.startsWith('image/')) roles[item] = photos++ < MAX_PHOTOS ? 'photo' : 'later';
    else {
      roles[item] = isSpoken ? 'later' : 'recording';
      isSpoken = true;
    }
  }
  if (share.words !== undefined) roles[share.words.item] = 'script';
  return roles;
}

/** A new role for one thing; whatever had a role that only one can have waits for later. */
export function withRole(
  roles: Readonly<Record<number, ShareRole>>,
  item: number,
  role: ShareRole,
): Record<number, ShareRole> {
  const isOnlyOne = role === 'recording' || role === 'voice';
  const others = Object.entries(roles).map(([other, had]): [number, ShareRole] => [
    Number(other),
    isOnlyOne && had === role ? 'later' : had,
  ]);
  return { ...Object.fromEntries(others), [item]: role };
}

/** Throws Failure when the bot itself cannot be made or opened. */
export async function castShare(
  live: Live,
  share: Share,
  roles: Readonly<Record<number, ShareRole>>,
  into: ProjectId | 'new',
): Promise<Casting> {
  const refused: Refused[] = [];
  const used: number[] = [];
  const photos: Photo[] = [];
  const fields: Partial<Pick<ProjectFields, 'mode' | 'recording' | 'voiceClip'>> = {};
  let room =
    into === 'new' ? MAX_PHOTOS : await withProject(live, into, (open) => MAX_PHOTOS - open.photos().length);

  const keep = async (file: SharedFile) => {
    const role = roles[file.item] ?? 'later';
    if (role === 'later') return;
    if (role === 'photo' && room <= 0) {
      refused.push({
        title: `${MAX_PHOTOS} photos are enough: ${file.name} was left out.`,
        next: 'Take some out of the bot to add others.',
      });
      return;
    }
    try {
      const asset = await live.keepFile(await live.shared.file(share.id, file.item), file.name);
      if (role === 'photo') {
        photos.push({ asset, addedAt: Date.now() });
        room -= 1;
      } else if (role === 'recording') Object.assign(fields, { recording: asset, mode: 'recording' });
      else fields.voiceClip = asset;
      used.push(file.item);
    } catch (error) {
      refused.push(
        error instanceof Failure
          ? { title: error.message, next: error.hint }
          : {
              title: `${file.name} could not be kept on this device.`,
              next: 'Free some space and try again.',
            },
      );
    }
  };
  for (const file of share.files) await keep(file);
  const { words } = share;
  const script = words !== undefined && roles[words.item] === 'script' ? words : undefined;
  if (script !== undefined) used.push(script.item);
  if (used.length === 0) return { project: undefined, refused, undo: async () => undefined };

  const id = into === 'new' ? await live.createProject({ title: titleOf(share) }) : into;
  const before = await withProject(live, id, (open) => {
    const had = { ...open.fields() };
    const was = { script: open.script(), mode: had.mode, recording: had.recording, voiceClip: had.voiceClip };
    const added = photos.filter(
      ({ asset }) => !open.photos().some((photo) => photo.asset.hash === asset.hash),
    );
    for (const photo of added) open.addPhoto(photo);
    // With a recording they are its words; it stays what is spoken.
    const mode = fields.mode ?? (script !== undefined && had.mode === 'topic' ? 'text' : undefined);
    if (Object.keys(fields).length > 0 || mode !== undefined) {
      open.set({ ...fields, ...(mode === undefined ? {} : { mode }) });
    }
    if (script !== undefined) open.setScript(script.text);
    return { ...was, added };
  });
  await live.shared.used(share.id, used);

  return {
    project: id,
    refused,
    async undo() {
      if (into === 'new') live.deleteProject(id, true);
      else {
        await withProject(live, id, (open) => {
          const { script: was, added, ...fieldsBefore } = before;
          for (const { asset } of added) open.removePhoto(asset.hash);
          open.set(fieldsBefore);
          if (script !== undefined) open.setScript(was);
        });
      }
      await live.shared.bringBack(share.id, used);
    },
  };
}

/** A share of words has a title of its own; beside files it is mostly the name of one. */
function titleOf(share: Share): string {
  return share.files.length === 0 && share.title !== share.words?.text ? share.title : '';
}

/** Opens a project, waits until it was read, and puts it away again after `use`. */
function withProject<T>(live: Live, id: ProjectId, use: (project: OpenProject) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    createRoot((dispose) => {
      const project = live.openProject(id);
      let isDone = false;
      createEffect(() => {
        if (isDone || !project.ready()) return;
        isDone = true;
        // Not within the effect: what is read here is not to be followed.
        queueMicrotask(() => {
          try {
            resolve(use(project));
          } catch (error) {
            reject(error);
          } finally {
            dispose();
          }
        });
      });
    });
  });
}
