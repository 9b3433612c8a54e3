// What a screen may know of a new version of the app: that there is one, and how to take it.
import { type Accessor, createContext, useContext } from 'solid-js';

export type UpdateState =
  | 'current'
  /** A new version is on the device and waits. */
  | 'ready'
  /** Another tab took it: this page goes on with the old one, but later parts of it may be missing. */
  | 'replaced'
  | 'applying';

export interface AppUpdate {
  state: Accessor<UpdateState>;
  /** Takes the new version: saves, then loads the page anew. Never happens by itself. */
  apply(): Promise<void>;
}

export const UpdateContext = createContext<AppUpdate>();

/** The app's own update; throws outside of the app. */
export function useAppUpdate(): AppUpdate {
  const update = useContext(UpdateContext);
  if (update === undefined) throw new Error('useAppUpdate needs an UpdateContext.Provider above it');
  return update;
}
