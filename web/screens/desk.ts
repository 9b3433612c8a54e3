// What the screens share beside the live world: the theme, the install offer, the premieres seen, what stands before
// the house, and the time of day for "12 minutes ago".
import { type Accessor, createContext, createSignal, onCleanup, useContext } from 'solid-js';
import type { Theme } from '../design/theme.ts';
import type { Doorway } from './doorway.ts';
import type { Install } from './install.ts';
import type { Premieres } from './premieres.ts';

export interface Desk {
  theme: Accessor<Theme>;
  setTheme(theme: Theme): void;
  install: Install;
  premieres: Premieres;
  doorway: Doorway;
  /** Epoch ms, renewed twice a minute. */
  now: Accessor<number>;
}

export const DeskContext = createContext<Desk>();

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error('useDesk needs a DeskContext.Provider above it');
  return desk;
}

/** Owned by the caller's root. */
export function createNow(): Accessor<number> {
  const [now, setNow] = createSignal(Date.now());
  const clock = setInterval(() => setNow(Date.now()), 30_000);
  onCleanup(() => clearInterval(clock));
  return now;
}
