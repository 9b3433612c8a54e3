// What a program asks of a page that no debugger is attached to, and what the page answers. The page asks for the next
// task over HTTP and says over HTTP what came of it.
import type { DescribedSynthetic, Synthetic } from './synthetic.ts';

export type Task =
  /** Becomes a device of the workstation, by a link that it made. */
  | { do: 'pair'; link: string }
  /** The product's own way of moving a file. `into`: nothing is kept, or IndexedDB. */
  | { do: 'send'; file: DescribedSynthetic; from: 'memory' | 'store'; ways: Ways }
  | { do: 'fetch'; file: DescribedSynthetic; into: 'memory' | 'store'; ways: Ways }
  /** The same bytes over a bare WebSocket, and over bare HTTP. */
  | { do: 'bare-send'; file: Synthetic; socket: string }
  | { do: 'bare-fetch'; file: Synthetic; socket: string }
  | { do: 'put'; file: Synthetic }
  | { do: 'get'; file: Synthetic }
  /** Everything this page has stored goes. */
  | { do: 'forget' }
  /** Keeps files one after the other and says of each when it is saved, until it is killed. */
  | { do: 'keep'; seed: number; from: number; count: number }
  /** Reads back what was saved. */
  | { do: 'look'; seed: number; saved: readonly number[] };

/** By which links a file may go; one that is absent does not exist. */
export interface Ways {
  /** The address of the workstation's socket. */
  socket?: string;
  /** Plain requests to this address; '' = the page's own, which hands them on. */
  http?: string;
}

export interface TaskResult {
  ms: number;
  /** The page's own thread while the task ran: tasks over 50 ms, and the longest of them. */
  longTasks: { count: number; longestMs: number };
  error?: string;
  /** Of `look`: the files that are not there, or not what was saved. */
  lost?: number[];
  troubles?: string[];
  /** Of `send` and `fetch`: the links that were opened, in order. */
  links?: string[];
}

export const paths = {
  next: '/bench/next',
  result: '/bench/result',
  saved: '/bench/saved',
  bytes: '/bench/bytes',
} as const;
