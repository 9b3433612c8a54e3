// A device's view of a running agent without an app: joins the workspace room and hears progress and previews
// as they are sent.
import { WORKSPACE_ROOM } from '@myspinbot/shared/document/layout.ts';
import { openWorkspace, type Workspace } from '@myspinbot/shared/document/workspace.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { type JobProgress, presenceSchema } from '@myspinbot/shared/wire/presence.ts';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import type { RunningAgent } from './agent.ts';

export interface WorkspaceWatch {
  readonly workspace: Workspace;
  /** Calls back for every progress of a job that arrives. */
  onProgress(heard: (progress: JobProgress) => void): void;
  close(): void;
}

/** Joins and resolves when the document was synced once. */
export async function watchWorkspace(agent: RunningAgent): Promise<WorkspaceWatch> {
  /** Programs say who they are in a header, which a browser's socket cannot. */
  class OwnAccountSocket extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols, { headers: agent.headers() });
    }
  }
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(
    `${agent.url.replace(/^http/, 'ws')}${endpoints.sync}`,
    WORKSPACE_ROOM,
    doc,
    {
      WebSocketPolyfill: OwnAccountSocket as unknown as typeof globalThis.WebSocket,
      disableBc: true,
    },
  );
  await new Promise<void>((resolve) => {
    provider.on('sync', (synced: boolean) => {
      if (synced) resolve();
    });
  });
  const listeners: ((progress: JobProgress) => void)[] = [];
  provider.awareness.on('change', () => {
    for (const state of provider.awareness.getStates().values()) {
      const presence = presenceSchema.safeParse(state.presence);
      if (!presence.success || presence.data.kind !== 'agent') continue;
      for (const progress of presence.data.jobs) for (const heard of listeners) heard(progress);
    }
  });
  return {
    workspace: openWorkspace(doc, { role: 'device', id: 'watcher' }),
    onProgress: (heard) => listeners.push(heard),
    close: () => {
      provider.destroy();
      doc.destroy();
    },
  };
}
