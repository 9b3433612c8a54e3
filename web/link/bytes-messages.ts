// What the page and its bytes worker say to each other. Everything else between them goes through the store.
import type { BlobHashes } from '../vault/hashing.ts';

export type ToBytesWorker =
  | { type: 'hash'; id: number; blob: Blob }
  /** Whether the workstation is there. */
  | { type: 'reach'; here: boolean };

export type FromBytesWorker =
  | { type: 'hashed'; id: number; hashes: BlobHashes }
  /** A direct link is wanted at this port: only the page can open one. */
  | { type: 'direct'; port: MessagePort }
  | { type: 'unreadable'; id: number; message: string }
  | { type: 'trouble'; what: string; message: string };
