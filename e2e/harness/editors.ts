// Two devices that edit one document through a running agent, to see how long an edit takes from one to the other.
import { setTimeout as pause } from 'node:timers/promises';
import { WORKSPACE_ROOM } from '@myspinbot/shared/document/layout.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import type { RunningAgent } from './agent.ts';

export interface Editors {
  /** Delays of so many edits, one after the other, in ms. */
  delays(count: number): Promise<number[]>;
  close(): void;
}

/** Between two edits: what a person types is not sent back to back. */
const REST_MS = 20;

export async function openEditors(agent: RunningAgent): Promise<Editors> {
  class OwnAccountSocket extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols, { headers: agent.headers() });
    }
  }
  const join = async () => {
    const doc = new Y.Doc();
    const url = `${agent.url.replace(/^http/, 'ws')}${endpoints.sync}`;
    const provider = new WebsocketProvider(url, WORKSPACE_ROOM, doc, {
      WebSocketPolyfill: OwnAccountSocket as unknown as typeof globalThis.WebSocket,
      disableBc: true,
    });
    await new Promise<void>((resolve) => {
      provider.on('sync', (isSynced: boolean) => {
        if (isSynced) resolve();
      });
    });
    return { doc, provider };
  };
  const [writer, reader] = await Promise.all([join(), join()]);
  // A map of its own: whatever else the document says is left alone.
  const written = writer.doc.getMap<number>('measured');
  const read = reader.doc.getMap<number>('measured');
  return {
    async delays(count) {
      const delays: number[] = [];
      for (let number = 0; number < count; number++) {
        const seen = new Promise<void>((resolve) => {
          const look = () => {
            if (read.get('edit') !== number) return;
            read.unobserve(look);
            resolve();
          };
          read.observe(look);
        });
        const began = performance.now();
        written.set('edit', number);
        await seen;
        delays.push(performance.now() - began);
        await pause(REST_MS);
      }
      return delays;
    },
    close() {
      for (const { doc, provider } of [writer, reader]) {
        provider.destroy();
        doc.destroy();
      }
    },
  };
}
