// What housekeeping needs of everything that is kept: the vault, what the queue remembers, the documents. An agent that
// runs gives its own; without one they are opened for the moment (at-rest.ts). It decides nothing.
import type { SocketHub } from '../hub/hub.ts';
import type { Queue } from '../queue/port.ts';
import type { Vault } from '../vault/port.ts';

export type KeptJobs = Pick<
  Queue,
  'jobs' | 'job' | 'remember' | 'artifacts' | 'forgetArtifacts' | 'forgetJobs' | 'rules' | 'on'
>;
export type KeptDocuments = Pick<SocketHub, 'workspace' | 'read' | 'edit' | 'rooms' | 'flush'>;

export interface Stores {
  /** Absolute. */
  readonly dataDir: string;
  readonly vault: Vault;
  readonly queue: KeptJobs;
  readonly documents: KeptDocuments;
}

/** How far something long has come, in any unit. */
export type Progress = (done: number, total: number) => void;
