// What a screen may know of telling a person that a video is done while the app is open but not looked at. It rings on this
// device alone; nothing is sent anywhere.
import { type Accessor, createContext, useContext } from 'solid-js';

export type BellState =
  | 'off'
  | 'on'
  /** The browser was told to show nothing of this app. */
  | 'blocked'
  /** This browser shows no notifications of web apps. */
  | 'none';

export interface Ring {
  title: string;
  body: string;
  /** Where pressing it leads: a path of the app. */
  path: string;
}

export interface Bell {
  state: Accessor<BellState>;
  /** Asks the browser; only ever after a person pressed something. */
  turnOn(): Promise<void>;
  turnOff(): void;
  ring(ring: Ring): void;
  /** Somebody pressed what was shown; returns the way to stop. */
  onPressed(open: (path: string) => void): () => void;
}

export const BellContext = createContext<Bell>();

/** Undefined where the app has none: shown without its service worker, or in tests. */
export function useBell(): Bell | undefined {
  return useContext(BellContext);
}
