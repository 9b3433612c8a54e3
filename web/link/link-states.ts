// The state of the link that moves assets, told by the worker that has it to every tab. A note that is lost is followed
// by the next one.
import { linkKinds } from '@myspinbot/shared/transfer/link.ts';
import { z } from 'zod';
import { DATABASE_NAME } from '../vault/database.ts';
import type { LinkState } from './link-line.ts';

const stateSchema = z.object({ kind: z.enum(linkKinds), bytesPerSecond: z.number().optional() }).nullable();

export interface LinkStates {
  tell(state: LinkState): void;
  listen(heard: (state: LinkState) => void): () => void;
  close(): void;
}

export function openLinkStates(name = DATABASE_NAME): LinkStates {
  const channel = new BroadcastChannel(`${name}/link`);
  return {
    tell: (state) => channel.postMessage(state ?? null),
    listen(heard) {
      const listener = ({ data }: MessageEvent<unknown>) => {
        const parsed = stateSchema.safeParse(data);
        if (!parsed.success) return;
        const state = parsed.data;
        heard(state === null ? undefined : { kind: state.kind, bytesPerSecond: state.bytesPerSecond });
      };
      channel.addEventListener('message', listener);
      return () => channel.removeEventListener('message', listener);
    },
    close: () => channel.close(),
  };
}
