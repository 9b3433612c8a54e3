// One child process seen from the agent (a stage host, the WebRTC library): started in a process group of its own, its
// last words kept, its whole group ended on demand. It knows processes and lines; not its work, nor when to start or end.
import { type ChildProcess, fork } from 'node:child_process';
import type { Clock } from '../clock.ts';
import type { ModuleEntry } from './entry.ts';

/** Lines of output kept for a diagnosis, and how long each may be. */
const TAIL_LINES = 12;
const TAIL_CHARS = 300;

export interface HostEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** True when we ended it. */
  wanted: boolean;
  /** The last lines it printed. */
  lastLines: string[];
}

export interface HostChild {
  readonly pid: number;
  /** False when the process is gone or going. */
  send(message: object): boolean;
  /** Ends the group: SIGTERM, after the grace SIGKILL. Resolves when the process is gone; may be called again. */
  end(): Promise<HostEnd>;
  readonly ended: Promise<HostEnd>;
}

export function startHostChild(options: {
  entry: ModuleEntry;
  args: readonly string[];
  clock: Clock;
  /** What it is told of its surroundings; the agent's own environment when absent. */
  env?: NodeJS.ProcessEnv;
  /** Needed where messages hold bytes. */
  serialization?: 'json' | 'advanced';
  /** From the polite signal to the certain one. */
  graceMs: number;
  onMessage: (raw: unknown) => void;
  onLine: (line: string) => void;
}): HostChild {
  const child = fork(options.entry.path, options.args, {
    execArgv: options.entry.execArgv,
    // A group of its own: ending it takes its ffmpeg processes along, and a Ctrl-C in the agent's terminal
    // reaches the agent first.
    detached: true,
    serialization: options.serialization ?? 'json',
    ...(options.env === undefined ? {} : { env: options.env }),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split(/[\r\n]+/);
      rest = (parts.pop() ?? '').slice(-TAIL_CHARS);
      for (const part of parts) {
        const line = part.trim().slice(0, TAIL_CHARS);
        if (line === '') continue;
        lines.push(line);
        if (lines.length > TAIL_LINES) lines.shift();
        options.onLine(line);
      }
    });
  }
  child.on('message', options.onMessage);

  let wanted = false;
  let gone = false;
  const ended = new Promise<HostEnd>((resolve) => {
    let spawnError: string | undefined;
    const finish = (code: number | null, signal: NodeJS.Signals | null) => {
      gone = true;
      resolve({ code, signal, wanted, lastLines: spawnError === undefined ? [...lines] : [spawnError] });
    };
    child.once('error', (error) => {
      spawnError = error.message;
      if (child.pid === undefined) finish(null, null);
    });
    // Children of the host may have outlived it (a crash, or a slow answer to SIGTERM); holding its pipes they
    // would keep 'close', which comes when the output was read to its end, away for ever.
    child.once('exit', () => signalGroup(child, 'SIGKILL'));
    child.once('close', finish);
  });

  return {
    pid: child.pid ?? -1,
    send(message) {
      if (gone || wanted || !child.connected) return false;
      child.send(message, (error) => {
        // The exit that made this fail ends every call.
        if (error !== null) options.onLine(`message not delivered: ${error.message}`);
      });
      return true;
    },
    end() {
      if (!wanted && !gone) {
        wanted = true;
        signalGroup(child, 'SIGTERM');
        const stop = options.clock.after(options.graceMs, () => signalGroup(child, 'SIGKILL'));
        void ended.then(stop);
      }
      return ended;
    },
    ended,
  };
}

/** Signals the whole group; silent when it is gone already. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // ESRCH: nobody is left to be told
  }
}
