// The hub keeps the Yjs documents and speaks the sync protocol with everybody who is connected.
import type { Presence } from '@myspinbot/shared/wire/presence.ts';
import type * as Y from 'yjs';

export interface Hub {
  /** The workspace document, loaded; it stays loaded as long as the hub is open. */
  readonly workspace: Y.Doc;
  /** What the agent shows of itself on the workspace room; throttled to 4 a second by the hub. */
  present(presence: Presence): void;
  /** Resolves when everything applied so far is durable. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
