// The real agent as a child process: started from the build like a person's, stopped, killed, started again on
// the same port and data. It knows the process and its first line of JSON, nothing of the agent's insides.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { builtAgent } from './place.ts';

export interface RunningAgent {
  /** "http://127.0.0.1:40123", without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Time from the start of the process to its first line, in ms. */
  readonly readyMs: number;
  /** Everything it said on stderr so far. */
  log(): string;
  /** Asks it to end (SIGTERM) and waits; returns its exit code. */
  stop(): Promise<number | null>;
  /** Ends the process (SIGKILL) as a power cut would, and waits until it is gone. */
  kill(): Promise<void>;
}

/** How long a start may take before the test gives up, generous for busy machines. */
const startLimitMs = 60_000;

/** Starts the built agent on a free port (or the given one) with its data in `data`. */
export async function startAgent(options: {
  data: string;
  port?: number;
  env?: Record<string, string>;
}): Promise<RunningAgent> {
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [
      builtAgent(),
      'start',
      '--port',
      String(options.port ?? 0),
      '--data',
      options.data,
      '--no-open',
      '--json',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-100_000);
  });
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the agent said no address within ${startLimitMs} ms:\n${log}`));
    }, startLimitMs);
    lines.on('line', (line) => {
      const found = addressIn(line);
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the agent ended with ${code} before it listened:\n${log}`));
    });
  });
  const { origin, port } = new URL(url);
  return {
    url: origin,
    port: Number(port),
    pid: child.pid!,
    readyMs: performance.now() - began,
    log: () => log,
    stop: () => end(child, 'SIGTERM'),
    kill: async () => {
      await end(child, 'SIGKILL');
    },
  };
}

function addressIn(line: string): string | undefined {
  try {
    const said: unknown = JSON.parse(line);
    if (typeof said === 'object' && said !== null && 'url' in said && typeof said.url === 'string')
      return said.url;
  } catch {
    // Not the line of JSON that is waited for; others are none of our business.
  }
  return undefined;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}
