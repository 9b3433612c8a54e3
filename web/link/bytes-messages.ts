// What the page and its bytes worker say to each other. Everything else between them goes through the store.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import type { BlobHashes } from '../vault/hashing.ts';
import type { LiveEvent } from './live-receiver.ts';

export type ToBytesWorker =
  | { type: 'hash'; id: number; blob: Blob }
  /** Whether the workstation is there. */
  | { type: 'reach'; here: boolean }
  /** The film of a job that is being made is wanted, wanted no more, or so many bytes of it were used. */
  | { type: 'live/watch' | 'live/stop'; job: JobId }
  | { type: 'live/taken'; job: JobId; bytes: number };

export type FromBytesWorker =
  | { type: 'hashed'; id: number; hashes: BlobHashes }
  /** A direct link is wanted at this port: only the page can open one. */
  | { type: 'direct'; port: MessagePort }
  | { type: 'unreadable'; id: number; message: string }
  | { type: 'live'; event: LiveEvent }
  | { type: 'trouble'; what: string; message: string };
