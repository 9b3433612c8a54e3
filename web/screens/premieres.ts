// Which results this person has seen on this device: the curtain opens once. A convenience of one device, kept in
// localStorage; losing it opens a curtain twice.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { createSignal } from 'solid-js';

const KEY = 'premieres';
/** The newest ids kept. */
const KEPT = 300;

export interface Premieres {
  isSeen(id: JobId): boolean;
  markSeen(id: JobId): void;
}

export function createPremieres(): Premieres {
  const [seen, setSeen] = createSignal<readonly string[]>(read());
  return {
    isSeen: (id) => seen().includes(id),
    markSeen(id) {
      if (seen().includes(id)) return;
      const next = [...seen(), id].slice(-KEPT);
      setSeen(next);
      try {
        localStorage.setItem(KEY, JSON.stringify(next));
      } catch {
        // Full or closed: the curtain opens again next time.
      }
    },
  };
}

function read(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
