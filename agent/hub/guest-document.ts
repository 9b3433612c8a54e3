// What a guest of a project sees instead of the workspace: the same keys, with what belongs to that project. It is
// written by the agent alone, follows the workspace as long as it is loaded, and holds nothing else: no other title, no
// other id, not how many there are.
import { keys } from '@myspinbot/shared/document/layout.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import * as Y from 'yjs';

/** Transaction origin of what is written here. */
export const GUEST_VIEW = { role: 'guest-view' } as const;

/** Whose devices there are is not told to guests. */
const SOMEBODY = 'somebody';

const jobKeys = [keys.requests, keys.cancels, keys.retries, keys.pauses, keys.runs, keys.history] as const;

/** Makes `guests` like `workspace`, and keeps it so until the returned function is called. */
export function followWorkspace(workspace: Y.Doc, guests: Y.Doc, project: ProjectId): () => void {
  const isIts = (job: string): boolean => {
    const request = workspace.getMap<unknown>(keys.requests).get(job);
    const line = workspace.getMap<unknown>(keys.history).get(job);
    if (request === undefined) return Array.isArray(line) && line[0] === project;
    return (
      typeof request === 'object' &&
      request !== null &&
      (request as { project?: unknown }).project === project
    );
  };
  const wanted = (key: string, name: string): unknown => {
    if (key === keys.projects && name !== project) return undefined;
    if (key !== keys.projects && key !== keys.agents && !isIts(name)) return undefined;
    const value = workspace.getMap<unknown>(key).get(name);
    // The agent and our own app write plain values; whatever else stands there is nobody's business.
    if (value instanceof Y.AbstractType) return undefined;
    return key === keys.requests ? { ...(value as object), device: SOMEBODY } : value;
  };
  const copy = (key: string, name: string) => {
    const map = guests.getMap<unknown>(key);
    const value = wanted(key, name);
    if (value === undefined) {
      if (map.has(name)) map.delete(name);
    } else if (JSON.stringify(map.get(name)) !== JSON.stringify(value)) map.set(name, value);
  };
  const write = (change: () => void) => guests.transact(change, GUEST_VIEW);

  const followed = [keys.projects, keys.agents, ...jobKeys];
  write(() => {
    for (const key of followed) {
      const names = new Set([...workspace.getMap(key).keys(), ...guests.getMap(key).keys()]);
      for (const name of names) copy(key, name);
    }
  });

  const stops = followed.map((key) => {
    const map = workspace.getMap<unknown>(key);
    const changed = (event: Y.YMapEvent<unknown>) =>
      write(() => {
        for (const name of event.keysChanged) {
          copy(key, name);
          // With its request a job becomes this project's, or ceases to be.
          if (key === keys.requests || key === keys.history) {
            for (const other of jobKeys) copy(other, name);
          }
        }
      });
    map.observe(changed);
    return () => map.unobserve(changed);
  });
  return () => {
    for (const stop of stops) stop();
  };
}
