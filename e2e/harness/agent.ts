// The real agent as a child process: started from the build like a person's, stopped, killed, started again on
// the same port and data. It knows the process, its first line of JSON and the token in its folder that programs of
// the same account may use; nothing of the agent's insides.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { builtAgent } from './place.ts';

export interface RunningAgent {
  /** "http://127.0.0.1:40123", without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly data: string;
  /** Opens the app in a browser on this machine and pairs it: good once. */
  readonly link: string;
  /** Where other devices find it, best first: "https://127.0.0.2:40123". */
  readonly addresses: readonly string[];
  /** Headers that say that it is this machine's own account who asks. */
  headers(): { Authorization: string };
  /** The agent's answer to a request of this machine's own account. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Another link like `link`. */
  newLink(): Promise<string>;
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
  /** Addresses besides the loopback; none = for this machine alone. */
  listen?: readonly string[];
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
      ...(options.listen === undefined
        ? ['--local']
        : ['--no-mdns', ...options.listen.flatMap((address) => ['--address', address])]),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-100_000);
  });
  const lines = createInterface({ input: child.stdout });
  const said = await new Promise<Listening>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the agent said no address within ${startLimitMs} ms:\n${log}`));
    }, startLimitMs);
    lines.on('line', (line) => {
      const found = listeningIn(line);
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the agent ended with ${code} before it listened:\n${log}`));
    });
  });
  const { origin, port } = new URL(said.url);
  const headers = () => ({
    Authorization: `Bearer ${readFileSync(join(options.data, 'local-token'), 'utf8').trim()}`,
  });
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${origin}${path}`, {
      ...init,
      headers: { ...headers(), ...(init.headers as Record<string, string> | undefined) },
    });
  return {
    url: origin,
    data: options.data,
    link: said.link,
    addresses: said.addresses,
    headers,
    ask,
    async newLink() {
      const answer = await ask(`${endpoints.invitations}?here=true`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"role":"owner"}',
      });
      const { links } = (await answer.json()) as { links: string[] };
      return links[0]!;
    },
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

interface Listening {
  url: string;
  link: string;
  addresses: string[];
}

function listeningIn(line: string): Listening | undefined {
  try {
    const said: unknown = JSON.parse(line);
    if (typeof said === 'object' && said !== null && 'event' in said && said.event === 'listening') {
      return said as unknown as Listening;
    }
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
